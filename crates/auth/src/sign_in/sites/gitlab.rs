//! GitLab, the service and installations of it.

use serde_json::Value;

use crate::sign_in::SetupError;
use crate::sign_in::person::{Person, text};
use crate::sign_in::site::{Annotations, Profile, Settings, Site, below};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let host = settings.url_or("audience", "https://gitlab.com")?;
    let profile = Profile::Endpoints(vec![below(&host, "api/v4/user")], person);
    let user_id = host.host_str().map(|host| format!("{host}/user-id"));
    let site = Site::new(below(&host, "oauth/authorize"), below(&host, "oauth/token"), profile);
    Ok(Site { annotations: Annotations { user_id, ..Annotations::default() }, ..site.scopes("read_user") })
}

fn person(answers: &[Value]) -> Person {
    let user = answers.first().cloned().unwrap_or_default();
    Person {
        id: text(&user, "id"),
        username: text(&user, "username"),
        preferred_username: text(&user, "username"),
        email: text(&user, "email"),
        display_name: text(&user, "name"),
        picture: text(&user, "avatar_url"),
        claims: user,
    }
}
