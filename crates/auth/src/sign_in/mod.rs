//! Signing in with accounts of others: OAuth 2.0 and OpenID Connect, by window, redirect or into our own pages
//! (contract auth.md sections 1 and 2).
//!
//! Nothing is kept here while a browser is at a provider: its state travels with it, bound to it by a cookie, and what may be
//! refreshed later is in its cookies too.

mod cookies;
mod exchange;
mod person;
mod provider;
mod proxies;
mod resolver;
mod site;
mod sites;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::http::{Egress, HostRule, HttpClient, HttpOptions};
use config::ProviderKind;
use globset::{GlobBuilder, GlobMatcher};
use http::HeaderMap;
use model::EntityRef;
use serde_json::Value;
use url::Url;

pub use cookies::{Cookies, FAILED};
pub use exchange::ExchangeError;
pub(crate) use exchange::json as get_json;
pub use provider::{Answer, Ended, Refreshed, Start, Started};
pub use state::Flow;

use provider::Provider;
use proxies::Proxy;

use crate::{AuthError, Authority};

/// A configuration that cannot be used; the text names the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(pub(crate) String);

/// All ways to sign in with accounts of others.
pub struct SignIn {
    /// By id, then by environment.
    providers: BTreeMap<&'static str, BTreeMap<String, Provider>>,
    proxies: BTreeMap<&'static str, Proxy>,
    origins: Origins,
    /// `auth.environment`.
    environment: Option<String>,
    misconfigured: Vec<config::Misconfigured>,
}

/// Who may open windows and ask for refreshes.
struct Origins {
    own: Vec<String>,
    more: Vec<GlobMatcher>,
}

impl SignIn {
    /// The providers of a configuration. `app_url` and `backend_url` are the base URLs.
    ///
    /// # Errors
    /// A provider is configured in a way that cannot work.
    pub fn new(
        options: &config::Auth,
        app_url: &Url,
        backend_url: &Url,
        authority: Arc<Authority>,
    ) -> Result<Self, SetupError> {
        let mut providers: BTreeMap<&'static str, BTreeMap<String, Provider>> = BTreeMap::new();
        for configured in options.providers.iter().filter(|provider| provider.kind == ProviderKind::OAuth) {
            let provider = Provider::new(configured, app_url, backend_url, Arc::clone(&authority))?;
            providers.entry(configured.id).or_default().insert(configured.environment.clone(), provider);
        }
        let behind = options.providers.iter().filter(|provider| provider.kind == ProviderKind::Proxy);
        let proxies = behind.map(|configured| Ok((configured.id, Proxy::new(configured, Arc::clone(&authority))?)));
        let proxies = proxies.collect::<Result<_, SetupError>>()?;
        let more = options.allowed_origins.iter().map(|glob| {
            let built = GlobBuilder::new(glob).literal_separator(true).build();
            built.map(|glob| glob.compile_matcher()).map_err(|error| {
                SetupError(format!("auth.experimentalExtraAllowedOrigins: \"{glob}\" is no pattern: {error}"))
            })
        });
        let origins = Origins {
            own: [app_url, backend_url].map(|url| url.origin().ascii_serialization()).to_vec(),
            more: more.collect::<Result<_, _>>()?,
        };
        Ok(Self {
            providers,
            proxies,
            origins,
            environment: options.environment.clone(),
            misconfigured: options.misconfigured.clone(),
        })
    }

    /// The providers that people may sign in with here: id and environment.
    pub fn offered(&self) -> Vec<(&'static str, &str)> {
        let of_each = self.providers.iter().filter_map(|(id, environments)| {
            let (name, provider) = self.usual(environments)?;
            provider.resolves().then_some((*id, name.as_str()))
        });
        of_each.collect()
    }

