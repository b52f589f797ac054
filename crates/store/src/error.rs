//! Why the store could not do what it was asked.

pub type Result<T> = std::result::Result<T, StoreError>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or broke; `operation` says what was being done.
    #[error("{operation} failed: {reason}")]
    Database { operation: &'static str, reason: String },
    /// A row that cannot be understood, for instance after a downgrade.
    #[error("stored {what} {id} cannot be read: {reason}")]
    Corrupt { what: &'static str, id: String, reason: String },
    /// The database was written by a newer release, and this one cannot go on with it.
    #[error(
        "the database has migration {found}, this release knows {known}; run the newer release or restore a backup"
    )]
    TooNew { found: i64, known: i64 },
    /// The commit was made under a leadership that has ended.
    #[error("another process leads now and writes to the catalog")]
    Superseded,
    /// Something with this identity is there already.
    #[error("{0}")]
    Conflict(String),
}
