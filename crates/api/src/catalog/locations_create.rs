//! `POST /locations`: registering a location. What can be refused without reading the location is refused as it always
//! will be; registering itself comes with a later release.

use axum::response::Response;

use super::{schema, writes};
use crate::error::ApiError;
use crate::extract::{FromObject, FromParams, JsonBody, Object, Params, Query, Scope};

/// The types a person may register.
const ALLOWED_TYPE: &str = "url";

/// How to register.
#[derive(Debug)]
pub struct Mode;

impl FromParams for Mode {
    const NAMES: &'static [&'static str] = &["dryRun", "onConflict"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        params.one_of("onConflict", &["refresh", "reject"])?;
        params.text("dryRun")?;
        Ok(Self)
    }
}

/// A location to register.
#[derive(Debug)]
pub struct Ask {
    kind: String,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["target", "type"])?;
        body.text("target")?;
        Ok(Self { kind: body.text("type")?.unwrap_or_default() })
    }
}

/// Registers a location.
#[utoipa::path(
    post, path = "/locations", operation_id = "CreateLocation", tag = "Locations",
    params(schema::CreateLocationParams), request_body = schema::LocationInput, responses(schema::Failure)
)]
pub async fn handler(_: Scope, _: Query<Mode>, JsonBody(location): JsonBody<Ask>) -> Result<Response, ApiError> {
    if location.kind != ALLOWED_TYPE {
        let message = format!("Registered locations must be of an allowed type [\"{ALLOWED_TYPE}\"]");
        return Err(ApiError::Input(message));
    }
    Err(writes::not_yet("Registering a location"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn what_cannot_be_registered_is_said_at_once() {
        let fixture = Fixture::with_components(0).await;
        let allowed = "Registered locations must be of an allowed type [\"url\"]";
        for (url, body, message) in [
            ("/locations", json!({"type": "file", "target": "/etc/passwd"}), allowed),
            ("/locations?dryRun=true", json!({"type": "file", "target": "/etc/passwd"}), allowed),
            ("/locations", json!({"type": "url"}), "request/body must have required property 'target'"),
            ("/locations", json!({"type": 1, "target": "x"}), "request/body/type must be string"),
            (
                "/locations?onConflict=x",
                json!({"type": "url", "target": "x"}),
                "request/query/onConflict must be equal to one of the allowed values: refresh, reject",
            ),
        ] {
            assert_eq!(fixture.post(url, &body).await.json(), error(400, "InputError", message, "POST", url), "{body}");
        }
    }

    #[tokio::test]
    async fn registering_says_where_to_write_a_location_meanwhile() {
        let fixture = Fixture::with_components(0).await;
        let found = fixture.post("/locations", &json!({"type": "url", "target": "https://h.example/a.yaml"})).await;
        assert_eq!((found.status, &found.json()["error"]["name"]), (501, &"NotImplementedError".into()));
    }
}
