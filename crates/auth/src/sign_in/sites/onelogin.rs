//! OneLogin.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::Person;
use crate::sign_in::site::{Profile, Settings, Site, below};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let issuer = settings.url_or("issuer", "")?;
    let profile = Profile::Endpoints(vec![below(&issuer, "oidc/2/me")], person);
    Ok(Site::new(below(&issuer, "oidc/2/auth"), below(&issuer, "oidc/2/token"), profile).scopes("openid"))
}

fn person(answers: &[Value]) -> Person {
    Person::from_claims(answers.first().unwrap_or(&Value::Null))
}
