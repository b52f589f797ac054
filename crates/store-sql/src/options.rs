//! Where the database is and how it is opened.

use std::path::{Path, PathBuf};

/// The name of the database file when only a directory is given.
const FILE_NAME: &str = "callboard.sqlite";

/// Where the database lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseLocation {
    /// In memory: gone when the store is dropped, and no two stores share one.
    Memory,
    /// In this file.
    File(PathBuf),
    /// In `callboard.sqlite` of this directory.
    Directory(PathBuf),
}

/// How to open the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseOptions {
    pub location: DatabaseLocation,
    /// Connections that read beside the one that writes. A database in memory has one connection for both.
    pub readers: u32,
}

impl DatabaseOptions {
    pub fn new(location: DatabaseLocation) -> Self {
        Self { location, readers: 4 }
    }

    /// `:memory:`, an existing directory or a text that ends in a slash, or a file: the `connection` of the configuration.
    pub fn from_connection(connection: &str) -> Self {
        let path = Path::new(connection);
        Self::new(if connection == ":memory:" {
            DatabaseLocation::Memory
        } else if connection.ends_with(['/', std::path::MAIN_SEPARATOR]) || path.is_dir() {
            DatabaseLocation::Directory(path.to_owned())
        } else {
            DatabaseLocation::File(path.to_owned())
        })
    }

    /// The database file; `None` in memory.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match &self.location {
            DatabaseLocation::Memory => None,
            DatabaseLocation::File(file) => Some(file.clone()),
            DatabaseLocation::Directory(directory) => Some(directory.join(FILE_NAME)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_memory_a_directory_or_a_file() {
        let temp = std::env::temp_dir();
        let file = |connection: &str| DatabaseOptions::from_connection(connection).file();
        assert_eq!(file(":memory:"), None);
        assert_eq!(file("data/"), Some(PathBuf::from("data/callboard.sqlite")));
        assert_eq!(file(&temp.to_string_lossy()), Some(temp.join("callboard.sqlite")));
        assert_eq!(file("data/portal.db"), Some(PathBuf::from("data/portal.db")));
    }
}
