//! `GET /roles/{kind}/{namespace}/{name}`: a list of one.

use auth::permission::POLICY_READ;
use axum::extract::State;
use axum::response::Response;

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
    let (roles, name) = (roles_of(&state)?, reference(&path)?);
    let is_default = roles.options().default_role.as_ref().is_some_and(|role| role.name == name);
    let policies = roles.policies();
    let found = policies.1.role(&name).filter(|(_, role)| allowed(&state, &caller, &POLICY_READ, role));
    let (source, role) = found.ok_or_else(|| ApiError::NotFound(format!("Role {name} was not found")))?;
    Ok(respond::json(&[shown(*source, role, is_default)]))
}
