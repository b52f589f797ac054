//! The sections the product reads: one file each, with types, defaults, and the table of keys.

pub(crate) mod app;
pub(crate) mod auth;
pub(crate) mod backend;
pub(crate) mod catalog;
pub(crate) mod cors;
pub(crate) mod database;
pub(crate) mod integrations;
pub(crate) mod organization;

use url::Url;

use crate::keys::Key;
use crate::{App, Backend, Catalog, Config, ConfigError, Integrations, Organization, View};

/// The keys of every section.
pub(crate) const KEYS: &[&[Key]] = &[
    app::KEYS,
    organization::KEYS,
    backend::KEYS,
    cors::KEYS,
    database::KEYS,
    auth::KEYS,
    integrations::KEYS,
    catalog::KEYS,
];

/// Every typed section of one configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    pub app: App,
    pub organization: Organization,
    pub backend: Backend,
    pub integrations: Integrations,
    pub catalog: Catalog,
}

impl Settings {
    /// Reads all sections.
    ///
    /// # Errors
    /// The first problem of each section that has one.
    pub fn read(config: &Config) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let backend = kept(Backend::read(config), &mut errors);
        let app = match &backend {
            Some(backend) => kept(App::read(config, &backend.base_url), &mut errors),
            None => None,
        };
        let organization = kept(Organization::read(config), &mut errors);
        let integrations = kept(Integrations::read(config), &mut errors);
        let catalog = kept(Catalog::read(config), &mut errors);
        match (app, organization, backend, integrations, catalog) {
            (Some(app), Some(organization), Some(backend), Some(integrations), Some(catalog)) => {
                Ok(Self { app, organization, backend, integrations, catalog })
            }
            _ => Err(errors),
        }
    }
}

fn kept<T>(read: Result<T, ConfigError>, errors: &mut Vec<ConfigError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

/// An `http` or `https` URL.
fn http_url(view: &View<'_>, key: &str) -> Result<Option<Url>, ConfigError> {
    let Some(text) = view.string(key)? else { return Ok(None) };
    let refused = || match view.find(key) {
        Some(value) => {
            value.invalid(format!("expected a URL such as https://portal.example.com, got {}", value.shown()))
        }
        None => view.missing(key),
    };
    let url = Url::parse(text.trim()).map_err(|_| refused())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(refused());
    }
    Ok(Some(url))
}
