//! The contract of [`CatalogStore`], one caller at a time.

use std::sync::Arc;

use model::EntityRef;

use super::{change, entity, final_of, id, location, read_state};
use crate::{
    CatalogStore, Change, ChangeKind, Commit, EntityHead, Parent, PushedEntity, PushedHead, PushedSet, ReadState,
    StoreError, StoredEntity, StoredFinal, StoredLocation,
};

type Store = Arc<dyn CatalogStore>;

/// A commit of these entities and their creation.
fn creating(entities: Vec<StoredEntity>) -> Commit {
    Commit { changes: entities.iter().map(change).collect(), upserts: entities, ..Commit::default() }
}

async fn all(store: &Store) -> Vec<StoredEntity> {
    store.entities_after(None, u32::MAX).await.unwrap()
}

pub async fn an_empty_store_answers_nothing(store: Store) {
    assert_eq!(store.newest_seq().await.unwrap(), 0);
    assert!(all(&store).await.is_empty());
    assert!(store.entities(&[]).await.unwrap().is_empty());
    assert!(store.entities(&[entity("a").entity_ref]).await.unwrap().is_empty());
    assert!(store.locations().await.unwrap().is_empty());
    assert!(store.read_states().await.unwrap().is_empty());
    assert!(store.changes_after(0, 10).await.unwrap().is_empty());
    assert!(store.changes_of(&entity("a").entity_ref, 10).await.unwrap().is_empty());
    assert_eq!(store.commit(&Commit::default()).await.unwrap().seq, 0, "a commit of nothing is no change");
}

pub async fn everything_of_an_entity_comes_back(store: Store) {
    let full = entity("full");
    let child = StoredEntity { parent: Some(Parent::Entity(full.entity_ref.clone())), ..entity("child") };
    let bare = StoredEntity {
        location_key: None,
        parent: None,
        processed: None,
        relations: Vec::new(),
        refresh_keys: Vec::new(),
        problems: Vec::new(),
        result_hash: None,
        updated_at: 0,
        ..entity("bare")
    };
    store.commit(&creating(vec![full.clone(), child.clone(), bare.clone()])).await.unwrap();
    let mut expected = [full, child, bare];
    expected.sort_by_key(|entity| entity.id);
    assert_eq!(all(&store).await, expected);
}

pub async fn an_upsert_replaces_by_reference(store: Store) {
    store.commit(&creating(vec![entity("a"), entity("b")])).await.unwrap();
    let replacement = StoredEntity {
        id: id("another"),
        location_key: None,
        parent: None,
        unprocessed: "{}".into(),
        processed: None,
        relations: Vec::new(),
        result_hash: None,
        updated_at: 5,
        ..entity("a")
    };
    store.commit(&Commit { upserts: vec![replacement.clone()], ..Commit::default() }).await.unwrap();
    assert_eq!(store.entities(std::slice::from_ref(&replacement.entity_ref)).await.unwrap(), [replacement]);
    assert_eq!(all(&store).await.len(), 2);
}

pub async fn the_newest_of_equal_references_wins(store: Store) {
    let older = StoredEntity { id: id("older"), ..entity("a") };
    store.commit(&Commit { upserts: vec![older, entity("b"), entity("a")], ..Commit::default() }).await.unwrap();
    assert_eq!(store.entities(&[entity("a").entity_ref]).await.unwrap(), [entity("a")]);
    let older = ReadState { etag: None, ..read_state("a") };
    store.commit(&Commit { read_states: vec![older, read_state("a")], ..Commit::default() }).await.unwrap();
    assert_eq!(store.read_states().await.unwrap(), [read_state("a")]);
}

pub async fn a_delete_makes_room_for_a_rename(store: Store) {
    store.commit(&creating(vec![entity("a")])).await.unwrap();
    let renamed = StoredEntity { id: id("a"), ..entity("b") };
    let deletes = vec![entity("a").entity_ref];
    store.commit(&Commit { deletes, upserts: vec![renamed.clone()], ..Commit::default() }).await.unwrap();
    assert_eq!(all(&store).await, [renamed]);
    let again = Commit { deletes: vec![entity("b").entity_ref], upserts: vec![entity("b")], ..Commit::default() };
    store.commit(&again).await.unwrap();
    assert_eq!(all(&store).await, [entity("b")], "deleted and written in one commit is written");
}

