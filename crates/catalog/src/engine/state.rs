//! What the engine knows of every entity and target, in memory. Changing it only marks what has to be written and shown;
//! [`super::flush`] does both.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use model::{Entity, EntityRef, LocationRef, Problem};
use store::{Parent, ReadState};
use tokio::time::Instant;
use uuid::Uuid;

use super::definitions::Definitions;
use super::files::Links;
use super::graph::{Graph, Id};
use super::news::{Fault, News};
use super::providers::Provider;
use super::reads::ReadQueue;
use crate::ingest::{Emitted, Known, Target};
use crate::process::stable::Hash;
use crate::process::{Version, Written};

/// The number of a target; never given out twice.
pub type TargetId = u32;

/// Who keeps an entity alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParentId {
    Provider(Arc<str>),
    Entity(Id),
}

/// Whether an entity waits for processing or is being processed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Processing {
    #[default]
    No,
    Queued,
    /// Before all others. It may have been queued before and is then processed twice.
    Urgent,
}

/// An entity.
pub struct Record {
    pub uid: Uuid,
    /// Readers saw the uid; until then it is provisional.
    pub uid_seen: bool,
    pub location_key: Option<Arc<str>>,
    /// `None`: an orphan.
    pub parent: Option<ParentId>,
    /// The target that emitted it.
    pub target: Option<TargetId>,
    /// First line of its document; 0 when unknown.
    pub line: u32,
    /// Its problems do not point at where they are in its file, for want of the file.
    pub unplaced: bool,
    pub unprocessed_hash: Hash,
    /// Counts bodies and requests to process, so that late results are recognised.
    pub generation: u32,
    pub processing: Processing,
    /// There is a good body.
    pub good: bool,
    /// Hash of what readers see; `None` while they see nothing.
    pub final_hash: Option<Hash>,
    /// Problems of its own processing.
    pub problems: Vec<Problem>,
    pub refresh_keys: Vec<Arc<str>>,
    /// What the last good processing saw of the files it pulled in by URL.
    pub pulled: Box<[(String, Version)]>,
    pub result_hash: Option<Box<str>>,
    pub updated_at: i64,
}

impl Record {
    /// What was last seen of everything that is pulled in by URL; `None` when that is not known or not good.
    pub fn pulled_by_url(&self) -> Option<Box<[(String, Version)]>> {
        let mut addresses = self.refresh_keys.iter().filter_map(|key| key.strip_prefix("url:"));
        let known = addresses.all(|address| self.pulled.iter().any(|(pulled, _)| pulled == address));
        (self.good && self.problems.is_empty() && known).then(|| self.pulled.clone())
    }
}

/// Bodies that are not yet in the store.
#[derive(Default)]
pub struct Bodies {
    pub unprocessed: Option<Box<str>>,
    /// Taken by processing, with the file it stands in.
    pub raw: Option<(Entity, Option<Written>)>,
    pub processed: Option<(Box<str>, Arc<Entity>)>,
}

/// A `Location` that wants a target read.
#[derive(Clone, Debug)]
pub struct Claim {
    pub location: Id,
    /// The glob that led here.
    pub via: Option<TargetId>,
    pub optional: bool,
    pub origin: Arc<LocationRef>,
}

/// Something that is read, once, however many locations name it.
pub struct TargetState {
    pub target: Target,
    pub key: Arc<str>,
    /// Of a URL.
    pub host: Option<Arc<str>>,
    pub claims: Vec<Claim>,
    /// The location whose children its entities are.
    pub owner: Option<Id>,
    pub entities: HashSet<Id>,
    /// Files of a glob.
    pub members: Vec<TargetId>,
    /// What the last clean read saw.
    pub known: Option<Known>,
    pub problems: Vec<Problem>,
    /// References it could not emit because others hold them.
    pub lost: HashSet<Id>,
    /// The newest read found nothing there.
    pub missing: bool,
    /// Since the start it was looked at, whatever came of it.
    pub seen: bool,
    /// Since the start it was read without an error.
    pub read_well: bool,
    pub read_at: i64,
    /// When its time comes again; 0 until it was read.
    pub due_at: i64,
    pub queued: bool,
    pub reading: bool,
    /// Something changed while it was being read.
    pub again: bool,
}

