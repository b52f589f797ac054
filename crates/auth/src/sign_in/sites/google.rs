//! Google.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::Person;
use crate::sign_in::site::{Annotations, Profile, Settings, Site};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let at = |address: &str| settings.url_or("", address);
    let site = Site::new(
        at("https://accounts.google.com/o/oauth2/v2/auth")?,
        at("https://oauth2.googleapis.com/token")?,
        Profile::Endpoints(vec![at("https://openidconnect.googleapis.com/v1/userinfo")?], person),
    );
    let scopes =
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile";
    let site = site.parameter("access_type", "offline").parameter("prompt", "consent");
    let site = site.parameter("include_granted_scopes", "true").scopes(scopes);
    let email = Some("google.com/email".to_owned());
    Ok(Site {
        revoke: Some(at("https://oauth2.googleapis.com/revoke")?),
        annotations: Annotations { email, user_id: Some("google.com/user-id".to_owned()), ..Annotations::default() },
        ..site
    })
}

/// An address that was not verified may be anybody's.
fn person(answers: &[Value]) -> Person {
    let claims = answers.first().cloned().unwrap_or_default();
    let mut person = Person::from_claims(&claims);
    if claims.get("email_verified") == Some(&Value::Bool(false)) {
        person.email = None;
    }
    person
}
