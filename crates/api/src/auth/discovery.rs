//! `/.well-known/…`: how to verify our tokens.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use crate::error::ApiError;
use crate::respond;
use crate::state::ApiState;

/// The public keys.
pub async fn jwks(State(state): State<ApiState>) -> Result<Response, ApiError> {
    Ok(respond::json(&state.auth.jwks().await?))
}

/// The OpenID Connect discovery document.
pub async fn openid_configuration(State(state): State<ApiState>) -> Response {
    let issuer = state.auth.issuer();
    respond::json(&json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/v1/token"),
        "userinfo_endpoint": format!("{issuer}/v1/userinfo"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported":
            ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"],
        "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": ["sub", "ent"],
        "grant_types_supported": ["authorization_code"],
        "authorization_endpoint": format!("{issuer}/v1/authorize"),
        "code_challenge_methods_supported": ["S256", "plain"],
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::Fixture;

    #[tokio::test]
    async fn keys_and_addresses_are_public() {
        let fixture = Fixture::with_components(0).await;
        let keys = fixture.root("GET", "/api/auth/.well-known/jwks.json", &[], "").await.json();
        assert_eq!(keys["keys"][0]["alg"], "ES256");
        let found = fixture.root("GET", "/api/auth/.well-known/openid-configuration", &[], "").await.json();
        assert_eq!(found["issuer"], "http://localhost:7007/api/auth");
        assert_eq!(found["jwks_uri"], "http://localhost:7007/api/auth/.well-known/jwks.json");
    }
}
