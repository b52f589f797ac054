//! The one door: everything that changed since the last time is written in one transaction, with what readers will see
//! of it in the change feed, and is then put into the index. Nothing is shown that is not kept.

use std::collections::{HashMap, HashSet};

use model::EntityRef;
use store::{CatalogStore, Change, ChangeKind, Commit, Parent, ReadState, StoreError, StoredEntity};
use uuid::Uuid;

use super::complete::{Body, Completed, Draft, Finished, complete_all};
use super::graph::Id;
use super::news::Fault;
use super::state::{Processing, State, TargetId};
use crate::index::Prepared;
use crate::projection::Projection;

/// So many entities of which only relations changed are shown at once, which bounds memory: each is read from the store for it.
const MAX_RELATED: usize = 1024;
/// References asked of the store at once.
const LOAD_CHUNK: usize = 500;

/// What one flush is about, fixed before anything is awaited.
struct Selection {
    rows: Vec<Id>,
    finals: Vec<Id>,
    reads: Vec<TargetId>,
    /// More is due than is written this time.
    left: bool,
}

/// What of all that changed is written and shown this time.
#[derive(Clone, Copy)]
pub struct Scope {
    /// Everything was looked at since the start.
    pub settled: bool,
    /// Also entities of which nothing changed but what others relate to them.
    pub relations_too: bool,
}

/// What is about to be written and shown. Until [`Flush::done`] nothing of the state it is about may change.
pub struct Flush {
    selection: Selection,
    completed: Completed,
    pub commit: Commit,
}

/// What readers are about to see.
pub struct Shown {
    puts: Vec<Prepared>,
    removals: Vec<EntityRef>,
}

impl Flush {
    /// Gets ready what changed.
    pub async fn prepare(state: &mut State, store: &dyn CatalogStore, scope: Scope) -> Result<Self, StoreError> {
        settle_uids(state, scope);
        let selection = select(state, scope);
        let stored = load_missing(state, store, &selection).await?;
        let mut completed = complete_all(drafts(state, &selection, &stored)).await;
        let now = base::clock::now_millis();
        let commit = commit_of(state, &selection, &stored, &mut completed.finished, now);
        Ok(Self { selection, completed, commit })
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        let commit = &self.commit;
        commit.upserts.is_empty()
            && commit.deletes.is_empty()
            && commit.read_states.is_empty()
            && commit.forget_read_states.is_empty()
            && commit.changes.is_empty()
    }

    /// Whether there is more to show, and another flush is to follow.
    pub fn leaves_some(&self) -> bool {
        self.selection.left
    }

    /// After the commit: forgets what was marked. Without it everything is tried again.
    pub fn done(self, state: &mut State) -> Shown {
        done(state, &self.selection);
        let gone = state.deleted.drain().filter(|(_, deleted)| deleted.visible).map(|(id, _)| id);
        let gone: Vec<Id> = gone.collect();
        Shown {
            removals: gone.into_iter().map(|id| state.graph.entity_ref(id).clone()).collect(),
            puts: shown(state, self.completed),
        }
    }
}

impl Shown {
    /// Puts it all before readers.
    pub fn show(self, projection: &Projection) {
        projection.show(self.puts, &self.removals);
    }
}

/// Whether an entity can be written and shown now. Rows whose processing is under way wait for it, so that each is written
/// once; and until everything was looked at again, what a location of an earlier run has to say stays as it was.
fn is_ready(state: &State, settled: bool, id: Id) -> bool {
    let quiet = settled || !state.is_location(id) || state.claimed.contains_key(&id);
    quiet && state.record(id).is_some_and(|record| record.processing == Processing::No)
}

/// Whether an entity is to be shown as it became.
fn is_due(state: &State, scope: Scope, id: Id) -> bool {
    (scope.relations_too || !is_only_related(state, id)) && is_ready(state, scope.settled, id)
}

/// Whether nothing of a marked entity changed but what others relate to it.
fn is_only_related(state: &State, id: Id) -> bool {
    let shown = state.record(id).is_some_and(|record| record.final_hash.is_some());
    shown && !state.dirty_rows.contains(&id)
}

/// Names for good what readers are about to see for the first time, in order of discovery.
fn settle_uids(state: &mut State, scope: Scope) {
    let shown = |id: &Id| is_due(state, scope, *id) && state.shows(*id);
    let mut shown: Vec<Id> = state.dirty_finals.iter().copied().filter(shown).collect();
    shown.sort_unstable();
    shown.into_iter().for_each(|id| state.settle_uid(id));
}

