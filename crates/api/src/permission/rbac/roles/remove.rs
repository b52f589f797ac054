//! `DELETE /roles/{kind}/{namespace}/{name}`: the role, or with `memberReferences` one member of it.

use auth::permission::POLICY_DELETE;
use auth::policy::role::member_ref;
use axum::extract::State;
use http::StatusCode;

use super::super::{change, reference, require_for, roles_of};
use crate::error::ApiError;
use crate::extract::{Caller, FromParams, Params, Query, Segments};
use crate::state::ApiState;

#[derive(Debug)]
pub struct Ask {
    member: Option<String>,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["memberReferences"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        let member = params.text("memberReferences")?;
        let member = member.map(|member| member_ref(&member)).transpose();
        Ok(Self { member: member.map_err(|error| ApiError::Input(error.to_string()))? })
    }
}

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(ask): Query<Ask>,
    Segments(path): Segments<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let (roles, name) = (roles_of(&state)?, reference(&path)?);
    require_for(&state, &caller, &POLICY_DELETE, &name)?;
    change!(caller, |edit| roles.remove_role(edit, &name, ask.member.as_deref()))?;
    Ok(StatusCode::NO_CONTENT)
}
