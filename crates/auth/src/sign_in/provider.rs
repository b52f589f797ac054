//! One provider in one environment: the way there, the way back, refreshing, signing out.

use std::sync::Arc;
use std::time::Duration;

use base::http::HttpClient;
use serde_json::{Value, json};
use tokio::sync::RwLock;
use url::Url;

use super::cookies::{CookieScope, Cookies};
use super::exchange::{self, Credentials, ExchangeError, Tokens};
use super::person::Person;
use super::resolver::{self, Resolver};
use super::site::{Settings, Site};
use super::sites::{self, oidc};
use super::state::{Flow, NONCE_LIFETIME, State, derived};
use super::{SetupError, client};
use crate::remote_keys::{Demands, RemoteKeys};
use crate::{AuthError, Authority, IssuedToken};

/// How long what a provider tells of itself is believed.
const DISCOVERY_LIFETIME: Duration = Duration::from_secs(3600);

/// What stands before an access token that is kept in place of one that refreshes.
const LASTING: &str = "access-token-v2.";

/// One provider.
pub(super) struct Provider {
    id: &'static str,
    configured: config::SignInProvider,
    callback: String,
    cookies: CookieScope,
    resolvers: Vec<Resolver>,
    source: Source,
    authority: Arc<Authority>,
}

/// Where the addresses come from.
enum Source {
    Known(Arc<Ready>),
    /// The provider tells them; what it told last.
    Discovered(Url, RwLock<Option<(tokio::time::Instant, Arc<Ready>)>>),
}

/// Addresses, and a client that may ask them.
struct Ready {
    site: Site,
    http: HttpClient,
    /// What tokens of identity are verified with.
    keys: Option<(RemoteKeys, Demands)>,
}

impl Ready {
    fn new(site: Site, client_id: &str) -> Result<Self, SetupError> {
        let http = client(&asked(&site))?;
        let keys = site.identity.as_ref().map(|identity| {
            let demands = Demands {
                algorithms: vec![identity.algorithm],
                issuers: vec![identity.issuer.clone()],
                audiences: vec![client_id.to_owned()],
            };
            (RemoteKeys::new(identity.keys.clone(), http.clone()), demands)
        });
        Ok(Self { site, http, keys })
    }
}

/// How a browser comes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start<'a> {
    pub environment: Option<&'a str>,
    pub scope: Option<&'a str>,
    pub origin: Option<&'a str>,
    pub flow: Option<&'a str>,
    pub redirect_url: Option<&'a str>,
}

/// Where a browser goes, with cookies it takes along.
#[derive(Debug)]
pub struct Started {
    pub location: String,
    pub cookies: Vec<String>,
}

/// What a provider sends back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    pub state: Option<&'a str>,
    pub code: Option<&'a str>,
    pub error: Option<&'a str>,
    pub error_description: Option<&'a str>,
}

/// What became of a sign-in.
pub enum Ended {
    /// A window tells its opener.
    Popup { origin: String, result: Result<Value, AuthError>, cookies: Vec<String> },
    /// The browser goes on.
    Redirect { location: String, cookies: Vec<String>, error: Option<String> },
    /// A session of our own pages began.
    Session { user: model::EntityRef, token: IssuedToken, next: String, cookies: Vec<String> },
    /// Of our own pages: it did not.
    NoSession(AuthError),
    /// The request is none of ours.
    Refused(AuthError),
}

/// Fresh tokens.
#[derive(Debug)]
pub struct Refreshed {
    pub body: Value,
    pub cookies: Vec<String>,
}