/// A read is only remembered when all it brought is written with it or before.
fn select(state: &State, scope: Scope) -> Selection {
    let ready = |id: &Id| is_ready(state, scope.settled, *id);
    let written = |id: &Id| !state.dirty_rows.contains(id) || ready(id);
    let reads = state
        .dirty_reads
        .iter()
        .copied()
        .filter(|id| state.targets.get(id).is_some_and(|target| target.entities.iter().all(written)))
        .collect();
    let due = state.dirty_finals.iter().copied().filter(|id| is_due(state, scope, *id));
    let (mut related, mut finals): (Vec<Id>, Vec<Id>) = due.partition(|id| is_only_related(state, *id));
    let left = related.len() > MAX_RELATED;
    related.truncate(MAX_RELATED);
    finals.append(&mut related);
    Selection { rows: state.dirty_rows.iter().copied().filter(ready).collect(), finals, reads, left }
}

/// Rows of the store for what is not at hand.
async fn load_missing(
    state: &State,
    store: &dyn CatalogStore,
    selection: &Selection,
) -> Result<HashMap<EntityRef, StoredEntity>, StoreError> {
    let mut missing: HashSet<Id> = HashSet::new();
    for id in &selection.rows {
        let bodies = state.bodies.get(id);
        let good = state.record(*id).is_some_and(|record| record.good);
        let complete = bodies.is_some_and(|b| b.unprocessed.is_some() && (b.processed.is_some() || !good));
        if !complete {
            missing.insert(*id);
        }
    }
    for id in &selection.finals {
        if state.shows(*id) && state.bodies.get(id).is_none_or(|bodies| bodies.processed.is_none()) {
            missing.insert(*id);
        }
    }
    let refs: Vec<EntityRef> = missing.into_iter().map(|id| state.graph.entity_ref(id).clone()).collect();
    let mut stored = HashMap::with_capacity(refs.len());
    for chunk in refs.chunks(LOAD_CHUNK) {
        stored.extend(store.entities(chunk).await?.into_iter().map(|row| (row.entity_ref.clone(), row)));
    }
    Ok(stored)
}

fn drafts(state: &State, selection: &Selection, stored: &HashMap<EntityRef, StoredEntity>) -> Vec<Draft> {
    let draft = |id: &Id| {
        let record = state.record(*id).filter(|_| state.shows(*id))?;
        let entity_ref = state.graph.entity_ref(*id).clone();
        let fresh = state.bodies.get(id).and_then(|bodies| bodies.processed.as_ref());
        let body = match fresh {
            Some((_, entity)) => Body::Parsed(entity.clone()),
            None => Body::Text(stored.get(&entity_ref)?.processed.clone()?),
        };
        Some(Draft {
            id: *id,
            uid: record.uid,
            parent: match state.parent_of(record) {
                Some(Parent::Entity(parent)) => Some(parent),
                _ => None,
            },
            entity_ref,
            orphan: record.parent.is_none(),
            relations: state.graph.relations(*id),
            problems: state.problems_of(*id),
            old_hash: record.final_hash,
            body,
        })
    };
    selection.finals.iter().filter_map(draft).collect()
}

fn commit_of(
    state: &State,
    selection: &Selection,
    stored: &HashMap<EntityRef, StoredEntity>,
    finished: &mut [Finished],
    now: i64,
) -> Commit {
    let mut commit = Commit::default();
    for id in &selection.rows {
        commit.upserts.extend(row_of(state, *id, stored));
    }
    for (id, deleted) in &state.deleted {
        let entity_ref = state.graph.entity_ref(*id).clone();
        if deleted.visible {
            let source = deleted.source.as_deref();
            commit.changes.push(change(state, &entity_ref, deleted.uid, ChangeKind::Deleted, source, now));
        }
        commit.deletes.push(entity_ref);
    }
    for finished in finished {
        let Some(record) = state.record(finished.id) else { continue };
        commit.finals.extend(finished.kept.take());
        let kind = if record.final_hash.is_some() { ChangeKind::Updated } else { ChangeKind::Created };
        let (entity_ref, mut source) = (state.graph.entity_ref(finished.id), record.location_key.as_deref());
        if is_only_related(state, finished.id) {
            source = Some(Change::RELATIONS);
        }
        commit.changes.push(change(state, entity_ref, record.uid, kind, source, now));
    }
    for id in &selection.reads {
        let Some(target) = state.targets.get(id) else { continue };
        let (etag, hash) = target.known.clone().map_or((None, None), |known| (known.etag, Some(known.content_hash)));
        commit.read_states.push(ReadState {
            location: target.key.to_string(),
            etag,
            content_hash: hash.map(|hash| format!("{}{}", state.judged_by, hash.unwrap_or_default())),
            read_at: target.read_at,
            problem: target.problems.first().cloned(),
        });
    }
    commit.forget_read_states = state.forgotten_reads.iter().map(ToString::to_string).collect();
    commit
}

