//! `POST /policies`: a list of them, taken whole or not at all.

use auth::permission::POLICY_CREATE;
use auth::policy::role::{Grant, role_ref};
use axum::extract::{Request, State};
use http::StatusCode;

use super::super::{change, roles_of};
use super::{distinct, grant, invalid};
use crate::error::ApiError;
use crate::extract::{Caller, read_objects};
use crate::state::ApiState;

pub async fn handler(State(state): State<ApiState>, caller: Caller, request: Request) -> Result<StatusCode, ApiError> {
    caller.require(&POLICY_CREATE)?;
    let roles = roles_of(&state)?;
    let grants: Vec<(String, Grant)> = read_objects(request, |body| {
        let name = body.text("entityReference")?.unwrap_or_default();
        let name = role_ref(&name).map_err(|error| invalid(&error.to_string()))?;
        Ok((name, grant(body)?))
    })
    .await?;
    distinct(&grants)?;
    change!(caller, |edit| roles.add_grants(edit, &grants))?;
    Ok(StatusCode::CREATED)
}
