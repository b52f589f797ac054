//! `GET /`: whether the caller may look after roles.

use auth::permission::POLICY_READ;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::require_some;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::respond;
use crate::state::ApiState;

pub async fn handler(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    Ok(respond::json(&json!({ "status": "Authorized" })))
}
