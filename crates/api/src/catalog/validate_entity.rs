//! `POST /validate-entity`: what processing would say of an entity, without keeping it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use catalog::ingest::source::annotations_of;
use catalog::process::{Outcome, ReferenceError, ResolvedReferences, SourcePlace, process};
use http::StatusCode;
use model::entity::{MANAGED_BY_LOCATION, MANAGED_BY_ORIGIN_LOCATION};
use model::{Entity, LocationRef, Problem, validate};
use serde_json::{Value, json};

use super::schema;
use crate::error::ApiError;
use crate::extract::{FromObject, JsonBody, Object, Scope};
use crate::respond;
use crate::state::ApiState;

/// The most files an entity in a request may refer to, and how deep they may lead on to others.
const MAX_REFERENCES: usize = 100;
const MAX_ROUNDS: usize = 5;

/// An entity, and the location it would come from.
#[derive(Debug)]
pub struct Ask {
    entity: Value,
    location: String,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["location", "entity"])?;
        let location = body.text("location")?.unwrap_or_default();
        Ok(Self { entity: body.raw_object("entity")?.cloned().unwrap_or_default(), location })
    }
}

/// Checks an entity.
#[utoipa::path(
    post, path = "/validate-entity", operation_id = "ValidateEntity", tag = "Entity",
    request_body = schema::ValidateEntityRequest,
    responses(
        (status = 200, description = "The entity is valid"),
        (status = 400, description = "What is wrong", body = schema::ValidationErrors),
    )
)]
pub async fn handler(
    State(state): State<ApiState>,
    _: Scope,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    let location = LocationRef::parse(&ask.location).map_err(|error| ApiError::Input(error.to_string()))?;
    Ok(match check(&state, ask.entity, location).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => {
            let mut response = respond::json(&json!({ "errors": [serialized(&problem)] }));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    })
}

/// Processes the entity; of several problems the wire knows the first.
async fn check(state: &ApiState, entity: Value, location: LocationRef) -> Result<(), Problem> {
    validate::envelope_shape(&entity)?;
    let mut entity = Entity(entity);
    for key in [MANAGED_BY_LOCATION, MANAGED_BY_ORIGIN_LOCATION] {
        if entity.annotation(key).is_none() {
            entity.set_annotation(key, &location.to_string());
        }
    }
    let annotations = annotations_of(&location, state.sources.urls());
    let place = SourcePlace { location, annotations, line: 0, written: None };
    let mut resolved = ResolvedReferences::new();
    for _ in 0..MAX_ROUNDS {
        let needs = match process(&entity, &place, &state.kinds, &resolved) {
            Outcome::Done(_) => return Ok(()),
            Outcome::Failed { problems, .. } => return problems.into_iter().next().map_or(Ok(()), Err),
            Outcome::Needs(needs) => needs,
        };
        if resolved.len() + needs.len() > MAX_REFERENCES {
            break;
        }
        for reference in needs {
            // What a caller sends is not of this machine, so it may not have files of it read.
            let fetched = if place.location.kind == "url" {
                state.sources.fetch(&reference, &place.location).await
            } else {
                Err(ReferenceError::Forbidden("Placeholders can only be checked for locations of type url".to_owned()))
            };
            resolved.insert(reference, fetched);
        }
    }
    Err(Problem::error(
        "InputError",
        format!("It refers to more than {MAX_REFERENCES} files, or through too many of them"),
    ))
}

/// An error as Backstage serialises it: what comes after `caused by` is also a member of its own.
fn serialized(problem: &Problem) -> Value {
    let mut error = json!({ "name": problem.name, "message": problem.message });
    let cause = problem.message.split_once("; caused by ").and_then(|(_, cause)| cause.split_once(": "));
    if let Some((name, message)) = cause {
        error["cause"] = json!({ "name": name, "message": message });
    }
    error
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const URL: &str = "/validate-entity";
    const LOCATION: &str = "url:https://h.example/x.yaml";

    #[tokio::test]
    async fn problems_come_with_their_cause() {
        let fixture = Fixture::with_components(0).await;
        let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "x"},
            "spec": {"type": "a", "lifecycle": "b", "owner": "c"}});
        let good = fixture.post(URL, &json!({"entity": entity, "location": LOCATION})).await;
        assert_eq!((good.status, good.text.as_str()), (200, ""));
        let mut bad = entity.clone();
        bad["spec"] = json!({"type": "a", "lifecycle": "b"});
        let cause = "/spec must have required property 'owner' - missingProperty: owner";
        let message = format!(
            "Processor BuiltinKindsEntityProcessor threw an error while validating the entity component:default/x; caused by \
             TypeError: {cause}"
        );
        let found = fixture.post(URL, &json!({"entity": bad, "location": LOCATION})).await;
        assert_eq!(found.status, 400);
        assert_eq!(
            found.json(),
            json!({"errors": [{"name": "InputError", "message": message, "cause": {"name": "TypeError", "message": cause}}]})
        );
        let found = fixture.post(URL, &json!({"entity": {"kind": "Component"}, "location": LOCATION})).await;
        let message = "<root> must have required property 'apiVersion' - missingProperty: apiVersion";
        assert_eq!(found.json(), json!({"errors": [{"name": "TypeError", "message": message}]}));
    }

    #[tokio::test]
    async fn files_of_the_server_are_not_read_for_a_caller() {
        let fixture = Fixture::with_components(0).await;
        let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "API", "metadata": {"name": "x"},
            "spec": {"type": "a", "lifecycle": "b", "owner": "c", "definition": {"$text": "./passwd"}}});
        let found = fixture.post(URL, &json!({"entity": entity, "location": "file:/etc/x.yaml"})).await;
        assert!(found.text.contains("Placeholders can only be checked for locations of type url"), "{}", found.text);
    }

    #[tokio::test]
    async fn a_location_is_required() {
        let fixture = Fixture::with_components(0).await;
        let found = fixture.post(URL, &json!({"entity": {}})).await.json();
        let message = "request/body must have required property 'location'";
        assert_eq!(found, error(400, "InputError", message, "POST", URL));
    }
}
