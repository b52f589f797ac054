//! `/guest/…`: sign-in without a password.

use axum::extract::State;
use axum::response::Response;

use crate::error::ApiError;
use crate::respond;
use crate::state::ApiState;

/// A fresh token for the guest.
pub async fn refresh(State(state): State<ApiState>) -> Result<Response, ApiError> {
    Ok(respond::json(&state.auth.guest_refresh().await?))
}

/// The guest needs no window to sign in with.
pub async fn not_a_popup() -> ApiError {
    ApiError::NotImplemented("Not implemented".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn a_guest_gets_a_token_that_opens_the_catalog() {
        let fixture = Fixture::with_components(1).await;
        for method in ["GET", "POST"] {
            let mut found = fixture.root(method, "/api/auth/guest/refresh?optional=true", &[], "").await.json();
            let token = found["backstageIdentity"]["token"].take();
            assert_eq!(
                found,
                json!({"profile": {}, "backstageIdentity": {"token": null, "identity": {"type": "user",
                    "userEntityRef": "user:development/guest", "ownershipEntityRefs": ["user:development/guest"]},
                    "expiresInSeconds": 3600}})
            );
            let bearer = format!("Bearer {}", token.as_str().unwrap_or_default());
            let entities = fixture.root("GET", "/api/catalog/entities", &[("authorization", &bearer)], "").await;
            assert_eq!(entities.status, 200);
        }
    }

    #[tokio::test]
    async fn there_is_no_popup() {
        let fixture = Fixture::with_components(0).await;
        let found = fixture.root("GET", "/api/auth/guest/start", &[], "").await.json();
        assert_eq!(found, error(501, "NotImplementedError", "Not implemented", "GET", "/guest/start"));
    }
}
