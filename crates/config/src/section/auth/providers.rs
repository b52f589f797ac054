//! `auth.providers`: ways to sign in with somebody else's accounts. Contract: auth section 2.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, Secret, View};

/// Both keys of a provider that sends browsers elsewhere: what it has is checked when it is read.
macro_rules! oauth_keys {
    ($id:literal) => {
        [
            Key::new(
                concat!("auth.providers.", $id, ".*.**"),
                "`clientId`, `clientSecret`, `callbackUrl`, `additionalScopes`, `sessionDuration`, `signIn.resolvers[]`, and its own.",
            ),
            Key::secret(concat!("auth.providers.", $id, ".*.clientSecret"), "What the portal proves itself with there."),
        ]
    };
}

/// The key of a provider that is a proxy in front of the portal.
macro_rules! proxy_key {
    ($id:literal) => {
        Key::new(concat!("auth.providers.", $id, ".**"), "`signIn.resolvers[]`, and what this proxy needs besides.")
    };
}

pub(crate) const OAUTH_KEYS: &[[Key; 2]] = &[
    oauth_keys!("github"),
    oauth_keys!("gitlab"),
    oauth_keys!("google"),
    oauth_keys!("microsoft"),
    oauth_keys!("okta"),
    oauth_keys!("auth0"),
    oauth_keys!("atlassian"),
    oauth_keys!("bitbucket"),
    oauth_keys!("bitbucketServer"),
    oauth_keys!("onelogin"),
    oauth_keys!("oauth2"),
    oauth_keys!("oidc"),
];

pub(crate) const PROXY_KEYS: &[Key] = &[
    proxy_key!("oauth2Proxy"),
    proxy_key!("gcpIap"),
    proxy_key!("awsAlb"),
    proxy_key!("cfaccess"),
    proxy_key!("azureEasyAuth"),
];

/// How long a sign-in may be refreshed unless it says so.
const SESSION: Duration = Duration::from_secs(1000 * 24 * 3600);

/// What kind of provider it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// Sends the browser to another site and back; configured once for each environment.
    OAuth,
    /// A proxy in front of the portal has signed people in already.
    Proxy,
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInProvider {
    /// As in paths: `github`.
    pub id: &'static str,
    pub kind: ProviderKind,
    /// The environment it is for: `development`, `production`; empty for a proxy.
    pub environment: String,
    /// Empty for a proxy.
    pub client_id: String,
    pub client_secret: Option<Secret>,
    pub callback_url: Option<String>,
    pub additional_scopes: Vec<String>,
    pub session: Duration,
    pub resolvers: Vec<Resolver>,
    /// What else the provider needs, by its keys.
    pub options: BTreeMap<String, String>,
}

/// How a person at the provider is found in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    pub name: String,
    pub options: Map<String, Value>,
}

