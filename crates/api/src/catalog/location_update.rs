//! `PUT /locations/{id}`: another target for a registered location.

use axum::extract::State;
use axum::response::Response;
use model::LocationRef;
use uuid::Uuid;

use super::locations::{Input, Location, settled, unknown};
use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, NoParams, Object, Query, Segments};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::LOCATION_CREATE;

/// Where the location is now.
#[derive(Debug)]
pub struct Ask(LocationRef);

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        let Input(location) = Input::required(body, &["type", "target"])?;
        body.only(&["type", "target"])?;
        Ok(Self(location))
    }
}

/// Changes a registered location. Its entity keeps its name, and entities that stand in the new place too keep their uid.
#[utoipa::path(
    put, path = "/locations/{id}", operation_id = "UpdateLocation", tag = "Locations",
    params(("id" = String, Path)), request_body = schema::LocationInput,
    responses((status = 200, description = "The location", body = Location), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    Segments(id): Segments<String>,
    JsonBody(Ask(location)): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    state.engine.writable()?;
    caller.require(&LOCATION_CREATE)?;
    let updated = match Uuid::try_parse(&id) {
        Ok(id) => state.engine.update_location(id, location).await?,
        Err(_) => None,
    };
    let updated = updated.ok_or_else(|| unknown(&id))?;
    settled(&state, &updated).await;
    Ok(respond::json(&Location::from(&updated)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[tokio::test]
    async fn a_location_moves_and_keeps_its_entity() {
        let fixture = Fixture::with_components(0).await;
        let before = fixture.register("https://h.example/a.yaml").await;
        let other = fixture.register("https://h.example/b.yaml").await;
        let url = format!("/locations/{}", before["id"].as_str().unwrap_or_default());
        let to = |target: &str| json!({"type": "url", "target": target}).to_string();
        let moved = fixture.call("PUT", &url, &[JSON], &to("https://h.example/c.yaml")).await;
        let mut expected = before.clone();
        expected["target"] = "https://h.example/c.yaml".into();
        assert_eq!((moved.status, moved.json()), (200, expected.clone()));
        assert_eq!(fixture.get(&url).await.json(), expected);
        // To where it is already; to where another is.
        assert_eq!(fixture.call("PUT", &url, &[JSON], &to("https://h.example/c.yaml")).await.status, 200);
        let taken = fixture.call("PUT", &url, &[JSON], &to("https://h.example/b.yaml")).await.json();
        let message = "Location url:https://h.example/b.yaml already exists";
        assert_eq!(taken, error(409, "ConflictError", message, "PUT", &url));
        // What was there before can be registered anew, and is not mistaken for the one that moved.
        let anew = fixture.register("https://h.example/a.yaml").await;
        assert_ne!(anew["entityRef"], before["entityRef"]);
        assert_ne!(anew["entityRef"], other["entityRef"]);
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        let url = "/locations/00000000-0000-0000-0000-000000000000";
        for (body, status, name, message) in [
            (json!({}), 400, "InputError", "request/body must have required property 'type'"),
            (
                json!({"type": "url", "target": "https://h.example/a.yaml", "x": 1}),
                400,
                "InputError",
                "request/body must NOT have additional properties",
            ),
            (
                json!({"type": "file", "target": "/x"}),
                400,
                "InputError",
                "Registered locations must be of an allowed type [\"url\"]",
            ),
            (
                json!({"type": "url", "target": "https://h.example/a.yaml"}),
                404,
                "NotFoundError",
                "Found no location with ID 00000000-0000-0000-0000-000000000000",
            ),
        ] {
            let found = fixture.call("PUT", url, &[JSON], &body.to_string()).await.json();
            assert_eq!(found, error(status, name, message, "PUT", url), "{body}");
        }
    }
}
