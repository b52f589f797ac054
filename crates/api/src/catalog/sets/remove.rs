//! `DELETE /sets/{id}`.

use axum::extract::State;
use http::StatusCode;

use super::name_of;
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Segments};
use crate::state::ApiState;
use ::auth::permission::INGESTION_MANAGE;

/// Removes a set with everything in it.
#[utoipa::path(
    delete, path = "/sets/{id}", operation_id = "DeleteSet", tag = "Sets", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone"), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    Segments(id): Segments<String>,
) -> Result<StatusCode, ApiError> {
    state.engine.writable()?;
    caller.require(&INGESTION_MANAGE)?;
    let removed = state.engine.remove_set(&id, &name_of(&caller.principal)).await?;
    state.engine.wait_shown(&removed.changed).await?;
    Ok(StatusCode::NO_CONTENT)
}
