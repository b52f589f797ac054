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

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use futures::FutureExt;
use tower::{ServiceExt, service_fn};

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
    let front = Arc::new(Front {
        router,
        headers: security::Headers::new(options)?,
        cors: options.cors.as_ref().map(cors::Policy::new).transpose()?,
        limits: options.limits(),
    });
    let service = service_fn(move |request| {
        let front = front.clone();
        async move { Ok::<_, Infallible>(front.answer(request).await) }
    });
    Ok(Router::new().fallback_service(service))
}

/// What stands before the router. Its layers are plain functions that call the next one: as layers of a router each would be
/// boxed, and copied with everything below it, for each request.
struct Front {
    router: Router,
    headers: security::Headers,
    cors: Option<cors::Policy>,
    limits: limits::Limits,
}

impl Front {
    async fn answer(&self, request: Request) -> Response {
        request_id::assign(request, |request| access_log::observe(request, |request| self.marked(request))).await
    }

    async fn marked(&self, request: Request) -> Response {
        security::add(&self.headers, cors::answer(self.cors.as_ref(), request, |request| self.compressed(request)))
            .await
    }

    async fn compressed(&self, request: Request) -> Response {
        compression::compress(request, |request| error::envelope(request, |request| self.limited(request))).await
    }

    async fn limited(&self, request: Request) -> Response {
        limits::guard(limits::limit(self.limits, self.router.clone().oneshot(request).map(never_fails))).await
    }
}

fn never_fails(answered: Result<Response, Infallible>) -> Response {
    answered.unwrap_or_else(|never| match never {})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::body::Body;
    use axum::routing::get;
    use http::Request;

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
