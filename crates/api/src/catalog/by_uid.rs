//! `GET /entities/by-uid/{uid}`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use uuid::Uuid;

use super::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// One entity by its `metadata.uid`.
#[utoipa::path(
    get, path = "/entities/by-uid/{uid}", operation_id = "GetEntityByUid", tag = "Entity",
    params(("uid" = String, Path)),
    responses((status = 200, description = "The entity", body = schema::Entity), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments(uid): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let hit = match Uuid::try_parse(&uid) {
        Ok(id) => state.catalog.by_uid(&scope, id).await?,
        // What is no id names no entity.
        Err(_) => None,
    };
    let hit = hit.ok_or_else(|| ApiError::NotFound(format!("No entity with uid {uid}")))?;
    Ok(respond::json_with_etag(&headers, &hit.etag, hit.json))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn an_entity_is_found_by_its_uid() {
        let fixture = Fixture::with_components(1).await;
        let named = fixture.get("/entities/by-name/component/default/c0").await;
        let uid = named.json()["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
        assert_eq!(fixture.get(&format!("/entities/by-uid/{uid}")).await.text, named.text);
    }

    #[tokio::test]
    async fn an_unknown_uid_is_not_found() {
        let fixture = Fixture::with_components(0).await;
        for uid in ["00000000-0000-0000-0000-000000000000", "no-uid"] {
            let url = format!("/entities/by-uid/{uid}");
            let message = format!("No entity with uid {uid}");
            assert_eq!(fixture.get(&url).await.json(), error(404, "NotFoundError", &message, "GET", &url));
        }
    }
}
