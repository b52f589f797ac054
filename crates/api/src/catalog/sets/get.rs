//! `GET /sets/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::PushedSet;
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Segments};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::INGESTION_READ;

/// A set, who pushed it last, and what is wrong with it.
#[utoipa::path(
    get, path = "/sets/{id}", operation_id = "GetSet", tag = "Sets", params(("id" = String, Path)),
    responses((status = 200, description = "The set", body = PushedSet), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    Segments(id): Segments<String>,
) -> Result<Response, ApiError> {
    caller.require(&INGESTION_READ)?;
    Ok(respond::json(&PushedSet::from(state.engine.set(&id).await?)))
}
