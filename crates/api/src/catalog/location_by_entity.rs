//! `GET /locations/by-entity/{kind}/{namespace}/{name}`: the registered location an entity comes from.

use axum::extract::State;
use axum::response::Response;
use model::entity::MANAGED_BY_ORIGIN_LOCATION;
use model::{Entity, EntityRef, LocationRef};

use super::locations::{Location, visible};
use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// The registered location at the origin of an entity.
#[utoipa::path(
    get, path = "/locations/by-entity/{kind}/{namespace}/{name}", operation_id = "getLocationByEntity",
    tag = "Locations", params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, description = "The location", body = Location), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments((kind, namespace, name)): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let hit = state.catalog.by_ref(&scope, &entity_ref).await?;
    let hit = hit.ok_or_else(|| ApiError::NotFound(format!("found no entity for ref {entity_ref}")))?;
    let entity: Entity = serde_json::from_slice(&hit.json).map_err(|error| ApiError::internal(&error))?;
    let origin = entity.annotation(MANAGED_BY_ORIGIN_LOCATION);
    let origin =
        origin.ok_or_else(|| ApiError::NotFound(format!("found no origin annotation for ref {entity_ref}")))?;
    let origin = LocationRef::parse(origin).map_err(|error| ApiError::NotFound(error.to_string()))?;
    let locations = visible(&state, &caller).await?;
    let found = locations.iter().find(|stored| stored.location == origin).ok_or_else(|| {
        ApiError::NotFound(format!("Found no location with type {} and target {}", origin.kind, origin.target))
    })?;
    Ok(respond::json(&Location::from(found)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, ORIGIN, error};

    #[tokio::test]
    async fn an_entity_leads_to_its_location() {
        let fixture = Fixture::with_components(1).await;
        let url = "/locations/by-entity/component/default/c0";
        let message = format!("Found no location with type url and target {ORIGIN}");
        assert_eq!(fixture.get(url).await.json(), error(404, "NotFoundError", &message, "GET", url));
        let location = fixture.register(ORIGIN).await;
        assert_eq!(fixture.get(url).await.json(), location);
    }

    #[tokio::test]
    async fn a_missing_entity_leads_nowhere() {
        let fixture = Fixture::with_components(0).await;
        let url = "/locations/by-entity/component/default/nope";
        let message = "found no entity for ref component:default/nope";
        assert_eq!(fixture.get(url).await.json(), error(404, "NotFoundError", message, "GET", url));
    }
}