fn change(
    state: &State,
    entity_ref: &EntityRef,
    entity_id: Uuid,
    kind: ChangeKind,
    source: Option<&str>,
    at: i64,
) -> Change {
    Change {
        seq: 0,
        entity_ref: entity_ref.clone(),
        entity_id,
        kind,
        at,
        cause: source.unwrap_or("its source").to_owned(),
        actor: source.and_then(|source| state.actors.get(source)).cloned(),
    }
}

fn row_of(state: &State, id: Id, stored: &HashMap<EntityRef, StoredEntity>) -> Option<StoredEntity> {
    let record = state.record(id)?;
    let entity_ref = state.graph.entity_ref(id).clone();
    let bodies = state.bodies.get(&id);
    let row = stored.get(&entity_ref);
    let unprocessed = bodies.and_then(|b| b.unprocessed.clone()).or_else(|| row.map(|row| row.unprocessed.clone()))?;
    let processed = bodies
        .and_then(|b| b.processed.as_ref())
        .map(|(text, _)| text.clone())
        .or_else(|| row.and_then(|row| row.processed.clone()));
    Some(StoredEntity {
        id: record.uid,
        location_key: record.location_key.as_deref().map(str::to_owned),
        parent: state.parent_of(record),
        unprocessed,
        unprocessed_hash: hex::encode(record.unprocessed_hash),
        // A location that nothing could be read from yet is not to be seen after a restart either.
        processed: processed.filter(|_| state.shows(id)),
        relations: state.graph.originated(id),
        refresh_keys: record.refresh_keys.iter().map(ToString::to_string).collect(),
        problems: state.problems_of(id),
        result_hash: record.result_hash.as_deref().map(str::to_owned),
        updated_at: record.updated_at,
        entity_ref,
    })
}

fn done(state: &mut State, selection: &Selection) {
    for id in &selection.rows {
        state.dirty_rows.remove(id);
    }
    for id in &selection.finals {
        state.dirty_finals.remove(id);
        if state.unindexed.remove(id).is_some() {
            state.news.changed(Fault::Entity(*id));
        }
    }
    // What was marked for a reference without an entity has nothing to show.
    let gone: Vec<Id> = state.dirty_finals.iter().copied().filter(|id| state.record(*id).is_none()).collect();
    for id in gone {
        state.dirty_finals.remove(&id);
    }
    for id in &selection.reads {
        state.dirty_reads.remove(id);
    }
    state.forgotten_reads.clear();
    // What is written can be read again. A location that nothing was read from yet is kept without its body, so memory is the
    // only place that has it.
    let hidden = |state: &State, id: Id| state.record(id).is_some_and(|record| record.good) && !state.shows(id);
    let hidden: HashSet<Id> = state.bodies.keys().copied().filter(|id| hidden(state, *id)).collect();
    let dirty = &state.dirty_rows;
    state.bodies.retain(|id, bodies| dirty.contains(id) || hidden.contains(id) || bodies.raw.is_some());
}

/// Remembers what readers are about to see, and what they cannot be shown. Answers what goes before readers.
fn shown(state: &mut State, completed: Completed) -> Vec<Prepared> {
    for (id, problem) in completed.refused {
        state.news.changed(Fault::Entity(id));
        state.unindexed.insert(id, problem);
    }
    let mut puts = Vec::with_capacity(completed.finished.len());
    for finished in completed.finished {
        if let Some(record) = state.record_mut(finished.id) {
            record.final_hash = Some(finished.hash);
            record.uid_seen = true;
            puts.push(finished.prepared);
        }
    }
    puts
}