pub async fn an_id_belongs_to_one_entity(store: Store) {
    store.commit(&creating(vec![entity("a")])).await.unwrap();
    let thief = StoredEntity { id: id("a"), ..entity("b") };
    let refusal = store.commit(&creating(vec![thief])).await.unwrap_err();
    assert!(matches!(refusal, StoreError::Conflict(_)), "{refusal}");
    assert_eq!(all(&store).await, [entity("a")]);
}

pub async fn deleting_what_is_not_there_is_no_error(store: Store) {
    let commit = Commit {
        deletes: vec![entity("a").entity_ref],
        remove_locations: vec![id("a")],
        forget_read_states: vec!["url:x".to_owned()],
        ..Commit::default()
    };
    store.commit(&commit).await.unwrap();
}

pub async fn entities_page_in_order_of_id(store: Store) {
    let mut entities: Vec<_> = (0..25).map(|number| entity(&format!("e{number}"))).collect();
    store.commit(&creating(entities.clone())).await.unwrap();
    entities.sort_by_key(|entity| entity.id);
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = store.entities_after(after, 10).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        pages.push(page);
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(pages.concat(), entities);
    assert!(store.entities_after(None, 0).await.unwrap().is_empty());
}

pub async fn heads_page_like_entities(store: Store) {
    let mut upserts: Vec<StoredEntity> = (0..5).map(|number| entity(&format!("e{number}"))).collect();
    upserts[2].processed = None;
    upserts[3].parent = None;
    let finals = vec![final_of(&upserts[0]), final_of(&upserts[4])];
    store.commit(&Commit { upserts, finals: finals.clone(), ..Commit::default() }).await.unwrap();
    let mut after = None;
    for size in [2, 2, 1, 0] {
        let (entities, heads) =
            (store.entities_after(after, 2).await.unwrap(), store.heads_after(after, 2).await.unwrap());
        assert_eq!((entities.len(), heads.len()), (size, size));
        for (entity, head) in entities.into_iter().zip(heads) {
            after = Some(entity.id);
            let expected = EntityHead {
                id: entity.id,
                final_hash: finals.iter().find(|shown| shown.id == entity.id).map(|shown| shown.hash.clone()),
                entity_ref: entity.entity_ref,
                location_key: entity.location_key,
                parent: entity.parent,
                unprocessed_hash: entity.unprocessed_hash,
                processed: entity.processed.is_some(),
                relations: entity.relations,
                refresh_keys: entity.refresh_keys,
                problems: entity.problems,
                result_hash: entity.result_hash,
                updated_at: entity.updated_at,
            };
            assert_eq!(head, expected);
        }
    }
}

pub async fn finals_are_kept_beside_entities(store: Store) {
    let upserts: Vec<StoredEntity> = (0..5).map(|number| entity(&format!("e{number}"))).collect();
    let mut finals: Vec<StoredFinal> = upserts.iter().map(final_of).collect();
    finals[1].parent = None;
    finals[2].cuts.clear();
    let deletes = vec![finals.pop().unwrap().entity_ref];
    store.commit(&Commit { upserts, finals: finals.clone(), ..Commit::default() }).await.unwrap();
    // One changes alone, another goes with its entity; the newest of two counts.
    let newest = StoredFinal { hash: "new".to_owned(), body: "{}".into(), cuts: Vec::new(), ..finals[0].clone() };
    let twice = vec![StoredFinal { hash: "newer".to_owned(), ..newest.clone() }, newest.clone()];
    store.commit(&Commit { finals: twice, deletes, ..Commit::default() }).await.unwrap();
    finals[0] = newest;
    let refs: Vec<EntityRef> = (0..6).map(|number| entity(&format!("e{number}")).entity_ref).collect();
    let mut found = store.finals(&refs).await.unwrap();
    found.sort_by(|a, b| a.entity_ref.cmp(&b.entity_ref));
    assert_eq!(found, finals);
    finals.sort_by_key(|shown| shown.id);
    assert_eq!(store.finals_after(None, 2).await.unwrap(), finals[..2]);
    assert_eq!(store.finals_after(Some(finals[1].id), 5).await.unwrap(), finals[2..]);

    let again = StoredEntity { id: id("again"), ..entity("e0") };
    let shown = StoredFinal { id: again.id, ..final_of(&again) };
    let deletes = vec![again.entity_ref.clone()];
    store
        .commit(&Commit { deletes, upserts: vec![again], finals: vec![shown.clone()], ..Commit::default() })
        .await
        .unwrap();
    assert_eq!(store.finals(std::slice::from_ref(&shown.entity_ref)).await.unwrap(), [shown], "a new one of this name");
}

