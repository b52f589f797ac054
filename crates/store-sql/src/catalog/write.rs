//! One commit, as statements. Within a commit, what goes away goes first, so that a name or id can be given to something
//! new in the same commit.

use std::collections::HashMap;

use model::EntityRef;
use serde::Serialize;
use store::{
    Change, ChangeKind, Commit, Parent, ReadState, Result, StoreError, StoredEntity, StoredFinal, StoredLocation,
};

use super::history::{self, Contents};
use crate::{
    dialect::{Transaction, Value},
    statement::{self, Insert},
};

const ENTITIES: Insert = Insert {
    table: "entity",
    columns: &[
        "id",
        "ref",
        "location_key",
        "parent_provider",
        "parent_entity",
        "unprocessed_hash",
        "good",
        "content",
        "since",
        "since_at",
        "cause",
        "actor",
        "relations",
        "refresh_keys",
        "problems",
        "result_hash",
        "updated_at",
        "unprocessed",
        "processed",
    ],
    on_conflict: "ON CONFLICT (ref) DO UPDATE SET id = excluded.id, location_key = excluded.location_key, \
                  parent_provider = excluded.parent_provider, parent_entity = excluded.parent_entity, \
                  unprocessed_hash = excluded.unprocessed_hash, good = excluded.good, relations = excluded.relations, \
                  refresh_keys = excluded.refresh_keys, problems = excluded.problems, \
                  result_hash = excluded.result_hash, updated_at = excluded.updated_at, \
                  unprocessed = excluded.unprocessed, processed = excluded.processed, content = excluded.content, \
                  since = CASE WHEN entity.content = excluded.content AND entity.id = excluded.id \
                  THEN entity.since ELSE excluded.since END, \
                  since_at = CASE WHEN entity.content = excluded.content AND entity.id = excluded.id \
                  THEN entity.since_at ELSE excluded.since_at END, \
                  cause = CASE WHEN entity.content = excluded.content AND entity.id = excluded.id \
                  THEN entity.cause ELSE excluded.cause END, \
                  actor = CASE WHEN entity.content = excluded.content AND entity.id = excluded.id \
                  THEN entity.actor ELSE excluded.actor END",
};

const FINALS: Insert = Insert {
    table: "final_entity",
    columns: &["id", "ref", "parent", "hash", "cuts", "body"],
    on_conflict: "ON CONFLICT (ref) DO UPDATE SET id = excluded.id, parent = excluded.parent, hash = excluded.hash, \
                  cuts = excluded.cuts, body = excluded.body",
};

const SETS: Insert = Insert {
    table: "pushed_set",
    columns: &["id", "updated_at", "updated_by", "applied"],
    on_conflict: "ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, updated_by = excluded.updated_by, \
                  applied = excluded.applied",
};

const PUSHED: Insert = Insert {
    table: "pushed_entity",
    columns: &["id", "set_id", "ref", "hash", "body"],
    on_conflict: "ON CONFLICT (set_id, ref) DO UPDATE SET hash = excluded.hash, body = excluded.body",
};

const READ_STATES: Insert = Insert {
    table: "read_state",
    columns: &["location", "etag", "content_hash", "read_at", "problem"],
    on_conflict: "ON CONFLICT (location) DO UPDATE SET etag = excluded.etag, content_hash = excluded.content_hash, \
                  read_at = excluded.read_at, problem = excluded.problem",
};

const CHANGES: Insert = Insert {
    table: "change",
    columns: &["seq", "entity_ref", "entity_id", "kind", "at", "cause", "actor"],
    on_conflict: "",
};

