//! No request takes forever, and a bug in one answers 500 and ends nothing else.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use crate::error::ApiError;

/// The most a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the answer begins; how long it then streams is not limited.
    pub time: Duration,
}

/// Answers 503 for a request whose answer does not begin in time.
pub async fn limit(limits: Limits, next: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(limits.time, next).await {
        Ok(response) => response,
        Err(_) => {
            let seconds = limits.time.as_secs_f32();
            ApiError::Unavailable(format!("The request took longer than {seconds} s and was given up")).into_response()
        }
    }
}

/// Answers for a handler that panicked; nothing it was about is used again. The panic itself is logged by the process' hook.
pub async fn guard(next: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(next).catch_unwind().await.unwrap_or_else(panicked)
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    ApiError::internal_text(&format!("a handler panicked: {}", text.unwrap_or("no message"))).into_response()
}
