//! What a provider is to the protocol: addresses, scopes, and how it tells who somebody is. One file for each in
//! [`super::sites`].

use jsonwebtoken::Algorithm;
use serde_json::Value;
use url::Url;

use super::SetupError;
use super::person::Person;

/// A provider in one environment.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) authorize: Url,
    pub(super) token: Url,
    /// What signing in needs.
    pub(super) scopes: Vec<String>,
    /// More parameters of the way there.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) client_auth: ClientAuth,
    /// The provider does not say which scopes were granted, so the browser keeps them.
    pub(super) keeps_scope: bool,
    pub(super) refreshes: bool,
    /// Tokens do not end and cannot be refreshed: they are kept themselves.
    pub(super) access_token_lasts: bool,
    pub(super) profile: Profile,
    pub(super) annotations: Annotations,
    /// How tokens of identity are verified.
    pub(super) identity: Option<Identity>,
    /// Where a token is given back.
    pub(super) revoke: Option<Url>,
    /// Where the browser goes to sign out at the provider too.
    pub(super) sign_out: Option<Url>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientAuth {
    Basic,
    Body,
}

/// How a provider tells who somebody is.
#[derive(Clone, Debug)]
pub(super) enum Profile {
    /// Its answers to these addresses.
    Endpoints(Vec<Url>, fn(&[Value]) -> Person),
    /// The token of identity.
    IdToken,
    /// The name at one address, and the rest below another.
    NameThen { name: Url, users: Url, read: fn(&Value) -> Person },
}

/// Annotations of users that name accounts of the provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Annotations {
    pub(super) user_id: Option<String>,
    pub(super) username: Option<String>,
    pub(super) email: Option<String>,
}

/// Who issues tokens of identity.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) issuer: String,
    pub(super) keys: Url,
    pub(super) algorithm: Algorithm,
}

impl Site {
    /// A provider with these addresses that tells who somebody is at others, and everything else as most have it.
    pub(super) fn new(authorize: Url, token: Url, profile: Profile) -> Self {
        Self {
            authorize,
            token,
            scopes: Vec::new(),
            parameters: Vec::new(),
            client_auth: ClientAuth::Body,
            keeps_scope: false,
            refreshes: true,
            access_token_lasts: false,
            profile,
            annotations: Annotations::default(),
            identity: None,
            revoke: None,
            sign_out: None,
        }
    }

    pub(super) fn scopes(mut self, scopes: &str) -> Self {
        self.scopes = scopes.split(' ').map(str::to_owned).collect();
        self
    }

    pub(super) fn parameter(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.push((name.to_owned(), value.into()));
        self
    }
}

/// What the configuration says of a provider.
pub(super) struct Settings<'a>(pub(super) &'a config::SignInProvider);

impl Settings<'_> {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.options.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The address of a key, or another one.
    pub(super) fn url_or(&self, name: &str, default: &str) -> Result<Url, SetupError> {
        let text = self.text(name).unwrap_or(default);
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let (id, environment) = (self.0.id, &self.0.environment);
        url.ok_or_else(|| {
            SetupError(format!("auth.providers.{id}.{environment}.{name}: expected a URL, got \"{text}\""))
        })
    }
}

/// An address below another: `https://host/base` and `oauth/token`.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let joined = format!("{}/{path}", base.path().trim_end_matches('/'));
    url.set_path(&joined);
    url.set_query(None);
    url
}