/// Writes everything of the commit and answers the newest position of the change feed. `epoch` is the leadership it is made
/// under, if any.
pub(super) async fn apply(transaction: &mut Transaction, commit: &Commit, epoch: Option<i64>) -> Result<i64> {
    let newest = take_positions(transaction, commit.changes.len(), epoch).await?;
    append_changes(transaction, &commit.changes, newest).await?;

    let contents = Contents::of(commit, newest);
    history::keep(transaction, commit, &contents).await?;
    for table in ["entity", "final_entity"] {
        let refs = commit.deletes.iter().map(|entity_ref| entity_ref.as_str().into()).collect();
        statement::delete(transaction, table, "ref", refs).await?;
    }
    let upserts = newest_of_each(&commit.upserts, |entity| &entity.entity_ref);
    ENTITIES.run(transaction, upserts.map(|entity| row_of(entity, &contents))).await?;
    let finals = newest_of_each(&commit.finals, |shown| &shown.entity_ref);
    FINALS.run(transaction, finals.map(final_entity)).await?;

    let removed = commit.remove_locations.iter().map(|id| (*id).into()).collect();
    statement::delete(transaction, "location", "id", removed).await?;
    for location in &commit.update_locations {
        update_location(transaction, location).await?;
    }
    for location in &commit.add_locations {
        add_location(transaction, location).await?;
    }

    apply_pushed(transaction, commit).await?;

    let forgotten = commit.forget_read_states.iter().map(|location| location.as_str().into()).collect();
    statement::delete(transaction, "read_state", "location", forgotten).await?;
    let read_states = newest_of_each(&commit.read_states, |state| &state.location);
    READ_STATES.run(transaction, read_states.map(read_state)).await?;
    history::put(transaction, commit).await?;
    Ok(newest)
}

/// Pushed sets and what stands in them.
async fn apply_pushed(transaction: &mut Transaction, commit: &Commit) -> Result<()> {
    let sets = |ids: &'_ [String]| ids.iter().map(|id| Value::from(id.clone())).collect::<Vec<_>>();
    statement::delete(transaction, "pushed_entity", "set_id", sets(&commit.remove_sets)).await?;
    statement::delete(transaction, "pushed_set", "id", sets(&commit.remove_sets)).await?;
    let removed = commit.remove_pushed.iter().map(|id| (*id).into()).collect();
    statement::delete(transaction, "pushed_entity", "id", removed).await?;
    let sets = newest_of_each(&commit.put_sets, |set| &set.id).map(|set| {
        [set.id.as_str().into(), set.updated_at.into(), set.updated_by.as_str().into(), set.applied.as_deref().into()]
    });
    SETS.run(transaction, sets).await?;
    let pushed = commit.put_pushed.iter().map(|entity| {
        [
            entity.id.into(),
            entity.set.as_str().into(),
            entity.entity_ref.as_str().into(),
            entity.hash.as_str().into(),
            (&*entity.body).into(),
        ]
    });
    PUSHED.run(transaction, pushed).await
}

/// The items in their order, without those that a later one with the same key replaces: no statement may touch a row twice.
fn newest_of_each<'a, T, K: std::hash::Hash + Eq + 'a>(
    items: &'a [T],
    key: impl Fn(&'a T) -> &'a K + 'a,
) -> impl Iterator<Item = &'a T> {
    let last: HashMap<&K, usize> = items.iter().enumerate().map(|(at, item)| (key(item), at)).collect();
    items.iter().enumerate().filter(move |(at, item)| last.get(key(item)) == Some(at)).map(|(_, item)| item)
}

fn row_of<'a>(entity: &'a StoredEntity, contents: &Contents<'a>) -> [Value<'a>; 19] {
    let (provider, parent) = match &entity.parent {
        Some(Parent::Provider(name)) => (Some(name.as_str()), None),
        Some(Parent::Entity(entity_ref)) => (None, Some(entity_ref.as_str())),
        None => (None, None),
    };
    let content = contents.content_of(entity);
    [
        entity.id.into(),
        entity.entity_ref.as_str().into(),
        entity.location_key.as_deref().into(),
        provider.into(),
        parent.into(),
        entity.unprocessed_hash.as_str().into(),
        entity.processed.is_some().into(),
        content.hash.into(),
        content.position.into(),
        content.at.into(),
        content.cause.into(),
        content.actor.into(),
        json(&entity.relations),
        json(&entity.refresh_keys),
        json(&entity.problems),
        entity.result_hash.as_deref().into(),
        entity.updated_at.into(),
        (&*entity.unprocessed).into(),
        entity.processed.as_deref().into(),
    ]
}

