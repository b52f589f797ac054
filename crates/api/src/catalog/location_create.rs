//! `POST /locations`: registering a location, or only looking at what that would bring.

use axum::extract::State;
use axum::response::Response;
use catalog::Previewed;
use config::ConflictStrategy;
use http::StatusCode;
use model::{Entity, LocationRef};
use serde::Serialize;
use serde_json::{Value, json};

use super::locations::{Input, Location, settled};
use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, FromParams, JsonBody, Object, Params, Query};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::LOCATION_CREATE;

/// How to register.
#[derive(Debug)]
pub struct Mode {
    dry_run: bool,
    on_conflict: Option<ConflictStrategy>,
}

impl FromParams for Mode {
    const NAMES: &'static [&'static str] = &["dryRun", "onConflict"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        let on_conflict = params.one_of("onConflict", &["refresh", "reject"])?.map(|word| match word.as_str() {
            "refresh" => ConflictStrategy::Refresh,
            _ => ConflictStrategy::Reject,
        });
        let dry_run = params.text("dryRun")?.is_some_and(|word| {
            ["y", "yes", "true", "1", "on"].iter().any(|yes| word.trim().eq_ignore_ascii_case(yes))
        });
        Ok(Self { dry_run, on_conflict })
    }
}

/// A location to register.
#[derive(Debug)]
pub struct Ask(LocationRef);

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        let Input(location) = Input::required(body, &["target", "type"])?;
        // Clients may say whether its absence is an error, which is taken and then forgotten.
        body.one_of("presence", &["required", "optional"])?;
        let unknown = body.others(&["type", "target", "presence"]);
        if !unknown.is_empty() {
            return Err(unrecognized(&unknown));
        }
        Ok(Self(location))
    }
}

/// In the words of the library that checks this in Backstage.
fn unrecognized(keys: &[&str]) -> ApiError {
    #[derive(Serialize)]
    struct Issue<'a> {
        code: &'a str,
        keys: &'a [&'a str],
        path: [(); 0],
        message: String,
    }
    let names: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
    let message = format!("Unrecognized key(s) in object: {}", names.join(", "));
    let issues = [Issue { code: "unrecognized_keys", keys, path: [], message }];
    let written = serde_json::to_string_pretty(&issues).unwrap_or_default();
    ApiError::Input(format!("Malformed request: {written}"))
}

