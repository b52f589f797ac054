//! `POST /roles/conditions`.

use auth::permission::POLICY_CREATE;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::super::{change, roles_of};
use super::wanted;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::respond;
use crate::state::ApiState;

pub async fn handler(State(state): State<ApiState>, caller: Caller, request: Request) -> Result<Response, ApiError> {
    caller.require(&POLICY_CREATE)?;
    let (name, condition) = wanted(&state, request).await?;
    let roles = roles_of(&state)?;
    let id = change!(caller, |edit| roles.add_condition(edit, &name, &condition))?;
    Ok((StatusCode::CREATED, respond::json(&json!({ "id": id }))).into_response())
}
