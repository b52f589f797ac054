//! `GET /locations/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::locations::{Location, unknown, visible};
use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Segments};
use crate::respond;
use crate::state::ApiState;

/// One registered location.
#[utoipa::path(
    get, path = "/locations/{id}", operation_id = "GetLocation", tag = "Locations", params(("id" = String, Path)),
    responses((status = 200, description = "The location", body = Location), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    Segments(id): Segments<String>,
) -> Result<Response, ApiError> {
    let locations = visible(&state, &caller).await?;
    let found = locations.iter().find(|stored| stored.id.to_string().eq_ignore_ascii_case(&id));
    let found = found.ok_or_else(|| unknown(&id))?;
    Ok(respond::json(&Location::from(found)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn a_location_is_found_by_its_id() {
        let fixture = Fixture::with_components(0).await;
        let location = fixture.register("https://h.example/a.yaml").await;
        let url = format!("/locations/{}", location["id"].as_str().unwrap_or_default());
        assert_eq!(fixture.get(&url).await.json(), location);
        let url = "/locations/00000000-0000-0000-0000-000000000000";
        let message = "Found no location with ID 00000000-0000-0000-0000-000000000000";
        assert_eq!(fixture.get(url).await.json(), error(404, "NotFoundError", message, "GET", url));
    }
}
