//! The one place that issues and verifies credentials.

use std::{sync::Arc, time::Duration};

use config::Auth;
use model::EntityRef;
use serde_json::{Value, json};
use store::KeyStore;

use crate::{
    AuthError, UserDirectory,
    cache::VerifiedTokens,
    external::{self, ExternalAccess},
    jws::{self, Token},
    keys::{KeyRing, KeyTimes},
    principal::{Principal, User},
    session::{SESSION_LIFETIME, session_tokens},
    sign_in::SetupError,
    tokens::{self, Claims, Kind, LIMITED_TYP, PLUGIN_TYP, SESSION, USER},
};

/// Answers Unix time in milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Issues and verifies the credentials of people and programs.
pub struct Authority {
    pub(crate) options: Auth,
    external: Vec<ExternalAccess>,
    issuer: String,
    keys: KeyRing,
    directory: Arc<dyn UserDirectory>,
    verified: VerifiedTokens,
    clock: Clock,
}

/// A token that was just issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    pub token: String,
    /// Unix time in milliseconds.
    pub expires_at: i64,
    /// How long it is valid from now.
    pub lifetime: Duration,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub user: User,
    /// Enough of its time is gone that a new cookie should be sent with the answer.
    pub renew: bool,
}

impl Authority {
    /// `backend_base_url` is `backend.baseUrl`; the issuer of tokens is `<backend_base_url>/api/auth`.
    ///
    /// # Errors
    /// What asks for the keys of others cannot be set up.
    pub fn new(
        options: Auth,
        backend_base_url: &str,
        keys: Arc<dyn KeyStore>,
        directory: Arc<dyn UserDirectory>,
    ) -> Result<Self, SetupError> {
        let times = KeyTimes::new(options.token_lifetime, SESSION_LIFETIME);
        Ok(Self {
            issuer: format!("{}/api/auth", backend_base_url.trim_end_matches('/')),
            keys: KeyRing::new(keys, times),
            external: options.external_access.iter().map(ExternalAccess::new).collect::<Result<_, _>>()?,
            options,
            directory,
            verified: VerifiedTokens::default(),
            clock: Arc::new(base::clock::now_millis),
        })
    }

    /// The same with another clock, for tests of what time does.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The issuer of tokens: the base URL of the auth plugin.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The users of the catalog.
    pub(crate) fn directory(&self) -> &dyn UserDirectory {
        &*self.directory
    }

    /// The `backstageIdentity` of the wire: a fresh user token and who it is for.
    ///
    /// # Errors
    /// As [`Authority::issue_user_token`].
    pub(crate) async fn identity(&self, user: &EntityRef) -> Result<Value, AuthError> {
        let ownership = self.ownership(user).await;
        let issued = self.issue_user_token(user, &ownership).await?;
        Ok(json!({
            "token": issued.token,
            "identity": { "type": "user", "userEntityRef": user, "ownershipEntityRefs": ownership },
            "expiresInSeconds": issued.lifetime.as_secs(),
        }))
    }

    /// The public keys as a JWK set, for `/api/auth/.well-known/jwks.json`.
    ///
    /// # Errors
    /// [`AuthError::Keys`] when the store fails.
    pub async fn jwks(&self) -> Result<Value, AuthError> {
        Ok(self.keys.published((self.clock)()).await?)
    }

    /// A user token (contract auth.md section 3.1). `ownership` becomes the claim `ent` if tokens are to have it.
    ///
    /// # Errors
    /// [`AuthError::TokenTooLong`], and [`AuthError::Keys`] when the store fails.
    pub async fn issue_user_token(&self, user: &EntityRef, ownership: &[EntityRef]) -> Result<IssuedToken, AuthError> {
        let ownership = (!self.options.omit_ownership_claim).then_some(ownership);
        self.issue(&USER, user, ownership, self.options.token_lifetime).await
    }

    /// The token of a session cookie; send it with [`crate::session_cookie`].
    ///
    /// # Errors
    /// [`AuthError::Keys`] when the store fails.
    pub async fn start_session(&self, user: &EntityRef) -> Result<IssuedToken, AuthError> {
        self.issue(&SESSION, user, None, SESSION_LIFETIME).await
    }

