//! Tokens that others signed, verified with the keys they publish. Keys are kept for an hour and asked for again when a token
//! names one that is not known, but not at once again: junk must not make the portal ask.

use std::sync::Arc;
use std::time::Duration;

use base::http::HttpClient;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use tokio::sync::RwLock;
use tokio::time::Instant;
use url::Url;

use crate::sign_in::{ExchangeError, get_json};

/// How long keys are believed.
const LIFETIME: Duration = Duration::from_secs(3600);
/// How soon they may be asked for again because of an unknown one.
const PAUSE: Duration = Duration::from_secs(10);
/// What clocks may differ by, in seconds.
const LEEWAY: u64 = 60;

/// Keys that somebody publishes at an address.
pub(crate) struct RemoteKeys {
    address: Url,
    http: HttpClient,
    known: RwLock<Option<(Instant, Arc<JwkSet>)>>,
}

/// What a token has to say. An empty list is no demand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demands {
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) issuers: Vec<String>,
    pub(crate) audiences: Vec<String>,
}

impl RemoteKeys {
    pub(crate) fn new(address: Url, http: HttpClient) -> Self {
        Self { address, http, known: RwLock::default() }
    }

    async fn set(&self, older_than: Duration) -> Result<Arc<JwkSet>, ExchangeError> {
        let usable = |known: &Option<(Instant, Arc<JwkSet>)>| {
            known.as_ref().filter(|(at, _)| at.elapsed() < older_than).map(|(_, set)| Arc::clone(set))
        };
        if let Some(set) = usable(&*self.known.read().await) {
            return Ok(set);
        }
        let mut known = self.known.write().await;
        if let Some(set) = usable(&known) {
            return Ok(set);
        }
        let told = get_json(&self.http, &self.address, None).await?;
        let set: JwkSet = serde_json::from_value(told)
            .map_err(|error| ExchangeError(format!("the keys at {} cannot be read: {error}", self.address)))?;
        let set = Arc::new(set);
        *known = Some((Instant::now(), Arc::clone(&set)));
        Ok(set)
    }

    /// The claims of a token that holds.
    pub(crate) async fn verify(&self, token: &str, demands: &Demands) -> Result<Value, ExchangeError> {
        let header = jsonwebtoken::decode_header(token).map_err(|error| invalid(&error.to_string()))?;
        let set = self.set(LIFETIME).await?;
        let find = |set: &JwkSet| find(set, header.kid.as_deref()).cloned();
        let key = match find(&set) {
            Some(key) => key,
            None => find(&*self.set(PAUSE).await?).ok_or_else(|| invalid("nobody published such a key"))?,
        };
        let key = DecodingKey::from_jwk(&key).map_err(|error| invalid(&error.to_string()))?;
        claims(token, &key, header.alg, demands)
    }
}

fn find<'a>(set: &'a JwkSet, kid: Option<&str>) -> Option<&'a Jwk> {
    match kid {
        Some(kid) => set.find(kid),
        None => set.keys.first().filter(|_| set.keys.len() == 1),
    }
}

/// The claims of a token that a key signed and that says what it has to.
pub(crate) fn claims(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
    demands: &Demands,
) -> Result<Value, ExchangeError> {
    // Shared secrets are for those who sign and verify alike; published keys are no secret.
    let symmetric = matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512);
    if symmetric || !(demands.algorithms.is_empty() || demands.algorithms.contains(&algorithm)) {
        return Err(invalid(&format!("it is signed with {algorithm:?}")));
    }
    let mut validation = Validation::new(algorithm);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    let mut required = vec!["exp"];
    if demands.audiences.is_empty() {
        validation.validate_aud = false;
    } else {
        validation.set_audience(&demands.audiences);
        required.push("aud");
    }
    if !demands.issuers.is_empty() {
        validation.set_issuer(&demands.issuers);
        required.push("iss");
    }
    validation.set_required_spec_claims(&required);
    let verified = jsonwebtoken::decode::<Value>(token, key, &validation);
    verified.map(|data| data.claims).map_err(|error| invalid(&error.to_string()))
}

fn invalid(what: &str) -> ExchangeError {
    ExchangeError(format!("the token is not valid: {what}"))
}
