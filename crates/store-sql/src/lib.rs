//! The store in a SQL database: a SQLite file, memory for trials and tests, or a PostgreSQL server.
//!
//! One module per trait of `store`; their SQL uses `$1` parameters and nothing that only one database understands. What
//! differs between databases (opening, transactions, migrations, value types, leases) lives in [`dialect`] alone.
//!
//! A database file belongs to one process at a time: [`SqlStore::open`] takes an advisory lock on `<file>.lock`, which the
//! operating system gives back when the process ends, however it ends. A second process is refused before it touches the
//! database. It could share the file safely as far as SQLite goes, but each process holds its own projections of the catalog
//! and would serve ever staler answers without noticing. A PostgreSQL server is shared: there one process leads at a time.

mod audit;
mod catalog;
mod dialect;
mod documents;
mod error;
mod keys;
mod statement;

use std::sync::Arc;

pub use dialect::{DatabaseLocation, DatabaseOptions};
use store::Result;

use crate::dialect::Database;

/// Everything Callboard keeps, in one SQL database. Clones share the same connections.
#[derive(Clone)]
pub struct SqlStore {
    database: Arc<Database>,
    /// The leadership that commits are made under.
    epoch: Option<i64>,
}

impl SqlStore {
    /// Opens the database, creating file and directories as needed, and brings its tables up to this release.
    ///
    /// # Errors
    /// [`store::StoreError::Database`] when the file cannot be opened or another process has it open, or when the server is
    /// not reached, and [`store::StoreError::TooNew`] when a release wrote it that this one cannot follow; it is then left as
    /// it was.
    pub async fn open(options: &DatabaseOptions) -> Result<Self> {
        Ok(Self { database: Arc::new(Database::open(options).await?), epoch: None })
    }

    /// The same store under a leadership.
    pub(crate) fn under(&self, epoch: i64) -> Self {
        Self { epoch: Some(epoch), ..self.clone() }
    }

    /// Waits for running statements and closes the database; afterwards another process may open it at once.
    /// Nothing is lost without it: what was acknowledged is on disk already.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
