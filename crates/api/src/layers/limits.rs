//! No request takes forever, and a bug in one answers 500 and ends nothing else.

use std::any::Any;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// The most a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the answer begins; how long it then streams is not limited.
    pub time: Duration,
}

/// Middleware: answers 503 for a request whose answer does not begin in time.
pub async fn limit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limits.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let seconds = limits.time.as_secs_f32();
            ApiError::Unavailable(format!("The request took longer than {seconds} s and was given up")).into_response()
        }
    }
}

/// The answer for a handler that panicked. The panic itself is logged by the process' hook.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    ApiError::internal_text(&format!("a handler panicked: {}", text.unwrap_or("no message"))).into_response()
}
