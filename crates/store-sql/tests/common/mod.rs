//! Databases for tests.
#![allow(dead_code, reason = "each test binary uses its part")]

use config::{Database, LoadOptions, Settings};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store_sql::{DatabaseLocation, DatabaseOptions};

/// A schema of a PostgreSQL that nothing else uses; `None` where there is none to test with.
pub fn postgres() -> Option<DatabaseOptions> {
    Some(configured(&testkit::postgres()?))
}

/// The PostgreSQL that stands under `backend.database` of a configuration.
pub fn configured(database: &str) -> DatabaseOptions {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("app-config.yaml"), format!("backend: {{database: {database}}}")).unwrap();
    let config = LoadOptions { directory: directory.path().to_owned(), ..LoadOptions::default() }.load().unwrap();
    match Settings::read(&config).unwrap().backend.database {
        Database::Postgres(postgres) => DatabaseOptions::new(DatabaseLocation::Postgres(postgres)),
        other => panic!("{database}: {other:?}"),
    }
}

/// Ends the connections that the server describes so.
pub async fn cut_off(whose: &str) {
    let mut admin = PgConnection::connect(&testkit::postgres_url().unwrap()).await.unwrap();
    let sql = format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {whose}");
    let ended: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut admin).await.unwrap();
    assert!(ended > 0, "there is no connection with {whose}");
}
