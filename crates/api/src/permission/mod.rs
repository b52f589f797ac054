//! `/api/permission`: may I? While there is no policy, a person may do everything.

mod authorize;

use axum::Router;
use axum::routing::{get, post};
use serde_json::json;

use crate::respond;
use crate::state::ApiState;

/// Everything under `/api/permission`, without the prefix.
pub fn router() -> Router<ApiState> {
    Router::new().route("/authorize", post(authorize::handler))
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
}
