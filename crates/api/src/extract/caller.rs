//! Who is asking, and what they may read (contract auth.md section 3.5).
//!
//! [`authenticate`] wraps every protected plugin, its unknown paths included; handlers take what it found.

use std::sync::Arc;

use auth::permission::ENTITY_READ;
use auth::{AuthError, Permission, Permissions, Principal};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use model::ReadScope;

use crate::error::ApiError;
use crate::state::ApiState;
use crate::{plugin, techdocs};

/// A plugin of the wire, by its id in paths.
#[derive(Clone, Copy, Debug)]
pub struct Plugin(pub &'static str);

impl Plugin {
    /// Whether a request loads what a browser loads without a header; its cookie will do then.
    fn takes_cookies(self, uri: &Uri) -> bool {
        self.0 == "techdocs" && techdocs::takes_cookies(uri.path())
    }
}

/// Middleware: lets nobody in without valid credentials for this plugin.
pub async fn authenticate(
    State((state, plugin)): State<(ApiState, Plugin)>,
    mut request: Request,
    next: Next,
) -> Response {
    let bearer = optional_bearer(request.headers());
    let cookie =
        plugin::cookie_value(request.headers()).filter(|_| bearer.is_none() && plugin.takes_cookies(request.uri()));
    let authenticated = match cookie {
        Some(cookie) => state.auth.authenticate_limited(cookie).await,
        None => state.auth.authenticate(bearer, plugin.0).await,
    };
    match authenticated {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// The bearer token of a request, if it has one.
pub fn optional_bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok().and_then(auth::bearer_token)
}

/// Extracts who is asking.
#[derive(Clone)]
pub struct Caller {
    pub principal: Principal,
    permissions: Arc<Permissions>,
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let principal = parts.extensions.get::<Principal>().cloned();
        principal.map(|principal| Self::new(principal, state)).ok_or_else(|| AuthError::MissingCredentials.into())
    }
}

/// Extracts what the caller may read of the catalog.
#[derive(Clone, Debug)]
pub struct Scope(pub ReadScope);

impl FromRequestParts<ApiState> for Scope {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let principal = parts.extensions.get::<Principal>().ok_or(AuthError::MissingCredentials)?;
        Ok(Self(state.permissions.scope(principal, &ENTITY_READ)))
    }
}

impl Caller {
    /// Somebody whose credentials were verified.
    pub fn new(principal: Principal, state: &ApiState) -> Self {
        Self { principal, permissions: Arc::clone(&state.permissions) }
    }

    /// Whether the caller may do this, whatever it is done to.
    pub fn may(&self, permission: &Permission<'_>) -> bool {
        self.permissions.may(&self.principal, permission)
    }

    /// The entities that the caller may do this with.
    pub fn scope(&self, permission: &Permission<'_>) -> ReadScope {
        self.permissions.scope(&self.principal, permission)
    }

    /// Turns away who may not do this, whatever it is done to.
    ///
    /// # Errors
    /// Says why, and what would change it.
    pub fn require(&self, permission: &Permission<'_>) -> Result<(), ApiError> {
        if self.may(permission) { Ok(()) } else { Err(self.refusal(permission)) }
    }

    /// Why the caller may not do this.
    pub fn refusal(&self, permission: &Permission<'_>) -> ApiError {
        let verdict = self.permissions.verdict(&self.principal, permission);
        let text = [Some(verdict.because(permission)), verdict.remedy(permission)];
        let why = text.into_iter().flatten().collect::<Vec<_>>().join(" ");
        ApiError::NotAllowed(format!("{} is not allowed. {why}", permission.name))
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error.status() {
            401 => Self::Authentication(error.to_string()),
            403 => Self::NotAllowed(error.to_string()),
            400 => Self::Input(error.to_string()),
            409 => Self::Conflict(error.to_string()),
            404 => Self::NotFound(error.to_string()),
            503 => Self::Unavailable(error.to_string()),
            _ => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn nobody_comes_in_without_credentials() {
        let fixture = Fixture::with_components(0).await;
        for (path, url) in [("/api/catalog/entities?limit=1", "/entities?limit=1"), ("/api/catalog/nope", "/nope")] {
            let none = fixture.root("GET", path, &[], "").await.json();
            assert_eq!(none, error(401, "AuthenticationError", "Missing credentials", "GET", url));
            let bad = fixture.root("GET", path, &[("authorization", "Bearer nonsense")], "").await.json();
            assert_eq!(bad, error(401, "AuthenticationError", "Illegal token", "GET", url));
        }
    }
}
