//! `backend.auth.externalAccess`: tokens of programs outside. Contract: auth section 3.4.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use url::Url;

use crate::problems::Problems;
use crate::secret::MASK;
use crate::section::http_url;
use crate::{ConfigError, Secret, View};

/// Shortest static token that is accepted, in characters.
const SHORTEST_TOKEN: usize = 8;

/// What a permission may be restricted to by its `action` attribute.
const ACTIONS: &[&str] = &["create", "read", "update", "delete"];

/// How published keys sign.
const ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/// Subject of the deprecated `backend.auth.keys`.
const KEYS_SUBJECT: &str = "external:backstage-plugin";

/// One way in for a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalAccess {
    pub credential: ExternalCredential,
    /// Who the program is then, for policies and logs; with `jwks`, what stands before the subject of its token.
    pub subject: String,
    /// What it may do, by the plugins it may call; `None` is everything.
    pub restrictions: Option<BTreeMap<String, AccessRestriction>>,
}

/// What a program proves itself with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternalCredential {
    /// A fixed token.
    Static(Secret),
    /// HS256 tokens as the old backend system made them.
    Legacy(SharedSecret),
    /// Tokens signed with keys that somebody publishes.
    Jwks(Jwks),
}

/// Where keys are published, and what a token has to say. An empty list is no demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwks {
    pub url: Url,
    pub algorithms: Vec<String>,
    pub issuers: Vec<String>,
    pub audiences: Vec<String>,
}

/// The bytes of a shared secret. It prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedSecret(Arc<[u8]>);

/// What a program may do in one plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessRestriction {
    /// Names of permissions; empty is all.
    pub permissions: Vec<String>,
    /// Actions of permissions; empty is all.
    pub actions: Vec<String>,
}

impl SharedSecret {
    /// The bytes themselves, for the signatures they verify and nothing else.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

pub(super) fn read(root: &View<'_>, problems: &mut Problems) -> Vec<ExternalAccess> {
    let mut all: Vec<ExternalAccess> = Vec::new();
    for entry in problems.kept(root.objects("backend.auth.externalAccess")).unwrap_or_default() {
        let Some(access) = problems.kept(read_entry(&entry)) else { continue };
        let is_static = matches!(access.credential, ExternalCredential::Static(_));
        if is_static && all.iter().any(|other| other.credential == access.credential) {
            let token = entry.find("options.token").unwrap_or(entry);
            problems.kept::<()>(Err(token.invalid("the same token is declared above already")));
        }
        all.push(access);
    }
    all.extend(problems.each(root.objects("backend.auth.keys"), |entry| {
        let credential = ExternalCredential::Legacy(shared_secret(entry, "secret")?);
        Ok(ExternalAccess { credential, subject: KEYS_SUBJECT.to_owned(), restrictions: None })
    }));
    all
}

fn read_entry(entry: &View<'_>) -> Result<ExternalAccess, ConfigError> {
    let kind = entry.required_string("type")?;
    let refused = |message: String| entry.find("type").unwrap_or_else(|| entry.clone()).invalid(message);
    let credential = match kind.as_str() {
        "static" => ExternalCredential::Static(token(entry, "options.token")?),
        "legacy" => ExternalCredential::Legacy(shared_secret(entry, "options.secret")?),
        "jwks" => {
            let subject = match entry.string("options.subjectPrefix")?.filter(|prefix| !prefix.is_empty()) {
                Some(prefix) => format!("external:{prefix}"),
                None => "external".to_owned(),
            };
            let credential = ExternalCredential::Jwks(jwks(entry)?);
            return Ok(ExternalAccess { credential, subject, restrictions: read_restrictions(entry)? });
        }
        other => return Err(refused(format!("expected 'static', 'legacy' or 'jwks', got \"{other}\""))),
    };
    Ok(ExternalAccess { credential, subject: word(entry, "options.subject")?, restrictions: read_restrictions(entry)? })
}

fn jwks(entry: &View<'_>) -> Result<Jwks, ConfigError> {
    let list = |key: &str| Ok::<_, ConfigError>(entry.string_or_strings(key)?.unwrap_or_default());
    let algorithms = list("options.algorithm")?;
    if let Some(unknown) = algorithms.iter().find(|name| !ALGORITHMS.contains(&name.as_str())) {
        let message = format!("there is no algorithm '{unknown}'; there are {}", ALGORITHMS.join(", "));
        return Err(at(entry, "options.algorithm").invalid(message));
    }
    Ok(Jwks {
        url: http_url(entry, "options.url")?.ok_or_else(|| entry.missing("options.url"))?,
        algorithms,
        issuers: list("options.issuer")?,
        audiences: list("options.audience")?,
    })
}

fn token(entry: &View<'_>, key: &str) -> Result<Secret, ConfigError> {
    let token = word(entry, key)?;
    if token.chars().count() < SHORTEST_TOKEN {
        return Err(at(entry, key).invalid(format!("must have at least {SHORTEST_TOKEN} characters")));
    }
    Ok(Secret::new(token))
}

/// A shared secret in base64, of either alphabet, with or without padding.
fn shared_secret(entry: &View<'_>, key: &str) -> Result<SharedSecret, ConfigError> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text = word(entry, key)?.replace('-', "+").replace('_', "/");
    match GeneralPurpose::new(&alphabet::STANDARD, config).decode(text) {
        Ok(secret) if !secret.is_empty() => Ok(SharedSecret(secret.into())),
        _ => Err(at(entry, key).invalid("must be base64, for instance what `openssl rand -base64 32` prints")),
    }
}

/// A text without white space. Never quoted: it may be a secret.
fn word(view: &View<'_>, key: &str) -> Result<String, ConfigError> {
    let text = view.required_string(key)?;
    if text.contains(char::is_whitespace) {
        return Err(at(view, key).invalid("must not contain white space"));
    }
    Ok(text)
}

/// The value at `key`, or the object it is missing from.
fn at<'a>(view: &View<'a>, key: &str) -> View<'a> {
    view.find(key).unwrap_or_else(|| view.clone())
}

