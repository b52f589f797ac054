//! `GET /events`: what was done, newest first, a page at a time.

use auth::permission::AUDIT_READ;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use store::audit::AuditQuery;
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::{Caller, FromParams, Params, Query};
use crate::respond;
use crate::state::ApiState;

/// The most events of a page.
const MAX_LIMIT: usize = 1000;
const DEFAULT_LIMIT: usize = 100;

/// Which events.
#[derive(Debug)]
pub struct Ask {
    pub query: AuditQuery,
    pub limit: u32,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["before", "limit", "actor", "plugin", "event", "status"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        let before = params.text("before")?.map(|text| Uuid::try_parse(&text)).transpose();
        let before =
            before.map_err(|_| ApiError::Input("request/query/before must be the id of an event".to_owned()))?;
        let limit = params.count("limit")?.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        Ok(Self {
            query: AuditQuery {
                before,
                actor: params.text("actor")?,
                plugin: params.text("plugin")?,
                event_id: params.text("event")?,
                status: params.text("status")?,
            },
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        })
    }
}

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(ask): Query<Ask>,
) -> Result<Response, ApiError> {
    caller.require(&AUDIT_READ)?;
    let events = state.audit.store().events(&ask.query, ask.limit).await?;
    // The last of a full page says where the next one begins.
    let next = events.last().filter(|_| events.len() == ask.limit as usize).map(|event| event.id);
    Ok(respond::json(&json!({ "events": events, "next": next })))
}
