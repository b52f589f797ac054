//! `DELETE /locations/{id}`: a registered location goes, with everything that it alone brought.

use axum::extract::State;
use http::StatusCode;
use uuid::Uuid;

use super::locations::{settled, unknown};
use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Segments};
use crate::state::ApiState;
use ::auth::permission::LOCATION_DELETE;

/// Removes a registered location with all it brought.
#[utoipa::path(
    delete, path = "/locations/{id}", operation_id = "DeleteLocation", tag = "Locations",
    params(("id" = String, Path)), responses((status = 204, description = "It is gone"), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    Segments(id): Segments<String>,
) -> Result<StatusCode, ApiError> {
    state.engine.writable()?;
    caller.require(&LOCATION_DELETE)?;
    let removed = match Uuid::try_parse(&id) {
        Ok(id) => state.engine.remove_location(id).await?,
        Err(_) => None,
    };
    settled(&state, &removed.ok_or_else(|| unknown(&id))?).await;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn a_location_goes_once() {
        let fixture = Fixture::with_components(0).await;
        let location = fixture.register("https://h.example/a.yaml").await;
        let id = location["id"].as_str().unwrap_or_default();
        let url = format!("/locations/{id}");
        let removed = fixture.call("DELETE", &url, &[], "").await;
        assert_eq!((removed.status, removed.text.as_str()), (204, ""));
        let message = format!("Found no location with ID {id}");
        assert_eq!(fixture.get(&url).await.json(), error(404, "NotFoundError", &message, "GET", &url));
        let again = fixture.call("DELETE", &url, &[], "").await.json();
        assert_eq!(again, error(404, "NotFoundError", &message, "DELETE", &url));
        let nothing = fixture.call("DELETE", "/locations/x", &[], "").await.json();
        assert_eq!(nothing, error(404, "NotFoundError", "Found no location with ID x", "DELETE", "/locations/x"));
    }
}
