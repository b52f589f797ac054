//! `GET /sync/{namespace}/{kind}/{name}`: whether documentation is up to date, as a stream of events (contract techdocs.md
//! section 6). What is rendered here is rendered when it is read, so there is never anything to wait for.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use super::{Triplet, reference};
use crate::error::ApiError;
use crate::extract::{Scope, Segments};
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Segments(path): Segments<Triplet>,
) -> Result<Response, ApiError> {
    if !state.catalog.sees(&scope, &reference(&path)) {
        return Err(ApiError::NotFound("Entity metadata UID missing".to_owned()));
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, "event: finish\ndata: {\"updated\":false}\n\n").into_response())
}
