//! Passing a request on and its answer back, as they come: for what stands behind the portal's address. The same rules about
//! addresses hold; bodies are neither kept nor counted, and nothing is asked twice.

use bytes::Bytes;
use futures::Stream;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use tokio::time::timeout;
use url::Url;

use super::client::{HttpClient, refusal};
use super::egress::Reach;
use super::error::{HttpError, root_cause};
use super::redact;

/// A request to pass on.
pub struct Forward<B> {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: B,
}

/// The beginning of an answer. A redirect is one: following it is up to whoever asked.
pub struct Forwarded {
    pub status: StatusCode,
    pub headers: HeaderMap,
    answer: reqwest::Response,
}

impl Forwarded {
    /// The body, piece by piece.
    pub fn body(self) -> impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + 'static {
        self.answer.bytes_stream()
    }
}

impl HttpClient {
    /// Passes a request on, and answers when the status and the headers are there.
    ///
    /// # Errors
    /// The address may not be asked, nobody is there, or nobody answers in time.
    pub async fn forward<B, E>(&self, request: Forward<B>) -> Result<Forwarded, HttpError>
    where
        B: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let shown = redact(&request.url);
        let forbidden = |reason: String| HttpError::Forbidden { url: shown.clone(), from: None, reason };
        let reach = self.shared.egress.check(&request.url).map_err(|reason| forbidden(reason.to_owned()))?;
        let client = if reach == Reach::Internal { &self.shared.internal } else { &self.shared.public };
        let after = self.shared.options.header_timeout;
        let body = reqwest::Body::wrap_stream(request.body);
        let sent = client.request(request.method, request.url).headers(request.headers).body(body).send();
        let answer = timeout(after, sent).await.map_err(|_| HttpError::Timeout { url: shown.clone(), after })?;
        let answer = answer.map_err(|error| match refusal(&error) {
            Some(refused) => forbidden(refused),
            None => HttpError::Unreachable { url: shown.clone(), reason: root_cause(&error) },
        })?;
        Ok(Forwarded { status: answer.status(), headers: answer.headers().clone(), answer })
    }
}
