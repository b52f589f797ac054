//! `/api/proxy`: services behind the portal's address (contract platform-services.md section 8).
//!
//! What goes on and what comes back is decided by lists: headers that are safe, those the configuration names, and no others.

mod endpoint;

use ::auth::AuthError;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use config::ProxyCredentials;

use crate::error::{ApiError, enveloped, not_found};
use crate::extract::optional_bearer;
use crate::state::ApiState;

pub use endpoint::{Proxies, ProxyError};

/// Everything under `/api/proxy`, without the prefix.
pub fn router() -> Router<ApiState> {
    Router::new().fallback(handler).layer(from_fn(enveloped))
}

async fn handler(State(state): State<ApiState>, request: Request) -> Response {
    match answer(&state, request).await {
        Ok(Some(response)) => response,
        Ok(None) => not_found().await.into_response(),
        Err(error) => error.into_response(),
    }
}

/// The answer of the service; `None` where there is none of this path and method.
async fn answer(state: &ApiState, request: Request) -> Result<Option<Response>, ApiError> {
    let path = request.uri().path();
    let endpoint = state.proxies.find(path);
    let open = endpoint.is_some_and(|endpoint| endpoint.credentials() == ProxyCredentials::AllowUnauthenticated);
    if !open {
        // Before anything else: whoever has no credentials learns of no endpoint.
        let bearer = optional_bearer(request.headers());
        if let ::auth::Principal::None = state.auth.authenticate(bearer, "proxy").await? {
            return Err(AuthError::MissingCredentials.into());
        }
    }
    let Some(endpoint) = endpoint.filter(|endpoint| endpoint.takes(request.method())) else { return Ok(None) };
    endpoint.forward(request).await.map(Some)
}
