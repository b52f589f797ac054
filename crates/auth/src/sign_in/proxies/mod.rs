//! Proxies in front of the portal that have signed people in already, one file each: from the headers of a request to a
//! person (contract auth.md section 1.4).

mod aws_alb;
mod azure_easy_auth;
mod cloudflare;
mod gcp_iap;
mod oauth2_proxy;

use std::sync::Arc;

use http::HeaderMap;
use serde_json::{Value, json};

use super::SetupError;
use super::exchange::ExchangeError;
use super::person::Person;
use super::resolver::{self, Resolver};
use super::site::{Annotations, Settings};
use crate::{AuthError, Authority};

/// A person, and what of the proxy goes to the browser.
type Came = (Person, Value);

/// One proxy.
pub(super) struct Proxy {
    kind: Kind,
    resolvers: Vec<Resolver>,
    annotations: Annotations,
    authority: Arc<Authority>,
}

enum Kind {
    AwsAlb(aws_alb::AwsAlb),
    AzureEasyAuth,
    Cloudflare(cloudflare::Cloudflare),
    GcpIap(gcp_iap::GcpIap),
    OAuth2Proxy,
}

impl Proxy {
    pub(super) fn new(configured: &config::SignInProvider, authority: Arc<Authority>) -> Result<Self, SetupError> {
        let settings = Settings(configured);
        let annotation = |name: &str| Some(name.to_owned());
        let (kind, annotations) = match configured.id {
            "awsAlb" => (Kind::AwsAlb(aws_alb::AwsAlb::new(&settings)?), Annotations::default()),
            "azureEasyAuth" => {
                let user_id = annotation("graph.microsoft.com/user-id");
                (Kind::AzureEasyAuth, Annotations { user_id, ..Annotations::default() })
            }
            "cfaccess" => (Kind::Cloudflare(cloudflare::Cloudflare::new(&settings)?), Annotations::default()),
            "gcpIap" => {
                let (user_id, email) = (annotation("google.com/user-id"), annotation("google.com/email"));
                (Kind::GcpIap(gcp_iap::GcpIap::new(&settings)?), Annotations { user_id, email, username: None })
            }
            _ => (Kind::OAuth2Proxy, Annotations::default()),
        };
        let key = format!("auth.providers.{}.signIn.resolvers", configured.id);
        if configured.resolvers.is_empty() {
            return Err(SetupError(format!("{key}: at least one resolver is needed, for nobody could sign in")));
        }
        let resolvers = configured.resolvers.iter().map(|one| Resolver::new(one, &key)).collect::<Result<_, _>>()?;
        Ok(Self { kind, resolvers, annotations, authority })
    }

    async fn came(&self, headers: &HeaderMap) -> Result<Came, AuthError> {
        let came = match &self.kind {
            Kind::AwsAlb(alb) => alb.person(headers).await,
            Kind::AzureEasyAuth => azure_easy_auth::person(headers),
            Kind::Cloudflare(access) => access.person(headers).await,
            Kind::GcpIap(iap) => iap.person(headers).await,
            Kind::OAuth2Proxy => oauth2_proxy::person(headers),
        };
        came.map_err(AuthError::Exchange)
    }

    /// Who the proxy says that it is.
    pub(super) async fn user(&self, headers: &HeaderMap) -> Result<model::EntityRef, AuthError> {
        let (person, _) = self.came(headers).await?;
        resolver::resolve(&self.resolvers, &person, &self.annotations, self.authority.directory()).await
    }

    /// The body of the wire.
    pub(super) async fn refresh(&self, headers: &HeaderMap) -> Result<Value, AuthError> {
        let (person, info) = self.came(headers).await?;
        let user = resolver::resolve(&self.resolvers, &person, &self.annotations, self.authority.directory()).await?;
        let identity = self.authority.identity(&user).await?;
        Ok(json!({ "profile": person.profile(), "providerInfo": info, "backstageIdentity": identity }))
    }
}

/// A header of the proxy.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|text| !text.is_empty())
}

/// A header that the proxy always sends.
fn required<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, ExchangeError> {
    header(headers, name)
        .ok_or_else(|| ExchangeError(format!("Missing header: {name}; the proxy in front does not send it")))
}

#[cfg(test)]
mod tests;
