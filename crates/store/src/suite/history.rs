//! The contract of [`crate::HistoryStore`].

use std::sync::Arc;

use model::EntityRef;

use super::{change, entity};
use crate::{CatalogStore, Change, ChangeKind, Commit, Current, Forget, Since, StoredEntity, Until, Version};

type Store = Arc<dyn CatalogStore>;

fn body(name: &str, owner: &str) -> Box<str> {
    format!(r#"{{"kind":"Component","metadata":{{"name":"{name}"}},"spec":{{"owner":"{owner}"}}}}"#).into()
}

fn owned(name: &str, owner: &str) -> StoredEntity {
    StoredEntity { processed: Some(body(name, owner)), ..entity(name) }
}

/// Commits entities that readers saw, or did not see before, at a time.
async fn write(store: &Store, kind: ChangeKind, at: i64, entities: Vec<StoredEntity>) -> i64 {
    let changes = entities.iter().map(|entity| Change { kind, at, ..change(entity) }).collect();
    store.commit(&Commit { changes, upserts: entities, ..Commit::default() }).await.unwrap().seq
}

async fn remove(store: &Store, at: i64, name: &str) -> i64 {
    let gone = entity(name);
    let changes = vec![Change { kind: ChangeKind::Deleted, at, ..change(&gone) }];
    store.commit(&Commit { changes, deletes: vec![gone.entity_ref], ..Commit::default() }).await.unwrap().seq
}

/// Owner, beginning and end of each version of an entity, newest first.
async fn owners(store: &Store, name: &str) -> Vec<(String, i64, Option<Until>)> {
    let versions = store.versions(&entity(name).entity_ref, None, 100).await.unwrap();
    versions.into_iter().map(|version| (owner(&version), version.since.position, version.until)).collect()
}

fn owner(version: &Version) -> String {
    let body: serde_json::Value = serde_json::from_str(&version.body).unwrap();
    body["spec"]["owner"].as_str().unwrap().to_owned()
}

pub async fn what_is_replaced_or_removed_is_kept(store: Store) {
    let one = write(&store, ChangeKind::Created, 10, vec![owned("a", "one"), owned("b", "one")]).await;
    let two = write(&store, ChangeKind::Updated, 20, vec![owned("a", "two")]).await;
    let gone = remove(&store, 30, "a").await;
    let again = write(&store, ChangeKind::Created, 40, vec![owned("a", "three")]).await;
    let until = |position, at| Some(Until { position, at });
    // Each entity of a commit has a position of its own.
    let expected = [("three", again, None), ("two", two, until(gone, 30)), ("one", one - 1, until(two, 20))];
    assert_eq!(owners(&store, "a").await, expected.map(|(owner, since, until)| (owner.to_owned(), since, until)));
    assert_eq!(owners(&store, "b").await, [("one".to_owned(), one, None)]);
    assert!(owners(&store, "c").await.is_empty());

    let first = store.versions(&entity("a").entity_ref, Some(two), 100).await.unwrap().pop().unwrap();
    let full = entity("a");
    let since = Since { position: one - 1, at: 10, cause: change(&full).cause, actor: change(&full).actor };
    let expected = Version {
        entity_ref: full.entity_ref.clone(),
        id: full.id,
        since,
        until: until(two, 20),
        parent: None,
        relations: full.relations,
        body: body("a", "one"),
    };
    assert_eq!(first, expected);
    for (position, owner) in [(one, "one"), (two, "two"), (again, "three")] {
        let version = store.version_at(&full.entity_ref, position).await.unwrap().unwrap();
        assert_eq!(self::owner(&version), owner);
    }
    assert_eq!(store.version_at(&full.entity_ref, gone).await.unwrap(), None);
    assert_eq!(store.version_at(&full.entity_ref, 0).await.unwrap(), None);
}

pub async fn what_stays_keeps_its_time(store: Store) {
    let one = write(&store, ChangeKind::Created, 10, vec![owned("a", "one")]).await;
    // Something else about it changed, as readers see it or not.
    write(&store, ChangeKind::Updated, 20, vec![StoredEntity { problems: Vec::new(), ..owned("a", "one") }]).await;
    store.commit(&Commit { upserts: vec![owned("a", "one")], ..Commit::default() }).await.unwrap();
    assert_eq!(owners(&store, "a").await, [("one".to_owned(), one, None)]);
    let hidden = StoredEntity { processed: None, ..entity("hidden") };
    write(&store, ChangeKind::Updated, 30, vec![hidden]).await;
    write(&store, ChangeKind::Updated, 40, vec![owned("hidden", "one")]).await;
    assert_eq!(owners(&store, "hidden").await.len(), 1, "what was never seen is no version");
}

pub async fn everything_as_it_was_at_a_position(store: Store) {
    let one =
        write(&store, ChangeKind::Created, 10, vec![owned("a", "one"), owned("b", "one"), owned("c", "one")]).await;
    let two = write(&store, ChangeKind::Updated, 20, vec![owned("b", "two"), owned("a", "two")]).await;
    let three = remove(&store, 30, "b").await;
    let at = async |position| {
        let (mut all, mut after) = (Vec::new(), None::<EntityRef>);
        loop {
            let page = store.versions_at(position, after.as_ref(), 2).await.unwrap();
            let Some(last) = page.last() else { return all };
            after = Some(last.entity_ref.clone());
            all.extend(page.iter().map(|version| format!("{} {}", version.entity_ref.name(), owner(version))));
        }
    };
    assert_eq!(at(one).await, ["a one", "b one", "c one"]);
    assert_eq!(at(two).await, ["a two", "b two", "c one"]);
    assert_eq!(at(three).await, ["a two", "c one"]);
    assert!(at(0).await.is_empty());
    let position = async |time| store.position_at(time).await.unwrap();
    assert_eq!(
        [position(9).await, position(10).await, position(29).await, position(99).await],
        [None, Some(one), Some(two), Some(three)]
    );
}

pub async fn the_feed_is_read_from_its_end(store: Store) {
    write(&store, ChangeKind::Created, 10, vec![owned("a", "one"), owned("b", "one"), owned("c", "one")]).await;
    let newest = store.changes_before(None, 2).await.unwrap();
    assert_eq!(newest.iter().map(|change| change.seq).collect::<Vec<_>>(), [3, 2]);
    let older = store.changes_before(Some(2), 2).await.unwrap();
    assert_eq!(older.iter().map(|change| change.seq).collect::<Vec<_>>(), [1]);
    assert_eq!(older[0].actor.as_deref(), Some("user:default/somebody"));
}

pub async fn versions_are_forgotten_by_age_and_number(store: Store) {
    write(&store, ChangeKind::Created, 0, vec![owned("a", "0"), owned("b", "0")]).await;
    for at in 1..=5 {
        write(&store, ChangeKind::Updated, at, vec![owned("a", &at.to_string())]).await;
    }
    write(&store, ChangeKind::Updated, 3, vec![owned("b", "1")]).await;
    let kept = async |name| owners(&store, name).await.into_iter().map(|(owner, ..)| owner).collect::<Vec<_>>();
    assert_eq!(store.kept_from().await.unwrap(), 0);
    assert_eq!(store.forget_versions(Forget { ended_before: 3, beyond: 100 }).await.unwrap(), 2);
    // The second version of it began where the first ended; before that the past is not whole.
    let kept_from = store.kept_from().await.unwrap();
    assert_eq!(kept_from, owners(&store, "a").await.last().unwrap().1);
    assert_eq!((kept("a").await.join(" "), kept("b").await.join(" ")), ("5 4 3 2".to_owned(), "1 0".to_owned()));
    assert_eq!(store.forget_versions(Forget { ended_before: 0, beyond: 2 }).await.unwrap(), 1);
    assert_eq!((kept("a").await.join(" "), kept("b").await.join(" ")), ("5 4 3".to_owned(), "1 0".to_owned()));
}

pub async fn history_moves_between_stores(store: Store) {
    write(&store, ChangeKind::Created, 10, vec![owned("a", "one"), owned("b", "one")]).await;
    write(&store, ChangeKind::Updated, 20, vec![owned("a", "two")]).await;
    let versions = store.versions_after(None, 100).await.unwrap();
    assert_eq!(versions.iter().map(owner).collect::<Vec<_>>(), ["one"]);
    let last = (versions[0].entity_ref.clone(), versions[0].since.position);
    assert!(store.versions_after(Some((&last.0, last.1)), 100).await.unwrap().is_empty());
    let currents = store.currents_after(None, 100).await.unwrap();
    assert_eq!(currents.iter().map(|current| current.since.at).collect::<Vec<_>>(), [20, 10]);
    let since = Since { position: 1, at: 5, cause: "file:/x".to_owned(), actor: None };
    let moved = Current { since: since.clone(), ..currents[1].clone() };
    let version = Version {
        since: Since { position: 0, ..since.clone() },
        until: Some(Until { position: 1, at: 5 }),
        ..versions[0].clone()
    };
    let commit = Commit { put_versions: vec![version.clone()], put_currents: vec![moved], ..Commit::default() };
    store.commit(&commit).await.unwrap();
    let all = store.versions(&entity("a").entity_ref, None, 100).await.unwrap();
    assert_eq!(all.last(), Some(&version));
    let b = store.versions(&entity("b").entity_ref, None, 100).await.unwrap();
    assert_eq!(b[0].since, since);
}
