//! What can be wrong with a configuration, in words that say where and what to do.

use model::Place;

use crate::Origin;

/// Why a configuration could not be read. Messages keep Backstage's wording where it has one, behind the place.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file named by the user, or the default one, does not exist.
    #[error("{name}: the configuration file does not exist; create it or name another one with --config <file>")]
    NotFound { name: String },
    /// A `--config` target that looks like an address and is none that can be read.
    #[error("{name}: configuration is read from files and from http and https addresses")]
    NoAddress { name: String },
    /// An address that did not answer with the configuration.
    #[error("{name}: the configuration could not be read: {reason}")]
    Remote { name: String, reason: String },
    #[error("{name}: the file could not be read: {source}")]
    Read { name: String, source: std::io::Error },
    #[error("{name}: the file is larger than {limit} bytes")]
    TooLarge { name: String, limit: u64 },
    #[error("{name}: more than {limit} files are included; look for files that include each other")]
    TooManyFiles { name: String, limit: usize },
    /// Not text, or not YAML.
    #[error("{place}: {message}")]
    Syntax { place: Place, message: String },
    /// The document is not a mapping.
    #[error("{}expected object at config root", prefix(.origin))]
    RootNotObject { origin: Option<Box<Origin>> },
    /// A `$env`, `$file` or `$include` that cannot be resolved.
    #[error("{}{key}: {message}", prefix(.origin))]
    Include { origin: Option<Box<Origin>>, key: String, message: String },
    /// An `APP_CONFIG_…` variable that cannot be applied.
    #[error("environment variable {variable}: {message}")]
    Override { variable: String, message: String },
    /// A required value is absent; the place is that of the nearest object that does exist.
    #[error("{}Missing required config value at '{key}'", prefix(.near))]
    Missing { near: Option<Box<Origin>>, key: String },
    /// A value of the wrong type.
    #[error("{}Invalid type in config for key '{key}' in '{context}', got {got}, wanted {wanted}", prefix(.origin))]
    Type { origin: Option<Box<Origin>>, context: String, key: String, got: &'static str, wanted: &'static str },
    /// A value of the right type that cannot be used.
    #[error("{}{key}: {message}", prefix(.origin))]
    Invalid { origin: Option<Box<Origin>>, key: String, message: String },
}

fn prefix(origin: &Option<Box<Origin>>) -> String {
    origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default()
}