fn final_entity(shown: &StoredFinal) -> [Value<'_>; 6] {
    [
        shown.id.into(),
        shown.entity_ref.as_str().into(),
        shown.parent.as_ref().map(EntityRef::as_str).into(),
        shown.hash.as_str().into(),
        json(&shown.cuts),
        (&*shown.body).into(),
    ]
}

fn read_state(state: &ReadState) -> [Value<'_>; 5] {
    [
        state.location.as_str().into(),
        state.etag.as_deref().into(),
        state.content_hash.as_deref().into(),
        state.read_at.into(),
        state.problem.as_ref().map_or(Value::Null, json),
    ]
}

/// Our own plain types always have a JSON form.
pub(super) fn json<'a>(value: &impl Serialize) -> Value<'a> {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()).into()
}

async fn add_location(transaction: &mut Transaction, location: &StoredLocation) -> Result<()> {
    let sql = "INSERT INTO location (id, type, target, entity_ref) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let StoredLocation { id, location: at, entity_ref } = location;
    let values = vec![(*id).into(), at.kind.as_str().into(), at.target.as_str().into(), entity_ref.as_str().into()];
    match transaction.execute(sql.to_owned(), values, true).await? {
        0 => Err(already_exists(location)),
        _ => Ok(()),
    }
}

/// Gives a registered location a new target. It must still be registered, and nobody else may have that target.
async fn update_location(transaction: &mut Transaction, location: &StoredLocation) -> Result<()> {
    let sql = "UPDATE location SET type = $2, target = $3, entity_ref = $4 WHERE id = $1";
    let StoredLocation { id, location: at, entity_ref } = location;
    let values = vec![(*id).into(), at.kind.as_str().into(), at.target.as_str().into(), entity_ref.as_str().into()];
    match transaction.execute(sql.to_owned(), values, true).await {
        Ok(0) => Err(StoreError::Conflict(format!("Location {id} is registered no longer"))),
        Ok(_) => Ok(()),
        Err(StoreError::Conflict(_)) => Err(already_exists(location)),
        Err(error) => Err(error),
    }
}

/// The wording of contract catalog.md section 9.
fn already_exists(location: &StoredLocation) -> StoreError {
    StoreError::Conflict(format!("Location {} already exists", location.location))
}

/// Takes positions of the feed and answers the last of them. Every commit begins with this: those of several processes wait
/// for each other here, so that positions become visible in their order, and no two can block each other further on.
async fn take_positions(transaction: &mut Transaction, count: usize, epoch: Option<i64>) -> Result<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let (sql, values) = match epoch {
        Some(epoch) => {
            let sql = "UPDATE change_head SET newest = newest + $1 WHERE epoch = $2 RETURNING newest";
            (sql, vec![count.into(), epoch.into()])
        }
        None => ("UPDATE change_head SET newest = newest + $1 RETURNING newest", vec![count.into()]),
    };
    transaction.row(sql, values).await?.ok_or(StoreError::Superseded)?.int("newest")
}

async fn append_changes(transaction: &mut Transaction, changes: &[Change], newest: i64) -> Result<()> {
    let first = newest - i64::try_from(changes.len()).unwrap_or(i64::MAX) + 1;
    let rows = changes.iter().zip(first..).map(|(change, seq)| {
        [
            seq.into(),
            change.entity_ref.as_str().into(),
            change.entity_id.into(),
            kind(change.kind).into(),
            change.at.into(),
            change.cause.as_str().into(),
            change.actor.as_deref().into(),
        ]
    });
    CHANGES.run(transaction, rows).await
}

pub(super) fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "created",
        ChangeKind::Updated => "updated",
        ChangeKind::Deleted => "deleted",
    }
}
