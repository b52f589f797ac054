//! `DELETE /policies/{kind}/{namespace}/{name}`: those of the list in the body.

use auth::permission::POLICY_DELETE;
use auth::policy::role::Grant;
use axum::extract::{Request, State};
use http::StatusCode;

use super::super::{change, reference, require_for, roles_of};
use super::{distinct, grant};
use crate::error::ApiError;
use crate::extract::{Caller, Segments, read_objects};
use crate::state::ApiState;

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Segments(path): Segments<(String, String, String)>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let (roles, name) = (roles_of(&state)?, reference(&path)?);
    require_for(&state, &caller, &POLICY_DELETE, &name)?;
    let grants: Vec<Grant> = read_objects(request, grant).await?;
    distinct(&grants)?;
    change!(caller, |edit| roles.remove_grants(edit, &name, &grants))?;
    Ok(StatusCode::NO_CONTENT)
}
