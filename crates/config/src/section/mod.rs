//! The sections the product reads: one file each, with types, defaults, and the table of keys.

pub(crate) mod app;
pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod backend;
pub(crate) mod branding;
pub(crate) mod catalog;
pub(crate) mod cors;
pub(crate) mod database;
pub(crate) mod integrations;
pub(crate) mod organization;
pub(crate) mod permission;
pub(crate) mod proxy;
pub(crate) mod techdocs;

use url::Url;

use crate::keys::Key;
use crate::problems::Problems;
use crate::{
    App, Audit, Auth, Backend, Branding, Catalog, Config, ConfigError, Integrations, Organization, Permission, Proxy,
    TechDocs, View,
};

/// The keys of every section.
pub(crate) const KEYS: &[&[Key]] = &[
    app::KEYS,
    branding::KEYS,
    organization::KEYS,
    backend::KEYS,
    cors::KEYS,
    database::KEYS,
    auth::KEYS,
    auth::OAUTH_KEYS.as_flattened(),
    auth::PROXY_KEYS,
    permission::KEYS,
    proxy::KEYS,
    techdocs::KEYS,
    audit::KEYS,
    integrations::KEYS,
    catalog::KEYS,
];

/// Every typed section of one configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    pub app: App,
    pub branding: Branding,
    pub organization: Organization,
    pub backend: Backend,
    pub auth: Auth,
    pub permission: Permission,
    pub proxy: Proxy,
    pub techdocs: TechDocs,
    pub audit: Audit,
    pub integrations: Integrations,
    pub catalog: Catalog,
}

impl Settings {
    /// Reads all sections.
    ///
    /// # Errors
    /// Everything that cannot be used, each with its key and place, section by section.
    pub fn read(config: &Config) -> Result<Self, Vec<ConfigError>> {
        let root = config.root();
        let mut problems = Problems::default();
        let settings = Self::collect(&root, &mut problems);
        problems.finish(settings)
    }

    fn collect(root: &View<'_>, problems: &mut Problems) -> Option<Self> {
        let backend = Backend::read(root, problems)?;
        Some(Self {
            app: App::read(root, &backend.base_url, problems),
            branding: Branding::read(root, problems),
            organization: Organization::read(root, problems),
            backend,
            auth: Auth::read(root, problems),
            permission: Permission::read(root, problems),
            proxy: Proxy::read(root, problems),
            techdocs: TechDocs::read(root, problems),
            audit: Audit::read(root, problems),
            integrations: Integrations::read(root, problems)?,
            catalog: Catalog::read(root, problems),
        })
    }
}

/// Refuses texts that no header can carry.
fn sendable<'t>(view: &View<'_>, texts: impl IntoIterator<Item = &'t str>) -> Result<(), ConfigError> {
    let printable = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    match texts.into_iter().find(|text| !printable(text)) {
        Some(text) => Err(view.invalid(format!("{text:?} cannot be sent in a header"))),
        None => Ok(()),
    }
}

/// An `http` or `https` URL.
pub(crate) fn http_url(view: &View<'_>, key: &str) -> Result<Option<Url>, ConfigError> {
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
