//! Microsoft Entra ID.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::{Annotations, Profile, Settings, Site, below};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let tenant = settings.text("tenantId").unwrap_or_default();
    let login = settings.url_or("", &format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0"))?;
    let me = settings.url_or("", "https://graph.microsoft.com/v1.0/me")?;
    let profile = match settings.flag("skipUserProfile") {
        true => Profile::IdToken,
        false => Profile::Endpoints(vec![me], person),
    };
    let mut site = Site::new(below(&login, "authorize"), below(&login, "token"), profile);
    if let Some(hint) = settings.text("domainHint") {
        site = site.parameter("domain_hint", hint);
    }
    let annotation = |name: &str| Some(name.to_owned());
    Ok(Site {
        annotations: Annotations {
            user_id: annotation("graph.microsoft.com/user-id"),
            email: annotation("microsoft.com/email"),
            username: None,
        },
        ..site.scopes("email openid offline_access user.read")
    })
}

fn person(answers: &[Value]) -> Person {
    let me = answers.first().cloned().unwrap_or_default();
    let principal = text(&me, "userPrincipalName");
    Person {
        id: text(&me, "id"),
        username: principal.clone(),
        preferred_username: principal.clone(),
        email: text(&me, "mail").or(principal),
        display_name: text(&me, "displayName"),
        picture: None,
        claims: me,
    }
}
