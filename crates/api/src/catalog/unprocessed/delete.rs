//! `DELETE /entities/unprocessed/delete/{entity_id}`.

use axum::extract::State;
use catalog::engine::Deletion;
use http::StatusCode;
use uuid::Uuid;

use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Segments};
use crate::state::ApiState;
use ::auth::permission::UNPROCESSED_DELETE;

/// Removes an entity that could not be processed. It stays away until its source changes.
#[utoipa::path(
    delete, path = "/entities/unprocessed/delete/{entity_id}", operation_id = "DeleteUnprocessedEntity", tag = "Entity",
    params(("entity_id" = String, Path)),
    responses((status = 204, description = "There is no such entity any more"), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    Segments(uid): Segments<String>,
) -> Result<StatusCode, ApiError> {
    caller.require(&UNPROCESSED_DELETE)?;
    if let Ok(uid) = Uuid::try_parse(&uid) {
        state.engine.delete(uid, Deletion::Forget).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
