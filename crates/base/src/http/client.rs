//! The client: one request, its redirects and its retries.

use std::sync::{Arc, Once};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{StatusCode, redirect};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::egress::{Egress, Reach};
use super::error::{HttpError, root_cause};
use super::gates::Gates;
use super::resolver::{GuardedResolver, RefusedAddress};
use super::retry::{RetryOptions, is_rate_limit, rest_asked_for};
use super::{body, redact};

/// The bounds of every request. The defaults are meant for production; tests inject shorter times.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Until a connection stands (TLS included).
    pub connect_timeout: Duration,
    /// From the start of a request to its status line and headers.
    pub header_timeout: Duration,
    /// From the start of a request to the last byte of its body.
    pub total_timeout: Duration,
    /// A body must bring `stall_bytes` in each window of this length.
    pub stall_window: Duration,
    pub stall_bytes: u64,
    /// Requests to one host at a time.
    pub per_host: usize,
    pub max_redirects: usize,
    /// How often and how patiently a busy host is asked again: requests in all, first wait, longest wait.
    pub attempts: u32,
    pub backoff: Duration,
    pub longest_wait: Duration,
    pub user_agent: String,
}

impl Default for HttpOptions {
    fn default() -> Self {
        let retry = RetryOptions::default();
        Self {
            connect_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(60),
            stall_window: Duration::from_secs(10),
            stall_bytes: 1024,
            per_host: 5,
            max_redirects: 5,
            attempts: retry.attempts,
            backoff: retry.backoff,
            longest_wait: retry.longest_wait,
            user_agent: concat!("callboard/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

type UrlCheck = Arc<dyn Fn(&Url) -> bool + Send + Sync>;

/// A GET request, or a POST where it has a body.
#[derive(Clone)]
pub struct Request {
    body: Option<(HeaderValue, Bytes)>,
    url: Url,
    headers: HeaderMap,
    credentials: HeaderMap,
    max_bytes: u64,
    allow: Option<UrlCheck>,
}

impl Request {
    /// Reads `url`, giving up when the body has more than `max_bytes` bytes (decompressed).
    pub fn get(url: Url, max_bytes: u64) -> Self {
        Self { body: None, url, headers: HeaderMap::new(), credentials: HeaderMap::new(), max_bytes, allow: None }
    }

    /// Posts a body of this type. A redirect is not followed: what was posted is meant for this address alone.
    pub fn post(url: Url, content_type: HeaderValue, body: impl Into<Bytes>, max_bytes: u64) -> Self {
        Self { body: Some((content_type, body.into())), ..Self::get(url, max_bytes) }
    }

    /// Adds a header that goes with the request wherever it is redirected to.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds a header that proves who asks: it is never logged, and dropped when a redirect leaves the origin.
    #[must_use]
    pub fn credential(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.credentials.insert(name, value);
        self
    }

    /// Narrows where the request, and every redirect of it, may go.
    #[must_use]
    pub fn allow(mut self, check: impl Fn(&Url) -> bool + Send + Sync + 'static) -> Self {
        self.allow = Some(Arc::new(check));
        self
    }
}

/// A whole answer. Any status but a redirect and a rate limit is an answer; judging it is the caller's business.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// Complete for a success; at most the first 16 KiB, possibly nothing, for other statuses.
    pub body: Bytes,
}

impl Response {
    /// A header as text; absent when it is not plain ASCII.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Outbound HTTP under the egress rules. Cheap to clone; clones share connections and per-host queues.
#[derive(Clone, Debug)]
pub struct HttpClient {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: HttpOptions,
    retry: RetryOptions,
    pub(super) egress: Egress,
    gates: Gates,
    /// Two clients because a resolver sees names without ports: what is trusted is decided per address before.
    pub(super) public: reqwest::Client,
    pub(super) internal: reqwest::Client,
}

impl HttpClient {
    /// Builds a client.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when TLS cannot be set up, for example without any root certificates on the machine.
    pub fn new(options: HttpOptions, egress: Egress) -> Result<Self, HttpError> {
        install_crypto();
        let public = build(&options, Reach::PublicOnly)?;
        let internal = build(&options, Reach::Internal)?;
        let retry =
            RetryOptions { attempts: options.attempts, backoff: options.backoff, longest_wait: options.longest_wait };
        let gates = Gates::new(options.per_host);
        Ok(Self { shared: Arc::new(Shared { options, retry, egress, gates, public, internal }) })
    }

    /// Sends a request, follows its redirects, and asks a busy host again.
    ///
    /// # Errors
    /// Everything in [`HttpError`] but `Setup`. A rate limit that outlasts the retries is [`HttpError::RateLimited`], and so
    /// is every request to that host until it may be asked again; a 503 that outlasts them is an answer.
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let mut attempt = 1;
        loop {
            let response = self.follow(&request).await?;
            let limited = is_rate_limit(response.status, &response.headers);
            if !limited && response.status != StatusCode::SERVICE_UNAVAILABLE {
                return Ok(response);
            }
            let asked = rest_asked_for(&response.headers);
            match self.shared.retry.wait(attempt, asked) {
                Some(wait) => tokio::time::sleep(wait).await,
                None if limited => {
                    let retry_after = asked.unwrap_or(self.shared.retry.longest_wait);
                    self.shared.gates.close_for(&response.url, retry_after);
                    return Err(HttpError::RateLimited { url: redact(&response.url), retry_after });
                }
                None => return Ok(response),
            }
            attempt += 1;
        }
    }

    async fn follow(&self, request: &Request) -> Result<Response, HttpError> {
        let limit = self.shared.options.max_redirects;
        let mut url = request.url.clone();
        let mut from = None;
        let mut credentials = Some(&request.credentials);
        for _ in 0..=limit {
            let response = self.once(request, &url, from.as_ref(), credentials).await?;
            if request.body.is_some() {
                return Ok(response);
            }
            let Some(next) = redirect_target(&response)? else { return Ok(response) };
            if next.origin() != url.origin() {
                credentials = None;
            }
            from = Some(std::mem::replace(&mut url, next));
        }
        Err(HttpError::TooManyRedirects { url: redact(&request.url), limit })
    }

    async fn once(
        &self,
        request: &Request,
        url: &Url,
        from: Option<&Url>,
        credentials: Option<&HeaderMap>,
    ) -> Result<Response, HttpError> {
        let shown = redact(url);
        let forbidden = |reason: String| HttpError::Forbidden { url: redact(url), from: from.map(redact), reason };
        let reach = self.shared.egress.check(url).map_err(|reason| forbidden(reason.to_owned()))?;
        if request.allow.as_ref().is_some_and(|allow| !allow(url)) {
            return Err(forbidden("the configuration does not allow this address".to_owned()));
        }
        let client = if reach == Reach::Internal { &self.shared.internal } else { &self.shared.public };
        let options = &self.shared.options;
        let entered = self.shared.gates.enter(url).await;
        let _place = entered.map_err(|retry_after| HttpError::RateLimited { url: shown.clone(), retry_after })?;
        let started = Instant::now();
        let mut headers = request.headers.clone();
        headers.extend(
            credentials.into_iter().flat_map(|map| map.iter().map(|(name, value)| (name.clone(), value.clone()))),
        );
        let sent = match &request.body {
            None => client.get(url.clone()),
            Some((content_type, body)) => {
                client.post(url.clone()).header(CONTENT_TYPE, content_type).body(body.clone())
            }
        };
        let answer = timeout_at(started + options.header_timeout, sent.headers(headers).send())
            .await
            .map_err(|_| HttpError::Timeout { url: shown.clone(), after: options.header_timeout })?
            .map_err(|error| match refusal(&error) {
                Some(refused) => forbidden(refused),
                None if error.is_timeout() => HttpError::Timeout { url: shown.clone(), after: options.connect_timeout },
                None => HttpError::Unreachable { url: shown.clone(), reason: root_cause(&error) },
            })?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let deadline = started + options.total_timeout;
        let body = if status.is_success() {
            body::read(answer, &shown, request.max_bytes, deadline, options).await?
        } else {
            body::read_failure(answer, &shown, deadline, options).await
        };
        Ok(Response { status, headers, url: url.clone(), body })
    }
}

fn redirect_target(response: &Response) -> Result<Option<Url>, HttpError> {
    if !matches!(response.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let bad = || HttpError::BadRedirect { url: redact(&response.url) };
    let location = response.header(LOCATION).ok_or_else(bad)?;
    response.url.join(location).map(Some).map_err(|_| bad())
}

pub(super) fn refusal(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(current) = cause {
        if let Some(refused) = current.downcast_ref::<RefusedAddress>() {
            return Some(refused.to_string());
        }
        cause = current.source();
    }
    None
}

#[allow(clippy::disallowed_methods, reason = "this is the one place that makes HTTP clients")]
fn build(options: &HttpOptions, reach: Reach) -> Result<reqwest::Client, HttpError> {
    reqwest::Client::builder()
        .connect_timeout(options.connect_timeout)
        .redirect(redirect::Policy::none())
        .dns_resolver(Arc::new(GuardedResolver { reach }))
        // A proxy would resolve names in our stead, past the checks above.
        .no_proxy()
        .user_agent(&options.user_agent)
        .build()
        .map_err(|error| HttpError::Setup { reason: root_cause(&error) })
}

/// The process has one cryptography provider; whoever comes first installs it.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails only when one is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