impl TargetState {
    /// Whether it is not there and this location does not mind.
    pub fn excused(&self, location: Id) -> bool {
        self.missing && self.claims.iter().any(|claim| claim.location == location && claim.optional)
    }
}

/// A write that was dropped because somebody else holds the reference (contract catalog.md section 6.2).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    pub entity_ref: EntityRef,
    /// `type:target` of the source that was first.
    pub kept: Option<String>,
    /// `type:target` of the source whose entity was dropped.
    pub dropped: String,
    /// First line of the dropped document; 0 when unknown.
    pub line: u32,
    /// Unix time in milliseconds.
    pub at: i64,
}

/// Who lost a conflict and is asked again when the reference becomes free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loser {
    Target(TargetId),
    Provider(Arc<str>),
}

/// A row to remove.
pub struct Deleted {
    pub uid: Uuid,
    pub visible: bool,
    /// Where it came from.
    pub source: Option<Arc<str>>,
}

/// Everything the engine knows.
#[derive(Default)]
pub struct State {
    pub graph: Graph,
    pub records: Vec<Option<Box<Record>>>,
    pub targets: HashMap<TargetId, TargetState>,
    /// In order, so that everything below a folder is found together.
    pub target_ids: BTreeMap<Arc<str>, TargetId>,
    pub next_target: TargetId,
    /// The targets a location names itself.
    pub claimed: HashMap<Id, Vec<TargetId>>,
    pub providers: HashMap<Arc<str>, Provider>,
    /// Roots that several providers have alike: who comes after the one that holds them.
    pub twins: HashMap<Id, BTreeSet<Arc<str>>>,
    /// Providers for which a reference became free that they lost.
    pub providers_due: BTreeSet<Arc<str>>,
    /// Who has to be processed again when this changes.
    pub refresh: BTreeMap<Arc<str>, HashSet<Id>>,
    pub conflicts: HashMap<Id, Vec<(Loser, Conflict)>>,
    pub bodies: HashMap<Id, Bodies>,
    pub dirty_rows: HashSet<Id>,
    pub dirty_finals: HashSet<Id>,
    pub deleted: HashMap<Id, Deleted>,
    /// Who brought the newest of a source, where somebody did.
    pub actors: HashMap<Arc<str>, String>,
    /// Entities that readers see as they were, or not at all, because what became of them cannot be searched for.
    pub unindexed: HashMap<Id, Problem>,
    /// Entities whose processing found something wrong, and sources whose last read did.
    pub troubled: HashSet<Id>,
    pub troubled_targets: HashSet<TargetId>,
    pub process_queue: VecDeque<Id>,
    /// Entities to process before all others.
    pub urgent_queue: VecDeque<Id>,
    pub read_queue: ReadQueue,
    /// Entities that somebody waits for with all that hangs below them, until when.
    pub hurried: HashMap<Id, Instant>,
    /// Targets whose memory of the last read changed.
    pub dirty_reads: HashSet<TargetId>,
    pub forgotten_reads: HashSet<Arc<str>>,
    /// Entities from the store whose target is not known yet, by location key.
    pub unassigned: HashMap<Arc<str>, Vec<Id>>,
    /// What the store remembered of reads, until their targets turn up.
    pub remembered: HashMap<Arc<str>, ReadState>,
    pub definitions: Definitions,
    /// Entities of kinds that nothing defines. They wait for a definition until everything was looked at once.
    pub strangers: Vec<Id>,
    /// What sources are judged by; what was read under another judgement is read anew.
    pub judged_by: String,
    /// What the log was told.
    pub news: News,
    /// Watched folders that are reached through symbolic links.
    pub links: Links,
    /// Other files matter than those that are watched for, or they may lie elsewhere.
    pub watch_stale: bool,
    pub entities: usize,
    /// The newest uid that readers saw.
    pub newest_uid: Uuid,
}

/// What became of an entity that a source emits.
#[derive(Debug, PartialEq, Eq)]
pub enum Emit {
    Kept(Id),
    /// Somebody else holds the reference.
    Lost(Id),
}

