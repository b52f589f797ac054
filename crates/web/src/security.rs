//! What every page tells the browser about itself, and which forms from elsewhere are refused.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, header};

use crate::WebState;
use crate::pages::errors::Failure;

/// Nothing runs or styles a page but our own files.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'";

/// Adds the headers every answer carries.
pub async fn headers(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = state.content_security_policy.clone();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses forms that another site sends in a person's name.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || from_here(&request) { next.run(request).await } else { Failure::ForeignForm.into_response() }
}

/// Browsers say where a form comes from in `Sec-Fetch-Site`, older ones in `Origin`; what sends neither is no browser
/// and carries nobody's cookies by accident.
fn from_here(request: &Request) -> bool {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST).or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    origin.split_once("://").is_some_and(|(_, origin)| Some(origin) == host)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn forms_from_elsewhere_are_known() {
        for (headers, ours) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", "http://localhost:7007"), ("host", "localhost:7007")], true),
            (vec![("origin", "http://evil.example"), ("host", "localhost:7007")], false),
            (vec![("origin", "null"), ("host", "localhost:7007")], false),
            (vec![], true),
        ] {
            let mut request = Request::builder().method(Method::POST);
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            assert_eq!(from_here(&request.body(axum::body::Body::empty()).unwrap()), ours, "{headers:?}");
        }
    }
}