    async fn issue(
        &self,
        kind: &Kind,
        user: &EntityRef,
        ownership: Option<&[EntityRef]>,
        lifetime: Duration,
    ) -> Result<IssuedToken, AuthError> {
        let now = (self.clock)();
        let key = self.keys.signing(now).await?;
        let issued_at = now / 1000;
        let expires_at = issued_at + i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX / 2000);
        let token = tokens::issue(kind, &key, &self.issuer, user, ownership, (issued_at, expires_at));
        if token.len() > jws::MAX_LENGTH {
            return Err(AuthError::TokenTooLong {
                user: user.to_string(),
                length: token.len(),
                limit: jws::MAX_LENGTH,
            });
        }
        Ok(IssuedToken { token, expires_at: expires_at * 1000, lifetime })
    }

    /// The limited form of a user token, for cookies that only some routes accept (contract auth.md section 3.2).
    ///
    /// # Errors
    /// [`AuthError::IllegalToken`] when it is no valid user token.
    pub async fn limit(&self, user_token: &str) -> Result<IssuedToken, AuthError> {
        let token = Token::parse(user_token).ok_or(AuthError::IllegalToken)?;
        let claims = self.verify(&USER, user_token).await?.ok_or(AuthError::IllegalToken)?;
        let uip = claims.limited_signature.as_deref().ok_or(AuthError::IllegalToken)?;
        let unsigned = tokens::limited_form(&token.header.kid, &claims.user, claims.issued_at, claims.expires_at);
        let left = claims.expires_at - (self.clock)() / 1000;
        Ok(IssuedToken {
            token: format!("{unsigned}.{uip}"),
            expires_at: claims.expires_at * 1000,
            lifetime: Duration::from_secs(u64::try_from(left).unwrap_or(0)),
        })
    }

    /// Who calls a plugin with these credentials: the token behind `Bearer`, see [`crate::bearer_token`].
    ///
    /// # Errors
    /// [`AuthError::MissingCredentials`] without a token (unless the default policy is switched off),
    /// [`AuthError::IllegalToken`] for one of no known kind, [`AuthError::IllegalUserToken`] and
    /// [`AuthError::IllegalPluginToken`] for one of a known kind that does not hold, [`AuthError::IllegalLimitedToken`] for
    /// a limited token, [`AuthError::RestrictedTo`] for an external token that is not for this plugin, and
    /// [`AuthError::Keys`] when the store fails.
    pub async fn authenticate(&self, bearer: Option<&str>, plugin_id: &str) -> Result<Principal, AuthError> {
        let Some(bearer) = bearer else {
            return if self.options.disable_default_policy {
                Ok(Principal::None)
            } else {
                Err(AuthError::MissingCredentials)
            };
        };
        // The order of the contract: plugin, user, external. The type decides, so a token of one kind that fails is not tried
        // as another.
        let typ = Token::parse(bearer).map(|token| token.header.typ);
        match typ.as_deref() {
            // Plugins run inside this process and none outside has been given keys to vouch for it.
            Some(PLUGIN_TYP) => Err(AuthError::IllegalPluginToken),
            Some(typ) if typ == USER.typ => {
                let claims = self.verify(&USER, bearer).await?.ok_or(AuthError::IllegalUserToken)?;
                Ok(Principal::User(self.user(claims).await))
            }
            Some(LIMITED_TYP) => Err(AuthError::IllegalLimitedToken),
            _ => match external::authenticate(&self.external, bearer, plugin_id, (self.clock)() / 1000).await {
                Some(service) => service.map(Principal::Service),
                None => Err(AuthError::IllegalToken),
            },
        }
    }

    /// Who calls a route that takes limited user tokens (the cookie `backstage-auth`).
    ///
    /// # Errors
    /// [`AuthError::IllegalLimitedToken`] for anything else, [`AuthError::Keys`] when the store fails.
    pub async fn authenticate_limited(&self, token: &str) -> Result<Principal, AuthError> {
        let now = (self.clock)();
        let parsed = Token::parse(token).ok_or(AuthError::IllegalLimitedToken)?;
        let key = self.keys.verifying(&parsed.header.kid, now).await?.ok_or(AuthError::IllegalLimitedToken)?;
        let claims = tokens::verify_limited(&parsed, &key, now / 1000).ok_or(AuthError::IllegalLimitedToken)?;
        Ok(Principal::User(self.user(claims).await))
    }

    /// The session of a `Cookie` header, if it holds a valid one.
    ///
    /// # Errors
    /// [`AuthError::Keys`] when the store fails.
    pub async fn read_session(&self, cookie_header: &str) -> Result<Option<Session>, AuthError> {
        for token in session_tokens(cookie_header) {
            if let Some(claims) = self.verify(&SESSION, token).await? {
                let (age, life) = ((self.clock)() / 1000 - claims.issued_at, claims.expires_at - claims.issued_at);
                return Ok(Some(Session { user: self.user(claims).await, renew: age > life / 4 }));
            }
        }
        Ok(None)
    }

    /// The claims of a token of this kind that is valid now.
    async fn verify(&self, kind: &Kind, token: &str) -> Result<Option<Claims>, AuthError> {
        let now = (self.clock)();
        if let Some(claims) = self.verified.get(kind.typ, token, now / 1000) {
            return Ok(Some(claims));
        }
        let Some(parsed) = Token::parse(token) else { return Ok(None) };
        // Asked before the store is: junk costs no look for its key.
        if parsed.header.typ != kind.typ || parsed.header.alg != jws::ES256 {
            return Ok(None);
        }
        let Some(key) = self.keys.verifying(&parsed.header.kid, now).await? else { return Ok(None) };
        let claims = tokens::verify(kind, &parsed, &key, &self.issuer, now / 1000);
        if let Some(claims) = &claims {
            self.verified.keep(kind.typ, token, claims);
        }
        Ok(claims)
    }

    async fn user(&self, claims: Claims) -> User {
        let ownership = match claims.ownership {
            Some(ownership) => ownership,
            None => self.ownership(&claims.user).await,
        };
        User { ownership, expires_at: claims.expires_at * 1000, entity_ref: claims.user }
    }

    /// What a user owns things as, now: from the catalog, else as the guest's configuration says, else itself alone.
    pub async fn ownership(&self, user: &EntityRef) -> Vec<EntityRef> {
        if let Some(ownership) = self.directory.ownership(user).await {
            return ownership;
        }
        let guest = self.options.guest.as_ref().filter(|guest| guest.user == *user);
        guest.and_then(|guest| guest.ownership.clone()).unwrap_or_else(|| vec![user.clone()])
    }
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "attack_tests.rs"]
mod attacks;
