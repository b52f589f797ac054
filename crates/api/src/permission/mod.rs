//! `/api/permission`: may I? While there is no policy, a person may do everything.

mod authorize;

use axum::Router;
use axum::routing::post;

use crate::state::ApiState;

/// Everything under `/api/permission`, without the prefix.
pub fn router() -> Router<ApiState> {
    Router::new().route("/authorize", post(authorize::handler))
}
