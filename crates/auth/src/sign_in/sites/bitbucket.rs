//! Bitbucket Cloud.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::{Annotations, Profile, Settings, Site};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let at = |address: &str| settings.url_or("", address);
    let site = Site::new(
        at("https://bitbucket.org/site/oauth2/authorize")?,
        at("https://bitbucket.org/site/oauth2/access_token")?,
        Profile::Endpoints(vec![at("https://api.bitbucket.org/2.0/user")?], person),
    );
    Ok(Site {
        keeps_scope: true,
        annotations: Annotations {
            user_id: Some("bitbucket.org/user-id".to_owned()),
            username: Some("bitbucket.org/username".to_owned()),
            email: None,
        },
        ..site.scopes("account")
    })
}

fn person(answers: &[Value]) -> Person {
    let user = answers.first().cloned().unwrap_or_default();
    Person {
        id: text(&user, "uuid"),
        username: text(&user, "username"),
        preferred_username: text(&user, "username"),
        email: text(&user, "email"),
        display_name: text(&user, "display_name"),
        picture: user.pointer("/links/avatar/href").and_then(Value::as_str).map(str::to_owned),
        claims: user,
    }
}
