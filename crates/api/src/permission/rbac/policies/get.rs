//! `GET /policies/{kind}/{namespace}/{name}`: those of one role.

use auth::permission::POLICY_READ;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::super::{allowed, reference, require_some, roles_of};
use super::shown;
use crate::error::ApiError;
use crate::extract::{Caller, Segments};
use crate::respond;
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Segments(path): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let (policies, name) = (roles_of(&state)?.policies(), reference(&path)?);
    let role = policies.1.role(&name).filter(|(_, role)| allowed(&state, &caller, &POLICY_READ, role));
    let found: Vec<Value> = role.into_iter().flat_map(|(source, role)| shown(*source, role)).collect();
    if found.is_empty() {
        return Err(ApiError::NotFound(format!("No policies of {name} were found")));
    }
    Ok(respond::json(&found))
}
