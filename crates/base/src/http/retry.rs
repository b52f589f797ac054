//! When a busy host (429, 503) is asked again.

use std::time::Duration;

use rand::Rng as _;
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

/// What `Retry-After` asks for: seconds or an HTTP date (RFC 9110 section 10.2.3); the past is no wait.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
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
