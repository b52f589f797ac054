//! `GET /plugins/policies`: the permissions of each plugin, as policies name them.

use auth::permission::{PLUGINS, POLICY_READ};
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::require_some;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::respond;
use crate::state::ApiState;

pub async fn handler(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let plugins: Vec<Value> = PLUGINS
        .iter()
        .map(|plugin| {
            let policy = |permission: &auth::Permission<'_>| {
                let mut policy = json!({ "name": permission.name, "policy": permission.policy_action() });
                if let Some(resource_type) = permission.resource_type {
                    policy["resourceType"] = resource_type.into();
                    policy["isResourced"] = true.into();
                }
                policy
            };
            json!({ "pluginId": plugin.plugin, "policies": plugin.permissions.iter().map(policy).collect::<Vec<_>>() })
        })
        .collect();
    Ok(respond::json(&plugins))
}
