//! Archives, from one kind of database to the other and back.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::Cursor;

use store::archive::{ArchiveError, export, import};
use store::{
    CatalogStore, Change, ChangeKind, Commit, DocumentStore, KeyStore, PushedEntity, PushedSet, StoredKey,
    suite::{change, entity, final_of, location, read_state},
};
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};

async fn memory() -> SqlStore {
    SqlStore::open(&DatabaseOptions::new(DatabaseLocation::Memory)).await.unwrap()
}

/// A store with something of everything, more of it than is read at once.
async fn filled() -> SqlStore {
    let store = memory().await;
    for part in 0..3 {
        let entities: Vec<_> = (0..400).map(|i| entity(&format!("e{part}-{i}"))).collect();
        let commit = Commit {
            changes: entities.iter().map(change).collect(),
            finals: entities.iter().map(final_of).collect(),
            upserts: entities,
            ..Commit::default()
        };
        store.commit(&commit).await.unwrap();
    }
    let mut replaced = entity("e1-1");
    replaced.processed = Some("{\"kind\":\"Component\"}".into());
    let commit = Commit {
        changes: vec![Change { kind: ChangeKind::Updated, ..change(&replaced) }],
        upserts: vec![replaced],
        ..Commit::default()
    };
    store.commit(&commit).await.unwrap();
    let set = PushedSet { id: "set".into(), updated_at: 7, updated_by: "ci".into(), applied: None };
    let pushed = (0..1200).map(|i| PushedEntity {
        id: base::ids::new_id(),
        set: "set".into(),
        entity_ref: entity(&format!("p{i}")).entity_ref,
        hash: format!("{i}"),
        body: "{\"☃\": \"\\n\"}".into(),
    });
    let commit = Commit {
        put_sets: vec![set],
        put_pushed: pushed.collect(),
        add_locations: vec![location("one")],
        read_states: vec![read_state("one"), read_state("two")],
        ..Commit::default()
    };
    store.commit(&commit).await.unwrap();
    store.replace_document("roles", 0, "{\"☃\": 1}").await.unwrap();
    let key = StoredKey {
        kid: "kid".into(),
        private_pem: "PEM".into(),
        public_jwk: serde_json::json!({ "kty": "EC" }),
        created_at: 1,
        expires_at: 2,
    };
    store.add_key(&key).await.unwrap();
    store
}

async fn archive(store: &SqlStore) -> Vec<u8> {
    let mut out = Vec::new();
    export(store, "1", &mut out).await.unwrap();
    out
}

#[tokio::test]
async fn everything_survives_the_way_there_and_back() {
    let first = archive(&filled().await).await;
    let second = memory().await;
    assert_eq!(import(&second, Cursor::new(&first)).await.unwrap(), first.split(|byte| *byte == b'\n').count() - 3);
    assert!(archive(&second).await == first, "between two databases of one kind");
    let Some(options) = common::postgres() else { return };
    let other = SqlStore::open(&options).await.unwrap();
    import(&other, Cursor::new(&first)).await.unwrap();
    assert!(archive(&other).await == first, "on PostgreSQL");
    let back = memory().await;
    import(&back, Cursor::new(archive(&other).await)).await.unwrap();
    assert!(archive(&back).await == first, "and back");
}

#[tokio::test]
async fn what_is_no_whole_archive_is_told() {
    let whole = String::from_utf8(archive(&filled().await).await).unwrap();
    let refusal = async |text: &str| import(&memory().await, Cursor::new(text.to_owned())).await.unwrap_err();
    for foreign in ["", "{}\n", "PK"] {
        assert!(matches!(refusal(foreign).await, ArchiveError::Foreign), "{foreign}");
    }
    let lines: Vec<&str> = whole.lines().collect();
    let cut = lines[..lines.len() - 1].join("\n");
    assert!(matches!(refusal(&cut).await, ArchiveError::Cut { .. }));
    let missing = [&lines[..5], &lines[6..]].concat().join("\n");
    assert!(matches!(refusal(&missing).await, ArchiveError::Cut { .. }));
    let newer = whole.replacen("\"format\":3", "\"format\":4", 1);
    assert!(matches!(refusal(&newer).await, ArchiveError::TooNew { found: 4 }));
    let broken = [&lines[..3], &["{\"entity\":{}}"]].concat().join("\n");
    let error = refusal(&broken).await.to_string();
    assert!(error.starts_with("line 4 of the archive cannot be read: missing field"), "{error}");
}

#[tokio::test]
async fn what_is_there_is_not_mixed_with_an_archive() {
    let store = filled().await;
    let before = archive(&store).await;
    assert!(matches!(import(&store, Cursor::new(&before)).await.unwrap_err(), ArchiveError::NotEmpty));
    assert!(archive(&store).await == before);
}
