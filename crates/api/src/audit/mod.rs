//! `/api/audit`: what was done (an addition to the contract), and the layer that writes it down.

mod events;
mod export;
pub mod record;

use axum::Router;
use axum::routing::get;

use crate::state::ApiState;

/// Everything under `/api/audit`, without the prefix.
pub fn router() -> Router<ApiState> {
    Router::new().route("/events", get(events::handler)).route("/export", get(export::handler))
}
