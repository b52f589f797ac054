//! How Backstage's web framework treats paths and methods, which its clients see: a trailing slash does not matter, a
//! method that a path does not know is not found, and `OPTIONS` answers with those it knows.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::PathAndQuery;
use http::{HeaderName, Method, StatusCode, Uri, header};

/// Methods in the order they are listed in.
const METHODS: [&str; 6] = ["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE"];

/// Left in a request whose path was written with a trailing slash.
#[derive(Clone, Copy, Debug)]
pub struct TrailingSlash;

/// Middleware around a whole router, for what happens before and after a route is chosen.
pub async fn tolerate(mut request: Request, next: Next) -> Response {
    if let Some(uri) = without_slash(request.uri()) {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(TrailingSlash);
    }
    let asks = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    let allowed = response.headers_mut().remove(header::ALLOW);
    let allowed = allowed.as_ref().and_then(|allowed| allowed.to_str().ok());
    match allowed {
        Some(allowed) if asks && response.status() == StatusCode::NOT_FOUND => {
            let known = METHODS.into_iter().filter(|method| allowed.split(',').any(|allowed| allowed == *method));
            list(&known.collect::<Vec<_>>().join(","))
        }
        _ => response,
    }
}

fn list(methods: &str) -> Response {
    const HTML: (HeaderName, &str) = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    ([HTML, (header::ALLOW, methods)], methods.to_owned()).into_response()
}

fn without_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty() && !path.ends_with('/'))?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{path}{query}")).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn one_trailing_slash_does_not_matter_but_is_shown() {
        let fixture = Fixture::with_components(1).await;
        for path in ["/entities/", "/entities/by-name/component/default/c0/", "/entities/by-query/?limit=1"] {
            assert_eq!(fixture.get(path).await.status, 200, "{path}");
        }
        assert_eq!(fixture.get("/entities//").await.status, 404);
        let url = "/locations/x/?a=1";
        let message = "Unknown query parameter 'a'";
        assert_eq!(fixture.get(url).await.json(), error(400, "InputError", message, "GET", url));
    }

    #[tokio::test]
    async fn options_lists_the_methods_of_a_path() {
        let fixture = Fixture::with_components(0).await;
        for (path, methods) in [
            ("/entities", "GET,HEAD"),
            ("/entities/by-query", "POST,GET,HEAD"),
            ("/entities/by-uid/x", "GET,HEAD,DELETE"),
            ("/refresh", "POST"),
        ] {
            let found = fixture.call("OPTIONS", path, &[], "").await;
            assert_eq!((found.status, found.text.as_str(), found.header("allow")), (200, methods, methods), "{path}");
        }
        let other = fixture.call("PATCH", "/entities", &[], "").await;
        assert_eq!((other.status, other.header("allow")), (404, ""));
        assert_eq!(fixture.call("OPTIONS", "/nope", &[], "").await.status, 404);
        assert_eq!(fixture.root("OPTIONS", "/api/catalog/entities", &[], "").await.status, 401);
    }
}
