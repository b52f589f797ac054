//! `GET /roles`.

use auth::permission::POLICY_READ;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::super::{allowed, require_some, roles_of};
use super::shown;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::respond;
use crate::state::ApiState;

/// Every role the caller may read.
pub async fn handler(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let roles = roles_of(&state)?;
    let default = roles.options().default_role.as_ref().map(|role| role.name.as_str());
    let policies = roles.policies();
    let readable = policies.1.roles().iter().filter(|(_, role)| allowed(&state, &caller, &POLICY_READ, role));
    let all: Vec<Value> =
        readable.map(|(source, role)| shown(*source, role, default == Some(role.name.as_str()))).collect();
    Ok(respond::json(&all))
}
