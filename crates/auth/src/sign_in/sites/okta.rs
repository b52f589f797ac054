//! Okta.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::Person;
use crate::sign_in::site::{Annotations, ClientAuth, Profile, Settings, Site, below};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let organisation = settings.url_or("audience", "")?;
    let server = match settings.text("authServerId") {
        Some(server) => below(&organisation, &format!("oauth2/{server}/v1")),
        None => below(&organisation, "oauth2/v1"),
    };
    let profile = Profile::Endpoints(vec![below(&server, "userinfo")], person);
    let mut site = Site::new(below(&server, "authorize"), below(&server, "token"), profile);
    if let Some(idp) = settings.text("idp") {
        site = site.parameter("idp", idp);
    }
    Ok(Site {
        client_auth: ClientAuth::Basic,
        annotations: Annotations { email: Some("okta.com/email".to_owned()), ..Annotations::default() },
        ..site.scopes("openid email profile offline_access")
    })
}

fn person(answers: &[Value]) -> Person {
    Person::from_claims(answers.first().unwrap_or(&Value::Null))
}
