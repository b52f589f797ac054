//! `GET /roles/conditions`, narrowed by `roleEntityRef`, `pluginId`, `resourceType` and `actions`.

use auth::permission::POLICY_READ;
use auth::policy::role::{Condition, Role};
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::super::{allowed, require_some, roles_of};
use super::shown;
use crate::error::ApiError;
use crate::extract::{Caller, FromParams, Params, Query};
use crate::respond;
use crate::state::ApiState;

#[derive(Debug)]
pub struct Ask {
    role: Option<String>,
    plugin: Option<String>,
    resource_type: Option<String>,
    actions: Vec<String>,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["roleEntityRef", "pluginId", "resourceType", "actions"];
    const LISTS: &'static [&'static str] = &["actions"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self {
            role: params.text("roleEntityRef")?.map(|name| name.to_lowercase()),
            plugin: params.text("pluginId")?,
            resource_type: params.text("resourceType")?,
            actions: params.comma_separated("actions"),
        })
    }
}

impl Ask {
    fn means(&self, role: &Role, condition: &Condition) -> bool {
        self.role.as_ref().is_none_or(|name| *name == role.name)
            && self.plugin.as_ref().is_none_or(|plugin| *plugin == condition.plugin_id)
            && self.resource_type.as_ref().is_none_or(|wanted| *wanted == condition.resource_type)
            && (self.actions.is_empty() || condition.mapping.iter().any(|one| self.actions.contains(&one.action)))
    }
}

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(ask): Query<Ask>,
) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let policies = roles_of(&state)?.policies();
    let readable = policies.1.roles().iter().filter(|(_, role)| allowed(&state, &caller, &POLICY_READ, role));
    let all: Vec<Value> = readable
        .flat_map(|(_, role)| role.conditions.iter().map(move |condition| (role, condition)))
        .filter(|(role, condition)| ask.means(role, condition))
        .map(|(role, condition)| shown(role, condition))
        .collect();
    Ok(respond::json(&all))
}
