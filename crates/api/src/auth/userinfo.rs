//! `GET /v1/userinfo`: who a token is for and what they own things as.

use ::auth::{AuthError, Principal};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde_json::json;

use crate::error::ApiError;
use crate::extract::optional_bearer;
use crate::respond;
use crate::state::ApiState;

/// The claims behind a full or a limited user token.
pub async fn handler(State(state): State<ApiState>, headers: HeaderMap) -> Result<Response, ApiError> {
    let token = optional_bearer(&headers);
    let token = token.ok_or_else(|| ApiError::Authentication("No token provided".to_owned()))?;
    let principal = match state.auth.authenticate(Some(token), "auth").await {
        Err(AuthError::IllegalLimitedToken) => state.auth.authenticate_limited(token).await?,
        other => other?,
    };
    let Principal::User(user) = principal else {
        let message = "Userinfo endpoint must be called with a token that represents a user principal";
        return Err(ApiError::Input(message.to_owned()));
    };
    Ok(respond::json(&json!({ "claims": { "sub": user.entity_ref, "ent": user.ownership } })))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    const PATH: &str = "/api/auth/v1/userinfo";

    #[tokio::test]
    async fn a_user_token_tells_its_claims() {
        let fixture = Fixture::with_components(0).await;
        let bearer = format!("Bearer {}", fixture.user_token().await);
        let found = fixture.root("GET", PATH, &[("authorization", &bearer)], "").await;
        assert_eq!(found.text, r#"{"claims":{"sub":"user:development/guest","ent":["user:development/guest"]}}"#);
    }

    #[tokio::test]
    async fn other_tokens_do_not() {
        let fixture = Fixture::with_components(0).await;
        let none = fixture.root("GET", PATH, &[], "").await.json();
        assert_eq!(none, error(401, "AuthenticationError", "No token provided", "GET", "/v1/userinfo"));
        let bad = fixture.root("GET", PATH, &[("authorization", "Bearer abc.def.ghi")], "").await.json();
        assert_eq!(bad, error(401, "AuthenticationError", "Illegal token", "GET", "/v1/userinfo"));
        let service = fixture.root("GET", PATH, &[("authorization", &fixture.service())], "").await;
        assert_eq!(service.status, 400);
    }
}
