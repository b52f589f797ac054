//! What the routes of providers have in common: the query as it comes, cookies both ways.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, Uri, header};

use ::auth::sign_in::Cookies;

/// The query of a request; providers send along what they please.
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    pub(super) fn of_uri(uri: &Uri) -> Self {
        Self::of_bytes(uri.query().unwrap_or_default().as_bytes())
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The first value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(super) fn cookies(headers: &HeaderMap) -> Cookies {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    Cookies::parse(&all.collect::<Vec<_>>().join("; "))
}

/// Sends cookies along with an answer.
pub(super) fn with_cookies(mut response: Response, cookies: &[String]) -> Response {
    // Their values are encoded; what a header cannot hold is in none.
    for value in cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
