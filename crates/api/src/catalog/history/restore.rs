//! `POST /entities/by-name/{kind}/{namespace}/{name}/history/{version}/restore`.

use axum::extract::State;
use axum::response::Response;
use catalog::Push;
use model::EntityRef;
use serde::Serialize;
use utoipa::ToSchema;

use super::{position, version_of};
use crate::catalog::schema;
use crate::catalog::sets::name_of;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::INGESTION_MANAGE;

/// Where a version went back to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestoreResponse {
    entity_ref: String,
    version: i64,
    /// The id of the set that has it again.
    set: String,
    /// The set had it otherwise, or not at all.
    changed: bool,
}

/// Puts a version of an entity back into the pushed set it came from. What comes from a file is put back in the file.
#[utoipa::path(
    post, path = "/entities/by-name/{kind}/{namespace}/{name}/history/{version}/restore",
    operation_id = "RestoreEntityVersion", tag = "History",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = i64, Path)),
    responses((status = 200, description = "It is back", body = RestoreResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments((kind, namespace, name, version)): Segments<(String, String, String, String)>,
) -> Result<Response, ApiError> {
    state.engine.writable()?;
    caller.require(&INGESTION_MANAGE)?;
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let (version, _) = version_of(&state, &scope, &entity_ref, position(&version)?).await?;
    let Some(set) = version.since.cause.strip_prefix("set:") else {
        return Err(ApiError::Conflict(format!(
            "{entity_ref} came from {}; put this version back there, for what stands in a source is never changed from here",
            version.since.cause
        )));
    };
    // What is kept was serialised by us.
    let body = serde_json::from_str(&version.body).map_err(|error| ApiError::internal(&error))?;
    let push = Push { by: name_of(&caller.principal), force: false };
    let pushed = state.engine.change_set(set, vec![body], Vec::new(), push).await?;
    state.engine.wait_shown(&pushed.changed).await?;
    Ok(respond::json(&RestoreResponse {
        entity_ref: entity_ref.to_string(),
        version: version.since.position,
        set: set.to_owned(),
        changed: !pushed.changed.is_empty(),
    }))
}