impl State {
    pub fn intern(&mut self, entity_ref: &EntityRef) -> Id {
        self.graph.intern(entity_ref)
    }

    pub fn record(&self, id: Id) -> Option<&Record> {
        self.records.get(id as usize)?.as_deref()
    }

    pub fn record_mut(&mut self, id: Id) -> Option<&mut Record> {
        self.records.get_mut(id as usize)?.as_deref_mut()
    }

    pub fn insert_record(&mut self, id: Id, record: Record) {
        if self.records.len() <= id as usize {
            self.records.resize_with(id as usize + 1, || None);
        }
        self.entities += 1;
        if !record.problems.is_empty() {
            self.troubled.insert(id);
            self.news.changed(Fault::Entity(id));
        }
        self.records[id as usize] = Some(Box::new(record));
    }

    /// Replaces what the processing of an entity found wrong. Answers whether that is something else than before.
    pub fn set_problems(&mut self, id: Id, problems: Vec<Problem>) -> bool {
        if problems.is_empty() {
            self.troubled.remove(&id);
        } else {
            self.troubled.insert(id);
        }
        let Some(record) = self.record_mut(id) else { return false };
        let changed = record.problems != problems;
        record.problems = problems;
        if changed {
            self.news.changed(Fault::Entity(id));
        }
        changed
    }

    /// Gives an entity that readers are about to see for the first time its uid for good. So the order of uids is the order
    /// in which entities appeared, however long each took to be read and put right, and the index only ever grows at its end.
    pub fn settle_uid(&mut self, id: Id) {
        let newest = self.newest_uid;
        let Some(record) = self.record_mut(id).filter(|record| !record.uid_seen) else { return };
        record.uid = base::ids::new_id_after(newest);
        self.newest_uid = record.uid;
        self.dirty_rows.insert(id);
    }

    /// The parent as the store and readers name it.
    pub fn parent_of(&self, record: &Record) -> Option<Parent> {
        record.parent.as_ref().map(|parent| match parent {
            ParentId::Provider(name) => Parent::Provider(name.to_string()),
            ParentId::Entity(id) => Parent::Entity(self.graph.entity_ref(*id).clone()),
        })
    }

    pub fn is_location(&self, id: Id) -> bool {
        self.graph.entity_ref(id).kind() == "location"
    }

    pub fn mark(&mut self, id: Id) {
        self.dirty_rows.insert(id);
        self.dirty_finals.insert(id);
    }

    /// Asks for an entity to be processed (again).
    pub fn queue_processing(&mut self, id: Id) {
        let Some(record) = self.record_mut(id) else { return };
        record.generation = record.generation.wrapping_add(1);
        let before = record.processing;
        let urgent = self.is_hurried(id);
        let now = if urgent { Processing::Urgent } else { Processing::Queued };
        if before == Processing::No || urgent && before == Processing::Queued {
            self.enqueue(id, now);
        }
    }

    /// Puts an entity back that could not be processed, or changed meanwhile.
    pub fn requeue(&mut self, id: Id) {
        self.enqueue(id, if self.is_hurried(id) { Processing::Urgent } else { Processing::Queued });
    }

    fn enqueue(&mut self, id: Id, how: Processing) {
        if let Some(record) = self.record_mut(id) {
            record.processing = how;
        }
        let queue = if how == Processing::Urgent { &mut self.urgent_queue } else { &mut self.process_queue };
        queue.push_back(id);
    }

    /// Asks for a target to be read; `anew` even if its host says that nothing changed.
    pub fn queue_read(&mut self, id: TargetId, anew: bool) {
        let Some(target) = self.targets.get_mut(&id) else { return };
        if anew {
            target.known = None;
        }
        if target.reading {
            target.again = true;
            return;
        }
        let waits = std::mem::replace(&mut target.queued, true);
        let owner = target.owner;
        let urgent = owner.is_some_and(|owner| self.is_hurried(owner));
        let Some(target) = self.targets.get(&id).filter(|_| urgent || !waits) else { return };
        self.read_queue.push(id, target.host.as_ref(), target.seen, urgent);
    }

