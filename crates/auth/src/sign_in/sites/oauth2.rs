//! Any provider of OAuth 2.0; who somebody is stands in its token of identity, if it gives one.

use crate::sign_in::SetupError;
use crate::sign_in::site::{ClientAuth, Profile, Settings, Site};

pub(super) fn site(settings: &Settings<'_>) -> Result<Site, SetupError> {
    let authorize = settings.url_or("authorizationUrl", "")?;
    let site = Site::new(authorize, settings.url_or("tokenUrl", "")?, Profile::IdToken);
    Ok(Site {
        client_auth: if settings.flag("includeBasicAuth") { ClientAuth::Basic } else { ClientAuth::Body },
        refreshes: !settings.flag("disableRefresh"),
        scopes: settings.text("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        ..site.parameter("access_type", "offline").parameter("prompt", "consent")
    })
}
