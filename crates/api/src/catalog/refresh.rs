//! `POST /refresh`: look again at what an entity comes from.

use axum::extract::State;
use http::StatusCode;
use model::{EntityRef, ReadScope};

use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, NoParams, Object, Query};
use crate::state::ApiState;
use ::auth::permission::ENTITY_REFRESH;

/// What to look at.
#[derive(Debug)]
pub struct Ask {
    entity_ref: String,
    /// Who asks, when it is not who calls.
    token: Option<String>,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["entityRef"])?;
        body.only(&["authorizationToken", "entityRef"])?;
        let token = body.text("authorizationToken")?.filter(|token| !token.is_empty());
        Ok(Self { entity_ref: body.text("entityRef")?.unwrap_or_default(), token })
    }
}

/// Asks for an entity and its locations to be read again soon.
#[utoipa::path(
    post, path = "/refresh", operation_id = "RefreshEntity", tag = "Entity",
    request_body = schema::RefreshEntityRequest,
    responses((status = 200, description = "It will be read again"), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<StatusCode, ApiError> {
    let caller = match &ask.token {
        Some(token) => Caller::new(state.auth.authenticate(Some(token), "catalog").await?, &state),
        None => caller,
    };
    let scope = caller.scope(&ENTITY_REFRESH);
    // What is no reference names no entity.
    let entity_ref = EntityRef::parse_full(&ask.entity_ref).ok();
    // Who may not refresh everything is not told whether there is what may not be refreshed.
    if scope != ReadScope::All && !entity_ref.as_ref().is_some_and(|wanted| state.catalog.sees(&scope, wanted)) {
        return Err(caller.refusal(&ENTITY_REFRESH));
    }
    if let Some(entity_ref) = entity_ref
        && state.engine.refresh(&entity_ref).await?
    {
        return Ok(StatusCode::OK);
    }
    Err(ApiError::NotFound(format!("Entity {} not found", ask.entity_ref)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const URL: &str = "/refresh";

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        for (body, status, name, message) in [
            (json!({}), 400, "InputError", "request/body must have required property 'entityRef'"),
            (
                json!({"entityRef": "component:default/x", "x": 1}),
                400,
                "InputError",
                "request/body must NOT have additional properties",
            ),
            (
                json!({"entityRef": "component:default/nope"}),
                404,
                "NotFoundError",
                "Entity component:default/nope not found",
            ),
            (
                json!({"entityRef": "component:default/nope", "authorizationToken": "nonsense"}),
                401,
                "AuthenticationError",
                "Illegal token",
            ),
            (json!({"entityRef": "nope"}), 404, "NotFoundError", "Entity nope not found"),
        ] {
            assert_eq!(fixture.post(URL, &body).await.json(), error(status, name, message, "POST", URL), "{body}");
        }
    }
}
