//! `PUT /sets/{id}`: everything that stands in a set.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::body::{read_push, unwrapped};
use super::{Mode, PushResult, result};
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{Caller, Query, Segments};
use crate::state::ApiState;
use ::auth::permission::INGESTION_MANAGE;

/// All entities of the set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    entities: Vec<Value>,
}

/// Replaces everything that stands in a set: what is not named goes. It is kept when the answer comes.
#[utoipa::path(
    put, path = "/sets/{id}", operation_id = "ReplaceSet", tag = "Sets",
    params(("id" = String, Path), schema::PushParams), request_body = schema::ReplaceSetRequest,
    responses((status = 200, description = "What it changed", body = PushResult), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(mode): Query<Mode>,
    Segments(id): Segments<String>,
    request: Request,
) -> Result<Response, ApiError> {
    state.engine.writable()?;
    caller.require(&INGESTION_MANAGE)?;
    let ask: Ask = read_push(request).await?;
    let pushed = state.engine.replace_set(&id, unwrapped(ask.entities), mode.push(&caller.principal)).await?;
    result(&state, &id, pushed).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const URL: &str = "/sets/s";
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[tokio::test]
    async fn a_push_may_be_larger_than_other_requests_and_not_of_any_size() {
        let fixture = Fixture::with_components(0).await;
        let push = |bytes: usize| json!({"entities": [], "x": "x".repeat(bytes)}).to_string();
        let large = fixture.call("PUT", URL, &[JSON], &push(1 << 20)).await.json();
        let message = "unknown field `x`, expected `entities` at line 1 column 18";
        assert_eq!(large, error(400, "InputError", message, "PUT", URL));
        let huge = fixture.call("PUT", URL, &[JSON], &push(33 << 20)).await.json();
        assert_eq!(huge, error(400, "InputError", "request entity too large", "PUT", URL));
    }

    #[tokio::test]
    async fn a_limited_token_pushes_nothing_and_reads_no_sets() {
        let fixture = Fixture::with_components(0).await;
        let headers = [("authorization", &*fixture.blind()), JSON];
        let url = "/api/catalog/sets/s";
        for (method, url) in [("PUT", url), ("PATCH", url), ("DELETE", url), ("GET", url), ("GET", "/api/catalog/sets")]
        {
            let refused = fixture.root(method, url, &headers, "{\"entities\": []}").await;
            assert_eq!(refused.status, 403, "{method} {url}: {}", refused.text);
        }
    }
}
