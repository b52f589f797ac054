//! Reading an answer's body within bounds of size, time and pace. The bytes counted are the decompressed ones, so a small
//! answer that unfolds into a huge one is cut like any other.

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use super::client::HttpOptions;
use super::error::{HttpError, root_cause};

/// Bodies of failures are only looked at for their first bytes.
const FAILURE_BYTES: u64 = 16 * 1024;

pub(super) async fn read(
    mut answer: reqwest::Response,
    url: &str,
    limit: u64,
    deadline: Instant,
    options: &HttpOptions,
) -> Result<Bytes, HttpError> {
    if answer.content_length().is_some_and(|length| length > limit) {
        return Err(HttpError::TooLarge { url: url.to_owned(), limit });
    }
    let mut body = BytesMut::new();
    let mut window_end = Instant::now() + options.stall_window;
    let mut window_bytes = 0_u64;
    loop {
        match timeout_at(window_end.min(deadline), answer.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                let size = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                if u64::try_from(body.len()).unwrap_or(u64::MAX).saturating_add(size) > limit {
                    return Err(HttpError::TooLarge { url: url.to_owned(), limit });
                }
                window_bytes = window_bytes.saturating_add(size);
                body.extend_from_slice(&chunk);
            }
            Ok(Ok(None)) => return Ok(body.freeze()),
            Ok(Err(error)) => return Err(HttpError::Broken { url: url.to_owned(), reason: root_cause(&error) }),
            Err(_) => {}
        }
        let now = Instant::now();
        if now >= deadline {
            return Err(HttpError::Timeout { url: url.to_owned(), after: options.total_timeout });
        }
        if now >= window_end {
            if window_bytes < options.stall_bytes {
                let (bytes, window) = (options.stall_bytes, options.stall_window);
                return Err(HttpError::Stalled { url: url.to_owned(), bytes, window });
            }
            window_end = now + options.stall_window;
            window_bytes = 0;
        }
    }
}

/// As much of a failure's body as is worth having; none if it cannot be read.
pub(super) async fn read_failure(
    answer: reqwest::Response,
    url: &str,
    deadline: Instant,
    options: &HttpOptions,
) -> Bytes {
    read(answer, url, FAILURE_BYTES, deadline, options).await.unwrap_or_default()
}
