//! `GET /sets`.

use axum::extract::State;
use axum::response::Response;

use super::PushedSet;
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::INGESTION_READ;

/// Every set, by id.
#[utoipa::path(
    get, path = "/sets", operation_id = "GetSets", tag = "Sets",
    responses((status = 200, description = "The sets", body = Vec<PushedSet>), schema::Failure)
)]
pub async fn handler(State(state): State<ApiState>, caller: Caller, _: Query<NoParams>) -> Result<Response, ApiError> {
    caller.require(&INGESTION_READ)?;
    let sets: Vec<PushedSet> = state.engine.sets().await?.into_iter().map(PushedSet::from).collect();
    Ok(respond::json(&sets))
}
