//! Tokens of programs outside: `backend.auth.externalAccess` (contract auth.md section 3.4).

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::{
    AuthError,
    jws::Token,
    principal::{Restriction, Restrictions, Service},
    settings::{ConfigProblem, Setting},
};

/// Shortest static token that is accepted, in characters.
const SHORTEST_TOKEN: usize = 8;

/// What a permission may be restricted to by its `action` attribute.
const ACTIONS: &[&str] = &["create", "read", "update", "delete"];

/// Subject of the deprecated `backend.auth.keys`.
const KEYS_SUBJECT: &str = "external:backstage-plugin";

/// One way in for a program.
#[derive(Clone)]
pub struct ExternalAccess {
    credential: Credential,
    /// Who the program is then, for policies and logs.
    pub subject: String,
    /// The plugins it may call; `None` is all.
    pub restrictions: Option<Restrictions>,
}

#[derive(Clone)]
enum Credential {
    /// The SHA-256 of a fixed token: tokens of any length compare in the same time, and none is kept.
    Static([u8; 32]),
    /// The key of HS256 tokens as the old backend system made them.
    Legacy(Vec<u8>),
}

impl std::fmt::Debug for ExternalAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalAccess").field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl ExternalAccess {
    pub(crate) fn read_all(backend_auth: &Setting<'_>) -> Result<Vec<Self>, ConfigProblem> {
        let mut all = Vec::new();
        for entry in backend_auth.list("externalAccess")? {
            let access = Self::read(&entry)?;
            let is_same = |other: &&Self| match (&other.credential, &access.credential) {
                (Credential::Static(a), Credential::Static(b)) => a == b,
                _ => false,
            };
            if all.iter().find(is_same).is_some() {
                return Err(entry
                    .member("options")
                    .member("token")
                    .problem("the same token is declared above already"));
            }
            all.push(access);
        }
        for entry in backend_auth.list("keys")? {
            let credential = Credential::Legacy(secret(&entry)?);
            all.push(Self { credential, subject: KEYS_SUBJECT.to_owned(), restrictions: None });
        }
        Ok(all)
    }

    fn read(entry: &Setting<'_>) -> Result<Self, ConfigProblem> {
        let options = entry.member("options");
        let credential = match entry.required_string("type")?.as_str() {
            "static" => {
                let token = word(&options, "token")?;
                if token.chars().count() < SHORTEST_TOKEN {
                    let problem = format!("must have at least {SHORTEST_TOKEN} characters");
                    return Err(options.member("token").problem(problem));
                }
                Credential::Static(Sha256::digest(token).into())
            }
            "legacy" => Credential::Legacy(secret(&options)?),
            "jwks" => {
                let problem = "'jwks' is not supported yet; use 'static' or 'legacy'";
                return Err(entry.member("type").problem(problem));
            }
            other => {
                let problem = format!("'{other}' is not known; expected 'static' or 'legacy'");
                return Err(entry.member("type").problem(problem));
            }
        };
        Ok(Self { credential, subject: word(&options, "subject")?, restrictions: read_restrictions(entry)? })
    }

    /// The service for a plugin.
    fn service(&self, plugin_id: &str) -> Result<Service, AuthError> {
        let restriction = match &self.restrictions {
            None => None,
            Some(restrictions) => match restrictions.get(plugin_id) {
                Some(restriction) => Some(restriction.clone()),
                None => return Err(AuthError::RestrictedTo(restrictions.keys().cloned().collect())),
            },
        };
        Ok(Service { subject: self.subject.clone(), restriction })
    }
}

/// Who calls a plugin with this token; `None` when the token is nobody's.
pub(crate) fn authenticate(
    all: &[ExternalAccess],
    token: &str,
    plugin_id: &str,
    now_seconds: i64,
) -> Option<Result<Service, AuthError>> {
    let found = find_static(all, token).or_else(|| find_legacy(all, token, now_seconds));
    found.map(|access| access.service(plugin_id))
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
            let key = DecodingKey::from_secret(secret);
            crypto::verify(signature, signed.as_bytes(), &key, Algorithm::HS256).unwrap_or(false)
        }
        Credential::Static(_) => false,
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

/// A text without white space.
fn word(options: &Setting<'_>, name: &str) -> Result<String, ConfigProblem> {
    let text = options.required_string(name)?;
    if text.contains(char::is_whitespace) {
        return Err(options.member(name).problem("must not contain white space"));
    }
    Ok(text)
}

/// A shared secret in base64, of either alphabet, with or without padding.
fn secret(options: &Setting<'_>) -> Result<Vec<u8>, ConfigProblem> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text = word(options, "secret")?.replace('-', "+").replace('_', "/");
    match GeneralPurpose::new(&alphabet::STANDARD, config).decode(text) {
        Ok(secret) if !secret.is_empty() => Ok(secret),
        _ => {
            Err(options.member("secret").problem("must be base64, for instance what `openssl rand -base64 32` prints"))
        }
    }
}

fn read_restrictions(entry: &Setting<'_>) -> Result<Option<Restrictions>, ConfigProblem> {
    let mut restrictions = Restrictions::new();
    for restriction in entry.list("accessRestrictions")? {
        restriction.only(&["plugin", "permission", "permissionAttribute"])?;
        let plugin = restriction.required_string("plugin")?;
        let attribute = restriction.member("permissionAttribute");
        attribute.only(&["action"])?;
        let actions = attribute.words("action")?;
        if let Some(unknown) = actions.iter().find(|action| !ACTIONS.contains(&action.as_str())) {
            let problem = format!("'{unknown}' is not known; expected some of {}", ACTIONS.join(", "));
            return Err(attribute.member("action").problem(problem));
        }
        let limits = Restriction { permissions: restriction.words("permission")?, actions };
        if restrictions.insert(plugin.clone(), limits).is_some() {
            return Err(restriction.member("plugin").problem(format!("plugin '{plugin}' is restricted above already")));
        }
    }
    Ok(Some(restrictions).filter(|restrictions| !restrictions.is_empty()))
}

#[cfg(test)]
#[path = "external_tests.rs"]
mod tests;
