//! `/roles/conditions`: what roles allow where a resource meets conditions.

pub mod create;
pub mod get;
pub mod list;
pub mod remove;
pub mod update;

use auth::policy::documents;
use auth::policy::role::{Condition, Role};
use axum::extract::Request;
use serde_json::{Value, json};

use super::roles_of;
use crate::error::ApiError;
use crate::extract::{BODY_LIMIT, read_json};
use crate::state::ApiState;

/// A condition as the wire shows it.
fn shown(role: &Role, condition: &Condition) -> Value {
    json!({
        "id": condition.id,
        "result": "CONDITIONAL",
        "roleEntityRef": role.name,
        "pluginId": condition.plugin_id,
        "resourceType": condition.resource_type,
        "permissionMapping": condition.permissions(),
        "conditions": condition.conditions,
    })
}

/// The id of a path.
fn id(text: &str) -> Result<u32, ApiError> {
    text.parse().map_err(|_| ApiError::Input("Id is not a valid number.".to_owned()))
}

/// Reads the condition of a body and the role it is for.
async fn wanted(state: &ApiState, request: Request) -> Result<(String, Condition), ApiError> {
    let body: Value = read_json(request, BODY_LIMIT).await?;
    let limits = roles_of(state)?.criteria_limits();
    documents::condition(&body, limits, true).map_err(|error| ApiError::Input(error.to_string()))
}

/// The name of the role that has a condition.
fn role_with(state: &ApiState, id: u32) -> Result<String, ApiError> {
    let policies = roles_of(state)?.policies();
    let mut roles = policies.1.roles().iter();
    let found = roles.find(|(_, role)| role.conditions.iter().any(|condition| condition.id == id));
    let (_, role) = found.ok_or_else(|| ApiError::NotFound(format!("Condition with id {id} was not found")))?;
    Ok(role.name.clone())
}
