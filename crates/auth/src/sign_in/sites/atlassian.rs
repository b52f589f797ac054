//! Atlassian.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::{Profile, Settings, Site};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let at = |address: &str| settings.url_or("", address);
    let site = Site::new(
        at("https://auth.atlassian.com/authorize")?,
        at("https://auth.atlassian.com/oauth/token")?,
        Profile::Endpoints(vec![at("https://api.atlassian.com/me")?], person),
    );
    let audience = settings.text("audience").unwrap_or("api.atlassian.com");
    let site = site.parameter("audience", audience).parameter("prompt", "consent");
    Ok(site.scopes("offline_access read:me read:jira-work read:jira-user"))
}

fn person(answers: &[Value]) -> Person {
    let me = answers.first().cloned().unwrap_or_default();
    Person {
        id: text(&me, "account_id"),
        username: text(&me, "nickname"),
        preferred_username: text(&me, "nickname"),
        email: text(&me, "email"),
        display_name: text(&me, "name"),
        picture: text(&me, "picture"),
        claims: me,
    }
}
