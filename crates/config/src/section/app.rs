//! `app`: the name and address of the portal.

use url::Url;

use super::http_url;
use crate::View;
use crate::keys::Key;
use crate::problems::Problems;

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
    pub(crate) fn read(root: &View<'_>, backend_url: &Url, problems: &mut Problems) -> Self {
        Self {
            title: problems.optional(root.string("app.title")).unwrap_or_else(|| "Callboard".to_owned()),
            base_url: problems.optional(http_url(root, "app.baseUrl")).unwrap_or_else(|| backend_url.clone()),
        }
    }
}
