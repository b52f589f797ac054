//! Any provider of OpenID Connect: it tells its addresses itself.

use serde_json::Value;
use url::Url;

use crate::sign_in::person::Person;
use crate::sign_in::site::{ClientAuth, Identity, Profile, Settings, Site};

/// The site that the discovery document of a provider tells.
pub(in crate::sign_in) fn site(settings: &Settings<'_>, document: &Value) -> Result<Site, String> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).ok_or_else(|| format!("it has no {name}"));
    let url = |name: &str| Url::parse(text(name)?).map_err(|error| format!("its {name} is no URL: {error}"));
    let profile = Profile::Endpoints(vec![url("userinfo_endpoint")?], person);
    let mut site = Site::new(url("authorization_endpoint")?, url("token_endpoint")?, profile);
    match settings.text("prompt").unwrap_or("none") {
        "auto" => {}
        prompt => site = site.parameter("prompt", prompt),
    }
    for (name, value) in &settings.0.options {
        if let Some(name) = name.strip_prefix("startUrlSearchParams.") {
            site = site.parameter(name, value);
        }
    }
    let algorithm = settings.text("tokenSignedResponseAlg").unwrap_or("RS256");
    let algorithm =
        algorithm.parse().map_err(|_| format!("tokenSignedResponseAlg: there is no algorithm '{algorithm}'"))?;
    let basic = settings.text("tokenEndpointAuthMethod").is_none_or(|method| method == "client_secret_basic");
    Ok(Site {
        client_auth: if basic { ClientAuth::Basic } else { ClientAuth::Body },
        keeps_scope: true,
        identity: Some(Identity { issuer: text("issuer")?.to_owned(), keys: url("jwks_uri")?, algorithm }),
        revoke: url("revocation_endpoint").ok(),
        ..site.scopes(settings.text("scope").unwrap_or("openid profile email"))
    })
}

/// An address that was not verified may be anybody's.
fn person(answers: &[Value]) -> Person {
    let claims = answers.first().cloned().unwrap_or_default();
    let mut person = Person::from_claims(&claims);
    if claims.get("email_verified") != Some(&Value::Bool(true)) {
        person.email = None;
    }
    person
}
