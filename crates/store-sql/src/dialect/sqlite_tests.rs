#![allow(clippy::unwrap_used)]

use sqlx::AssertSqlSafe;

use super::*;
use crate::DatabaseLocation;

fn writer(store: &crate::SqlStore) -> &SqlitePool {
    match &*store.database {
        crate::dialect::Database::Sqlite(database) => &database.writer,
        crate::dialect::Database::Postgres(_) => panic!("no SQLite"),
    }
}

fn in_directory(directory: &tempfile::TempDir) -> DatabaseOptions {
    DatabaseOptions::new(DatabaseLocation::Directory(directory.path().join("deep/er")))
}

#[tokio::test]
async fn a_second_opening_is_refused_while_the_first_lives() {
    let directory = tempfile::tempdir().unwrap();
    let options = in_directory(&directory);
    let first = Database::open(&options).await.unwrap();
    let refusal = Database::open(&options).await.err().unwrap().to_string();
    assert!(refusal.contains("is in use by process"), "{refusal}");
    first.close().await;
    drop(first);
    Database::open(&options).await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_refused_untouched_if_it_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let options = in_directory(&directory);
    let database = Database::open(&options).await.unwrap();
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                  VALUES (9999, 'from the future', TRUE, x'00', 0)";
    sqlx::query(future).execute(&database.writer).await.unwrap();
    database.close().await;
    drop(database);
    let database = Database::open(&options).await.unwrap();
    sqlx::query("UPDATE compatibility SET needed = 9999").execute(&database.writer).await.unwrap();
    database.close().await;
    drop(database);
    let refusal = Database::open(&options).await.err().unwrap();
    assert!(matches!(refusal, StoreError::TooNew { found: 9999, .. }), "{refusal}");
}

#[tokio::test]
async fn what_is_no_database_is_refused_with_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("notes.txt");
    std::fs::write(&file, "this is not a database, but a text that somebody wrote long ago\n".repeat(100)).unwrap();
    let refusal = Database::open(&DatabaseOptions::new(DatabaseLocation::File(file))).await.err().unwrap().to_string();
    assert!(refusal.contains("notes.txt") && refusal.contains("not a database"), "{refusal}");
}

#[tokio::test]
async fn commits_are_on_disk_before_they_are_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(&in_directory(&directory)).await.unwrap();
    let pragma = |name: &'static str| {
        let writer = database.writer.clone();
        async move { sqlx::query_scalar::<_, i64>(name).fetch_one(&writer).await.unwrap() }
    };
    assert_eq!(pragma("PRAGMA synchronous").await, 2, "FULL");
    assert_eq!(pragma("PRAGMA foreign_keys").await, 1);
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&database.writer).await.unwrap();
    assert_eq!(mode, "wal");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_and_those_beside_it_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let options = in_directory(&directory);
    let _database = Database::open(&options).await.unwrap();
    let file = options.file().unwrap();
    for path in [file.clone(), file.with_extension("sqlite-wal")] {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}

#[tokio::test]
async fn a_full_disk_fails_the_commit_whole_and_the_store_lives_on() {
    use store::{CatalogStore, Commit};
    let directory = tempfile::tempdir().unwrap();
    let store = crate::SqlStore::open(&in_directory(&directory)).await.unwrap();
    let commit = |name: &str, bytes: usize| {
        let entity = store::suite::entity(name);
        let unprocessed = format!("\"{}\"", "x".repeat(bytes)).into_boxed_str();
        let changes = vec![store::suite::change(&entity)];
        Commit { upserts: vec![store::StoredEntity { unprocessed, ..entity }], changes, ..Commit::default() }
    };
    let before = store.commit(&commit("small", 10)).await.unwrap();

    let limit = |pages: &str| format!("PRAGMA max_page_count = {pages}");
    sqlx::query(AssertSqlSafe(limit("40"))).execute(writer(&store)).await.unwrap();
    let refusal = store.commit(&commit("large", 1 << 20)).await.unwrap_err().to_string();
    assert!(refusal.contains("full"), "{refusal}");
    assert_eq!(store.newest_seq().await.unwrap(), before.seq);
    assert_eq!(store.entities_after(None, 10).await.unwrap().len(), 1);

    store.commit(&commit("small again", 10)).await.unwrap();
    sqlx::query(AssertSqlSafe(limit("1000000"))).execute(writer(&store)).await.unwrap();
    let after = store.commit(&commit("large", 1 << 20)).await.unwrap();
    assert_eq!(after.seq, before.seq + 2, "the refused commit took no position");
}

#[tokio::test]
async fn a_caller_who_stops_waiting_leaves_no_transaction_behind() {
    use store::{CatalogStore, Commit};
    let directory = tempfile::tempdir().unwrap();
    for location in [DatabaseLocation::Memory, DatabaseLocation::Directory(directory.path().to_owned())] {
        let store = crate::SqlStore::open(&DatabaseOptions::new(location)).await.unwrap();
        for polls in 1..40 {
            let upserts = (0..30).map(|number| store::suite::entity(&format!("e{polls}-{number}"))).collect::<Vec<_>>();
            let changes = upserts.iter().map(store::suite::change).collect();
            let commit = Commit { upserts, changes, ..Commit::default() };
            let mut running = Box::pin(store.commit(&commit));
            for _ in 0..polls {
                if futures::poll!(&mut running).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(running);
            assert_eq!(store.newest_seq().await.unwrap() % 30, 0, "half a commit is visible");
        }
        let done = store.commit(&Commit::default()).await.unwrap();
        assert_eq!(store.entities_after(None, u32::MAX).await.unwrap().len() as i64, done.seq);
    }
}
