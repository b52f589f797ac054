//! The one table from what went wrong to what the wire says: a status, a Backstage error name, and the envelope
//! `{"error":{name,message},"request":{method,url},"response":{statusCode}}` (contract platform-services.md section 2).
//!
//! A handler answers with an [`ApiError`]; [`envelope`] wraps each plugin and writes the body, because only there the
//! request is known with its address as the plugin sees it.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use catalog::{EngineError, QueryError};
use http::StatusCode;
use model::RefError;
use serde_json::json;
use store::StoreError;

use crate::layers::{RequestId, TrailingSlash};
use crate::respond;

/// Why a request was not answered as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The request is malformed; the message says what to change.
    #[error("{0}")]
    Input(String),
    /// Nobody, or nobody we know, is asking.
    #[error("{0}")]
    Authentication(String),
    /// Who is asking may not.
    #[error("{0}")]
    NotAllowed(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    NotImplemented(String),
    #[error("{0}")]
    Unavailable(String),
    /// Our fault. The cause is in the log under the id in the message.
    #[error("An internal error occurred logId={0}")]
    Internal(String),
}

impl ApiError {
    /// The status and the error name that clients know.
    pub fn status_and_name(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Input(_) => (StatusCode::BAD_REQUEST, "InputError"),
            Self::Authentication(_) => (StatusCode::UNAUTHORIZED, "AuthenticationError"),
            Self::NotAllowed(_) => (StatusCode::FORBIDDEN, "NotAllowedError"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "NotFoundError"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "ConflictError"),
            Self::NotImplemented(_) => (StatusCode::NOT_IMPLEMENTED, "NotImplementedError"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableError"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Error"),
        }
    }

    /// An error of ours: logged with its causes under a fresh id, told to the client by that id alone.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        Self::internal_text(&with_causes(cause))
    }

    /// As [`ApiError::internal`], for a cause that is only a text.
    pub fn internal_text(cause: &str) -> Self {
        // The tail of an id is its random part.
        let id = base::ids::new_id().simple().to_string().split_off(16);
        let request = RequestId::current();
        tracing::error!(logId = id, requestId = request.as_ref().map(|id| id.0.as_str()), "internal error: {cause}");
        Self::Internal(id)
    }

    /// The answer for a request, with the address as it should be shown.
    pub fn respond(&self, method: &http::Method, url: &str) -> Response {
        let (status, name) = self.status_and_name();
        let body = json!({
            "error": { "name": name, "message": self.to_string() },
            "request": { "method": method.as_str(), "url": url },
            "response": { "statusCode": status.as_u16() },
        });
        let mut response = respond::json(&body);
        *response.status_mut() = status;
        response
    }
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Carries the error to [`envelope`], which knows the request.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status_and_name().0.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::MalformedCursor(_) | QueryError::Invalid(_) => Self::Input(error.to_string()),
            QueryError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(message) => Self::Conflict(message),
            other => Self::internal(&other),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Stopped => Self::Unavailable("Service is shutting down".to_owned()),
            EngineError::Store(error) => error.into(),
            EngineError::Rules(_) | EngineError::Provider(_) | EngineError::Elsewhere(_) => Self::internal(&error),
            EngineError::NobodyLeads | EngineError::Behind { .. } => Self::Unavailable(error.to_string()),
            EngineError::Readonly => Self::NotAllowed(error.to_string()),
            EngineError::Invalid(text) => Self::Input(text),
            EngineError::NotAllowed(text) => Self::NotAllowed(text),
            EngineError::Refused(text) => Self::Conflict(text),
            EngineError::NotFound(text) => Self::NotFound(text),
        }
    }
}

impl From<RefError> for ApiError {
    fn from(error: RefError) -> Self {
        Self::Input(error.to_string())
    }
}

/// Writes the error envelope where a handler answered with an [`ApiError`].
pub async fn envelope<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let has_slash = request.extensions().get::<TrailingSlash>().is_some() && !uri.path().ends_with('/');
    let mut response = next(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    let (slash, query) = (if has_slash { "/" } else { "" }, uri.query().map(|query| format!("?{query}")));
    let mut written = error.respond(&method, &format!("{}{slash}{}", uri.path(), query.unwrap_or_default()));
    written.extensions_mut().extend(std::mem::take(response.extensions_mut()));
    written
}

/// Middleware: [`envelope`] within a router.
pub async fn enveloped(request: Request, next: Next) -> Response {
    envelope(request, |request| next.run(request)).await
}

/// What a path that nobody serves answers: 404 without a body.
pub async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_error_has_its_status_and_name() {
        let text = || "why".to_owned();
        for (error, status, name) in [
            (ApiError::Input(text()), 400, "InputError"),
            (ApiError::Authentication(text()), 401, "AuthenticationError"),
            (ApiError::NotAllowed(text()), 403, "NotAllowedError"),
            (ApiError::NotFound(text()), 404, "NotFoundError"),
            (ApiError::Conflict(text()), 409, "ConflictError"),
            (ApiError::NotImplemented(text()), 501, "NotImplementedError"),
            (ApiError::Unavailable(text()), 503, "ServiceUnavailableError"),
            (ApiError::Internal(text()), 500, "Error"),
        ] {
            let (got, got_name) = error.status_and_name();
            assert_eq!((got.as_u16(), got_name), (status, name), "{error:?}");
        }
    }

    #[tokio::test]
    async fn the_envelope_is_written_where_the_request_is_known() {
        let response = ApiError::NotFound("No entity".to_owned()).respond(&http::Method::GET, "/entities/x?a=b");
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(
            String::from_utf8_lossy(&body),
            r#"{"error":{"name":"NotFoundError","message":"No entity"},"request":{"method":"GET","url":"/entities/x?a=b"},"response":{"statusCode":404}}"#
        );
    }

    #[test]
    fn a_database_error_tells_the_client_nothing_but_an_id() {
        let error = StoreError::Database { operation: "reading entities", reason: "disk I/O error".to_owned() };
        let text = ApiError::from(error).to_string();
        let id = text.strip_prefix("An internal error occurred logId=").unwrap();
        assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    }
}