    /// Asks for a target to be read and compared with what it was, whatever its host says.
    pub fn queue_comparison(&mut self, id: TargetId) {
        let known = self.targets.get_mut(&id).and_then(|target| target.known.as_mut());
        if let Some(known) = known {
            known.etag = None;
        }
        self.queue_read(id, false);
    }

    /// Takes in an entity from a source. The first source of a reference holds it until it lets go.
    pub fn emit(&mut self, parent: &ParentId, target: Option<TargetId>, emitted: Emitted) -> Emit {
        let id = self.intern(&emitted.entity_ref);
        let Some(record) = self.records.get_mut(id as usize).and_then(Option::as_deref_mut) else {
            self.create(id, parent, target, emitted);
            return Emit::Kept(id);
        };
        let unassigned = record.target.is_none() && matches!(record.parent, Some(ParentId::Entity(_)));
        let same_key = record.location_key.as_deref() == Some(&*emitted.location_key);
        let mine = record.target == target && record.parent.as_ref() == Some(parent);
        if !(record.parent.is_none() || mine || record.location_key.is_none() || (unassigned && same_key)) {
            return Emit::Lost(id);
        }
        let moved = record.target != target || record.parent.as_ref() != Some(parent) || !same_key;
        let old_target = record.target;
        record.target = target;
        record.parent = Some(parent.clone());
        record.location_key = Some(emitted.location_key.clone());
        let shifted = std::mem::replace(&mut record.line, emitted.line) != emitted.line;
        let changed = record.unprocessed_hash != emitted.hash;
        // What is wrong in it stands in another line now, and so does what it names.
        let anew = std::mem::take(&mut record.unplaced) || shifted && !record.problems.is_empty() || changed;
        if shifted {
            let claimed = self.claimed.get(&id).into_iter().flatten();
            claimed.for_each(|target| self.news.changed(Fault::Target(*target)));
        }
        if changed {
            record.unprocessed_hash = emitted.hash;
            record.result_hash = None;
        }
        if moved {
            self.forget_assignment(id, &emitted.location_key);
            if let Some(old) = old_target.filter(|old| Some(*old) != target)
                && let Some(old) = self.targets.get_mut(&old)
            {
                old.entities.remove(&id);
            }
            self.mark(id);
        }
        self.adopt(id, parent, target);
        if anew {
            self.set_raw(id, emitted);
        }
        Emit::Kept(id)
    }

    fn create(&mut self, id: Id, parent: &ParentId, target: Option<TargetId>, emitted: Emitted) {
        // A reference that comes back before its removal was written keeps its uid.
        let deleted = self.deleted.remove(&id).filter(|deleted| deleted.visible);
        let uid_seen = deleted.is_some();
        let uid = deleted.map_or_else(base::ids::new_id, |deleted| deleted.uid);
        self.insert_record(
            id,
            Record {
                uid,
                uid_seen,
                location_key: Some(emitted.location_key.clone()),
                parent: Some(parent.clone()),
                target,
                line: emitted.line,
                unplaced: false,
                unprocessed_hash: emitted.hash,
                generation: 0,
                processing: Processing::No,
                good: false,
                final_hash: None,
                problems: Vec::new(),
                refresh_keys: Vec::new(),
                pulled: Box::default(),
                result_hash: None,
                updated_at: 0,
            },
        );
        self.adopt(id, parent, target);
        self.set_raw(id, emitted);
    }

    fn adopt(&mut self, id: Id, parent: &ParentId, target: Option<TargetId>) {
        if let Some(target) = target.and_then(|target| self.targets.get_mut(&target)) {
            target.entities.insert(id);
        }
        if let ParentId::Provider(name) = parent {
            self.providers.entry(name.clone()).or_default().entities.insert(id);
        }
    }

    fn set_raw(&mut self, id: Id, emitted: Emitted) {
        let bodies = self.bodies.entry(id).or_default();
        bodies.unprocessed = Some(emitted.text);
        bodies.raw = Some((emitted.entity, emitted.written));
        self.dirty_rows.insert(id);
        self.queue_processing(id);
    }

    /// Nobody emits it any longer: it is marked, and removed later unless somebody takes it up again.
    pub fn orphan(&mut self, id: Id) {
        let Some(record) = self.record_mut(id) else { return };
        let (parent, target) = (record.parent.take(), record.target.take());
        if parent.is_none() {
            return;
        }
        self.leave(id, parent, target);
        self.mark(id);
        self.free(id);
    }

