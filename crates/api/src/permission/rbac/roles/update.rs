//! `PUT /roles/{kind}/{namespace}/{name}`: `oldRole` says what it is thought to be, `newRole` what it is to become.

use auth::permission::POLICY_UPDATE;
use auth::policy::edit::Wanted;
use axum::extract::State;
use http::StatusCode;

use super::super::{change, reference, require_for, roles_of};
use super::{members, wanted};
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object, Segments};
use crate::state::ApiState;

#[derive(Debug)]
pub struct Ask {
    old_members: Vec<String>,
    new: Wanted,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        let part = |name: &str| {
            let missing = || ApiError::Input(format!("'{name}' object must be present"));
            body.object(name)?.ok_or_else(missing)
        };
        Ok(Self { old_members: members(&part("oldRole")?)?, new: wanted(&part("newRole")?)? })
    }
}

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Segments(path): Segments<(String, String, String)>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<StatusCode, ApiError> {
    let (roles, name) = (roles_of(&state)?, reference(&path)?);
    require_for(&state, &caller, &POLICY_UPDATE, &name)?;
    let changed = change!(caller, |edit| roles.update_role(edit, &name, &ask.old_members, ask.new))?;
    Ok(if changed { StatusCode::OK } else { StatusCode::NO_CONTENT })
}