impl Provider {
    pub(super) fn new(
        configured: &config::SignInProvider,
        app_url: &Url,
        backend_url: &Url,
        authority: Arc<Authority>,
    ) -> Result<Self, SetupError> {
        let (id, settings) = (configured.id, Settings(configured));
        let key = format!("auth.providers.{id}.{}.signIn.resolvers", configured.environment);
        let resolvers = configured.resolvers.iter().map(|one| Resolver::new(one, &key)).collect::<Result<_, _>>()?;
        let source = match sites::site(&settings)? {
            Some(site) => Source::Known(Arc::new(Ready::new(site, &configured.client_id)?)),
            None => Source::Discovered(settings.url_or("metadataUrl", "")?, RwLock::default()),
        };
        let base = backend_url.as_str().trim_end_matches('/');
        let callback = configured.callback_url.clone().unwrap_or_else(|| format!("{base}/api/auth/{id}/handler/frame"));
        let parsed = Url::parse(&callback).map_err(|error| {
            SetupError(format!("auth.providers.{id}.{}.callbackUrl: {error}", configured.environment))
        })?;
        let path = match parsed.path().strip_suffix("/handler/frame") {
            Some(path) => path.to_owned(),
            None => format!("{}/{id}", parsed.path().trim_end_matches('/')),
        };
        let cookies = CookieScope {
            path,
            secure: parsed.scheme() == "https",
            cross_site: app_url.host_str() != parsed.host_str(),
        };
        Ok(Self { id, configured: configured.clone(), callback, cookies, resolvers, source, authority })
    }

    /// Whether people can sign in with it, and not only get its tokens.
    pub(super) fn resolves(&self) -> bool {
        !self.resolvers.is_empty()
    }

    fn secret(&self) -> &str {
        self.configured.client_secret.as_ref().map_or("", |secret| secret.expose())
    }