    /// The environment of `auth.environment`, or the only one.
    fn usual<'a>(&self, environments: &'a BTreeMap<String, Provider>) -> Option<(&'a String, &'a Provider)> {
        let wanted = self.environment.as_ref().and_then(|wanted| environments.get_key_value(wanted));
        wanted.or_else(|| environments.iter().next().filter(|_| environments.len() == 1))
    }

    /// The environments of a provider, if it is known.
    fn environments(&self, id: &str) -> Result<&BTreeMap<String, Provider>, AuthError> {
        self.providers.get(id).ok_or_else(|| self.unknown(id))
    }

    /// Why there is no provider of this id.
    pub fn unknown(&self, id: &str) -> AuthError {
        match self.misconfigured.iter().find(|one| one.id == id) {
            Some(one) => AuthError::Misconfigured { id: one.id, reason: one.reason.clone() },
            None => AuthError::UnknownProvider(id.to_owned()),
        }
    }

    fn provider(&self, id: &str, environment: Option<&str>) -> Result<&Provider, AuthError> {
        let environments = self.environments(id)?;
        let environment = environment.filter(|name| !name.is_empty()).ok_or(AuthError::NoEnvironment)?;
        environments.get(environment).ok_or_else(|| AuthError::UnknownEnvironment(environment.to_owned()))
    }

    /// Whether there is a provider of this id that browsers are sent to.
    pub fn has(&self, id: &str) -> bool {
        self.providers.contains_key(id)
    }

    /// Whether there is a proxy of this id.
    pub fn has_proxy(&self, id: &str) -> bool {
        self.proxies.contains_key(id)
    }

    /// The tokens of who a proxy says that it is.
    ///
    /// # Errors
    /// The proxy did not say so, what it said does not hold, or the catalog has no such user.
    pub async fn refresh_by_proxy(&self, id: &str, headers: &HeaderMap) -> Result<Value, AuthError> {
        let proxy = self.proxies.get(id).ok_or_else(|| self.unknown(id))?;
        proxy.refresh(headers).await
    }

    /// Who the proxies in front say that it is; `None` where there are none.
    pub async fn user_by_proxy(&self, headers: &HeaderMap) -> Option<Result<EntityRef, AuthError>> {
        let mut answer = None;
        for proxy in self.proxies.values() {
            match proxy.user(headers).await {
                Ok(user) => return Some(Ok(user)),
                Err(error) => answer = answer.or(Some(Err(error))),
            }
        }
        answer
    }

    /// Sends a browser to a provider.
    ///
    /// # Errors
    /// [`AuthError`] names what the request lacks or what of it is not allowed.
    pub async fn start(&self, id: &str, start: Start<'_>) -> Result<Started, AuthError> {
        self.environments(id)?;
        if let Some(origin) = start.origin {
            self.origins.check(origin)?;
        }
        if start.environment.is_none_or(str::is_empty) {
            return Err(AuthError::NoEnvironmentInQuery);
        }
        self.check_redirect(Flow::read(start.flow), start.redirect_url)?;
        self.provider(id, start.environment)?.start(start).await
    }

    /// Takes a browser back from a provider, with what the provider sent along.
    pub async fn end(&self, id: &str, answer: Answer<'_>, cookies: &Cookies) -> Ended {
        let state = match answer
            .state
            .ok_or(AuthError::InvalidState("OAuth state is invalid, missing nonce"))
            .and_then(state::State::decode)
        {
            Ok(state) => state,
            Err(error) => return Ended::Refused(error),
        };
        if let Some(Err(error)) = state.origin.as_deref().map(|origin| self.origins.check(origin)) {
            return Ended::Refused(error);
        }
        if let Err(error) = self.check_redirect(state.flow, state.redirect_url.as_deref()) {
            return Ended::Refused(error);
        }
        match self.provider(id, Some(&state.environment)) {
            Ok(provider) => provider.end(&state, answer, cookies).await,
            Err(error) => Ended::Refused(error),
        }
    }

    /// A browser goes on to our own frontend, or to one of our pages; nowhere else.
    fn check_redirect(&self, flow: Flow, to: Option<&str>) -> Result<(), AuthError> {
        let to = to.unwrap_or_default();
        match flow {
            Flow::Popup => Ok(()),
            Flow::Redirect if to.is_empty() => Err(AuthError::NoRedirectUrl),
            Flow::Redirect => {
                let url = Url::parse(to).map_err(|_| AuthError::RedirectNotAllowed)?;
                let origin = url.origin().ascii_serialization();
                self.origins.check(&origin).map_err(|_| AuthError::RedirectNotAllowed)
            }
            Flow::Session => {
                let local = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '\r', '\t']);
                if local { Ok(()) } else { Err(AuthError::RedirectNotAllowed) }
            }
        }
    }

    /// Fresh tokens for a browser that signed in before.
    ///
    /// # Errors
    /// As [`SignIn::start`]; everything that fails at the provider is [`AuthError::Refresh`].
    pub async fn refresh(
        &self,
        id: &str,
        environment: Option<&str>,
        scope: Option<&str>,
        cookies: &Cookies,
    ) -> Result<Refreshed, AuthError> {
        self.provider(id, environment)?.refresh(scope, cookies).await
    }

    /// Forgets a sign-in: the cookies to take away, and where the browser should go to sign out there too.
    ///
    /// # Errors
    /// As [`SignIn::start`].
    pub async fn log_out(
        &self,
        id: &str,
        environment: Option<&str>,
        origin: Option<&str>,
        cookies: &Cookies,
    ) -> Result<(Vec<String>, Option<String>), AuthError> {
        let provider = self.provider(id, environment)?;
        if let Some(origin) = origin {
            self.origins.check(origin)?;
        }
        Ok(provider.log_out(cookies).await)
    }
}

impl Origins {
    fn check(&self, origin: &str) -> Result<(), AuthError> {
        let parsed = Url::parse(origin).map_err(|_| AuthError::InvalidOrigin)?;
        let plain = parsed.origin().ascii_serialization();
        if self.own.contains(&plain) || self.more.iter().any(|glob| glob.is_match(&plain)) {
            Ok(())
        } else {
            Err(AuthError::OriginNotAllowed(origin.to_owned()))
        }
    }
}

/// A client that may ask the hosts of a provider, also inside: the configuration names them.
pub(crate) fn client(hosts: &[&Url]) -> Result<HttpClient, SetupError> {
    let rules = hosts.iter().filter_map(|url| HostRule::of(url));
    HttpClient::new(HttpOptions::default(), Egress::trusting(rules)).map_err(|error| SetupError(error.to_string()))
}
