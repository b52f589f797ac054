//! `/roles`: who has which.

pub mod create;
pub mod get;
pub mod list;
pub mod remove;
pub mod update;

use auth::policy::edit::Wanted;
use auth::policy::role::{Role, Source, member_ref, role_ref};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::Object;

/// A role as the wire shows it.
fn shown(source: Source, role: &Role, is_default: bool) -> Value {
    let mut metadata = serde_json::to_value(&role.metadata).unwrap_or_default();
    metadata["source"] = source.word().into();
    if is_default {
        metadata["isDefault"] = true.into();
    }
    json!({ "memberReferences": role.members, "name": role.name, "metadata": metadata })
}

/// Reads `{name, memberReferences, metadata?: {description?, owner?}}`.
fn wanted(body: &Object<'_>) -> Result<Wanted, ApiError> {
    let invalid = |text: String| ApiError::Input(format!("Invalid role definition. Cause: {text}"));
    let name = body.text("name")?.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| invalid("'name' field must not be empty".to_owned()))?;
    let members = members(body)?;
    if members.is_empty() {
        return Err(invalid("'memberReferences' field must not be empty".to_owned()));
    }
    let metadata = body.object("metadata")?;
    let text = |name: &str| metadata.as_ref().map_or(Ok(None), |metadata| metadata.text(name));
    Ok(Wanted {
        name: role_ref(&name).map_err(|error| invalid(error.to_string()))?,
        members,
        description: text("description")?,
        owner: text("owner")?,
    })
}

fn members(body: &Object<'_>) -> Result<Vec<String>, ApiError> {
    let invalid = |text: String| ApiError::Input(format!("Invalid role definition. Cause: {text}"));
    let members = body.texts("memberReferences")?.unwrap_or_default();
    members.iter().map(|member| member_ref(member).map_err(|error| invalid(error.to_string()))).collect()
}
