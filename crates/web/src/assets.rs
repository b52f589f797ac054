//! Styles, scripts and pictures, embedded with their compressed forms; `build.rs` makes the table.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// A file browsers fetch.
struct Asset {
    /// What pages call it.
    name: &'static str,
    /// Where it is, its content's hash included.
    url: &'static str,
    content_type: &'static str,
    raw: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The name says the content, so it never changes.
pub(crate) const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Why the pages have no scripts, if the build could not make them.
pub fn missing() -> Option<&'static str> {
    MISSING
}

/// The address of a file, if the build made it.
pub(crate) fn find(name: &str) -> Option<&'static str> {
    ASSETS.iter().find(|asset| asset.name == name).map(|asset| asset.url)
}

/// The address of a file every build has.
pub(crate) fn url(name: &str) -> &'static str {
    find(name).unwrap_or("/static/missing")
}

/// `GET /static/{name}`.
pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.url.strip_prefix("/static/") == Some(name.as_str())) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (body, encoding) = if accepts(accepted, "br") {
        (asset.brotli, Some("br"))
    } else if accepts(accepted, "gzip") {
        (asset.gzip, Some("gzip"))
    } else {
        (asset.raw, None)
    };
    let mut response = ([(header::CONTENT_TYPE, asset.content_type)], body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Whether an `Accept-Encoding` header allows a coding.
fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let mut pieces = part.split(';').map(str::trim);
        let named = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        named && !pieces.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_taken_when_they_are_allowed() {
        assert!(accepts("gzip, deflate, br;q=0.5", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("broken", "br"));
    }

    #[test]
    fn styles_are_always_there_and_small() {
        let css = ASSETS.iter().find(|asset| asset.name == "app.css").map(|asset| (asset.raw.len(), asset.gzip.len()));
        let (raw, packed) = css.unwrap_or_default();
        assert!(raw > 1000 && packed < 20_000, "{raw} {packed}");
        assert!(find("mark.svg").is_some());
    }
}
