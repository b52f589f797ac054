//! The migrations, embedded. They only ever go forward; a database that is ahead of this release is refused untouched.

use sqlx::{
    SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    query_scalar,
};
use store::{Result, StoreError};

const OPERATION: &str = "migrating the database";

/// Version, name and text, oldest first. A migration that was released is never edited.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "catalog", include_str!("../../migrations/sqlite/0001_catalog.sql")),
    (2, "signing keys", include_str!("../../migrations/sqlite/0002_signing_keys.sql")),
];

/// Applies what is missing, each migration in a transaction of its own.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<()> {
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0);
    let found = newest_applied(pool).await?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    let migrations = MIGRATIONS.iter().map(|&(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sqlx::SqlStr::from_static(sql), false)
    });
    Migrator::with_migrations(migrations.collect()).run(pool).await.map_err(|error| {
        let reason = match error {
            MigrateError::VersionMismatch(version) => {
                format!(
                    "migration {version} of the database is not this release's; it was written by a different build"
                )
            }
            other => other.to_string(),
        };
        StoreError::Database { operation: OPERATION, reason }
    })
}

/// The newest migration the database has seen; 0 when it is empty.
async fn newest_applied(pool: &SqlitePool) -> Result<i64> {
    let failed = crate::error::failed(OPERATION);
    let tables: i64 =
        query_scalar("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_one(pool)
            .await
            .map_err(&failed)?;
    if tables == 0 {
        return Ok(0);
    }
    query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(pool).await.map_err(failed)
}
