//! `GET /export`: the same as lines of JSON, all of it, for what collects such records.

use auth::permission::AUDIT_READ;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, header};
use store::StoreError;
use store::audit::AuditQuery;

use super::events::Ask;
use crate::error::ApiError;
use crate::extract::{Caller, Query};
use crate::state::ApiState;

/// Events that are read at once.
const PAGE: u32 = 500;

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(ask): Query<Ask>,
) -> Result<Response, ApiError> {
    caller.require(&AUDIT_READ)?;
    let pages = stream::try_unfold(Some(ask.query), move |query| {
        let state = state.clone();
        async move { page(&state, query).await }
    });
    let type_of_lines = [(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))];
    Ok((type_of_lines, Body::from_stream(pages)).into_response())
}

/// One page of lines, and what is to be asked for after it.
async fn page(state: &ApiState, query: Option<AuditQuery>) -> Result<Option<(Bytes, Option<AuditQuery>)>, StoreError> {
    let Some(query) = query else { return Ok(None) };
    let events = state.audit.store().events(&query, PAGE).await?;
    let Some(last) = events.last().map(|event| event.id) else { return Ok(None) };
    let lines: Vec<String> = events.iter().filter_map(|event| serde_json::to_string(event).ok()).collect();
    let next = (events.len() == PAGE as usize).then_some(AuditQuery { before: Some(last), ..query });
    Ok(Some((Bytes::from(lines.join("\n") + "\n"), next)))
}
