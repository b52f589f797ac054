//! GitHub and GitHub Enterprise Server.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::{Annotations, Profile, Settings, Site, below};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let host = settings.url_or("enterpriseInstanceUrl", "https://github.com")?;
    let user = match settings.text("enterpriseInstanceUrl") {
        Some(_) => below(&host, "api/v3/user"),
        None => settings.url_or("", "https://api.github.com/user")?,
    };
    let site = Site::new(
        below(&host, "login/oauth/authorize"),
        below(&host, "login/oauth/access_token"),
        Profile::Endpoints(vec![user], person),
    );
    Ok(Site {
        keeps_scope: true,
        access_token_lasts: true,
        annotations: Annotations { user_id: Some("github.com/user-id".to_owned()), ..Annotations::default() },
        ..site.scopes("read:user")
    })
}

fn person(answers: &[Value]) -> Person {
    let user = answers.first().cloned().unwrap_or_default();
    Person {
        id: text(&user, "id"),
        username: text(&user, "login"),
        preferred_username: text(&user, "login"),
        email: text(&user, "email"),
        display_name: text(&user, "name").or_else(|| text(&user, "login")),
        picture: text(&user, "avatar_url"),
        claims: user,
    }
}