fn read_restrictions(entry: &View<'_>) -> Result<Option<BTreeMap<String, AccessRestriction>>, ConfigError> {
    let mut restrictions = BTreeMap::new();
    for restriction in entry.objects("accessRestrictions")? {
        only(&restriction, &["plugin", "permission", "permissionAttribute"])?;
        let plugin = restriction.required_string("plugin")?;
        let mut actions = Vec::new();
        if let Some(attribute) = restriction.object("permissionAttribute")? {
            only(&attribute, &["action"])?;
            actions = words(&attribute, "action")?;
            if let Some(unknown) = actions.iter().find(|action| !ACTIONS.contains(&action.as_str())) {
                let message = format!("expected some of {}, got \"{unknown}\"", ACTIONS.join(", "));
                return Err(at(&attribute, "action").invalid(message));
            }
        }
        let limits = AccessRestriction { permissions: words(&restriction, "permission")?, actions };
        if restrictions.insert(plugin.clone(), limits).is_some() {
            let message = format!("plugin '{plugin}' is restricted above already");
            return Err(at(&restriction, "plugin").invalid(message));
        }
    }
    Ok(Some(restrictions).filter(|restrictions| !restrictions.is_empty()))
}

/// A list of strings, or one string with commas or spaces between them.
fn words(view: &View<'_>, key: &str) -> Result<Vec<String>, ConfigError> {
    match view.find(key).map(|value| value.value()) {
        Some(Value::String(text)) => {
            Ok(text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect())
        }
        _ => Ok(view.strings(key)?.unwrap_or_default()),
    }
}

/// Complains about members that are none of these: a misspelt restriction would open a door.
fn only(view: &View<'_>, known: &[&str]) -> Result<(), ConfigError> {
    match view.members()?.into_iter().find(|(name, _)| !known.contains(name)) {
        Some((_, unknown)) => Err(unknown.invalid(format!("unknown key; known are {}", known.join(", ")))),
        None => Ok(()),
    }
}
