//! From the configuration to what each room is started with: the one place that knows both.

use anyhow::{Result, anyhow, bail};
use api::layers::HttpOptions;
use catalog::CatalogOptions;
use config::{Config, Database, Https, Picture, Role};
use store_sql::{DatabaseLocation, DatabaseOptions};
use web::branding::{Branding, File};

/// One configuration, read and checked.
pub struct Settings {
    pub typed: config::Settings,
    pub catalog: CatalogOptions,
    pub http: HttpOptions,
    pub database: DatabaseOptions,
    /// Secrets of this configuration, for the log.
    pub secrets: Vec<String>,
    /// Nobody wrote a configuration.
    pub is_built_in: bool,
}

/// Reads every section; all that is wrong is told at once.
///
/// # Errors
/// Something in the configuration cannot be used; each complaint names its key and place.
pub fn settings(config: &Config) -> Result<Settings> {
    let typed = config::Settings::read(config).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("the configuration cannot be used\n  {}", lines.join("\n  "))
    })?;
    let mut catalog = CatalogOptions::new(&typed.catalog);
    if typed.backend.role != Role::All && !matches!(typed.backend.database, Database::Postgres(_)) {
        bail!("backend.role: several processes need backend.database.client: pg; without it leave the role out");
    }
    catalog.readonly |= typed.backend.role == Role::ReadOnly;
    let http = HttpOptions::new(&typed.backend);
    let database = DatabaseOptions::new(match &typed.backend.database {
        Database::Memory => DatabaseLocation::Memory,
        Database::File(file) => DatabaseLocation::File(file.clone()),
        Database::Postgres(postgres) => DatabaseLocation::Postgres(postgres.clone()),
    });
    Ok(Settings { typed, catalog, http, database, secrets: config.redactions(), is_built_in: config.is_built_in() })
}

/// How the pages look, from the sections that say something of it.
pub fn branding(typed: &config::Settings) -> Branding {
    let own = &typed.branding;
    let file =
        |stem: &str, picture: &Picture| File::new(stem, picture.extension, picture.media_type, picture.bytes.clone());
    Branding {
        title: typed.app.title.clone(),
        organization: typed.organization.name.clone(),
        icon: own.icon.as_ref().map(|icon| file("icon", icon)),
        logo: own.logo.as_ref().map(|logo| file("logo", logo)),
        theme: web::branding::theme(own.light, own.dark),
        welcome: own.welcome.clone(),
        support: own.support.as_ref().map(ToString::to_string),
    }
}

/// What differs from the configuration the process started with and takes effect at the next start only.
///
/// # Errors
/// Names the keys that need a restart.
pub fn needs_restart(started: &Settings, now: &Settings) -> Result<()> {
    let (before, after) = (&started.typed.backend, &now.typed.backend);
    // Another certificate is taken over.
    let same_https = before.https == after.https
        || matches!((&before.https, &after.https), (Some(Https::Certificate(_)), Some(Https::Certificate(_))));
    let changed: Vec<&str> = [
        ("backend.listen", before.listen != after.listen),
        ("backend.https", !same_https),
        ("backend.server.headersTimeout", before.headers_timeout != after.headers_timeout),
        ("backend.database", started.database != now.database),
        ("backend.role", before.role != after.role),
    ]
    .into_iter()
    .filter_map(|(key, changed)| changed.then_some(key))
    .collect();
    if !changed.is_empty() {
        bail!("{} changed: that takes effect at the next start", changed.join(", "));
    }
    Ok(())
}
