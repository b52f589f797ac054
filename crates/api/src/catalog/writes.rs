//! Changes of the catalog that this release does not make yet. Each says so, and what does the same today.

use super::schema;
use crate::error::ApiError;
use crate::extract::{FromObject, JsonBody, NoParams, Object, Query, Scope};

/// The answer of a change that is not possible yet.
pub fn not_yet(what: &str) -> ApiError {
    ApiError::NotImplemented(format!(
        "{what} through the API is not part of this release; name the location under catalog.locations in the \
         configuration instead"
    ))
}

/// Removes an entity.
#[utoipa::path(
    delete, path = "/entities/by-uid/{uid}", operation_id = "DeleteEntityByUid", tag = "Entity",
    params(("uid" = String, Path)), responses(schema::Failure)
)]
pub async fn delete_entity(_: Scope) -> ApiError {
    not_yet("Removing an entity")
}

/// A location in a request.
#[derive(Debug)]
pub struct Location;

impl FromObject for Location {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["type", "target"])?;
        body.only(&["type", "target"])?;
        body.text("type")?;
        body.text("target")?;
        Ok(Self)
    }
}

/// What to analyze.
#[derive(Debug)]
pub struct Analysis;

impl FromObject for Analysis {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["location"])?;
        if let Some(location) = body.object("location")? {
            Location::from_object(&location)?;
        }
        body.text("catalogFileName")?;
        Ok(Self)
    }
}

/// Says what registering a location would find or propose.
#[utoipa::path(
    post,
    path = "/analyze-location",
    operation_id = "AnalyzeLocation",
    tag = "Locations",
    responses(schema::Failure)
)]
pub async fn analyze_location(_: Scope, _: Query<NoParams>, _: JsonBody<Analysis>) -> ApiError {
    not_yet("Analyzing a location")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn what_is_wrong_with_a_request_is_said_before_what_is_not_there_yet() {
        let fixture = Fixture::with_components(0).await;
        let analyze = fixture.post("/analyze-location", &json!({"location": {"type": "url"}})).await.json();
        let message = "request/body/location must have required property 'target'";
        assert_eq!(analyze, error(400, "InputError", message, "POST", "/analyze-location"));
    }
}
