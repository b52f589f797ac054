//! `/plugins/id`: plugins outside whose permissions are offered.

use auth::permission::{POLICY_CREATE, POLICY_DELETE, POLICY_READ};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::super::{refused, require_some, roles_of};
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object};
use crate::respond;
use crate::state::ApiState;

/// The most ids of one request, and the most letters of one.
const MAX_IDS: usize = 100;
const MAX_LENGTH: usize = 100;

#[derive(Debug)]
pub struct Ask(Vec<String>);

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["ids"])?;
        let ids = body.texts("ids")?.unwrap_or_default();
        if ids.is_empty() || ids.len() > MAX_IDS || ids.iter().any(|id| id.is_empty() || id.len() > MAX_LENGTH) {
            let message = format!("request/body/ids must have 1 to {MAX_IDS} ids of 1 to {MAX_LENGTH} letters");
            return Err(ApiError::Input(message));
        }
        Ok(Self(ids))
    }
}

/// `GET`.
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let stored = roles_of(&state)?.stored().current();
    all(&state, &stored.1.plugins)
}

/// `POST`.
pub async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    JsonBody(Ask(ids)): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    caller.require(&POLICY_CREATE)?;
    let stored = roles_of(&state)?.add_plugins(&ids).await.map_err(refused)?;
    all(&state, &stored)
}

/// `DELETE`.
pub async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    JsonBody(Ask(ids)): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    caller.require(&POLICY_DELETE)?;
    let stored = roles_of(&state)?.remove_plugins(&ids).await.map_err(refused)?;
    all(&state, &stored)
}

fn all(state: &ApiState, stored: &[String]) -> Result<Response, ApiError> {
    let ids: Vec<&String> = roles_of(state)?.options().plugins.iter().chain(stored).collect();
    Ok(respond::json(&json!({ "ids": ids })))
}
