//! `/api/auth`: signing in, and what verifies tokens (contract auth.md sections 1.4, 3 and 4). All of it is open:
//! who asks here has no credentials yet.

mod discovery;
pub mod frame;
mod guest;
mod logout;
mod provider;
mod refresh;
mod start;
mod userinfo;

use axum::Router;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::Uri;

use crate::error::{ApiError, enveloped, not_found};
use crate::state::ApiState;

/// Everything under `/api/auth`, without the prefix.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/.well-known/jwks.json", get(discovery::jwks))
        .route("/.well-known/openid-configuration", get(discovery::openid_configuration))
        .route("/.backstage/auth/v1/jwks.json", get(discovery::jwks))
        .route("/v1/userinfo", get(userinfo::handler))
        .route("/guest/refresh", get(guest::refresh).post(guest::refresh))
        .route("/guest/start", get(guest::not_a_popup))
        .route("/guest/handler/frame", get(guest::not_a_popup).post(guest::not_a_popup))
        .route("/{provider}/start", get(start::handler))
        .route("/{provider}/handler/frame", get(frame::handler).post(frame::handler))
        .route("/{provider}/refresh", get(refresh::handler).post(refresh::handler))
        .route("/{provider}/logout", post(logout::handler))
        .fallback(unknown_provider)
        .method_not_allowed_fallback(unknown_provider)
        .layer(from_fn(enveloped))
}

/// Any other path is taken for one of a sign-in provider, named by its first segment.
async fn unknown_provider(uri: Uri) -> Response {
    match uri.path().trim_start_matches('/').split('/').next() {
        None | Some("") => not_found().await.into_response(),
        Some(provider) => ApiError::from(::auth::AuthError::UnknownProvider(provider.to_owned())).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn providers_that_are_not_there_are_named() {
        let fixture = Fixture::with_components(0).await;
        for (method, path, provider) in
            [("GET", "/github/refresh", "github"), ("POST", "/guest/logout", "guest"), ("GET", "/x", "x")]
        {
            let found = fixture.root(method, &format!("/api/auth{path}"), &[], "").await.json();
            let message = format!("Unknown auth provider '{provider}'");
            assert_eq!(found, error(404, "NotFoundError", &message, method, path));
        }
    }
}
