//! `app`: the name and address of the portal.

use url::Url;

use super::http_url;
use crate::keys::Key;
use crate::{Config, ConfigError};

pub(crate) const KEYS: &[Key] = &[
    Key::new("app.title", "The portal's name in titles and headings; default `Callboard`."),
    Key::new("app.baseUrl", "Where browsers reach the portal; default `backend.baseUrl`."),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Default `Callboard`.
    pub title: String,
    /// Where browsers reach the portal; `backend.baseUrl` unless it says otherwise.
    pub base_url: Url,
}

impl App {
    /// # Errors
    /// A value has the wrong type, or `app.baseUrl` is no URL.
    pub fn read(config: &Config, backend_url: &Url) -> Result<Self, ConfigError> {
        let root = config.root();
        Ok(Self {
            title: root.string("app.title")?.unwrap_or_else(|| "Callboard".to_owned()),
            base_url: http_url(&root, "app.baseUrl")?.unwrap_or_else(|| backend_url.clone()),
        })
    }
}
