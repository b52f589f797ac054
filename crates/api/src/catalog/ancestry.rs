//! `GET /entities/by-name/{kind}/{namespace}/{name}/ancestry`: what emitted an entity, and what emitted that.

use axum::extract::State;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use catalog::query::Ancestor;
use model::EntityRef;

use super::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// An entity with its ancestors, nearest first.
#[utoipa::path(
    get, path = "/entities/by-name/{kind}/{namespace}/{name}/ancestry", operation_id = "GetEntityAncestryByName",
    tag = "Entity", params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, description = "The ancestry", body = schema::EntityAncestryResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments((kind, namespace, name)): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    let root = EntityRef::new(&kind, &namespace, &name);
    let found = state.catalog.ancestry(&scope, &root).await?;
    let ancestry = found.ok_or_else(|| ApiError::NotFound(format!("No such entity {root}")))?;
    let items = ancestry.iter().map(item).collect();
    let tail = format!("],\"rootEntityRef\":{}}}", serde_json::Value::from(root.as_str()));
    Ok(respond::json_list("{\"items\":[", items, tail))
}

fn item(ancestor: &Ancestor) -> Bytes {
    let parents: Vec<&str> = ancestor.parents.iter().map(EntityRef::as_str).collect();
    let tail = format!(",\"parentEntityRefs\":{}}}", serde_json::Value::from(parents));
    let head: &[u8] = b"{\"entity\":";
    let mut item = BytesMut::with_capacity(head.len() + ancestor.json.len() + tail.len());
    for part in [head, &ancestor.json, tail.as_bytes()] {
        item.extend_from_slice(part);
    }
    item.freeze()
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn an_entity_without_a_parent_is_its_whole_ancestry() {
        let fixture = Fixture::with_components(1).await;
        let body = fixture.get("/entities/by-name/Component/default/c0/ancestry").await.json();
        assert_eq!(body["rootEntityRef"], "component:default/c0");
        assert_eq!(body["items"][0]["entity"]["metadata"]["name"], "c0");
        assert_eq!(body["items"][0]["parentEntityRefs"], serde_json::json!([]));
    }

    #[tokio::test]
    async fn a_missing_entity_has_none() {
        let fixture = Fixture::with_components(0).await;
        let url = "/entities/by-name/component/default/nope/ancestry";
        let message = "No such entity component:default/nope";
        assert_eq!(fixture.get(url).await.json(), error(404, "NotFoundError", message, "GET", url));
    }
}