/// A provider as configuration knows it.
struct Known {
    id: &'static str,
    kind: ProviderKind,
    secret: bool,
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

const fn oauth(id: &'static str, required: &'static [&'static str], optional: &'static [&'static str]) -> Known {
    Known { id, kind: ProviderKind::OAuth, secret: true, required, optional }
}

const fn proxy(id: &'static str, required: &'static [&'static str], optional: &'static [&'static str]) -> Known {
    Known { id, kind: ProviderKind::Proxy, secret: false, required, optional }
}

const KNOWN: &[Known] = &[
    oauth("github", &[], &["enterpriseInstanceUrl"]),
    oauth("gitlab", &[], &["audience"]),
    oauth("google", &[], &[]),
    oauth("microsoft", &["tenantId"], &["domainHint", "skipUserProfile"]),
    oauth("okta", &["audience"], &["authServerId", "idp"]),
    oauth(
        "auth0",
        &["domain"],
        &["audience", "connection", "connectionScope", "organization", "prompt", "federatedLogout"],
    ),
    oauth("atlassian", &[], &["audience"]),
    oauth("bitbucket", &[], &[]),
    oauth("bitbucketServer", &["host"], &[]),
    oauth("onelogin", &["issuer"], &[]),
    oauth("oauth2", &["authorizationUrl", "tokenUrl"], &["disableRefresh", "includeBasicAuth", "scope"]),
    oauth(
        "oidc",
        &["metadataUrl"],
        &["tokenEndpointAuthMethod", "tokenSignedResponseAlg", "prompt", "timeout", "scope"],
    ),
    proxy("oauth2Proxy", &[], &[]),
    proxy("gcpIap", &["audience"], &["jwtHeader"]),
    proxy("awsAlb", &["issuer", "region"], &["signer"]),
    proxy("cfaccess", &["teamName"], &["audience", "jwtHeaderName", "authorizationCookieName"]),
    proxy("azureEasyAuth", &[], &[]),
];

/// Keys that every provider of the first kind has.
const COMMON: &[&str] = &[
    "clientId",
    "clientSecret",
    "callbackUrl",
    "additionalScopes",
    "sessionDuration",
    "signIn",
    "startUrlSearchParams",
];

/// A provider that is configured in a way that cannot work. In development the portal starts without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misconfigured {
    pub id: &'static str,
    /// What is wrong, with its key and place.
    pub reason: String,
}

/// The providers, and those that are left out because `lenient` says so: in development, variables are often not set.
pub(super) fn read(
    root: &View<'_>,
    lenient: bool,
    problems: &mut Problems,
) -> (Vec<SignInProvider>, Vec<Misconfigured>) {
    let (mut all, mut left_out) = (Vec::new(), Vec::new());
    let Some(section) = problems.optional(root.object("auth.providers")) else { return (all, left_out) };
    let mut keep = |id: &'static str, read: Result<SignInProvider, ConfigError>, problems: &mut Problems| match read {
        Err(error) if lenient => left_out.push(Misconfigured { id, reason: error.to_string() }),
        read => all.extend(problems.kept(read)),
    };
    for known in KNOWN {
        let Some(entry) = problems.optional(section.object(known.id)) else { continue };
        match known.kind {
            ProviderKind::Proxy => keep(known.id, provider(known, "", &entry), problems),
            ProviderKind::OAuth => {
                for (environment, entry) in problems.kept(entry.members()).unwrap_or_default() {
                    keep(known.id, provider(known, environment, &entry), problems);
                }
            }
        }
    }
    (all, left_out)
}

fn provider(known: &Known, environment: &str, entry: &View<'_>) -> Result<SignInProvider, ConfigError> {
    if !entry.value().is_object() {
        return Err(entry.invalid(format!(
            "expected an environment with the keys of this provider, such as auth.providers.{}.development.clientId",
            known.id
        )));
    }
    let mut options = BTreeMap::new();
    for (name, value) in entry.members()? {
        let own = known.required.contains(&name) || known.optional.contains(&name);
        if own {
            options.insert(name.to_owned(), scalar(&value)?);
        } else if !(COMMON.contains(&name) && known.kind == ProviderKind::OAuth || name == "signIn") {
            return Err(value.invalid(format!("unknown key; '{}' has {}", known.id, keys(known))));
        }
    }
    if let Some(missing) = known.required.iter().find(|name| options.get(**name).is_none_or(String::is_empty)) {
        return Err(entry.missing(missing));
    }
    for (name, value) in entry.find("startUrlSearchParams").map_or(Ok(Vec::new()), |params| params.members())? {
        options.insert(format!("startUrlSearchParams.{name}"), scalar(&value)?);
    }
    let is_oauth = known.kind == ProviderKind::OAuth;
    Ok(SignInProvider {
        id: known.id,
        kind: known.kind,
        environment: environment.to_owned(),
        client_id: if is_oauth { entry.required_string("clientId")? } else { String::new() },
        client_secret: match known.secret {
            true => Some(entry.secret("clientSecret")?.ok_or_else(|| entry.missing("clientSecret"))?),
            false => None,
        },
        callback_url: entry.string("callbackUrl")?,
        additional_scopes: match entry.string_or_strings("additionalScopes")? {
            Some(scopes) => scopes
                .iter()
                .flat_map(|scopes| scopes.split([' ', ',', '|']))
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect(),
            None => Vec::new(),
        },
        session: entry.duration("sessionDuration")?.unwrap_or(SESSION),
        resolvers: entry.objects("signIn.resolvers")?.iter().map(resolver).collect::<Result<_, _>>()?,
        options,
    })
}

/// A text, a number or a truth value, as text.
fn scalar(value: &View<'_>) -> Result<String, ConfigError> {
    match value.value() {
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => value.as_str().map(str::to_owned),
    }
}

fn resolver(entry: &View<'_>) -> Result<Resolver, ConfigError> {
    let name = entry.required_string("resolver")?;
    let mut options = entry.value().as_object().cloned().unwrap_or_default();
    options.remove("resolver");
    Ok(Resolver { name, options })
}

fn keys(known: &Known) -> String {
    let common: &[&str] = if known.kind == ProviderKind::OAuth { COMMON } else { &["signIn"] };
    common.iter().chain(known.required).chain(known.optional).copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Config, Settings};

    fn read(providers: &str) -> Result<Vec<SignInProvider>, String> {
        let config = Config::from_yaml(&format!("auth: {{providers: {providers}}}")).unwrap();
        let told = |errors: Vec<ConfigError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Settings::read(&config).map(|settings| settings.auth.providers).map_err(told)
    }

    #[test]
    fn a_provider_is_read_for_each_environment() {
        let text = "{github: {development: {clientId: a, clientSecret: b, additionalScopes: 'x y', signIn: {resolvers: \
                    [{resolver: r, dangerouslyAllowSignInWithoutUserInCatalog: true}]}}, production: {clientId: c, \
                    clientSecret: d, enterpriseInstanceUrl: 'https://ghe'}}, oauth2Proxy: {signIn: {resolvers: []}}}";
        let all = read(text).unwrap();
        let shown: Vec<_> = all.iter().map(|one| (one.id, one.environment.as_str())).collect();
        assert_eq!(shown, [("github", "development"), ("github", "production"), ("oauth2Proxy", "")]);
        assert_eq!(all[0].additional_scopes, ["x", "y"]);
        assert_eq!(all[0].resolvers[0].options.len(), 1);
        assert_eq!(all[1].options["enterpriseInstanceUrl"], "https://ghe");
        assert_eq!(all[0].client_secret.as_ref().unwrap().expose(), "b");
    }

    #[test]
    fn what_is_missing_or_not_known_is_told() {
        for (text, expected) in [
            ("{github: {development: {clientId: a}}}", "clientSecret"),
            ("{github: {clientId: a}}", "expected an environment"),
            ("{okta: {production: {clientId: a, clientSecret: b}}}", "audience"),
            (
                "{google: {production: {clientId: a, clientSecret: b, audience: c}}}",
                "unknown key; 'google' has clientId",
            ),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn in_development_the_portal_starts_without_it() {
        let config =
            Config::from_yaml("auth: {environment: development, providers: {github: {development: {clientId: a}}}}");
        let auth = Settings::read(&config.unwrap()).unwrap().auth;
        assert!(auth.providers.is_empty());
        assert_eq!(auth.misconfigured[0].id, "github");
        assert!(auth.misconfigured[0].reason.contains("clientSecret"), "{}", auth.misconfigured[0].reason);
    }

    #[test]
    fn every_provider_has_its_keys() {
        let keys: Vec<&str> = OAUTH_KEYS.iter().flatten().chain(PROXY_KEYS).map(|key| key.path).collect();
        for known in KNOWN {
            assert!(keys.iter().any(|key| key.starts_with(&format!("auth.providers.{}.", known.id))), "{}", known.id);
        }
    }

    #[test]
    fn the_secret_is_known_as_one_whatever_the_environment_is_called() {
        let config =
            Config::from_yaml("auth: {providers: {github: {here: {clientId: a, clientSecret: hush-hush}}}}").unwrap();
        assert!(config.redactions().iter().any(|secret| secret == "hush-hush"));
    }
}
