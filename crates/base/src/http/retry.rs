//! When a busy host (429, 503, an exhausted quota) is asked again.

use std::time::Duration;

use rand::Rng as _;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::clock;

/// How often and how patiently a busy host is asked again.
#[derive(Clone, Debug)]
pub struct RetryOptions {
    /// Requests in all, the first included.
    pub attempts: u32,
    /// The wait before the second request when the host names none; doubles each time.
    pub backoff: Duration,
    /// A host that asks for more patience than this is not waited for.
    pub longest_wait: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self { attempts: 3, backoff: Duration::from_millis(500), longest_wait: Duration::from_secs(10) }
    }
}

impl RetryOptions {
    /// The wait after the given attempt (from 1), or `None` to give up.
    #[allow(clippy::disallowed_methods, reason = "where waits are spread is no secret")]
    pub(super) fn wait(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let backoff = self.backoff.saturating_mul(1 << (attempt - 1).min(16));
        // Spread, so that many readers of one host do not come back all at once.
        let spread = backoff.mul_f64(rand::rng().random_range(0.0..0.25));
        let wait = asked.unwrap_or(backoff).saturating_add(spread);
        (asked.unwrap_or_default() <= self.longest_wait).then_some(wait.min(self.longest_wait))
    }
}

/// A quota that says it is empty but not until when is full again after so long.
const QUOTA_RESET: Duration = Duration::from_secs(60);

/// Whether an answer says that its reader asks too often. GitHub says 403 instead of 429, with an empty quota or the wait it
/// wants.
pub(super) fn is_rate_limit(status: StatusCode, headers: &HeaderMap) -> bool {
    let refused = status == StatusCode::FORBIDDEN && (quota_is_empty(headers) || headers.contains_key(RETRY_AFTER));
    refused || status == StatusCode::TOO_MANY_REQUESTS
}

/// How long a busy host asks to be left alone, if it says so.
pub(super) fn rest_asked_for(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers).or_else(|| quota_is_empty(headers).then(|| quota_reset(headers).unwrap_or(QUOTA_RESET)))
}

fn quota_is_empty(headers: &HeaderMap) -> bool {
    number(headers, "x-ratelimit-remaining") == Some(0)
}

/// Until the Unix time, in seconds, that `x-ratelimit-reset` names.
fn quota_reset(headers: &HeaderMap) -> Option<Duration> {
    let seconds = number(headers, "x-ratelimit-reset")?.saturating_sub(clock::now_millis() / 1000);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// What `Retry-After` asks for: seconds or an HTTP date (RFC 9110 section 10.2.3); the past is no wait.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    let millis = at.unix_timestamp().saturating_mul(1000).saturating_sub(clock::now_millis());
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn asked(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn what_hosts_ask_for() {
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert!(asked("Fri, 31 Dec 2199 23:59:59 GMT").unwrap() > Duration::from_secs(1_000_000_000));
        assert_eq!(asked("soon"), None);
        assert_eq!(asked("-3"), None);
    }

    #[test]
    fn empty_quotas() {
        let headers = |entries: &[(&'static str, &str)]| {
            entries.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
        };
        let reset = (clock::now_millis() / 1000 + 900).to_string();
        let empty = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)]);
        assert!(is_rate_limit(StatusCode::FORBIDDEN, &empty) && !is_rate_limit(StatusCode::NOT_FOUND, &empty));
        assert!(rest_asked_for(&empty).unwrap().as_secs().abs_diff(900) <= 1);
        assert!(is_rate_limit(StatusCode::FORBIDDEN, &headers(&[("retry-after", "60")])));
        let left = headers(&[("x-ratelimit-remaining", "12"), ("x-ratelimit-reset", &reset)]);
        assert!(!is_rate_limit(StatusCode::FORBIDDEN, &left));
        assert_eq!(rest_asked_for(&left), None);
        assert_eq!(rest_asked_for(&headers(&[("x-ratelimit-remaining", "0")])), Some(QUOTA_RESET));
    }

    #[test]
    fn waits_are_few_and_bounded() {
        let options = RetryOptions::default();
        let first = options.wait(1, None).unwrap();
        assert!(first >= Duration::from_millis(500) && first < Duration::from_millis(700), "{first:?}");
        assert!(options.wait(2, None).unwrap() >= Duration::from_secs(1));
        assert!(options.wait(1, Some(Duration::from_secs(2))).unwrap() >= Duration::from_secs(2));
        assert_eq!(options.wait(3, None), None);
        assert_eq!(options.wait(1, Some(Duration::from_secs(3600))), None);
    }
}