/// Registers a location. What it brings is visible when the answer comes, unless its source takes longer than a second.
#[utoipa::path(
    post, path = "/locations", operation_id = "CreateLocation", tag = "Locations",
    params(schema::CreateLocationParams), request_body = schema::LocationInput,
    responses((status = 201, description = "The location", body = schema::CreateLocationResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(mode): Query<Mode>,
    JsonBody(Ask(location)): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    if !mode.dry_run {
        state.engine.writable()?;
    }
    caller.require(&LOCATION_CREATE)?;
    let answer = if mode.dry_run {
        dry_run(&state, location).await?
    } else {
        let stored = state.engine.register(location, mode.on_conflict).await?;
        settled(&state, &stored).await;
        json!({ "location": Location::from(&stored), "entities": [] })
    };
    let mut response = respond::json(&answer);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// What the location would bring. The first thing that is wrong is what the wire tells.
async fn dry_run(state: &ApiState, location: LocationRef) -> Result<Value, ApiError> {
    let found = state.engine.preview(&location).await?;
    let exists = state.store.locations().await?.iter().any(|stored| stored.location == location);
    let entities = found.into_iter().map(complete).collect::<Result<Vec<Entity>, _>>()?;
    let entity_ref = format!("location:default/{}", location.generated_name());
    let id = location.to_string();
    Ok(json!({
        "exists": exists,
        "location": Location { id, target: location.target, kind: location.kind, entity_ref },
        "entities": entities,
    }))
}

fn complete(found: Previewed) -> Result<Entity, ApiError> {
    let errors: Vec<String> = found.errors().map(|error| format!("{}: {}", error.name, error.message)).collect();
    match found.entity {
        Some(entity) if errors.is_empty() && !found.duplicate => Ok(entity),
        Some(_) if errors.is_empty() => Err(ApiError::Input(format!("Duplicate nested entity: {}", found.entity_ref))),
        _ => Err(ApiError::Input(errors.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn what_cannot_be_registered_is_said_at_once() {
        let fixture = Fixture::with_components(0).await;
        let allowed = "Registered locations must be of an allowed type [\"url\"]";
        let long = "x".repeat(3000);
        let unknown = "Malformed request: [\n  {\n    \"code\": \"unrecognized_keys\",\n    \"keys\": [\n      \"x\"\n    ],\n    \
                       \"path\": [],\n    \"message\": \"Unrecognized key(s) in object: 'x'\"\n  }\n]";
        for (url, body, message) in [
            ("/locations", json!({"type": "file", "target": "/etc/passwd"}), allowed),
            ("/locations?dryRun=true", json!({"type": "file", "target": "/etc/passwd"}), allowed),
            (
                "/locations",
                json!({"type": "url", "target": long}),
                &format!("the target {}… has 3004 bytes; 2048 are allowed", &long[..100]),
            ),
            ("/locations", json!({"type": "url"}), "request/body must have required property 'target'"),
            ("/locations", json!({"type": 1, "target": "x"}), "request/body/type must be string"),
            ("/locations", json!({"type": "url", "target": "x", "x": 1}), unknown),
            (
                "/locations?onConflict=x",
                json!({"type": "url", "target": "x"}),
                "request/query/onConflict must be equal to one of the allowed values: refresh, reject",
            ),
            (
                "/locations",
                json!({"type": "url", "target": "javascript:alert(1)"}),
                "Invalid location ref 'url:javascript:alert(1)', target is a javascript: URL",
            ),
        ] {
            assert_eq!(fixture.post(url, &body).await.json(), error(400, "InputError", message, "POST", url), "{body}");
        }
    }

    #[tokio::test]
    async fn a_location_is_registered_once() {
        let fixture = Fixture::with_components(0).await;
        let ask = json!({"type": "url", "target": "https://h.example/a.yaml", "presence": "optional"});
        let registered = fixture.post("/locations", &ask).await;
        let location = &registered.json()["location"];
        assert_eq!((registered.status, &registered.json()["entities"]), (201, &json!([])));
        let name = model::LocationRef::new("url", "https://h.example/a.yaml").generated_name();
        assert_eq!(location["entityRef"], format!("location:default/{name}"));
        assert_eq!(fixture.get("/locations").await.json(), json!([{"data": location}]));
        let again = fixture.post("/locations", &ask).await.json();
        let message = "Location url:https://h.example/a.yaml already exists";
        assert_eq!(again, error(409, "ConflictError", message, "POST", "/locations"));
        let refreshed = fixture.post("/locations?onConflict=refresh", &ask).await;
        assert_eq!((refreshed.status, &refreshed.json()["location"]), (201, location));
    }

    #[tokio::test]
    async fn a_dry_run_tells_what_is_wrong_and_keeps_nothing() {
        let fixture = Fixture::with_components(0).await;
        let ask = json!({"type": "url", "target": "https://h.example/a.yaml"});
        for word in ["true", "1", "YES", "on", "y"] {
            let url = format!("/locations?dryRun={word}");
            let message = "Error: Unable to read url, Reading from 'https://h.example/a.yaml' is not allowed";
            assert_eq!(fixture.post(&url, &ask).await.json(), error(400, "InputError", message, "POST", &url));
        }
        assert_eq!(fixture.get("/locations").await.text, "[]");
        assert_eq!(fixture.post("/locations?dryRun=false", &ask).await.status, 201);
    }

    #[tokio::test]
    async fn a_limited_token_registers_nothing() {
        let fixture = Fixture::with_components(0).await;
        let ask = json!({"type": "url", "target": "https://h.example/a.yaml"}).to_string();
        let headers = [("authorization", &*fixture.blind()), ("content-type", "application/json")];
        let refused = fixture.root("POST", "/api/catalog/locations", &headers, &ask).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    }
}
