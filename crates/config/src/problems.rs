//! Everything that is wrong with a configuration, not only what comes first: whoever has to correct it corrects it once.

use crate::{ConfigError, View};

/// The complaints of a reading. A reading that complained still returns a value, which nobody gets to see.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<ConfigError>);

impl Problems {
    /// What was read, or `None` and one complaint more.
    pub(crate) fn kept<T>(&mut self, read: Result<T, ConfigError>) -> Option<T> {
        read.map_err(|error| self.0.push(error)).ok()
    }

    /// An optional value: `None` when it is absent or cannot be used.
    pub(crate) fn optional<T>(&mut self, read: Result<Option<T>, ConfigError>) -> Option<T> {
        self.kept(read).flatten()
    }

    /// The elements of a list; each that cannot be used is a complaint of its own.
    pub(crate) fn each<T>(
        &mut self,
        list: Result<Vec<View<'_>>, ConfigError>,
        read: impl Fn(&View<'_>) -> Result<T, ConfigError>,
    ) -> Vec<T> {
        let elements = self.kept(list).unwrap_or_default();
        elements.iter().filter_map(|element| self.kept(read(element))).collect()
    }

    /// The value, if nobody complained.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<ConfigError>> {
        value.filter(|_| self.0.is_empty()).ok_or(self.0)
    }
}
