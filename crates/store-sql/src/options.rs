//! Where the database is and how it is opened.

use std::path::PathBuf;

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

    /// The database file; `None` in memory.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match &self.location {
            DatabaseLocation::Memory => None,
            DatabaseLocation::File(file) => Some(file.clone()),
            DatabaseLocation::Directory(directory) => Some(directory.join(FILE_NAME)),
        }
    }
}
