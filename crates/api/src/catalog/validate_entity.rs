//! `POST /validate-entity`: what processing would say of an entity, without keeping it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use catalog::ingest::source::annotations_of;
use catalog::ingest::{ReadReport, ReadRequest, targets_of};
use catalog::process::{Outcome, ReferenceError, ResolvedReferences, SourcePlace, process, serialized};
use http::StatusCode;
use model::entity::{MANAGED_BY_LOCATION, MANAGED_BY_ORIGIN_LOCATION};
use model::problem::Severity;
use model::{Entity, LocationRef, Problem, validate};
use serde_json::{Value, json};

use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, NoParams, Object, Query};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::ENTITY_VALIDATE;

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
    caller: Caller,
    _: Query<NoParams>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    caller.require(&ENTITY_VALIDATE)?;
    Ok(match check(&state, ask).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(problems) => {
            let errors: Vec<Value> = problems.iter().map(serialized).collect();
            let mut response = respond::json(&json!({ "errors": errors }));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    })
}

/// Processes the entity, and reads what it points to if it is a location.
async fn check(state: &ApiState, ask: Ask) -> Result<(), Vec<Problem>> {
    validate::envelope_shape(&ask.entity).map_err(|problem| vec![problem])?;
    let location = location_of(&ask.location).map_err(|problem| vec![problem])?;
    if location.kind != "url" {
        let text = format!(
            "Invalid location ref {}, only 'url:<target>' is supported, e.g. url:https://host/path",
            ask.location
        );
        return Err(vec![Problem::error("TypeError", text)]);
    }
    let mut entity = Entity(ask.entity);
    annotate(&mut entity, &location);
    let managed = |key: &str| location_of(entity.annotation(key).unwrap_or_default()).map_err(|problem| vec![problem]);
    let (location, origin) = (managed(MANAGED_BY_LOCATION)?, managed(MANAGED_BY_ORIGIN_LOCATION)?);
    let entity = processed(state, entity, &location).await?;
    if entity.kind() == "Location" { read_targets(state, &entity, location, origin).await } else { Ok(()) }
}

fn location_of(text: &str) -> Result<LocationRef, Problem> {
    LocationRef::parse(text).map_err(|error| Problem::error("TypeError", error.to_string()))
}

/// Says where the entity is from, unless it does. What stands for annotations and has no members counts as none.
fn annotate(entity: &mut Entity, location: &LocationRef) {
    if let Some(annotations) = entity.0.pointer_mut("/metadata/annotations") {
        let items =
            |items: &Vec<Value>| items.iter().enumerate().map(|(at, item)| (at.to_string(), item.clone())).collect();
        match annotations {
            Value::Object(_) => {}
            Value::Array(list) => *annotations = Value::Object(items(list)),
            _ => *annotations = json!({}),
        }
    }
    for key in [MANAGED_BY_LOCATION, MANAGED_BY_ORIGIN_LOCATION] {
        if entity.annotation(key).is_none() {
            entity.set_annotation(key, &location.to_string());
        }
    }
}

/// The entity after processing; of several problems the wire knows the first.
async fn processed(state: &ApiState, entity: Entity, location: &LocationRef) -> Result<Entity, Vec<Problem>> {
    let annotations = annotations_of(location, state.sources.urls());
    let place = SourcePlace { location: location.clone(), annotations, line: 0, written: None };
    let mut resolved = ResolvedReferences::new();
    let kinds = state.engine.kinds();
    for _ in 0..MAX_ROUNDS {
        let needs = match process(&entity, &place, &kinds, &resolved) {
            Outcome::Done(done) => return Ok(done.entity),
            Outcome::Failed { mut problems, .. } => {
                problems.truncate(1);
                return Err(problems);
            }
            Outcome::Needs(needs) => needs,
        };
        if resolved.len() + needs.len() > MAX_REFERENCES {
            break;
        }
        for reference in needs {
            // What a caller sends is not of this machine, so it may not have files of it read.
            let fetched = if location.kind == "url" {
                state.sources.fetch(&reference, location, true).await
            } else {
                Err(ReferenceError::Forbidden("Placeholders can only be checked for locations of type url".to_owned()))
            };
            resolved.insert(reference, fetched);
        }
    }
    let text = format!("It refers to more than {MAX_REFERENCES} files, or through too many of them");
    Err(vec![Problem::error("InputError", text)])
}

