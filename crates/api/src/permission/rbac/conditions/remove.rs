//! `DELETE /roles/conditions/{id}`.

use auth::permission::POLICY_DELETE;
use axum::extract::State;
use http::StatusCode;

use super::super::{change, require_for, roles_of};
use super::{id, role_with};
use crate::error::ApiError;
use crate::extract::{Caller, Segments};
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Segments(path): Segments<String>,
) -> Result<StatusCode, ApiError> {
    let id = id(&path)?;
    let (roles, name) = (roles_of(&state)?, role_with(&state, id)?);
    require_for(&state, &caller, &POLICY_DELETE, &name)?;
    change!(caller, |edit| roles.remove_condition(edit, id, &name))?;
    Ok(StatusCode::NO_CONTENT)
}
