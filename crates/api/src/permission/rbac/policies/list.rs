//! `GET /policies`, narrowed by `entityRef`, `permission`, `policy` and `effect`.

use auth::permission::POLICY_READ;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::super::{allowed, require_some, roles_of};
use super::shown;
use crate::error::ApiError;
use crate::extract::{Caller, FromParams, Params, Query};
use crate::respond;
use crate::state::ApiState;

/// The members to compare, with what is wanted of each.
#[derive(Debug)]
pub struct Ask([(&'static str, Option<String>); 4]);

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["entityRef", "permission", "policy", "effect"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self([
            ("entityReference", params.text("entityRef")?.map(|name| name.to_lowercase())),
            ("permission", params.text("permission")?),
            ("policy", params.text("policy")?),
            ("effect", params.text("effect")?),
        ]))
    }
}

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Ask(wanted)): Query<Ask>,
) -> Result<Response, ApiError> {
    require_some(&state, &caller, &POLICY_READ)?;
    let policies = roles_of(&state)?.policies();
    let readable = policies.1.roles().iter().filter(|(_, role)| allowed(&state, &caller, &POLICY_READ, role));
    let meant = |policy: &Value| {
        wanted.iter().all(|(member, wanted)| wanted.as_ref().is_none_or(|wanted| policy[*member] == wanted.as_str()))
    };
    let all: Vec<Value> = readable.flat_map(|(source, role)| shown(*source, role)).filter(meant).collect();
    Ok(respond::json(&all))
}
