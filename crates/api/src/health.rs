//! `/.backstage/health/v1`: whether the process lives and whether it takes requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use serde_json::json;

use crate::error::not_found;
use crate::respond;
use crate::state::ApiState;

/// Where the process is in its life. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle(Arc<AtomicU8>);

const STARTING: u8 = 0;
const READY: u8 = 1;
const STOPPING: u8 = 2;

impl Lifecycle {
    /// From now on requests are answered.
    pub fn ready(&self) {
        self.0.store(READY, Ordering::Release);
    }

    /// From now on load balancers are asked to stay away.
    pub fn stopping(&self) {
        self.0.store(STOPPING, Ordering::Release);
    }

    /// Why no requests should come, if so.
    fn complaint(&self) -> Option<&'static str> {
        match self.0.load(Ordering::Acquire) {
            STARTING => Some("Backend has not started yet"),
            STOPPING => Some("Backend is shutting down"),
            _ => None,
        }
    }
}

/// Both probes, without the prefix `/.backstage`.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/health/v1/readiness", get(readiness))
        .route("/health/v1/liveness", get(async || respond::json(&json!({ "status": "ok" }))))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
}

async fn readiness(State(state): State<ApiState>) -> Response {
    let Some(complaint) = state.lifecycle.complaint() else { return respond::json(&json!({ "status": "ok" })) };
    let mut response = respond::json(&json!({ "message": complaint, "status": "error" }));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

#[cfg(test)]
mod tests {
    use crate::testing::Fixture;

    #[tokio::test]
    async fn the_probes_follow_the_life_of_the_process() {
        let fixture = Fixture::with_components(0).await;
        let readiness = "/.backstage/health/v1/readiness";
        let ask = async |path: &str| {
            let answer = fixture.root("GET", path, &[], "").await;
            (answer.status, answer.text)
        };
        assert_eq!(ask(readiness).await, (200, r#"{"status":"ok"}"#.to_owned()));
        fixture.state.lifecycle.stopping();
        let stopping = r#"{"message":"Backend is shutting down","status":"error"}"#;
        assert_eq!(ask(readiness).await, (503, stopping.to_owned()));
        assert_eq!(ask("/.backstage/health/v1/liveness/").await, (200, r#"{"status":"ok"}"#.to_owned()));
        assert_eq!(ask("/.backstage/health/v1/nope").await, (404, String::new()));
    }
}
