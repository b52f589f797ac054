//! Where the database is and how it is opened.

use std::path::PathBuf;

use config::Postgres;

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
    /// On a PostgreSQL server, which several processes may share.
    Postgres(Box<Postgres>),
}

/// How to open the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseOptions {
    pub location: DatabaseLocation,
    /// Connections that read a file beside the one that writes. A database in memory has one connection for both, and one on
    /// a server the number in its own options.
    pub readers: u32,
}

impl DatabaseOptions {
    pub fn new(location: DatabaseLocation) -> Self {
        Self { location, readers: 4 }
    }

    /// The database file; `None` where there is none.
    pub(super) fn file(&self) -> Option<PathBuf> {
        match &self.location {
            DatabaseLocation::Memory | DatabaseLocation::Postgres(_) => None,
            DatabaseLocation::File(file) => Some(file.clone()),
            DatabaseLocation::Directory(directory) => Some(directory.join(FILE_NAME)),
        }
    }
}
