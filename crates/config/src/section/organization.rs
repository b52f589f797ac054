//! `organization`: whose portal it is.

use crate::keys::Key;
use crate::{Config, ConfigError};

pub(crate) const KEYS: &[Key] = &[Key::new("organization.name", "The organisation's name, shown beside the portal's.")];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    pub name: Option<String>,
}

impl Organization {
    /// # Errors
    /// A value has the wrong type.
    pub fn read(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self { name: config.root().string("organization.name")? })
    }
}
