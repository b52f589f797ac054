//! `POST /analyze-location`: the descriptors in a repository, or a first one for it.

use axum::extract::State;
use axum::response::Response;
use model::LocationRef;
use serde_json::{Value, json};

use super::locations::Input;
use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, NoParams, Object, Query};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::LOCATION_ANALYZE;

/// Where to look, and for which files.
#[derive(Debug)]
pub struct Ask {
    location: LocationRef,
    file_name: Option<String>,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["location"])?;
        let given = body.object("location")?.ok_or_else(|| ApiError::Input("a location is needed".to_owned()))?;
        let Input(location) = Input::required(&given, &["type", "target"])?;
        given.only(&["type", "target"])?;
        // Documented in one spelling and read in the other.
        let documented = body.text("catalogFileName")?;
        let file_name = body.text("catalogFilename")?.or(documented).filter(|name| !name.is_empty());
        Ok(Self { location, file_name })
    }
}

/// Says what registering a location would find, or proposes what to write there.
#[utoipa::path(
    post, path = "/analyze-location", operation_id = "AnalyzeLocation", tag = "Locations",
    request_body = schema::AnalyzeLocationRequest,
    responses((status = 200, description = "What is there", body = schema::AnalyzeLocationResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    caller.require(&LOCATION_ANALYZE)?;
    let analysis = state.engine.analyze(&ask.location.target, ask.file_name.as_deref()).await?;
    let registered = state.store.locations().await?;
    let mut existing = Vec::new();
    for (location, brought) in analysis.existing {
        let is_registered = registered.iter().any(|stored| stored.location == location);
        // What could not be taken in is left out, as there is no entity to show.
        let entities = brought.into_iter().filter_map(|one| one.entity);
        existing.extend(
            entities.map(|entity| json!({ "location": location, "isRegistered": is_registered, "entity": entity })),
        );
    }
    let generated: Vec<Value> =
        analysis.proposal.iter().map(|entity| json!({ "entity": entity, "fields": [] })).collect();
    Ok(respond::json(&json!({ "existingEntityFiles": existing, "generateEntities": generated })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const URL: &str = "/analyze-location";

    #[tokio::test]
    async fn where_nothing_is_found_something_is_proposed() {
        let fixture = Fixture::with_components(0).await;
        for extra in [json!({}), json!({"catalogFilename": "x.yaml"}), json!({"catalogFileName": "x.yaml"})] {
            let mut ask = json!({"location": {"type": "url", "target": "https://h.example/o/r/blob/main/x.yaml"}});
            ask.as_object_mut()
                .unwrap_or(&mut Default::default())
                .extend(extra.as_object().cloned().unwrap_or_default());
            let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "r"},
                "spec": {"type": "other", "lifecycle": "unknown"}});
            let expected = json!({"existingEntityFiles": [], "generateEntities": [{"entity": entity, "fields": []}]});
            let found = fixture.post(URL, &ask).await;
            assert_eq!((found.status, found.json()), (200, expected), "{ask}");
        }
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        for (ask, message) in [
            (json!({}), "request/body must have required property 'location'"),
            (json!({"location": {}}), "request/body/location must have required property 'type'"),
            (json!({"location": {"type": "url"}}), "request/body/location must have required property 'target'"),
            (json!({"location": 1}), "request/body/location must be object"),
            (json!({"location": {"type": "url", "target": "x"}}), "The given location.target is not a URL"),
        ] {
            assert_eq!(fixture.post(URL, &ask).await.json(), error(400, "InputError", message, "POST", URL), "{ask}");
        }
    }
}
