//! From the configuration to what each room is started with: the one place that knows both.

use anyhow::{Result, anyhow, bail};
use api::layers::HttpOptions;
use catalog::CatalogOptions;
use config::{Config, Database};
use store_sql::{DatabaseLocation, DatabaseOptions};

/// One configuration, read and checked.
pub struct Settings {
    pub typed: config::Settings,
    pub catalog: CatalogOptions,
    pub http: HttpOptions,
    pub database: DatabaseOptions,
    /// Secrets of this configuration, for the log.
    pub secrets: Vec<String>,
}

/// Reads every section; all that is wrong is told at once.
///
/// # Errors
/// Something in the configuration cannot be used; each complaint names its key and place.
pub fn settings(config: &Config) -> Result<Settings> {
    let mut typed = config::Settings::read(config).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("the configuration cannot be used\n  {}", lines.join("\n  "))
    })?;
    if config.files().is_empty() {
        typed.auth.allow_demo_guest();
    }
    let catalog = CatalogOptions::new(&typed.catalog);
    let http = HttpOptions::new(&typed.backend);
    let database = DatabaseOptions::new(match &typed.backend.database {
        Database::Memory => DatabaseLocation::Memory,
        Database::File(file) => DatabaseLocation::File(file.clone()),
    });
    Ok(Settings { typed, catalog, http, database, secrets: config.redactions() })
}

/// What a changed configuration may not change while the process runs.
///
/// # Errors
/// Names the keys that need a restart.
pub fn needs_restart(old: &Settings, new: &Settings) -> Result<()> {
    let (before, after) = (&old.typed.backend, &new.typed.backend);
    let changed: Vec<&str> = [
        ("backend.listen", before.listen != after.listen),
        ("backend.https", before.https != after.https),
        ("backend.database", old.database != new.database),
        ("backend.logger.level", before.log_level != after.log_level),
    ]
    .into_iter()
    .filter_map(|(key, changed)| changed.then_some(key))
    .collect();
    if !changed.is_empty() {
        bail!("{} changed: that takes effect at the next start", changed.join(", "));
    }
    Ok(())
}
