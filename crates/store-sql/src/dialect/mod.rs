//! What differs between databases: opening, transactions, the types of values and rows. The rest of the crate sees
//! [`Database`], [`Transaction`], [`Value`] and [`Row`], and says everything else in SQL that all of them understand.

mod advice;
mod lock;
mod migrate;
mod options;
mod postgres;
mod replicas;
mod sqlite;
mod value;

use std::sync::Arc;

use sqlx::{PgTransaction, Sqlite, pool::PoolConnection};
use store::Result;

pub(crate) use advice::advice;
pub use options::{DatabaseLocation, DatabaseOptions};
pub(crate) use value::{Row, Value};

use self::value::statement;
use crate::error::failed;

/// Parameters one statement may have: the limits of SQLite (32,766) and PostgreSQL (65,535) are above this.
pub(crate) const MAX_PARAMETERS: usize = 30_000;

/// How statements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A list of `count` parameters, the first of which has this number. A statement with such a list has no others.
    ///
    /// SQLite finds `$1` by walking the list of all names, which for a statement of thousands costs more than everything
    /// else together (300,000 rows: 18 s instead of 3 s); `?` has no name to be found.
    pub(crate) fn parameters(self, first: usize, count: usize) -> String {
        let names: Vec<String> = match self {
            Self::Sqlite => vec!["?".to_owned(); count],
            Self::Postgres => (first..first + count).map(|number| format!("${number}")).collect(),
        };
        names.join(", ")
    }
}

/// An open database.
pub(crate) enum Database {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

impl Database {
    pub(crate) async fn open(options: &DatabaseOptions) -> Result<Self> {
        Ok(match &options.location {
            DatabaseLocation::Postgres(postgres) => Self::Postgres(postgres::Database::open(postgres).await?),
            DatabaseLocation::Memory | DatabaseLocation::File(_) | DatabaseLocation::Directory(_) => {
                Self::Sqlite(sqlite::Database::open(options).await?)
            }
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A transaction that may write.
    pub(crate) async fn begin(&self, operation: &'static str) -> Result<Transaction> {
        let connection = match self {
            Self::Sqlite(database) => database.begin().await.map(Connection::Sqlite),
            Self::Postgres(database) => {
                let channel = database.channel().clone();
                database.begin().await.map(|transaction| Connection::Postgres { transaction, channel })
            }
        };
        Ok(Transaction { connection: connection.map_err(failed(operation))?, operation })
    }

    /// Rows of a statement that only reads. `what` names a row in errors.
    pub(crate) async fn read(&self, what: &'static str, sql: String, values: Vec<Value<'_>>) -> Result<Vec<Row>> {
        self.fetch(what, sql, values).await.map_err(failed("reading the database"))
    }

    async fn fetch(&self, what: &'static str, sql: String, values: Vec<Value<'_>>) -> sqlx::Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(database) => Row::all(what, statement(sql, values)?.fetch_all(database.readers()).await?),
            Self::Postgres(database) => Row::all(what, statement(sql, values)?.fetch_all(database.pool()).await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.close().await,
        }
    }
}

/// A running write transaction. Dropped without [`Transaction::commit`], nothing of it is kept.
pub(crate) struct Transaction {
    connection: Connection,
    operation: &'static str,
}

enum Connection {
    /// Not sqlx's own transaction: that one counts on it being open until it ends it, but SQLite ends one by itself when the
    /// disk is full or fails, and the connection would be useless from then on. The pool rolls back what is left instead.
    Sqlite(PoolConnection<Sqlite>),
    Postgres {
        transaction: PgTransaction<'static>,
        /// Where other processes hear of it.
        channel: Arc<str>,
    },
}

impl Transaction {
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.connection {
            Connection::Sqlite(_) => Dialect::Sqlite,
            Connection::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Runs a statement and answers how many rows it touched. A statement that will come again in the same words should
    /// be `repeated`: its preparation is kept.
    pub(crate) async fn execute(&mut self, sql: String, values: Vec<Value<'_>>, repeated: bool) -> Result<u64> {
        self.connection.execute(sql, values, repeated).await.map_err(failed(self.operation))
    }

    /// Runs a statement that answers one row at most.
    pub(crate) async fn row(&mut self, sql: &'static str, values: Vec<Value<'_>>) -> Result<Option<Row>> {
        let row = self.connection.row(self.operation, sql.to_owned(), values).await;
        row.map_err(failed(self.operation))
    }

    /// Lets other processes know, with the commit, that the change feed ends at this position.
    pub(crate) async fn announce(&mut self, position: i64) -> Result<()> {
        match &self.connection {
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres { channel, .. } => {
                let values = vec![channel.to_string().into(), position.into()];
                self.execute(replicas::ANNOUNCE.to_owned(), values, true).await.map(drop)
            }
        }
    }

    /// Returns once everything is on disk.
    pub(crate) async fn commit(self) -> Result<()> {
        let done = match self.connection {
            Connection::Sqlite(mut connection) => sqlx::raw_sql("COMMIT").execute(&mut *connection).await.map(drop),
            Connection::Postgres { transaction, .. } => transaction.commit().await,
        };
        done.map_err(failed(self.operation))
    }
}

impl Connection {
    async fn execute(&mut self, sql: String, values: Vec<Value<'_>>, repeated: bool) -> sqlx::Result<u64> {
        Ok(match self {
            Self::Sqlite(connection) => {
                statement(sql, values)?.persistent(repeated).execute(&mut **connection).await?.rows_affected()
            }
            Self::Postgres { transaction, .. } => {
                statement(sql, values)?.persistent(repeated).execute(&mut **transaction).await?.rows_affected()
            }
        })
    }

    async fn row(&mut self, what: &'static str, sql: String, values: Vec<Value<'_>>) -> sqlx::Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite(connection) => {
                statement(sql, values)?.fetch_optional(&mut **connection).await?.map(|row| Row::new(what, row))
            }
            Self::Postgres { transaction, .. } => {
                statement(sql, values)?.fetch_optional(&mut **transaction).await?.map(|row| Row::new(what, row))
            }
        })
    }
}
