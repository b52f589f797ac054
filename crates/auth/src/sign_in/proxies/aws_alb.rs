//! AWS Application Load Balancer: it signs with a key of its region, and says which balancer it is.

use std::collections::HashMap;

use base::http::{HttpClient, Request};
use http::HeaderMap;
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::Mutex;
use serde_json::{Value, json};
use url::Url;

use super::{Came, required};
use crate::remote_keys::{Demands, claims};
use crate::sign_in::exchange::ExchangeError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::{Settings, below};
use crate::sign_in::{SetupError, client};

/// The most keys that are remembered; a region has few.
const MAX_KEYS: usize = 100;
/// The most bytes of a key.
const MAX_BYTES: u64 = 16 << 10;

pub(super) struct AwsAlb {
    issuer: String,
    signer: Option<String>,
    keys: Url,
    http: HttpClient,
    known: Mutex<HashMap<String, Vec<u8>>>,
}

impl AwsAlb {
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SetupError> {
        let region = settings.text("region").unwrap_or_default();
        let keys = settings.url_or("", &format!("https://public-keys.auth.elb.{region}.amazonaws.com"))?;
        let http = client(&[&keys])?;
        Ok(Self {
            issuer: settings.text("issuer").unwrap_or_default().to_owned(),
            signer: settings.text("signer").map(str::to_owned),
            keys,
            http,
            known: Mutex::default(),
        })
    }

    pub(super) async fn person(&self, headers: &HeaderMap) -> Result<Came, ExchangeError> {
        let token = required(headers, "x-amzn-oidc-data")?;
        let access_token = required(headers, "x-amzn-oidc-accesstoken")?;
        let refuse = |what: &str| ExchangeError(format!("the token of the load balancer is not valid: {what}"));
        let own = head(token).ok_or_else(|| refuse("it is none"))?;
        let kid = text(&own, "kid").filter(|kid| kid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        let pem = self.key(&kid.ok_or_else(|| refuse("it names no key"))?).await?;
        let key = DecodingKey::from_ec_pem(&pem).map_err(|error| refuse(&error.to_string()))?;
        let demands =
            Demands { algorithms: vec![Algorithm::ES256], issuers: vec![self.issuer.clone()], audiences: Vec::new() };
        // Signed by a key of the region: of everybody's balancers there, only ours may have sent it.
        if let Some(signer) = &self.signer
            && text(&own, "signer").as_ref() != Some(signer)
        {
            return Err(refuse("another load balancer signed it"));
        }
        let claims = claims(&unpadded(token), &key, Algorithm::ES256, &demands)?;
        let person = Person::from_claims(&claims);
        if person.email.is_none() {
            return Err(ExchangeError("Missing email in the JWT token".to_owned()));
        }
        let expires = claims.get("exp").cloned().unwrap_or_default();
        Ok((person, json!({ "accessToken": access_token, "expiresInSeconds": expires })))
    }

    async fn key(&self, kid: &str) -> Result<Vec<u8>, ExchangeError> {
        if let Some(known) = self.known.lock().get(kid) {
            return Ok(known.clone());
        }
        let answer = self.http.send(Request::get(below(&self.keys, kid), MAX_BYTES)).await;
        let answer = answer.map_err(|error| ExchangeError(error.to_string()))?;
        if !answer.status.is_success() {
            return Err(ExchangeError(format!("the load balancer's key {kid} is not published")));
        }
        let mut known = self.known.lock();
        if known.len() >= MAX_KEYS {
            known.clear();
        }
        known.insert(kid.to_owned(), answer.body.to_vec());
        Ok(answer.body.to_vec())
    }
}

/// These tokens are padded, which the standard forbids.
fn unpadded(token: &str) -> String {
    token.replace('=', "")
}

fn head(token: &str) -> Option<Value> {
    let (head, _) = token.split_once('.')?;
    let bytes = crate::jws::decode(head.trim_end_matches('='))?;
    serde_json::from_slice(&bytes).ok()
}
