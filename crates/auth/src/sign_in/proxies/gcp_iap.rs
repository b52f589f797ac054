//! Google's Identity-Aware Proxy.

use http::HeaderMap;
use jsonwebtoken::Algorithm;
use serde_json::json;

use super::{Came, required};
use crate::remote_keys::{Demands, RemoteKeys};
use crate::sign_in::exchange::ExchangeError;
use crate::sign_in::person::Person;
use crate::sign_in::site::Settings;
use crate::sign_in::{SetupError, client};

pub(super) struct GcpIap {
    header: String,
    keys: RemoteKeys,
    demands: Demands,
}

impl GcpIap {
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SetupError> {
        let address = settings.url_or("", "https://www.gstatic.com/iap/verify/public_key-jwk")?;
        let http = client(&[&address])?;
        Ok(Self {
            header: settings.text("jwtHeader").unwrap_or("x-goog-iap-jwt-assertion").to_owned(),
            keys: RemoteKeys::new(address, http),
            demands: Demands {
                algorithms: vec![Algorithm::ES256],
                issuers: vec!["https://cloud.google.com/iap".to_owned()],
                audiences: vec![settings.text("audience").unwrap_or_default().to_owned()],
            },
        })
    }

    pub(super) async fn person(&self, headers: &HeaderMap) -> Result<Came, ExchangeError> {
        let claims = self.keys.verify(required(headers, &self.header)?, &self.demands).await?;
        let person = Person::from_claims(&claims);
        if person.id.is_none() || person.email.is_none() {
            return Err(ExchangeError("Google IAP token payload is missing sub and/or email claim".to_owned()));
        }
        Ok((person, json!({ "iapToken": claims })))
    }
}
