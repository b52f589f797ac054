//! `GET /entities/unprocessed/failed`.

use axum::extract::State;
use axum::response::Response;

use super::{Filter, list};
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{Caller, Query};
use crate::state::ApiState;

/// Entities that nobody sees since something is wrong with them, a thousand at most.
#[utoipa::path(
    get, path = "/entities/unprocessed/failed", operation_id = "GetFailedEntities", tag = "Entity",
    params(("owner" = Option<String>, Query, description = "Only those with this `spec.owner`")),
    responses((status = 200, description = "The entities", body = schema::UnprocessedEntities), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    list(&state, &caller, filter, "failed", |one| !one.problems.is_empty()).await
}