    /// Removes an entity. Its children become orphans; they are answered.
    pub fn delete(&mut self, id: Id) -> Vec<Id> {
        let Some(record) = self.records.get_mut(id as usize).and_then(Option::take) else { return Vec::new() };
        self.entities -= 1;
        self.definitions.remove(id);
        self.troubled.remove(&id);
        self.unindexed.remove(&id);
        self.news.changed(Fault::Entity(id));
        self.leave(id, record.parent.clone(), record.target);
        if let Some(key) = &record.location_key {
            self.forget_assignment(id, key);
        }
        self.set_refresh_keys(id, &record.refresh_keys, &[]);
        let touched = self.graph.state(id, &[]);
        self.dirty_finals.extend(touched);
        self.dirty_finals.remove(&id);
        self.dirty_rows.remove(&id);
        self.bodies.remove(&id);
        let before = self.deleted.get(&id).is_some_and(|deleted| deleted.visible);
        let visible = before || record.final_hash.is_some();
        self.deleted.insert(id, Deleted { uid: record.uid, visible, source: record.location_key });
        let orphans = self.drop_claims_of(id);
        self.free(id);
        orphans
    }

    /// Removes entities with everything that only they keep alive.
    pub fn prune(&mut self, roots: Vec<Id>) {
        let mut queue = roots;
        while let Some(id) = queue.pop() {
            queue.extend(self.delete(id));
        }
    }

    fn leave(&mut self, id: Id, parent: Option<ParentId>, target: Option<TargetId>) {
        if let Some(target) = target.and_then(|target| self.targets.get_mut(&target)) {
            target.entities.remove(&id);
        }
        if let Some(ParentId::Provider(name)) = parent
            && let Some(provider) = self.providers.get_mut(&name)
        {
            provider.entities.remove(&id);
        }
    }

    pub fn forget_assignment(&mut self, id: Id, key: &str) {
        if let Some(waiting) = self.unassigned.get_mut(key) {
            waiting.retain(|other| *other != id);
            if waiting.is_empty() {
                self.unassigned.remove(key);
            }
        }
    }

    /// Whoever lost this reference may try again.
    fn free(&mut self, id: Id) {
        self.news.changed(Fault::Conflict(id));
        let mut providers = Vec::new();
        for (loser, _) in self.conflicts.remove(&id).unwrap_or_default() {
            match loser {
                Loser::Target(target) => {
                    if let Some(state) = self.targets.get_mut(&target) {
                        state.lost.remove(&id);
                    }
                    self.queue_read(target, true);
                }
                Loser::Provider(name) => providers.push(name),
            }
        }
        self.offer_again(id, providers);
    }

    /// Remembers a write that was dropped; `line` is where its document starts.
    pub fn lose(&mut self, id: Id, loser: Loser, dropped: &str, line: u32, now: i64) {
        let kept = self.record(id).and_then(|record| record.location_key.as_deref()).map(str::to_owned);
        let entity_ref = self.graph.entity_ref(id).clone();
        if let Loser::Target(target) = loser
            && let Some(target) = self.targets.get_mut(&target)
        {
            target.lost.insert(id);
        }
        let conflict = Conflict { entity_ref, kept, dropped: dropped.to_owned(), line, at: now };
        self.news.changed(Fault::Conflict(id));
        let conflicts = self.conflicts.entry(id).or_default();
        conflicts.retain(|(other, _)| *other != loser);
        conflicts.push((loser, conflict));
    }

    /// Replaces the refresh keys of an entity.
    pub fn set_refresh_keys(&mut self, id: Id, old: &[Arc<str>], new: &[Arc<str>]) {
        for key in old.iter().filter(|key| !new.contains(key)) {
            if let Some(ids) = self.refresh.get_mut(key) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.refresh.remove(key);
                    self.watch_stale |= key.starts_with("file:");
                }
            }
        }
        for key in new {
            let ids = self.refresh.entry(key.clone()).or_default();
            self.watch_stale |= ids.is_empty() && key.starts_with("file:");
            ids.insert(id);
        }
    }
}
