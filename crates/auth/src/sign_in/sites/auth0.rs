//! Auth0.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::Person;
use crate::sign_in::site::{Profile, Settings, Site, below};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let domain = settings.text("domain").unwrap_or_default();
    let host = settings.url_or("", &format!("https://{domain}"))?;
    let profile = Profile::Endpoints(vec![below(&host, "userinfo")], person);
    let mut site = Site::new(below(&host, "authorize"), below(&host, "oauth/token"), profile);
    for (key, parameter) in [
        ("audience", "audience"),
        ("connection", "connection"),
        ("connectionScope", "connection_scope"),
        ("organization", "organization"),
    ] {
        if let Some(value) = settings.text(key) {
            site = site.parameter(parameter, value);
        }
    }
    match settings.text("prompt").unwrap_or("consent") {
        "auto" => {}
        prompt => site = site.parameter("prompt", prompt),
    }
    if settings.flag("federatedLogout") {
        let mut out = below(&host, "v2/logout");
        out.query_pairs_mut().append_pair("client_id", &settings.0.client_id).append_key_only("federated");
        site.sign_out = Some(out);
    }
    Ok(site.scopes("openid profile email offline_access"))
}

fn person(answers: &[Value]) -> Person {
    Person::from_claims(answers.first().unwrap_or(&Value::Null))
}
