//! Asking a host, and telling its refusals apart.

use base::http::header::{CONTENT_TYPE, HeaderValue, IF_NONE_MATCH};
use base::http::{HttpClient, HttpError, Request, Response, StatusCode, redact};
use bytes::Bytes;
use sdk::ReadError;
use serde::de::DeserializeOwned;
use url::Url;

/// Answers of an API (lists of files, commits) are no larger than this.
pub(crate) const API_BYTES: u64 = 32 * 1024 * 1024;

/// What the client is told when an address is not covered by the configuration; the text is part of the wire.
pub(crate) fn not_allowed(url: &str) -> ReadError {
    ReadError::NotAllowed(format!(
        "Reading from '{url}' is not allowed. You may need to configure an integration for the target host, or add it to the \
         configured list of allowed hosts at 'backend.reading.allow'"
    ))
}

/// Sends requests on behalf of one address that somebody wants to read: errors speak of that address.
#[derive(Clone, Copy)]
pub(crate) struct Fetch<'a> {
    pub(crate) http: &'a HttpClient,
    /// The address as it was asked for, without credentials.
    pub(crate) shown: &'a str,
    /// What to do about 401 and 403.
    pub(crate) advice: &'a str,
}

impl Fetch<'_> {
    /// A success or, for a conditional request, 304.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, ReadError> {
        let response = self.http.send(request).await.map_err(|error| self.translate(error))?;
        let status = response.status;
        // Azure DevOps says 203 and shows its sign-in page when a token is not valid.
        let signed_out = status == StatusCode::NON_AUTHORITATIVE_INFORMATION && is_html(&response);
        if (status.is_success() && !signed_out) || status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        Err(self.refused(&response))
    }

    /// Reads a JSON answer; `prefix` is what some hosts put before it.
    pub(crate) async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T, ReadError> {
        let response = self.send(request).await?;
        parse_json(&response.body).map_err(|error| {
            let reason = format!("the host's answer at {} is not the expected JSON: {error}", redact(&response.url));
            self.failed(reason)
        })
    }

    /// A failure that concerns the address asked for.
    pub(crate) fn failed(&self, reason: impl Into<String>) -> ReadError {
        ReadError::Failed { url: self.shown.to_owned(), reason: reason.into() }
    }

    /// The file is not there.
    pub(crate) fn not_found(&self) -> ReadError {
        ReadError::NotFound { url: self.shown.to_owned(), reason: "404 Not Found".to_owned() }
    }

    fn refused(&self, response: &Response) -> ReadError {
        let status = response.status;
        if status == StatusCode::NOT_FOUND {
            return self.not_found();
        }
        let reason = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
        let denied = matches!(status.as_u16(), 203 | 401 | 403);
        let advice = if denied { self.advice } else { "" };
        self.failed(format!("{}{advice}", reason.trim_end()))
    }

    fn translate(&self, error: HttpError) -> ReadError {
        let url = self.shown.to_owned();
        match error {
            HttpError::Forbidden { url: target, from: Some(_), .. } => not_allowed(&target),
            HttpError::Forbidden { .. } => ReadError::NotAllowed(error.to_string()),
            HttpError::TooLarge { limit, .. } => ReadError::TooLarge { url, limit },
            HttpError::RateLimited { retry_after, .. } => {
                ReadError::RateLimited { url, retry_after_seconds: retry_after.as_secs() }
            }
            other => self.failed(other.to_string()),
        }
    }

    /// Refuses a web page where a file was expected: hosts show one to those who are not signed in.
    pub(crate) fn reject_page(&self, response: &Response, path: &str) -> Result<(), ReadError> {
        let wants_page = path.rsplit_once('.').is_none_or(|(_, extension)| {
            ["html", "htm", "xhtml"].iter().any(|page| extension.eq_ignore_ascii_case(page)) || extension.contains('/')
        });
        if wants_page || !is_html(response) || !looks_like_page(&response.body) {
            return Ok(());
        }
        Err(self.failed(format!("the host answered with a web page instead of the file{}", self.advice)))
    }
}

fn is_html(response: &Response) -> bool {
    response.header(CONTENT_TYPE).is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

fn looks_like_page(body: &Bytes) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(256)])
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")
}

/// Parses JSON, skipping the line that Gerrit and Gitiles put before theirs.
pub(crate) fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body.strip_prefix(b")]}'").unwrap_or(body))
}

/// Makes a request conditional on an etag of an earlier answer.
pub(crate) fn if_changed(request: Request, etag: Option<&str>) -> Request {
    match etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
        Some(etag) => request.header(IF_NONE_MATCH, etag),
        None => request,
    }
}

/// `base` with these path segments appended, each encoded, so that none can leave its place.
pub(crate) fn join<'s>(base: &Url, segments: impl IntoIterator<Item = &'s str>) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
