//! The providers, one file each: a function from configuration to a [`Site`].

mod atlassian;
mod auth0;
mod bitbucket;
mod bitbucket_server;
mod github;
mod gitlab;
mod google;
mod microsoft;
mod oauth2;
pub(super) mod oidc;
mod okta;
mod onelogin;

use super::SetupError;
use super::site::{Settings, Site};

/// The site of a provider; `None` for one that tells its addresses itself.
pub(super) fn site(settings: &Settings<'_>) -> Result<Option<Site>, SetupError> {
    let site = match settings.0.id {
        "atlassian" => atlassian::site(settings)?,
        "auth0" => auth0::site(settings)?,
        "bitbucket" => bitbucket::site(settings)?,
        "bitbucketServer" => bitbucket_server::site(settings)?,
        "github" => github::site(settings)?,
        "gitlab" => gitlab::site(settings)?,
        "google" => google::site(settings)?,
        "microsoft" => microsoft::site(settings)?,
        "oauth2" => oauth2::site(settings)?,
        "okta" => okta::site(settings)?,
        "onelogin" => onelogin::site(settings)?,
        _ => return Ok(None),
    };
    Ok(Some(site))
}

#[cfg(test)]
mod tests;