    fn credentials(&self) -> Credentials<'_> {
        Credentials { client_id: &self.configured.client_id, client_secret: self.secret(), callback: &self.callback }
    }

    fn cookie(&self, what: &str) -> String {
        format!("{}-{what}", self.id)
    }

    fn nonce_scope(&self) -> CookieScope {
        CookieScope { path: format!("{}/handler", self.cookies.path), ..self.cookies.clone() }
    }

    async fn ready(&self) -> Result<Arc<Ready>, ExchangeError> {
        match &self.source {
            Source::Known(ready) => Ok(Arc::clone(ready)),
            Source::Discovered(address, told) => {
                let fresh = |told: &Option<(tokio::time::Instant, Arc<Ready>)>| {
                    told.as_ref()
                        .filter(|(at, _)| at.elapsed() < DISCOVERY_LIFETIME)
                        .map(|(_, ready)| Arc::clone(ready))
                };
                if let Some(ready) = fresh(&*told.read().await) {
                    return Ok(ready);
                }
                let mut told = told.write().await;
                if let Some(ready) = fresh(&told) {
                    return Ok(ready);
                }
                let ready = Arc::new(self.discover(address).await?);
                *told = Some((tokio::time::Instant::now(), Arc::clone(&ready)));
                Ok(ready)
            }
        }
    }

    async fn discover(&self, address: &Url) -> Result<Ready, ExchangeError> {
        let setup = |error: SetupError| ExchangeError(error.to_string());
        // The address of the issuer will do too.
        let mut document = address.clone();
        if !address.path().contains("/.well-known/") {
            document = super::site::below(address, ".well-known/openid-configuration");
        }
        let told = exchange::json(&client(&[&document]).map_err(setup)?, &document, None).await?;
        let site = oidc::site(&Settings(&self.configured), &told);
        let site = site.map_err(|lack| ExchangeError(format!("{document} is of no use: {lack}")))?;
        Ready::new(site, &self.configured.client_id).map_err(setup)
    }

    /// The scopes of a sign-in: asked for, granted before, needed, and wanted by the configuration.
    fn scopes(&self, site: &Site, asked: Option<&str>, granted: Option<&str>) -> Vec<String> {
        let parted = |text: Option<&str>| {
            let words = text.unwrap_or_default().split([' ', ',', '|']).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut all: Vec<String> = Vec::new();
        let each = parted(asked).into_iter().chain(parted(granted)).chain(site.scopes.iter().cloned());
        for scope in each.chain(self.configured.additional_scopes.iter().cloned()) {
            if !all.contains(&scope) {
                all.push(scope);
            }
        }
        all
    }

    pub(super) async fn start(&self, start: Start<'_>) -> Result<Started, AuthError> {
        let flow = Flow::read(start.flow);
        if flow == Flow::Redirect && start.redirect_url.is_none() {
            return Err(AuthError::NoRedirectUrl);
        }
        let ready = self.ready().await.map_err(AuthError::Exchange)?;
        let nonce = crate::jws::encode(base::ids::random_bytes::<16>());
        let scopes = self.scopes(&ready.site, start.scope, None).join(" ");
        let text = |text: Option<&str>| text.map(str::to_owned);
        let state = State {
            nonce: nonce.clone(),
            environment: self.configured.environment.clone(),
            origin: text(start.origin),
            redirect_url: text(start.redirect_url),
            flow,
            scope: ready.site.keeps_scope.then(|| scopes.clone()),
        };
        let challenge = derived(self.secret(), "pkce", &nonce);
        let challenge = oauth2::PkceCodeChallenge::from_code_verifier_sha256(&oauth2::PkceCodeVerifier::new(challenge));
        let mut location = ready.site.authorize.clone();
        {
            let mut query = location.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.configured.client_id)
                .append_pair("redirect_uri", &self.callback);
            if !scopes.is_empty() {
                query.append_pair("scope", &scopes);
            }
            query
                .append_pair("state", &state.encode())
                .append_pair("code_challenge", challenge.as_str())
                .append_pair("code_challenge_method", "S256");
            if ready.site.identity.is_some() {
                query.append_pair("nonce", &derived(self.secret(), "nonce", &nonce));
            }
            for (name, value) in &ready.site.parameters {
                query.append_pair(name, value);
            }
        }
        let age = Duration::from_secs(NONCE_LIFETIME);
        let cookies = self.nonce_scope().keep(&self.cookie("nonce"), &nonce, age, &Cookies::default());
        Ok(Started { location: location.into(), cookies })
    }

    pub(super) async fn end(&self, state: &State, answer: Answer<'_>, cookies: &Cookies) -> Ended {
        let nonce = self.cookie("nonce");
        let came = match cookies.get(&nonce) {
            None => Err(AuthError::InvalidState("Auth response is missing cookie nonce")),
            Some(known) if known != state.nonce => Err(AuthError::InvalidState("Invalid nonce")),
            Some(_) => self.signed_in(state, answer).await,
        };
        // It is used once, whatever comes of it.
        let mut set = self.nonce_scope().forget(&nonce, &Cookies::default());
        match state.flow {
            Flow::Popup => {
                let result = match came {
                    Ok(came) => self.told(&came, &mut set, cookies).await,
                    Err(error) => Err(error),
                };
                match &state.origin {
                    Some(origin) => Ended::Popup { origin: origin.clone(), result, cookies: set },
                    None => Ended::Popup { origin: self.app_origin(), result, cookies: set },
                }
            }
            Flow::Redirect => {
                let result = match came {
                    Ok(came) => self.told(&came, &mut set, cookies).await,
                    Err(error) => Err(error),
                };
                let address = state.redirect_url.clone().unwrap_or_default();
                let Ok(mut location) = Url::parse(&address) else { return Ended::Refused(AuthError::NoRedirectUrl) };
                let error = result.err().map(|error| error.to_string());
                if let Some(error) = &error {
                    location.query_pairs_mut().append_pair("error", error);
                }
                Ended::Redirect { location: location.into(), cookies: set, error }
            }
            Flow::Session => match self.session(came).await {
                Ok((user, token)) => {
                    Ended::Session { user, token, next: state.redirect_url.clone().unwrap_or_default(), cookies: set }
                }
                Err(error) => Ended::NoSession(error),
            },
        }
    }

    /// The origin that windows without one are opened by.
    fn app_origin(&self) -> String {
        Url::parse(&self.callback).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
    }

    async fn signed_in(&self, state: &State, answer: Answer<'_>) -> Result<(Tokens, Person), AuthError> {
        if let Some(error) = answer.error {
            let description = answer.error_description.map(|text| format!(": {text}")).unwrap_or_default();
            return Err(AuthError::Exchange(ExchangeError(format!("the provider refused: {error}{description}"))));
        }
        let code = answer.code.ok_or(AuthError::InvalidState("Auth response is missing a code"))?;
        let ready = self.ready().await.map_err(AuthError::Exchange)?;
        let verifier = derived(self.secret(), "pkce", &state.nonce);
        let tokens = exchange::tokens(&ready.http, &ready.site, self.credentials(), code, &verifier).await;
        let mut tokens = tokens.map_err(AuthError::Exchange)?;
        tokens.scope = tokens.scope.take().or_else(|| state.scope.clone());
        let nonce = derived(self.secret(), "nonce", &state.nonce);
        let person = self.person(&ready, &tokens, Some(&nonce)).await?;
        Ok((tokens, person))
    }

    async fn person(&self, ready: &Ready, tokens: &Tokens, nonce: Option<&str>) -> Result<Person, AuthError> {
        let verified = match (&ready.keys, &tokens.id_token) {
            (Some((keys, demands)), Some(id_token)) => {
                let claims = keys.verify(id_token, demands).await.map_err(AuthError::Exchange)?;
                if nonce.is_some_and(|nonce| claims.get("nonce").and_then(Value::as_str) != Some(nonce)) {
                    let reason = "the token of identity was made for another sign-in";
                    return Err(AuthError::Exchange(ExchangeError(reason.to_owned())));
                }
                Some(claims)
            }
            // Only a refresh may go without.
            (Some(_), None) if nonce.is_some() => {
                return Err(AuthError::Exchange(ExchangeError("the provider gave no token of identity".to_owned())));
            }
            _ => None,
        };
        let person = exchange::person(&ready.http, &ready.site, tokens).await.map_err(AuthError::Exchange)?;
        if let Some(claims) = verified
            && person.id.as_deref() != claims.get("sub").and_then(Value::as_str)
        {
            return Err(AuthError::Exchange(ExchangeError("the provider speaks of two persons".to_owned())));
        }
        Ok(person)
    }

    async fn session(
        &self,
        came: Result<(Tokens, Person), AuthError>,
    ) -> Result<(model::EntityRef, IssuedToken), AuthError> {
        let (_, person) = came?;
        if self.resolvers.is_empty() {
            return Err(AuthError::NoResolvers(self.id.to_owned()));
        }
        let user = self.user(&person).await?;
        let token = self.authority.start_session(&user).await?;
        Ok((user, token))
    }

    async fn user(&self, person: &Person) -> Result<model::EntityRef, AuthError> {
        let annotations = match &self.source {
            Source::Known(ready) => ready.site.annotations.clone(),
            Source::Discovered(..) => Default::default(),
        };
        resolver::resolve(&self.resolvers, person, &annotations, self.authority.directory()).await
    }

    /// The body of the wire for a sign-in, with the cookies that let it be refreshed.
    async fn told(
        &self,
        (tokens, person): &(Tokens, Person),
        set: &mut Vec<String>,
        present: &Cookies,
    ) -> Result<Value, AuthError> {
        let mut body = json!({
            "profile": person.profile(),
            "providerInfo": { "accessToken": tokens.access_token, "scope": tokens.scope.clone().unwrap_or_default() },
        });
        if let Some(id_token) = &tokens.id_token {
            body["providerInfo"]["idToken"] = id_token.as_str().into();
        }
        if let Some(seconds) = tokens.expires_in {
            body["providerInfo"]["expiresInSeconds"] = seconds.into();
        }
        if !self.resolvers.is_empty() {
            let user = self.user(person).await?;
            body["backstageIdentity"] = self.authority.identity(&user).await?;
        }
        let ready = self.ready().await.map_err(AuthError::Exchange)?;
        let kept = match &tokens.refresh_token {
            Some(token) if ready.site.refreshes => Some(token.clone()),
            None if ready.site.access_token_lasts => Some(format!("{LASTING}{}", tokens.access_token)),
            _ => None,
        };
        if let Some(kept) = kept {
            set.extend(self.cookies.keep(&self.cookie("refresh-token"), &kept, self.configured.session, present));
        }
        if let Some(scope) = tokens.scope.as_ref().filter(|_| ready.site.keeps_scope) {
            set.extend(self.cookies.keep(&self.cookie("granted-scope"), scope, self.configured.session, present));
        }
        Ok(body)
    }

    pub(super) async fn refresh(&self, scope: Option<&str>, cookies: &Cookies) -> Result<Refreshed, AuthError> {
        let refused = |error: AuthError| AuthError::Refresh(Box::new(error));
        let token = cookies.whole(&self.cookie("refresh-token"));
        let token = token.ok_or(AuthError::NoSessionCookie).map_err(refused)?;
        let came = self.tokens_again(&token, scope, cookies).await.map_err(refused)?;
        let mut set = Vec::new();
        let body = self.told(&came, &mut set, cookies).await.map_err(refused)?;
        Ok(Refreshed { body, cookies: set })
    }

    async fn tokens_again(
        &self,
        token: &str,
        scope: Option<&str>,
        cookies: &Cookies,
    ) -> Result<(Tokens, Person), AuthError> {
        let ready = self.ready().await.map_err(AuthError::Exchange)?;
        let granted = cookies.whole(&self.cookie("granted-scope"));
        let tokens = match token.strip_prefix(LASTING).filter(|_| ready.site.access_token_lasts) {
            Some(access_token) => Tokens {
                access_token: access_token.to_owned(),
                id_token: None,
                refresh_token: None,
                scope: granted,
                expires_in: None,
            },
            None => {
                let scopes = self.scopes(&ready.site, scope, granted.as_deref());
                let tokens = exchange::refreshed(&ready.http, &ready.site, self.credentials(), token, &scopes).await;
                let mut tokens = tokens.map_err(AuthError::Exchange)?;
                tokens.scope = tokens.scope.or(granted);
                tokens
            }
        };
        let person = self.person(&ready, &tokens, None).await?;
        Ok((tokens, person))
    }

    pub(super) async fn log_out(&self, cookies: &Cookies) -> (Vec<String>, Option<String>) {
        let name = self.cookie("refresh-token");
        let ready = self.ready().await.ok();
        if let (Some(token), Some(ready)) = (cookies.whole(&name), &ready)
            && let Some(address) = &ready.site.revoke
            && let Err(error) = exchange::revoke(&ready.http, address, self.credentials(), &token).await
        {
            tracing::warn!(provider = self.id, %error, "a token could not be given back");
        }
        let mut set = self.cookies.forget(&name, cookies);
        set.extend(self.cookies.forget(&self.cookie("granted-scope"), cookies));
        (set, ready.and_then(|ready| ready.site.sign_out.as_ref().map(Url::to_string)))
    }
}

/// The hosts that the portal itself asks.
fn asked(site: &Site) -> Vec<&Url> {
    let mut all = vec![&site.token];
    match &site.profile {
        super::site::Profile::Endpoints(addresses, _) => all.extend(addresses),
        super::site::Profile::NameThen { name, users, .. } => all.extend([name, users]),
        super::site::Profile::IdToken => {}
    }
    all.extend(site.identity.as_ref().map(|identity| &identity.keys));
    all.extend(&site.revoke);
    all
}
