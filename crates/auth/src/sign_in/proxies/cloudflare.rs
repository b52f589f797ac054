//! Cloudflare Access.

use http::HeaderMap;
use jsonwebtoken::Algorithm;
use serde_json::json;

use super::{Came, header};
use crate::remote_keys::{Demands, RemoteKeys};
use crate::sign_in::cookies::Cookies;
use crate::sign_in::exchange::ExchangeError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::Settings;
use crate::sign_in::{SetupError, client};

pub(super) struct Cloudflare {
    header: String,
    cookie: String,
    keys: RemoteKeys,
    demands: Demands,
}

impl Cloudflare {
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SetupError> {
        let team = settings.text("teamName").unwrap_or_default();
        let issuer = format!("https://{team}.cloudflareaccess.com");
        let address = settings.url_or("", &format!("{issuer}/cdn-cgi/access/certs"))?;
        let http = client(&[&address])?;
        Ok(Self {
            header: settings.text("jwtHeaderName").unwrap_or("cf-access-jwt-assertion").to_owned(),
            cookie: settings.text("authorizationCookieName").unwrap_or("CF_Authorization").to_owned(),
            keys: RemoteKeys::new(address, http),
            demands: Demands {
                algorithms: vec![Algorithm::RS256, Algorithm::ES256],
                issuers: vec![issuer],
                audiences: settings.text("audience").map(str::to_owned).into_iter().collect(),
            },
        })
    }

    pub(super) async fn person(&self, headers: &HeaderMap) -> Result<Came, ExchangeError> {
        let cookies = Cookies::parse(header(headers, "cookie").unwrap_or_default());
        let token = header(headers, &self.header).or_else(|| cookies.get(&self.cookie));
        let missing = || ExchangeError(format!("Missing {} from Cloudflare Access", self.header));
        let claims = self.keys.verify(token.ok_or_else(missing)?, &self.demands).await?;
        let mut person = Person::from_claims(&claims);
        person.display_name = person.display_name.or_else(|| text(&claims, "email"));
        let expires = claims.get("exp").cloned().unwrap_or_default();
        Ok((person, json!({ "expiresInSeconds": expires, "claims": claims })))
    }
}
