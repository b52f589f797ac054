//! `GET /locations`: the registered locations, and how one looks on the wire.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use store::StoredLocation;
use utoipa::ToSchema;

use super::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope};
use crate::respond;
use crate::state::ApiState;

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

/// All registered locations.
#[utoipa::path(
    get, path = "/locations", operation_id = "GetLocations", tag = "Locations",
    responses((status = 200, description = "The locations", body = Vec<Wrapped>), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
) -> Result<Response, ApiError> {
    let locations = visible(&state, &scope).await?;
    let wrapped: Vec<Wrapped> = locations.iter().map(|stored| Wrapped { data: stored.into() }).collect();
    Ok(respond::json(&wrapped))
}

/// The locations a reader may see: all, or none of them.
pub async fn visible(state: &ApiState, scope: &model::ReadScope) -> Result<Vec<StoredLocation>, ApiError> {
    match scope {
        model::ReadScope::None => Ok(Vec::new()),
        model::ReadScope::All | model::ReadScope::Matching(_) => Ok(state.store.locations().await?),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Fixture;

    #[tokio::test]
    async fn locations_are_wrapped_and_a_trailing_slash_is_no_matter() {
        let fixture = Fixture::with_components(0).await;
        assert_eq!(fixture.get("/locations/").await.text, "[]");
        let id = fixture.add_location("https://h.example/catalog-info.yaml").await;
        let found = fixture.get("/locations").await.json();
        let location = model::LocationRef::new("url", "https://h.example/catalog-info.yaml");
        let expected = serde_json::json!([{"data": {"id": id, "type": "url", "target": location.target,
            "entityRef": format!("location:default/{}", location.generated_name())}}]);
        assert_eq!(found, expected);
    }
}
