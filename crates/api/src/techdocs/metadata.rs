//! `GET /metadata/…`: what a site says of itself, and the entity it is of.

use axum::extract::State;
use axum::response::Response;
use docs::published::METADATA;
use model::entity::MANAGED_BY_LOCATION;
use serde_json::{Value, json};

use super::{Triplet, file, reference};
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
    let entity = super::entity(&state, &scope, &path).await?.ok_or_else(missing)?;
    let found = file(&state, entity, path, METADATA.to_owned()).await?.ok_or_else(missing)?;
    let metadata: Value = serde_json::from_slice(&found.bytes).map_err(|_| missing())?;
    Ok(respond::json(&metadata))
}

/// `GET /metadata/entity/{namespace}/{kind}/{name}`.
pub async fn entity(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Segments(path): Segments<Triplet>,
) -> Result<Response, ApiError> {
    let entity_ref = reference(&path);
    let missing = || ApiError::NotFound(format!("Unable to get metadata for '{entity_ref}'"));
    let mut entity = super::entity(&state, &scope, &path).await?.ok_or_else(missing)?;
    let location = entity.annotation(MANAGED_BY_LOCATION).and_then(|text| text.split_once(':'));
    let location: Value = location.map_or(Value::Null, |(kind, target)| json!({ "type": kind, "target": target }));
    if !location.is_null() {
        entity.0["locationMetadata"] = location;
    }
    Ok(respond::json(&entity.0))
}
