//! `GET /locations/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::locations::{Location, visible};
use super::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// One registered location.
#[utoipa::path(
    get, path = "/locations/{id}", operation_id = "GetLocation", tag = "Locations", params(("id" = String, Path)),
    responses((status = 200, description = "The location", body = Location), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments(id): Segments<String>,
) -> Result<Response, ApiError> {
    let locations = visible(&state, &scope).await?;
    let found = locations.iter().find(|stored| stored.id.to_string().eq_ignore_ascii_case(&id));
    let found = found.ok_or_else(|| ApiError::NotFound(format!("Found no location with ID {id}")))?;
    Ok(respond::json(&Location::from(found)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn a_location_is_found_by_its_id() {
        let fixture = Fixture::with_components(0).await;
        let id = fixture.add_location("https://h.example/a.yaml").await;
        let found = fixture.get(&format!("/locations/{id}")).await.json();
        assert_eq!((&found["id"], &found["target"]), (&id.clone().into(), &"https://h.example/a.yaml".into()));
        let url = "/locations/00000000-0000-0000-0000-000000000000";
        let message = "Found no location with ID 00000000-0000-0000-0000-000000000000";
        assert_eq!(fixture.get(url).await.json(), error(404, "NotFoundError", message, "GET", url));
    }
}
