//! `GET /entities/by-name/{kind}/{namespace}/{name}/history/{version}`.

use axum::extract::State;
use axum::response::Response;
use model::EntityRef;

use super::{position, version_of};
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// An entity as it was, with the relations that it stated itself.
#[utoipa::path(
    get, path = "/entities/by-name/{kind}/{namespace}/{name}/history/{version}", operation_id = "GetEntityVersion",
    tag = "History",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path), ("version" = i64, Path)),
    responses((status = 200, description = "The entity", body = schema::Entity), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments((kind, namespace, name, version)): Segments<(String, String, String, String)>,
) -> Result<Response, ApiError> {
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let (_, shown) = version_of(&state, &scope, &entity_ref, position(&version)?).await?;
    Ok(respond::json(&shown))
}
