//! `GET /kinds`.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::KindItem;
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope};
use crate::respond;
use crate::state::ApiState;

#[derive(Serialize, ToSchema)]
pub struct KindsResponse {
    /// The built-in ones first.
    pub items: Vec<KindItem>,
}

/// All kinds of entities, with their definitions.
#[utoipa::path(
    get, path = "/kinds", operation_id = "GetKinds", tag = "Kinds",
    responses((status = 200, description = "All kinds", body = KindsResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
) -> Result<Response, ApiError> {
    let all = catalog::kinds::list(&state.catalog, &scope, &state.engine.kinds());
    Ok(respond::json(&KindsResponse { items: all.into_iter().map(KindItem::from).collect() }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use crate::testing::Fixture;

    #[tokio::test]
    async fn every_builtin_kind_is_there_with_its_definition() {
        let fixture = Fixture::with_components(3).await;
        let found = fixture.get("/kinds").await.json();
        let items = found["items"].as_array().unwrap();
        let kinds: Vec<&str> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
        assert_eq!((kinds[0], kinds.len(), kinds.contains(&"KindDefinition")), ("Component", 11, true));
        let component = &items[0];
        assert_eq!((&component["entities"], &component["origin"]), (&json!(3), &json!("builtin")));
        assert_eq!(component["apiVersions"], json!(["backstage.io/v1alpha1", "backstage.io/v1beta1"]));
        assert_eq!(component["definition"]["schema"]["required"], json!(["type", "lifecycle", "owner"]));
        assert!(component.get("extension").is_none() && component.get("definedBy").is_none());
    }

    #[tokio::test]
    async fn who_may_read_no_entities_sees_none_counted() {
        let fixture = Fixture::with_components(3).await;
        let path = "/api/catalog/kinds";
        let blind = fixture.root("GET", path, &[("authorization", &fixture.blind())], "").await.json();
        assert_eq!(blind["items"][0]["entities"], 0);
        assert_eq!(fixture.root("GET", path, &[], "").await.status, 401);
    }
}
