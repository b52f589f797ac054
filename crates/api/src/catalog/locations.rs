//! `GET /locations`: the registered locations, and how one looks on the wire.

use axum::extract::State;
use axum::response::Response;
use model::LocationRef;
use serde::Serialize;
use store::StoredLocation;
use utoipa::ToSchema;

use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Object, Query};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::LOCATION_READ;

/// A registered location.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    pub id: String,
    pub target: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// The `Location` entity that stands for it.
    pub entity_ref: String,
}

/// A location in the list, wrapped for historical reasons.
#[derive(Serialize, ToSchema)]
pub struct Wrapped {
    data: Location,
}

impl From<&StoredLocation> for Location {
    fn from(stored: &StoredLocation) -> Self {
        Self {
            id: stored.id.to_string(),
            target: stored.location.target.clone(),
            kind: stored.location.kind.clone(),
            entity_ref: stored.entity_ref.to_string(),
        }
    }
}

/// A location that somebody names in a request.
#[derive(Debug)]
pub struct Input(pub LocationRef);

impl Input {
    /// Reads both members, and complains first of those that are missing, in this order.
    pub fn required(body: &Object<'_>, members: &[&str]) -> Result<Self, ApiError> {
        body.require(members)?;
        let (kind, target) = (body.text("type")?, body.text("target")?);
        Ok(Self(LocationRef::new(kind.unwrap_or_default(), target.unwrap_or_default())))
    }
}

/// All registered locations.
#[utoipa::path(
    get, path = "/locations", operation_id = "GetLocations", tag = "Locations",
    responses((status = 200, description = "The locations", body = Vec<Wrapped>), schema::Failure)
)]
pub async fn handler(State(state): State<ApiState>, caller: Caller, _: Query<NoParams>) -> Result<Response, ApiError> {
    let locations = visible(&state, &caller).await?;
    let wrapped: Vec<Wrapped> = locations.iter().map(|stored| Wrapped { data: stored.into() }).collect();
    Ok(respond::json(&wrapped))
}

/// The locations a caller may see: all, or none of them.
pub async fn visible(state: &ApiState, caller: &Caller) -> Result<Vec<StoredLocation>, ApiError> {
    if caller.may(&LOCATION_READ) { Ok(state.store.locations().await?) } else { Ok(Vec::new()) }
}

/// Waits until readers see what became of a location. What was asked for is kept already, so nothing here can fail it.
pub async fn settled(state: &ApiState, stored: &StoredLocation) {
    if let Err(error) = state.engine.wait_shown(std::slice::from_ref(&stored.entity_ref)).await {
        tracing::info!(%error, location = %stored.location, "nobody can say whether it is shown");
    }
}

/// The error of an id that no location has.
pub fn unknown(id: &str) -> ApiError {
    ApiError::NotFound(format!("Found no location with ID {id}"))
}

#[cfg(test)]
mod tests {
    use crate::testing::Fixture;

    #[tokio::test]
    async fn locations_are_wrapped_and_a_trailing_slash_is_no_matter() {
        let fixture = Fixture::with_components(0).await;
        assert_eq!(fixture.get("/locations/").await.text, "[]");
        let location = fixture.register("https://h.example/catalog-info.yaml").await;
        assert_eq!(fixture.get("/locations").await.json(), serde_json::json!([{"data": location}]));
    }
}
