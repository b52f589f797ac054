//! Path segments, percent-decoded.

use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The variable segments of a path, none of them empty, decoded; `%2F` inside a segment is a slash in its value.
#[derive(Debug)]
pub struct Segments<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = parts.uri.path();
        if path.contains("//") {
            return Err(StatusCode::NOT_FOUND.into_response());
        }
        if !is_encoded(path) {
            return Err(malformed());
        }
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(_) => Err(malformed()),
        }
    }
}

/// In the words, and with the stray quote, that clients know.
fn malformed() -> Response {
    ApiError::Input("malformed uri'".to_owned()).into_response()
}

/// Whether every percent sign begins an encoded byte.
fn is_encoded(path: &str) -> bool {
    path.split('%').skip(1).all(|part| part.len() > 1 && part.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}
