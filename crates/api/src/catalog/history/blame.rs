//! `GET /entities/by-name/{kind}/{namespace}/{name}/history/blame`.

use axum::extract::State;
use axum::response::Response;
use catalog::Blamed;
use model::EntityRef;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::HistorySince;
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// Since when each part of an entity is what it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlameResponse {
    entity_ref: String,
    /// In order of path.
    items: Vec<BlamedPart>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlamedPart {
    /// JSON pointer.
    path: String,
    #[schema(value_type = Object)]
    value: Value,
    since: HistorySince,
    /// It was so in the oldest version that is kept, and may be older.
    at_least: bool,
}

impl From<Blamed> for BlamedPart {
    fn from(part: Blamed) -> Self {
        Self { path: part.path, value: part.value, since: part.since.into(), at_least: part.at_least }
    }
}

/// Since when each part of an entity is what it is, and whose doing it was.
#[utoipa::path(
    get, path = "/entities/by-name/{kind}/{namespace}/{name}/history/blame", operation_id = "GetEntityBlame",
    tag = "History", params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, description = "Its parts", body = BlameResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments((kind, namespace, name)): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let blamed = state.catalog.blame(&scope, &entity_ref).await?;
    let blamed = blamed.ok_or_else(|| ApiError::NotFound(format!("No such entity {entity_ref}")))?;
    let items = blamed.into_iter().map(Into::into).collect();
    Ok(respond::json(&BlameResponse { entity_ref: entity_ref.to_string(), items }))
}