pub async fn entities_are_found_by_reference(store: Store) {
    let entities: Vec<_> = (0..1200).map(|number| entity(&format!("e{number}"))).collect();
    store.commit(&creating(entities.clone())).await.unwrap();
    let mut refs: Vec<_> = entities.iter().map(|entity| entity.entity_ref.clone()).collect();
    refs.push(EntityRef::new("component", "default", "missing"));
    refs.push(refs[0].clone());
    let mut found = store.entities(&refs).await.unwrap();
    found.sort_by_key(|entity| entity.id);
    let mut expected = entities;
    expected.sort_by_key(|entity| entity.id);
    assert_eq!(found, expected, "each once, however often it was asked for");
}

pub async fn locations_are_kept(store: Store) {
    let commit = Commit { add_locations: vec![location("a"), location("b")], ..Commit::default() };
    store.commit(&commit).await.unwrap();
    let moved = StoredLocation { location: location("moved").location, ..location("a") };
    let commit = Commit { update_locations: vec![moved.clone()], remove_locations: vec![id("b")], ..Commit::default() };
    store.commit(&commit).await.unwrap();
    assert_eq!(store.locations().await.unwrap(), [moved]);
}

pub async fn a_location_that_exists_is_a_conflict(store: Store) {
    store.commit(&Commit { add_locations: vec![location("a"), location("b")], ..Commit::default() }).await.unwrap();
    let same_target = StoredLocation { id: id("other"), ..location("a") };
    let same_id = StoredLocation { id: id("a"), ..location("c") };
    for add in [location("a"), same_target, same_id] {
        let message = format!("Location {} already exists", add.location);
        let refusal = store.commit(&Commit { add_locations: vec![add], ..Commit::default() }).await.unwrap_err();
        assert!(matches!(&refusal, StoreError::Conflict(said) if *said == message), "{refusal}");
    }
    let onto_another = StoredLocation { location: location("b").location, ..location("a") };
    let refusal =
        store.commit(&Commit { update_locations: vec![onto_another], ..Commit::default() }).await.unwrap_err();
    assert!(matches!(refusal, StoreError::Conflict(_)), "{refusal}");
    assert_eq!(store.locations().await.unwrap().len(), 2);
}

pub async fn a_lost_location_cannot_be_updated(store: Store) {
    let commit = Commit { update_locations: vec![location("a")], ..Commit::default() };
    let refusal = store.commit(&commit).await.unwrap_err();
    assert!(matches!(refusal, StoreError::Conflict(_)), "{refusal}");
}

pub async fn a_removed_location_makes_room(store: Store) {
    store.commit(&Commit { add_locations: vec![location("a")], ..Commit::default() }).await.unwrap();
    let again = StoredLocation { id: id("again"), ..location("a") };
    let commit = Commit { remove_locations: vec![id("a")], add_locations: vec![again.clone()], ..Commit::default() };
    store.commit(&commit).await.unwrap();
    assert_eq!(store.locations().await.unwrap(), [again]);
}

fn pushed(set: &str, name: &str, body: &str) -> PushedEntity {
    let entity_ref = EntityRef::new("component", "default", name);
    let id = id(&format!("{set}/{name}"));
    PushedEntity { id, set: set.to_owned(), entity_ref, hash: format!("hash of {body}"), body: body.into() }
}

fn pushed_set(id: &str, updated_at: i64) -> PushedSet {
    PushedSet { id: id.to_owned(), updated_at, updated_by: "user:default/ada".to_owned(), applied: None }
}

