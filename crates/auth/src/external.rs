//! Tokens of programs outside: `backend.auth.externalAccess` (contract auth.md section 3.4).

use config::{ExternalCredential, SharedSecret};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::{
    AuthError,
    jws::Token,
    principal::{Restrictions, Service},
    remote_keys::{Demands, RemoteKeys},
    sign_in::{SetupError, client},
};

/// One way in for a program, ready to be compared with tokens.
pub(crate) struct ExternalAccess {
    credential: Credential,
    subject: String,
    /// The plugins it may call; `None` is all.
    restrictions: Option<Restrictions>,
}

enum Credential {
    /// The SHA-256 of a fixed token: tokens of any length compare in the same time, and none is kept.
    Static([u8; 32]),
    Legacy(SharedSecret),
    /// Tokens of somebody who publishes keys.
    Jwks(Box<(RemoteKeys, Demands)>),
}

impl ExternalAccess {
    /// # Errors
    /// The client that asks for keys cannot be set up.
    pub(crate) fn new(configured: &config::ExternalAccess) -> Result<Self, SetupError> {
        let credential = match &configured.credential {
            ExternalCredential::Static(token) => Credential::Static(Sha256::digest(token.expose()).into()),
            ExternalCredential::Legacy(secret) => Credential::Legacy(secret.clone()),
            ExternalCredential::Jwks(jwks) => {
                let http = client(&[&jwks.url])?;
                let algorithms = jwks.algorithms.iter().filter_map(|name| name.parse().ok()).collect();
                let demands = Demands { algorithms, issuers: jwks.issuers.clone(), audiences: jwks.audiences.clone() };
                Credential::Jwks(Box::new((RemoteKeys::new(jwks.url.clone(), http), demands)))
            }
        };
        Ok(Self { credential, subject: configured.subject.clone(), restrictions: configured.restrictions.clone() })
    }

    /// The service for a plugin, under this name.
    fn service(&self, subject: String, plugin_id: &str) -> Result<Service, AuthError> {
        let restriction = match &self.restrictions {
            None => None,
            Some(restrictions) => match restrictions.get(plugin_id) {
                Some(restriction) => Some(restriction.clone()),
                None => return Err(AuthError::RestrictedTo(restrictions.keys().cloned().collect())),
            },
        };
        Ok(Service { subject, restriction })
    }
}

/// Who calls a plugin with this token; `None` when the token is nobody's.
pub(crate) async fn authenticate(
    all: &[ExternalAccess],
    token: &str,
    plugin_id: &str,
    now_seconds: i64,
) -> Option<Result<Service, AuthError>> {
    let found = find_static(all, token).or_else(|| find_legacy(all, token, now_seconds));
    if let Some(access) = found {
        return Some(access.service(access.subject.clone(), plugin_id));
    }
    // Whoever sends junk makes nobody ask for keys.
    Token::parse(token)?;
    for access in all {
        if let Credential::Jwks(issuer) = &access.credential {
            let (keys, demands) = &**issuer;
            match keys.verify(token, demands).await {
                Ok(claims) => {
                    let subject = claims.get("sub").and_then(serde_json::Value::as_str)?;
                    return Some(access.service(format!("{}:{subject}", access.subject), plugin_id));
                }
                Err(error) => tracing::debug!(%error, "a token is not of this issuer"),
            }
        }
    }
    None
}

/// Compares with every static token, in a time that says neither which one matches nor how far.
fn find_static<'a>(all: &'a [ExternalAccess], token: &str) -> Option<&'a ExternalAccess> {
    let digest: [u8; 32] = Sha256::digest(token).into();
    let (mut found, mut position) = (Choice::from(0), 0u64);
    for (at, access) in (0u64..).zip(all) {
        if let Credential::Static(expected) = &access.credential {
            let equal = expected.ct_eq(&digest);
            position.conditional_assign(&at, equal);
            found |= equal;
        }
    }
    bool::from(found).then(|| usize::try_from(position).ok().and_then(|at| all.get(at)))?
}

#[derive(Deserialize)]
struct LegacyClaims {
    sub: String,
    #[serde(default)]
    aud: Option<serde_json::Value>,
    #[serde(default)]
    exp: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
}

fn find_legacy<'a>(all: &'a [ExternalAccess], token: &str, now_seconds: i64) -> Option<&'a ExternalAccess> {
    let parsed = Token::parse(token).filter(|token| token.header.alg == "HS256")?;
    let (signed, signature) = token.rsplit_once('.')?;
    let signed_by = |access: &&ExternalAccess| match &access.credential {
        Credential::Legacy(secret) => {
            let key = DecodingKey::from_secret(secret.expose());
            crypto::verify(signature, signed.as_bytes(), &key, Algorithm::HS256).unwrap_or(false)
        }
        Credential::Static(_) | Credential::Jwks(_) => false,
    };
    let access = all.iter().find(signed_by)?;
    let claims: LegacyClaims = parsed.claims()?;
    let now = now_seconds as f64;
    let valid = claims.sub == "backstage-server"
        && claims.aud.is_none()
        && claims.exp.is_none_or(|exp| now < exp)
        && claims.nbf.is_none_or(|nbf| nbf <= now);
    valid.then_some(access)
}

#[cfg(test)]
#[path = "external_tests.rs"]
mod tests;
