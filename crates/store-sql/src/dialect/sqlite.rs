//! SQLite: one connection writes, a few read beside it. In WAL mode readers see the last commit and never wait for the
//! writer; `synchronous = FULL` puts a commit on disk before it is acknowledged.

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use store::{Result, StoreError};

use super::{
    advice::ELSEWHERE,
    lock::FileLock,
    migrate::{self, NEEDED, OPERATION, Steps},
    options::DatabaseOptions,
};
use crate::error::{failed, reason};

const OPENING: &str = "opening the database";

const STEPS: Steps = &[
    (1, "catalog", include_str!("../../migrations/sqlite/0001_catalog.sql")),
    (2, "signing keys", include_str!("../../migrations/sqlite/0002_signing_keys.sql")),
    (3, "several processes", include_str!("../../migrations/sqlite/0003_several_processes.sql")),
    (4, "final entities", include_str!("../../migrations/sqlite/0004_final_entities.sql")),
    (5, "pushed sets", include_str!("../../migrations/sqlite/0005_pushed_sets.sql")),
    (7, "history", include_str!("../../migrations/sqlite/0007_history.sql")),
    (8, "documents", include_str!("../../migrations/sqlite/0008_documents.sql")),
    (9, "audit", include_str!("../../migrations/sqlite/0009_audit.sql")),
];

/// How long a statement waits for a lock that somebody outside holds, such as a backup program.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(60);

/// A write-ahead log that grew beyond this in a burst is cut back when it is next started over.
const JOURNAL_SIZE_LIMIT: &str = "67108864";

/// An open SQLite database.
pub(crate) struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Let go after the connections: fields drop in this order.
    _lock: Option<FileLock>,
}

impl Database {
    pub(super) async fn open(options: &DatabaseOptions) -> Result<Self> {
        let Some(file) = options.file() else { return Self::open_in_memory().await };
        prepare(&file)?;
        let lock = FileLock::take(&file)?;
        private(&file)?;
        let connect = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT);
        let describe = |error: sqlx::Error| StoreError::Database {
            operation: OPENING,
            reason: format!("{}: {}", file.display(), reason(&error)),
        };
        let writer = pool(1).connect_with(connect.clone()).await.map_err(describe)?;
        migrate(&writer).await?;
        let readers =
            pool(options.readers.max(1)).connect_with(connect.pragma("query_only", "ON")).await.map_err(describe)?;
        Ok(Self { writer, readers, _lock: Some(lock) })
    }

    /// One connection for everything, since a memory database belongs to its connection.
    async fn open_in_memory() -> Result<Self> {
        let connect = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
        let only = pool(1).connect_with(connect).await.map_err(failed(OPENING))?;
        migrate(&only).await?;
        Ok(Self { readers: only.clone(), writer: only, _lock: None })
    }

    /// A transaction. It takes the write lock at once: one that began by reading could not be upgraded without failing when
    /// another had written in between.
    pub(super) async fn begin(&self) -> sqlx::Result<PoolConnection<Sqlite>> {
        let mut connection = self.writer.acquire().await?;
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection).await?;
        Ok(connection)
    }

    pub(super) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Brings the tables up to this release.
async fn migrate(pool: &SqlitePool) -> Result<()> {
    let mut connection = pool.acquire().await.map_err(failed(OPERATION))?;
    if let Some(found) = migrate::unknown(&mut *connection, STEPS).await? {
        let needed = sqlx::query_scalar(NEEDED).fetch_one(&mut *connection).await.map_err(failed(OPERATION))?;
        migrate::check(STEPS, found, needed)?;
    }
    migrate::apply(&mut *connection, STEPS).await
}

/// Connections stay open: reopening one costs more than keeping it, and a memory database would be lost with it. One that
/// comes back, after an error or from a caller who stopped waiting, is out of any transaction before it is lent again.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_release(|connection, _| {
            Box::pin(async move {
                // As a rule there is nothing to roll back, which is an error that says so.
                let _ = sqlx::raw_sql("ROLLBACK").execute(connection).await;
                Ok(true)
            })
        })
}

/// Makes the directory of a database file.
fn prepare(file: &Path) -> Result<()> {
    let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(directory).map_err(|error| StoreError::Database {
        operation: OPENING,
        reason: format!("cannot create the directory {}: {error}; {ELSEWHERE}", directory.display()),
    })
}

/// Creates a new database file for its owner alone, since it holds signing keys; SQLite gives the files beside it the same
/// mode. One that is there keeps what its administrator gave it.
fn private(file: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop).map_err(|error| StoreError::Database {
        operation: OPENING,
        reason: format!("cannot write {}: {error}; {ELSEWHERE}", file.display()),
    })
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
