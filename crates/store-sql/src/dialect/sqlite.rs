//! SQLite: one connection writes, a few read beside it. In WAL mode readers see the last commit and never wait for the
//! writer; `synchronous = FULL` puts a commit on disk before it is acknowledged.

use std::{path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, Sqlite, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use store::{Result, StoreError};

use super::{advice::ELSEWHERE, lock::FileLock, migrate::migrate, value::Row, value::Value};
use crate::{
    error::{failed, reason},
    options::DatabaseOptions,
};

const OPENING: &str = "opening the database";

/// Parameters one statement may have: SQLite's own limit (32,766) is above this, and the other databases' are too.
pub(crate) const MAX_PARAMETERS: usize = 30_000;

/// A parameter in a long list of them, all in order. SQLite finds `$1` by walking the list of all names, which for a statement
/// of thousands costs more than everything else together (300,000 rows: 18 s instead of 3 s); `?` has no name to be found.
pub(crate) fn parameter(_number: usize) -> &'static str {
    "?"
}

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
    pub(crate) async fn open(options: &DatabaseOptions) -> Result<Self> {
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

    /// A transaction that may write. It takes the write lock at once: one that began by reading could not be upgraded
    /// without failing when another had written in between.
    pub(crate) async fn begin(&self, operation: &'static str) -> Result<Transaction> {
        let mut connection = self.writer.acquire().await.map_err(failed(operation))?;
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection).await.map_err(failed(operation))?;
        Ok(Transaction { connection, operation })
    }

    /// Rows of a statement that only reads. `what` names a row in errors.
    pub(crate) async fn read(&self, what: &'static str, sql: String, values: Vec<Value<'_>>) -> Result<Vec<Row>> {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = value.bind(query);
        }
        let rows = query.fetch_all(&self.readers).await.map_err(failed("reading the database"))?;
        Ok(rows.into_iter().map(|row| Row::new(what, row)).collect())
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A running write transaction. Dropped without [`Transaction::commit`], nothing of it is kept.
///
/// It is not sqlx's own: that one counts on the transaction being open until it ends it, but SQLite ends one by itself when the
/// disk is full or fails, and the connection would be useless from then on. [`pool`] rolls back what is left instead.
pub(crate) struct Transaction {
    connection: PoolConnection<Sqlite>,
    operation: &'static str,
}

impl Transaction {
    /// Runs a statement and answers how many rows it touched. A statement that will come again in the same words should
    /// be `repeated`: its preparation is kept.
    pub(crate) async fn execute(&mut self, sql: String, values: Vec<Value<'_>>, repeated: bool) -> Result<u64> {
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(repeated);
        for value in values {
            query = value.bind(query);
        }
        let done = query.execute(&mut *self.connection).await.map_err(failed(self.operation))?;
        Ok(done.rows_affected())
    }

    /// Runs a statement that answers one number.
    pub(crate) async fn number(&mut self, sql: &'static str, value: i64) -> Result<i64> {
        sqlx::query_scalar(sql).bind(value).fetch_one(&mut *self.connection).await.map_err(failed(self.operation))
    }

    /// Returns once everything is on disk.
    pub(crate) async fn commit(mut self) -> Result<()> {
        sqlx::raw_sql("COMMIT").execute(&mut *self.connection).await.map_err(failed(self.operation))?;
        Ok(())
    }
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