pub async fn pushed_sets_are_kept_with_what_stands_in_them(store: Store) {
    let everything = vec![pushed("a", "x", "1"), pushed("a", "z", "1"), pushed("a", "y", "1"), pushed("b", "x", "2")];
    let put_sets = vec![pushed_set("b", 1), pushed_set("a", 1)];
    store.commit(&Commit { put_sets, put_pushed: everything.clone(), ..Commit::default() }).await.unwrap();
    assert_eq!(store.pushed_sets().await.unwrap(), [pushed_set("a", 1), pushed_set("b", 1)]);
    let head = |entity: &PushedEntity| PushedHead {
        id: entity.id,
        entity_ref: entity.entity_ref.clone(),
        hash: entity.hash.clone(),
    };
    let in_order = [&everything[0], &everything[2], &everything[1]];
    assert_eq!(store.pushed_heads("a").await.unwrap(), in_order.map(head));
    let first = store.pushed_after("a", None, 2).await.unwrap();
    assert_eq!(first, [everything[0].clone(), everything[2].clone()]);
    let rest = store.pushed_after("a", Some(first[1].entity_ref.as_str()), 2).await.unwrap();
    assert_eq!(rest, [everything[1].clone()]);

    let changed = PushedEntity { id: id("unused"), ..pushed("a", "x", "3") };
    let applied = PushedSet { applied: Some("rules".to_owned()), ..pushed_set("a", 2) };
    let commit = Commit {
        put_sets: vec![pushed_set("a", 2), applied.clone()],
        put_pushed: vec![changed.clone(), pushed("a", "new", "1")],
        remove_pushed: vec![everything[1].id, id("unknown")],
        ..Commit::default()
    };
    store.commit(&commit).await.unwrap();
    assert_eq!(store.pushed_sets().await.unwrap()[0], applied);
    let known = PushedEntity { id: everything[0].id, ..changed };
    let left = [pushed("a", "new", "1"), known, everything[2].clone()];
    assert_eq!(store.pushed_after("a", None, 9).await.unwrap(), left, "one that changes keeps its id");

    let remove_sets = vec!["a".to_owned(), "unknown".to_owned()];
    store.commit(&Commit { remove_sets, ..Commit::default() }).await.unwrap();
    assert_eq!(store.pushed_sets().await.unwrap(), [pushed_set("b", 1)]);
    assert!(store.pushed_heads("a").await.unwrap().is_empty());
    assert_eq!(store.pushed_after("b", None, 9).await.unwrap(), [everything[3].clone()]);
}

pub async fn read_states_replace_and_are_forgotten(store: Store) {
    let states = vec![read_state("a"), read_state("b"), read_state("c")];
    store.commit(&Commit { read_states: states.clone(), ..Commit::default() }).await.unwrap();
    assert_eq!(store.read_states().await.unwrap(), states);
    let newer = ReadState { etag: None, content_hash: None, problem: None, read_at: 7, ..read_state("b") };
    let commit = Commit {
        forget_read_states: vec![read_state("a").location, read_state("c").location],
        read_states: vec![newer.clone(), read_state("c")],
        ..Commit::default()
    };
    store.commit(&commit).await.unwrap();
    assert_eq!(store.read_states().await.unwrap(), [newer, read_state("c")], "forgotten and read again is read");
}

pub async fn the_feed_is_ordered_without_gaps(store: Store) {
    let mut expected = Vec::new();
    for round in 0..5 {
        let entities: Vec<_> = (0..=round).map(|number| entity(&format!("e{round}-{number}"))).collect();
        let commit = creating(entities);
        expected.extend(commit.changes.clone());
        assert_eq!(store.commit(&commit).await.unwrap().seq, expected.len() as i64);
    }
    for (change, seq) in expected.iter_mut().zip(1..) {
        change.seq = seq;
    }
    assert_eq!(store.changes_after(0, u32::MAX).await.unwrap(), expected);
    assert_eq!(store.changes_after(4, 3).await.unwrap(), expected[4..7]);
    assert!(store.changes_after(15, 3).await.unwrap().is_empty());
    assert_eq!(store.newest_seq().await.unwrap(), 15);
    assert_eq!(store.commit(&Commit::default()).await.unwrap().seq, 15);
}

pub async fn the_feed_of_one_entity_is_newest_first(store: Store) {
    let subject = entity("a");
    for kind in [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Deleted] {
        let changes = vec![Change { kind, ..change(&subject) }, change(&entity("noise"))];
        store.commit(&Commit { changes, ..Commit::default() }).await.unwrap();
    }
    let kinds: Vec<_> =
        store.changes_of(&subject.entity_ref, 2).await.unwrap().iter().map(|c| (c.seq, c.kind)).collect();
    assert_eq!(kinds, [(5, ChangeKind::Deleted), (3, ChangeKind::Updated)]);
}

