//! What happens to every request and answer, whatever serves it. [`apply_layers`] wraps the whole router; the order is:
//! request id, access log and metrics, security headers, CORS, compression, error envelope, panics, time and size limits.

mod access_log;
mod compression;
mod cors;
mod express;
mod limits;
mod options;
mod request_id;
mod security;
mod trace;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;

pub use access_log::{Route, mark_route};
pub use express::{TrailingSlash, tolerate};
pub use options::HttpOptions;
pub use request_id::RequestId;
pub use security::content_security_policy;
pub use trace::SPANS;

use crate::error;

/// Options that make no sense.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    #[error("backend.cors.origin: \"{pattern}\" is no pattern for origins: {reason}")]
    Origin { pattern: String, reason: String },
    #[error("backend.{key}: \"{value}\" cannot be sent in a header")]
    Header { key: &'static str, value: String },
}

/// Wraps a router in everything that concerns all requests.
///
/// # Errors
/// When an option cannot be used; the message names its key.
pub fn apply_layers(router: Router, options: &HttpOptions) -> Result<Router, LayerError> {
    let security = Arc::new(security::Headers::new(options)?);
    let router = router
        .layer(from_fn_with_state(options.limits(), limits::limit))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(from_fn(error::envelope))
        .layer(compression::layer())
        .layer(from_fn(compression::weaken_etag));
    let router = match &options.cors {
        Some(cors) => router.layer(from_fn_with_state(Arc::new(cors::Policy::new(cors)?), cors::answer)),
        None => router,
    };
    Ok(router
        .layer(from_fn_with_state(security, security::add))
        .layer(from_fn(access_log::observe))
        .layer(from_fn(request_id::assign)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::body::Body;
    use axum::routing::get;
    use http::Request;
    use tower::ServiceExt;

    use super::*;

    fn router(options: &HttpOptions) -> Router {
        let router = Router::new()
            .route("/large", get(async || ([("content-type", "application/json")], "x".repeat(5000))))
            .route("/tagged", get(async || ([("etag", "\"abc\"")], "x".repeat(5000))))
            .route("/events", get(async || ([("content-type", "text/event-stream")], "x".repeat(5000))))
            .route("/panic", get(async || -> String { panic!("a bug") }))
            .route("/slow", get(async || std::future::pending::<String>().await));
        apply_layers(router, options).unwrap()
    }

    async fn ask(options: &HttpOptions, path: &str, headers: &[(&str, &str)]) -> axum::response::Response {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router(options).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn large_answers_are_compressed_but_event_streams_are_not() {
        let options = HttpOptions::default();
        for (path, accepted, encoding) in [
            ("/large", "gzip", Some("gzip")),
            ("/large", "br, gzip", Some("br")),
            ("/large", "identity", None),
            ("/events", "gzip", None),
        ] {
            let answer = ask(&options, path, &[("accept-encoding", accepted)]).await;
            let found = answer.headers().get("content-encoding").map(|v| v.to_str().unwrap());
            assert_eq!(found, encoding, "{path} {accepted}");
        }
        let tagged = ask(&options, "/tagged", &[("accept-encoding", "gzip")]).await;
        assert_eq!(tagged.headers()["etag"], "W/\"abc\"");
        assert_eq!(ask(&options, "/tagged", &[]).await.headers()["etag"], "\"abc\"");
    }

    #[tokio::test]
    async fn a_bug_answers_500_in_the_envelope_and_ends_nothing() {
        let answer = ask(&HttpOptions::default(), "/panic?a=b", &[]).await;
        assert_eq!(answer.status(), 500);
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["request"]["url"], "/panic?a=b");
        assert!(body["error"]["message"].as_str().unwrap().starts_with("An internal error occurred logId="));
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_ends() {
        let options = HttpOptions { request_timeout: std::time::Duration::from_millis(1), ..HttpOptions::default() };
        let answer = ask(&options, "/slow", &[]).await;
        assert_eq!(answer.status(), 503);
    }

    #[tokio::test]
    async fn every_answer_has_an_id_and_a_good_one_is_kept() {
        let options = HttpOptions::default();
        let answer = ask(&options, "/nope", &[("x-request-id", "abc-1")]).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["x-request-id"]), (404, &"abc-1".parse().unwrap()));
        for bad in ["", "a b", &"x".repeat(200)] {
            let answer = ask(&options, "/nope", &[("x-request-id", bad)]).await;
            assert_eq!(answer.headers()["x-request-id"].len(), 36, "{bad}");
        }
    }
}
