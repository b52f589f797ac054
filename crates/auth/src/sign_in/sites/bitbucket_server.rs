//! Bitbucket Server and Data Center: one address tells the name, another what belongs to it.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::{Profile, Settings, Site, below};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let host = settings.url_or("", &format!("https://{}", settings.text("host").unwrap_or_default()))?;
    let profile = Profile::NameThen {
        name: below(&host, "plugins/servlet/applinks/whoami"),
        users: below(&host, "rest/api/latest/users"),
        read: person,
    };
    Ok(Site::new(below(&host, "rest/oauth2/latest/authorize"), below(&host, "rest/oauth2/latest/token"), profile))
}

fn person(user: &Value) -> Person {
    Person {
        id: text(user, "id"),
        username: text(user, "name"),
        preferred_username: text(user, "slug"),
        email: text(user, "emailAddress"),
        display_name: text(user, "displayName"),
        picture: text(user, "avatarUrl"),
        claims: user.clone(),
    }
}
