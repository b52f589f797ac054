//! `/policies`: what roles allow and deny without conditions.

pub mod create;
pub mod get;
pub mod list;
pub mod remove;
pub mod update;

use auth::policy::role::{Grant, Role, Source};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::Object;

/// The policies of a role as the wire shows them.
fn shown(source: Source, role: &Role) -> impl Iterator<Item = Value> {
    role.grants.iter().map(move |grant| {
        json!({
            "entityReference": role.name,
            "permission": grant.permission,
            "policy": grant.action,
            "effect": grant.effect,
            "metadata": { "source": source.word() },
        })
    })
}

/// Reads `{permission, policy, effect}`.
fn grant(body: &Object<'_>) -> Result<Grant, ApiError> {
    let text = |name: &str| {
        let found = body.text(name)?.filter(|text| !text.is_empty());
        found.ok_or_else(|| invalid(&format!("'{name}' field must not be empty")))
    };
    Grant::read(&text("permission")?, &text("policy")?, &text("effect")?).map_err(|error| invalid(&error.to_string()))
}

fn invalid(cause: &str) -> ApiError {
    ApiError::Input(format!("Invalid policy definition. Cause: {cause}"))
}

/// Complains where a list is empty or names something twice.
fn distinct<T: PartialEq>(all: &[T]) -> Result<(), ApiError> {
    if all.is_empty() {
        return Err(ApiError::Input("permission policy must be present".to_owned()));
    }
    let twice = all.iter().enumerate().any(|(at, one)| all[..at].contains(one));
    if twice { Err(ApiError::Conflict("Duplicate polices found".to_owned())) } else { Ok(()) }
}