pub async fn a_commit_that_fails_leaves_nothing(store: Store) {
    let first = Commit {
        add_locations: vec![location("a")],
        read_states: vec![read_state("a")],
        ..creating(vec![entity("a"), entity("b")])
    };
    let before = store.commit(&first).await.unwrap();
    let failing = Commit {
        upserts: vec![StoredEntity { updated_at: 9, ..entity("a") }, entity("c")],
        deletes: vec![entity("b").entity_ref],
        read_states: vec![read_state("c")],
        forget_read_states: vec![read_state("a").location],
        changes: vec![change(&entity("c"))],
        // The second is there already.
        add_locations: vec![location("c"), location("a")],
        ..Commit::default()
    };
    for _ in 0..3 {
        store.commit(&failing).await.unwrap_err();
    }
    assert_eq!(all(&store).await, [entity("a"), entity("b")]);
    assert_eq!(store.locations().await.unwrap(), [location("a")]);
    assert_eq!(store.read_states().await.unwrap(), [read_state("a")]);
    assert_eq!(store.newest_seq().await.unwrap(), before.seq);
    assert_eq!(store.changes_after(0, 10).await.unwrap().len(), 2);
    let next = store.commit(&creating(vec![entity("d")])).await.unwrap();
    assert_eq!(next.seq, before.seq + 1, "a failed commit leaves no gap");
}

pub async fn any_text_survives(store: Store) {
    for (number, text) in
        ["", "'; DROP TABLE entity; --", "€ß日本語🦀", "e\u{301}\u{200b}\u{202e}", "a\nb\r\n\tc", "%_\\\"$1 ?1"]
            .into_iter()
            .enumerate()
    {
        let stored = StoredEntity {
            entity_ref: EntityRef::new("component", "default", &format!("n{number}{text}")),
            location_key: Some(text.to_owned()),
            unprocessed: format!("{{\"x\":{}}}", serde_json::Value::from(text)).into(),
            refresh_keys: vec![text.to_owned()],
            ..entity(&format!("n{number}"))
        };
        let state =
            ReadState { location: format!("url:{number}{text}"), etag: Some(text.to_owned()), ..read_state("a") };
        let changes = vec![Change { cause: text.to_owned(), ..change(&stored) }];
        let commit =
            Commit { upserts: vec![stored.clone()], read_states: vec![state.clone()], changes, ..Commit::default() };
        store.commit(&commit).await.unwrap();
        assert_eq!(
            store.entities(std::slice::from_ref(&stored.entity_ref)).await.unwrap(),
            std::slice::from_ref(&stored)
        );
        assert_eq!(store.changes_of(&stored.entity_ref, 1).await.unwrap()[0].cause, text);
        assert!(store.read_states().await.unwrap().contains(&state), "{text:?}");
    }
}

pub async fn a_body_of_five_megabytes_survives(store: Store) {
    let body: Box<str> = format!("{{\"definition\":\"{}\"}}", "é0".repeat(5 * (1 << 20) / 3)).into();
    let large = StoredEntity { unprocessed: body.clone(), processed: Some(body), ..entity("large") };
    store.commit(&creating(vec![large.clone(), entity("small")])).await.unwrap();
    assert!(
        store.entities(std::slice::from_ref(&large.entity_ref)).await.unwrap() == [large],
        "the body came back changed"
    );
}

pub async fn ten_thousand_rows_in_one_commit(store: Store) {
    let entities: Vec<_> = (0..10_000).map(|number| entity(&format!("e{number}"))).collect();
    let commit = Commit {
        read_states: (0..10_000).map(|number| read_state(&format!("e{number}"))).collect(),
        ..creating(entities)
    };
    assert_eq!(store.commit(&commit).await.unwrap().seq, 10_000);
    assert_eq!(all(&store).await.len(), 10_000);
    assert_eq!(store.read_states().await.unwrap().len(), 10_000);
    let feed = store.changes_after(0, u32::MAX).await.unwrap();
    assert!(feed.iter().zip(1..).all(|(change, seq)| change.seq == seq));
    let deletes = commit.upserts.iter().map(|entity| entity.entity_ref.clone()).collect();
    store.commit(&Commit { deletes, ..Commit::default() }).await.unwrap();
    assert!(all(&store).await.is_empty());
}
