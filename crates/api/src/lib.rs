//! The Backstage wire: what clients, scripts and plugins of a Backstage call, answered by Callboard.
//!
//! A folder is a plugin, a file is an endpoint: what it takes from the request, the call, the shape of the answer, its
//! tests. Contract: catalog.md sections 9 to 15, auth.md, platform-services.md section 2.

pub mod auth;
pub mod catalog;
pub mod error;
pub mod extract;
pub mod health;
pub mod layers;
pub mod permission;
mod plugin;
pub mod respond;
mod state;
#[cfg(test)]
mod testing;

use axum::Router;
use axum::middleware::from_fn;
use tower::Layer;
use tower_http::normalize_path::NormalizePathLayer;

pub use state::ApiState;

use crate::extract::Plugin;

/// Everything under `/api` and `/.backstage`.
pub fn router(state: ApiState) -> Router {
    let plugins = Router::new()
        .nest("/catalog", plugin::mount(Plugin("catalog"), catalog::router(), &state))
        .nest("/auth", auth::router())
        .nest("/permission", plugin::mount(Plugin("permission"), permission::router(), &state))
        .nest("/app", plugin::mount(Plugin("app"), Router::new(), &state))
        .fallback(error::not_found);
    Router::new()
        .nest_service("/api", tolerant(plugins, &state))
        .nest_service("/.backstage", tolerant(health::router(), &state))
}

/// Paths with a trailing slash are served as those without.
fn tolerant(router: Router<ApiState>, state: &ApiState) -> tower_http::normalize_path::NormalizePath<Router> {
    let router = router.layer(from_fn(layers::mark_route)).with_state(state.clone());
    NormalizePathLayer::trim_trailing_slash().layer(router)
}
