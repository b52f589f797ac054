//! `PUT /roles/conditions/{id}`.

use auth::permission::POLICY_UPDATE;
use axum::extract::{Request, State};
use http::StatusCode;

use super::super::{change, require_for, roles_of};
use super::{id, role_with, wanted};
use crate::error::ApiError;
use crate::extract::{Caller, Segments};
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Segments(path): Segments<String>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let id = id(&path)?;
    require_for(&state, &caller, &POLICY_UPDATE, &role_with(&state, id)?)?;
    let (name, condition) = wanted(&state, request).await?;
    require_for(&state, &caller, &POLICY_UPDATE, &name)?;
    let roles = roles_of(&state)?;
    change!(caller, |edit| roles.update_condition(edit, id, &name, &condition))?;
    Ok(StatusCode::OK)
}
