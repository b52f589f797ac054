//! Who is asking, and what they may read (contract auth.md section 3.5).
//!
//! [`authenticate`] wraps every protected plugin, its unknown paths included; handlers take what it found.

use auth::{AuthError, Permission, Principal};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, header};
use model::ReadScope;

use super::permission;
use crate::error::ApiError;
use crate::state::ApiState;

/// A plugin of the wire, by its id in paths.
#[derive(Clone, Copy, Debug)]
pub struct Plugin(pub &'static str);

/// Middleware: lets nobody in without valid credentials for this plugin.
pub async fn authenticate(
    State((state, plugin)): State<(ApiState, Plugin)>,
    mut request: Request,
    next: Next,
) -> Response {
    match state.auth.authenticate(optional_bearer(request.headers()), plugin.0).await {
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
#[derive(Clone, Debug)]
pub struct Caller(pub Principal);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let principal = parts.extensions.get::<Principal>().cloned();
        principal.map(Self).ok_or_else(|| AuthError::MissingCredentials.into())
    }
}

/// Extracts what the caller may read of the catalog.
#[derive(Clone, Debug)]
pub struct Scope(pub ReadScope);

impl<S: Sync> FromRequestParts<S> for Scope {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Caller(principal) = Caller::from_request_parts(parts, state).await?;
        Ok(Self(read_scope(&principal)))
    }
}

/// What a caller may read: everything, unless its token is limited to other permissions or actions.
fn read_scope(principal: &Principal) -> ReadScope {
    if principal.may(&permission::ENTITY_READ) { ReadScope::All } else { ReadScope::None }
}

impl Caller {
    /// Turns away who may not do this.
    pub fn require(&self, permission: &Permission) -> Result<(), ApiError> {
        if self.0.may(permission) {
            return Ok(());
        }
        let text = format!("This token's access is restricted; it lacks the permission {}", permission.name);
        Err(ApiError::NotAllowed(text))
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error.status() {
            401 => Self::Authentication(error.to_string()),
            403 => Self::NotAllowed(error.to_string()),
            404 => Self::NotFound(error.to_string()),
            503 => Self::Unavailable(error.to_string()),
            _ => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use auth::{Restriction, Service};

    use super::*;
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

    #[test]
    fn a_limited_token_reads_only_where_it_may() {
        let limited = |permissions: &[&str], actions: &[&str]| {
            let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
            let restriction = Some(Restriction { permissions: texts(permissions), actions: texts(actions) });
            read_scope(&Principal::Service(Service { subject: "ci".to_owned(), restriction }))
        };
        assert!(matches!(read_scope(&Principal::None), ReadScope::All));
        assert!(matches!(limited(&[], &[]), ReadScope::All));
        assert!(matches!(limited(&[permission::ENTITY_READ.name], &["read"]), ReadScope::All));
        assert!(matches!(limited(&["catalog.location.read"], &[]), ReadScope::None));
        assert!(matches!(limited(&[], &["delete"]), ReadScope::None));
    }
}
