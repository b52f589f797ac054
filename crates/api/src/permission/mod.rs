//! `/api/permission`: may I, why, and who may what (contract permissions.md).
//!
//! The roles in [`rbac`] are there when roles decide: `permission.enabled` and `permission.rbac` are set.

mod authorize;
mod explain;
pub mod integration;
mod rbac;
mod resource;

use axum::Router;
use axum::routing::{get, post};
use serde_json::json;

use crate::respond;
use crate::state::ApiState;

/// Everything under `/api/permission`, without the prefix.
pub fn router(state: &ApiState) -> Router<ApiState> {
    let router = Router::new()
        .route("/authorize", post(authorize::handler))
        .route("/explain", post(explain::handler))
        .merge(integration::router("permission"));
    if state.permissions.roles().is_some() { router.merge(rbac::router()) } else { router }
}

/// What needs no credentials.
pub fn open_router() -> Router<ApiState> {
    Router::new().route("/health", get(async || respond::json(&json!({ "status": "ok" }))))
}

#[cfg(test)]
mod tests {
    use crate::testing::Fixture;

    #[tokio::test]
    async fn anybody_may_ask_whether_it_is_there() {
        let fixture = Fixture::with_components(0).await;
        let found = fixture.root("GET", "/api/permission/health", &[], "").await;
        assert_eq!((found.status, found.text.as_str()), (200, r#"{"status":"ok"}"#));
    }

    #[tokio::test]
    async fn roles_are_not_served_where_they_do_not_decide() {
        let fixture = Fixture::with_components(0).await;
        let headers = [("authorization", &*fixture.service())];
        assert_eq!(fixture.root("GET", "/api/permission/roles", &headers, "").await.status, 404);
    }
}
