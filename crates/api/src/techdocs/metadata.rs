//! `GET /metadata/…`: what a site says of itself, and the entity it is of.

use axum::extract::State;
use axum::response::Response;
use model::Entity;
use model::entity::MANAGED_BY_LOCATION;
use serde_json::{Value, json};

use super::{Triplet, blocking, reference};
use crate::error::ApiError;
use crate::extract::{Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// `GET /metadata/techdocs/{namespace}/{kind}/{name}`.
pub async fn techdocs(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Segments(path): Segments<Triplet>,
) -> Result<Response, ApiError> {
    let entity_ref = reference(&path);
    let missing = || ApiError::NotFound(format!("Unable to get metadata for '{entity_ref}'"));
    if !state.catalog.sees(&scope, &entity_ref) {
        return Err(missing());
    }
    let docs = state.docs.clone();
    let found = blocking(move || {
        let folder = docs.folder((&path.0, &path.1, &path.2));
        docs.metadata(&folder)
    });
    Ok(respond::json(&found.await?.ok_or_else(missing)?))
}

/// `GET /metadata/entity/{namespace}/{kind}/{name}`.
pub async fn entity(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Segments(path): Segments<Triplet>,
) -> Result<Response, ApiError> {
    let entity_ref = reference(&path);
    let missing = || ApiError::NotFound(format!("Unable to get metadata for '{entity_ref}'"));
    let hit = state.catalog.by_ref(&scope, &entity_ref).await?.ok_or_else(missing)?;
    // What is kept was serialised by us.
    let mut entity: Entity = serde_json::from_slice(&hit.json).map_err(|error| ApiError::internal(&error))?;
    let location = entity.annotation(MANAGED_BY_LOCATION).and_then(|text| text.split_once(':'));
    let location: Value = location.map_or(Value::Null, |(kind, target)| json!({ "type": kind, "target": target }));
    if !location.is_null() {
        entity.0["locationMetadata"] = location;
    }
    Ok(respond::json(&entity.0))
}
