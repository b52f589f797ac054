//! The settings of sign-in and tokens, from the sections `auth` and `backend.auth` (contract auth.md sections 2, 3.4 and 5).

use std::time::Duration;

use model::EntityRef;
use serde_json::Value;

use crate::{
    external::ExternalAccess,
    settings::{ConfigProblem, Setting},
};

/// Lifetime of a user token unless configured.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);
/// Bounds of a configured lifetime; one outside is moved to the nearest.
const SHORTEST_LIFETIME: Duration = Duration::from_secs(600);
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How people and programs are let in.
#[derive(Clone, Debug)]
pub struct AuthOptions {
    /// `auth.environment`, such as `development` or `production`.
    pub environment: Option<String>,
    /// `auth.backstageTokenExpiration`, between 10 minutes and 24 hours.
    pub token_lifetime: Duration,
    /// `auth.omitIdentityTokenOwnershipClaim`: leave the claim `ent` out of user tokens.
    pub omit_ownership_claim: bool,
    /// `auth.providers.guest`; `None` when guests cannot sign in.
    pub guest: Option<GuestOptions>,
    /// `backend.auth.externalAccess`, and `backend.auth.keys` behind it.
    pub external: Vec<ExternalAccess>,
    /// `backend.auth.dangerouslyDisableDefaultAuthPolicy`: let requests without credentials pass.
    pub disable_default_policy: bool,
}

/// Sign-in without a password, for trials.
#[derive(Clone, Debug)]
pub struct GuestOptions {
    pub user: EntityRef,
    /// What the guest owns things as when the catalog does not know the user; the user alone when `None`.
    pub ownership: Option<Vec<EntityRef>>,
    pub allow_outside_development: bool,
}

impl Default for AuthOptions {
    fn default() -> Self {
        Self {
            environment: None,
            token_lifetime: TOKEN_LIFETIME,
            omit_ownership_claim: true,
            guest: None,
            external: Vec::new(),
            disable_default_policy: false,
        }
    }
}

impl Default for GuestOptions {
    fn default() -> Self {
        let user = EntityRef::new("user", "development", "guest");
        Self { user, ownership: None, allow_outside_development: false }
    }
}

impl AuthOptions {
    /// Reads the sections `auth` and `backend.auth`; `Value::Null` for one that is absent. Keys that are not known are left
    /// to whoever knows them, but for access restrictions, where a misspelt key would open a door.
    ///
    /// # Errors
    /// The first setting that cannot be used, by its full key.
    pub fn from_config(auth: &Value, backend_auth: &Value) -> Result<Self, ConfigProblem> {
        let auth = Setting::new("auth", auth);
        let backend = Setting::new("backend.auth", backend_auth);
        if let Some(algorithm) = auth.string("identityTokenAlgorithm")?
            && algorithm != crate::jws::ES256
        {
            let problem = format!("'{algorithm}' is not supported; tokens are signed with ES256");
            return Err(auth.member("identityTokenAlgorithm").problem(problem));
        }
        let lifetime = auth.member("backstageTokenExpiration").duration()?.unwrap_or(TOKEN_LIFETIME);
        Ok(Self {
            environment: auth.string("environment")?,
            token_lifetime: lifetime.clamp(SHORTEST_LIFETIME, LONGEST_LIFETIME),
            omit_ownership_claim: auth.bool("omitIdentityTokenOwnershipClaim")?.unwrap_or(true),
            guest: GuestOptions::read(&auth.member("providers").member("guest"))?,
            external: ExternalAccess::read_all(&backend)?,
            disable_default_policy: backend.bool("dangerouslyDisableDefaultAuthPolicy")?.unwrap_or(false),
        })
    }
}

impl GuestOptions {
    /// `guest: {}` and `guest:` with nothing behind it both switch the provider on with its defaults.
    fn read(section: &Setting<'_>) -> Result<Option<Self>, ConfigProblem> {
        if !section.is_written() {
            return Ok(None);
        }
        let reference = |setting: Setting<'_>, text: &str| {
            EntityRef::parse(text, model::RefDefaults { kind: Some("user"), namespace: None })
                .map_err(|error| setting.problem(error.to_string()))
        };
        let user = match section.string("userEntityRef")? {
            Some(text) => reference(section.member("userEntityRef"), &text)?,
            None => Self::default().user,
        };
        let ownership = match section.strings("ownershipEntityRefs")? {
            Some(texts) => {
                let refs = texts.iter().map(|text| reference(section.member("ownershipEntityRefs"), text));
                Some(refs.collect::<Result<_, _>>()?)
            }
            None => None,
        };
        let allow_outside_development = section.bool("dangerouslyAllowOutsideDevelopment")?.unwrap_or(false);
        Ok(Some(Self { user, ownership, allow_outside_development }))
    }
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
