//! Why an outbound request gave no answer.

use std::time::Duration;

/// Addresses in these texts are stripped of credentials.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("the HTTP client could not be set up: {reason}")]
    Setup { reason: String },
    /// The egress rules or the caller's own check refuse the address; `from` is the address that redirected there.
    #[error("{url} may not be read{}: {reason}", .from.as_ref().map(|from| format!(" (redirected from {from})")).unwrap_or_default())]
    Forbidden { url: String, from: Option<String>, reason: String },
    #[error("{url} redirected more than {limit} times")]
    TooManyRedirects { url: String, limit: usize },
    #[error("{url} redirected to something that is not an address")]
    BadRedirect { url: String },
    #[error("{url} could not be reached: {reason}")]
    Unreachable { url: String, reason: String },
    /// No status line and headers in time, or the whole answer took too long.
    #[error("{url} did not answer within {} s", .after.as_secs_f32())]
    Timeout { url: String, after: Duration },
    /// The answer arrives, but slower than any working host sends.
    #[error("{url} sends its answer too slowly: less than {bytes} bytes in {} s", .window.as_secs_f32())]
    Stalled { url: String, bytes: u64, window: Duration },
    #[error("{url} answered with more than {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("{url} is rate limited; it may be tried again in {} s", .retry_after.as_secs())]
    RateLimited { url: String, retry_after: Duration },
    #[error("the answer of {url} broke off: {reason}")]
    Broken { url: String, reason: String },
}

/// The innermost causes say what happened; the outer ones only that something did.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    // The outermost error prints the address, credentials included; never fall back to it.
    if std::ptr::addr_eq(cause, std::ptr::from_ref(error)) {
        "the connection failed".to_owned()
    } else {
        cause.to_string()
    }
}
