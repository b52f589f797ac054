//! `GET /entities/by-name/{kind}/{namespace}/{name}`.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::EntityRef;

use super::as_of::AsOf;
use super::schema;
use crate::error::ApiError;
use crate::extract::{Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// One entity by its name, in any casing.
#[utoipa::path(
    get, path = "/entities/by-name/{kind}/{namespace}/{name}", operation_id = "GetEntityByName", tag = "Entity",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path), schema::AsOfParams),
    responses((status = 200, description = "The entity", body = schema::Entity), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Query(as_of): Query<AsOf>,
    Segments((kind, namespace, name)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = as_of.catalog(&state).await?.by_ref(&scope, &EntityRef::new(&kind, &namespace, &name)).await?;
    let hit = found.ok_or_else(|| {
        let message = format!("No entity named '{name}' found, with kind '{kind}' in namespace '{namespace}'");
        ApiError::NotFound(message)
    })?;
    Ok(respond::json_with_etag(&headers, &hit.etag, hit.json))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn casing_does_not_matter_and_the_body_is_as_kept() {
        let fixture = Fixture::with_components(1).await;
        let one = fixture.get("/entities/by-name/component/default/c0").await;
        assert_eq!((one.status, one.header("content-type")), (200, "application/json; charset=utf-8"));
        assert_eq!(one.text, fixture.get("/entities/by-name/Component/DEFAULT/C0").await.text);
        assert_eq!(one.text, fixture.get("/entities/by-name/component/default/%630/").await.text);
    }

    #[tokio::test]
    async fn a_client_that_has_it_is_not_sent_it_again() {
        let fixture = Fixture::with_components(1).await;
        let etag = fixture.get("/entities/by-name/component/default/c0").await.header("etag").to_owned();
        assert!(etag.starts_with('"') && etag.len() > 10, "{etag}");
        let again = fixture.get_with("/entities/by-name/component/default/c0", &[("if-none-match", &etag)]).await;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", etag.as_str()));
    }

    #[tokio::test]
    async fn what_is_missing_is_named_as_it_was_asked() {
        let fixture = Fixture::with_components(0).await;
        let url = "/entities/by-name/Component/default/Nope";
        let message = "No entity named 'Nope' found, with kind 'Component' in namespace 'default'";
        assert_eq!(fixture.get(url).await.json(), error(404, "NotFoundError", message, "GET", url));
        // No such method, no such path: an empty 404.
        let deleted = fixture.call("DELETE", "/entities/by-name/component/default/c0", &[], "").await;
        assert_eq!((deleted.status, deleted.text.as_str()), (404, ""));
    }
}
