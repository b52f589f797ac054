//! The migrations, embedded. They only ever go forward.
//!
//! While processes of two releases work on one database, the newer one has migrated it already. So each migration either
//! leaves tables that the release before can go on with, or says in `compatibility` that it does not; then an older release
//! refuses the database, untouched.

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use store::{Result, StoreError};

use crate::error::failed;

pub(super) const OPERATION: &str = "migrating the database";

/// Answers the oldest migration a release must know to work on this database. There from migration 3 on.
pub(super) const NEEDED: &str = "SELECT needed FROM compatibility";

const TABLE: &str = "_sqlx_migrations";

/// Version, name and text of each migration, oldest first. One that was released is never edited.
pub(super) type Steps = &'static [(i64, &'static str, &'static str)];

/// The newest migration that was applied, where this release does not know it.
pub(super) async fn unknown<C: Migrate>(connection: &mut C, steps: Steps) -> Result<Option<i64>> {
    let applied = async {
        // Of several processes that start on an empty database, one makes the table.
        connection.lock().await?;
        connection.ensure_migrations_table(TABLE).await?;
        let applied = connection.list_applied_migrations(TABLE).await?;
        connection.unlock().await?;
        Ok(applied)
    };
    let newest = applied.await.map_err(explain)?.iter().map(|migration| migration.version).max();
    Ok(newest.filter(|newest| *newest > newest_of(steps)))
}

/// Refuses a database in which migration `found` was applied, unless a release with these steps may go on with it.
pub(super) fn check(steps: Steps, found: i64, needed: i64) -> Result<()> {
    let known = newest_of(steps);
    if needed > known { Err(StoreError::TooNew { found, known }) } else { Ok(()) }
}

/// Applies what is missing, each migration in a transaction of its own.
pub(super) async fn apply<C: Migrate>(connection: &mut C, steps: Steps) -> Result<()> {
    let migrations = steps.iter().map(|&(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sqlx::SqlStr::from_static(sql), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // What is newer was checked.
    migrator.set_ignore_missing(true);
    migrator.run_direct(None, connection, false).await.map_err(explain)
}

fn newest_of(steps: Steps) -> i64 {
    steps.last().map_or(0, |(version, ..)| *version)
}

fn explain(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(OPERATION)(error),
        MigrateError::VersionMismatch(version) => refused(format!(
            "migration {version} of the database is not this release's; it was written by a different build"
        )),
        other => refused(other.to_string()),
    }
}

fn refused(reason: String) -> StoreError {
    StoreError::Database { operation: OPERATION, reason }
}