/// Reads every target of a location; what is wrong with any of them is wrong with it.
async fn read_targets(
    state: &ApiState,
    entity: &Entity,
    place: LocationRef,
    origin: LocationRef,
) -> Result<(), Vec<Problem>> {
    let found = targets_of(entity, &place, state.sources.urls());
    let mut problems = found.problems;
    let readable = found.targets.into_iter().filter(|target| target.location.kind == "url").take(MAX_REFERENCES);
    for target in readable {
        let request = ReadRequest {
            target,
            origin: origin.clone(),
            parent: entity.entity_ref(),
            rules: state.engine.rules(),
            known: None,
            urgent: true,
        };
        match state.sources.read(request).await {
            ReadReport::Missing(_) if found.optional => {}
            ReadReport::Missing(problem) | ReadReport::Failed(problem) | ReadReport::RateLimited { problem, .. } => {
                problems.push(problem);
            }
            ReadReport::Documents { problems: more, .. } | ReadReport::Listing { problems: more, .. } => {
                problems.extend(more.into_iter().filter(|problem| problem.severity == Severity::Error));
            }
            ReadReport::Unchanged { .. } => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
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
        let message =
            "Invalid location ref file:/etc/x.yaml, only 'url:<target>' is supported, e.g. url:https://host/path";
        assert_eq!(found.json(), json!({"errors": [{"name": "TypeError", "message": message}]}));
        let mut managed = entity;
        managed["metadata"]["annotations"] = json!({"backstage.io/managed-by-location": "file:/etc/x.yaml"});
        let found = fixture.post(URL, &json!({"entity": managed, "location": LOCATION})).await;
        assert!(found.text.contains("Placeholders can only be checked for locations of type url"), "{}", found.text);
    }

    #[tokio::test]
    async fn locations_have_to_be_ones() {
        let fixture = Fixture::with_components(0).await;
        let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "User", "metadata": {"name": "x"},
            "spec": {"memberOf": []}});
        for (location, message) in [
            ("x", "Unable to parse location ref 'x', expected '<type>:<target>', e.g. 'url:https://host/path'"),
            ("https://h/x", "Invalid location ref 'https://h/x', please prefix it with 'url:', e.g. 'url:https://h/x'"),
            ("url:javascript:x", "Invalid location ref 'url:javascript:x', target is a javascript: URL"),
        ] {
            let expected = json!({"errors": [{"name": "TypeError", "message": message}]});
            assert_eq!(fixture.post(URL, &json!({"entity": entity, "location": location})).await.json(), expected);
            let mut managed = entity.clone();
            managed["metadata"]["annotations"] = json!({"backstage.io/managed-by-location": location});
            assert_eq!(fixture.post(URL, &json!({"entity": managed, "location": LOCATION})).await.json(), expected);
        }
    }

    #[tokio::test]
    async fn what_stands_for_annotations_and_is_none_is_as_good_as_none() {
        let fixture = Fixture::with_components(0).await;
        let mut entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "User", "metadata": {"name": "x"},
            "spec": {"memberOf": []}});
        for annotations in [json!(null), json!(1), json!("a"), json!([])] {
            entity["metadata"]["annotations"] = annotations;
            assert_eq!(fixture.post(URL, &json!({"entity": entity, "location": LOCATION})).await.status, 200);
        }
        entity["metadata"]["annotations"] = json!([1]);
        let found = fixture.post(URL, &json!({"entity": entity, "location": LOCATION})).await;
        assert!(found.text.contains("Malformed envelope, /metadata/annotations/0 must be string"), "{}", found.text);
    }

    #[tokio::test]
    async fn targets_of_a_location_are_read() {
        let fixture = Fixture::with_components(0).await;
        let entity = |spec| {
            json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Location", "metadata": {"name": "x"},
            "spec": spec})
        };
        let two = entity(json!({"target": "https://h.example/a.yaml", "targets": ["https://h.example/b.yaml"]}));
        let found = fixture.post(URL, &json!({"entity": two, "location": LOCATION})).await;
        assert_eq!((found.status, found.json()["errors"].as_array().map(Vec::len)), (400, Some(2)), "{}", found.text);
        let file = entity(json!({"type": "file", "target": "/etc/passwd"}));
        let message = "Registered locations must be of an allowed type [\"url\"]";
        let found = fixture.post(URL, &json!({"entity": file, "location": LOCATION})).await;
        assert_eq!(found.json(), json!({"errors": [{"name": "InputError", "message": message}]}));
    }

    #[tokio::test]
    async fn a_location_is_required() {
        let fixture = Fixture::with_components(0).await;
        let found = fixture.post(URL, &json!({"entity": {}})).await.json();
        let message = "request/body must have required property 'location'";
        assert_eq!(found, error(400, "InputError", message, "POST", URL));
    }
}
