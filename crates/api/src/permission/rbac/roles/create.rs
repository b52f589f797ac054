//! `POST /roles`.

use auth::permission::POLICY_CREATE;
use auth::policy::edit::Wanted;
use axum::extract::State;
use http::StatusCode;

use super::super::{change, roles_of};
use super::wanted;
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object};
use crate::state::ApiState;

#[derive(Debug)]
pub struct Ask(Wanted);

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        wanted(body).map(Self)
    }
}

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    JsonBody(Ask(wanted)): JsonBody<Ask>,
) -> Result<StatusCode, ApiError> {
    caller.require(&POLICY_CREATE)?;
    let roles = roles_of(&state)?;
    change!(caller, |edit| roles.create_role(edit, wanted))?;
    Ok(StatusCode::CREATED)
}
