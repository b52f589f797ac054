//! A process that is killed in the middle of its commits: what it had acknowledged is there, whole, and nothing else is
//! there in half.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use store::{CatalogStore, Commit, StoredEntity, suite};
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};

/// Set for the child: the directory or the PostgreSQL it commits to. Without it the child's test is empty.
const CHILD_DATABASE: &str = "CALLBOARD_TEST_CRASH_DATABASE";
const ROUNDS: usize = 12;
/// Entities, changes and read states of each commit.
const TOGETHER: i64 = 30;

async fn open(database: &str) -> SqlStore {
    let options = if database.starts_with('{') {
        common::configured(database)
    } else {
        DatabaseOptions::new(DatabaseLocation::Directory(database.into()))
    };
    SqlStore::open(&options).await.unwrap()
}

/// Commit number `round` replaces all entities, moves the one location and appends to the feed.
fn commit(round: i64) -> Commit {
    let upserts: Vec<_> = (0..TOGETHER)
        .map(|number| StoredEntity {
            updated_at: round,
            unprocessed: format!("\"{}\"", "x".repeat(2000)).into(),
            ..suite::entity(&format!("e{number}"))
        })
        .collect();
    Commit {
        changes: upserts.iter().map(suite::change).collect(),
        read_states: vec![store::ReadState { read_at: round, ..suite::read_state("source") }],
        remove_locations: vec![suite::id(&(round - 1).to_string())],
        add_locations: vec![suite::location(&round.to_string())],
        upserts,
        ..Commit::default()
    }
}

/// Not a test of its own: the process that is killed. It prints the position of each commit once it is acknowledged.
#[tokio::test]
#[allow(clippy::disallowed_methods)] // The way in which the parent test speaks to this process.
async fn committing_child() {
    let Ok(database) = std::env::var(CHILD_DATABASE) else { return };
    let store = open(&database).await;
    let mut round = store.newest_seq().await.unwrap() / TOGETHER;
    loop {
        round += 1;
        let done = store.commit(&commit(round)).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged {}", done.seq).and_then(|()| out.flush()).unwrap();
    }
}

#[tokio::test]
async fn an_acknowledged_commit_survives_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    survives_kill_9(directory.path().to_str().unwrap()).await;
}

#[tokio::test]
async fn an_acknowledged_commit_survives_kill_9_on_postgres() {
    let Some(database) = testkit::postgres() else { return };
    survives_kill_9(&database).await;
}

async fn survives_kill_9(database: &str) {
    let mut last_acknowledged = 0;
    for round in 0..ROUNDS {
        // Where in a commit the kill falls is chance; the number of lines waited for moves it through the log's life.
        last_acknowledged = last_acknowledged.max(kill_after(database, 1 + round * 7));
        let store = open(database).await;
        let newest = store.newest_seq().await.unwrap();
        assert!(newest >= last_acknowledged, "{last_acknowledged} was acknowledged, {newest} is there");
        assert_whole(&store, newest).await;
        store.close().await;
    }
    assert!(last_acknowledged >= (ROUNDS as i64) * TOGETHER);
}

/// Starts the child, waits for so many acknowledgements, kills it and answers the last one it gave.
fn kill_after(database: &str, acknowledgements: usize) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "committing_child", "--nocapture"])
        .env(CHILD_DATABASE, database)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let position = |line: String| line.rsplit_once("acknowledged ").and_then(|(_, seq)| seq.parse::<i64>().ok());
    let mut last = lines.by_ref().map_while(Result::ok).filter_map(position).take(acknowledgements).last();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said between the last line we waited for and its end counts as well; a torn last line does not.
    last = lines.map_while(Result::ok).filter_map(position).last().or(last);
    last.unwrap()
}

/// Everything in the store is from the one commit that ends at this position.
async fn assert_whole(store: &SqlStore, newest: i64) {
    assert_eq!(newest % TOGETHER, 0, "half a commit's changes");
    let round = newest / TOGETHER;
    let entities = store.entities_after(None, u32::MAX).await.unwrap();
    assert_eq!(entities.len() as i64, TOGETHER);
    assert!(entities.iter().all(|entity| entity.updated_at == round), "entities of two commits");
    let mut expected = commit(round).upserts;
    expected.sort_by_key(|entity| entity.id);
    assert_eq!(entities, expected);
    assert_eq!(store.locations().await.unwrap(), commit(round).add_locations);
    assert_eq!(store.read_states().await.unwrap()[0].read_at, round);
    let feed = store.changes_after(0, u32::MAX).await.unwrap();
    assert_eq!(feed.len() as i64, newest);
    assert!(feed.iter().zip(1..).all(|(change, seq)| change.seq == seq), "the feed has a gap");
}
