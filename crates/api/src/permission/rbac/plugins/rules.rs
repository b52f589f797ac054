//! `GET /plugins/condition-rules`: the rules of each plugin that has some.

use auth::permission::{PLUGINS, POLICY_READ};
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::require_some;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::permission::integration::rules_of;
use crate::respond;
use crate::state::ApiState;

pub async fn handler(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let plugins = PLUGINS.iter().map(|plugin| (plugin.plugin, rules_of(plugin.plugin)));
    let with_rules = plugins.filter(|(_, rules)| !rules.is_empty());
    let all: Vec<Value> = with_rules.map(|(plugin, rules)| json!({ "pluginId": plugin, "rules": rules })).collect();
    Ok(respond::json(&all))
}
