//! `GET /roles/conditions/{id}`; an empty list where the caller may not see it.

use auth::permission::POLICY_READ;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::{allowed, require_some, roles_of};
use super::{id, role_with, shown};
use crate::error::ApiError;
use crate::extract::{Caller, Segments};
use crate::respond;
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Segments(path): Segments<String>,
) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let id = id(&path)?;
    let (name, policies) = (role_with(&state, id)?, roles_of(&state)?.policies());
    let role = policies.1.role(&name).map(|(_, role)| role);
    let role = role.filter(|role| allowed(&state, &caller, &POLICY_READ, role));
    let found: Option<Value> =
        role.and_then(|role| Some(shown(role, role.conditions.iter().find(|condition| condition.id == id)?)));
    Ok(respond::json(&found.unwrap_or_else(|| json!([]))))
}
