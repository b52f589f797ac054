//! Taking in what workers report.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use model::relation::RelationEdge;
use model::{Entity, EntityRef, Kind, LocationRef, Problem, Severity};

use super::graph::Id;
use super::news::Fault;
use super::state::{Emit, Loser, ParentId, Processing, State, TargetId};
use crate::ingest::{Emitted, Known, LocationTargets, ReadReport, TargetKind};
use crate::process::Version;

/// A processed entity.
pub struct Item {
    pub id: Id,
    /// Of the record when processing began.
    pub generation: u32,
    pub result: ItemResult,
}

/// What processing made of it.
pub enum ItemResult {
    Good(Box<Good>),
    Bad {
        problems: Vec<Problem>,
        refresh_keys: Vec<String>,
        /// A file that it pulls in could not be read.
        unreadable: bool,
        /// The file it stands in was at hand, to point at what is wrong.
        placed: bool,
    },
    /// Its body could not be loaded; it is tried again.
    Retry,
}

/// A good body with everything that follows from it.
pub struct Good {
    pub entity: Entity,
    pub text: Box<str>,
    pub edges: Vec<RelationEdge>,
    pub refresh_keys: Vec<String>,
    /// What was seen of the files pulled in by URL.
    pub pulled: Box<[(String, Version)]>,
    pub problems: Vec<Problem>,
    /// For a `Location`: what it names, and the origin to judge it by.
    pub targets: Option<(LocationTargets, LocationRef)>,
    pub hash: Box<str>,
    /// The kind that it defines, if it is a definition.
    pub defines: Option<Arc<Kind>>,
}

impl State {
    /// Takes in a processed entity.
    pub fn processed(&mut self, item: Item, now: i64) {
        let id = item.id;
        let Some(record) = self.record_mut(id) else { return };
        if record.generation != item.generation || matches!(item.result, ItemResult::Retry) {
            self.requeue(id);
            return;
        }
        record.processing = Processing::No;
        let old_keys = std::mem::take(&mut record.refresh_keys);
        match item.result {
            ItemResult::Good(good) => {
                let unchanged = record.good && record.result_hash.as_ref() == Some(&good.hash);
                let new_keys: Vec<Arc<str>> = good.refresh_keys.iter().map(|key| shorten(key)).collect();
                record.refresh_keys.clone_from(&new_keys);
                record.pulled = good.pulled;
                record.good = true;
                record.result_hash = Some(good.hash);
                record.updated_at = now;
                if let Some(kind) = good.defines {
                    self.definitions.put(id, kind);
                }
                let mut problems = good.problems;
                if let Some((targets, _)) = &good.targets {
                    problems.extend(targets.problems.iter().cloned());
                }
                let other_problems = self.set_problems(id, problems);
                self.set_refresh_keys(id, &old_keys, &new_keys);
                if !unchanged || other_problems || self.dirty_rows.contains(&id) {
                    let bodies = self.bodies.entry(id).or_default();
                    bodies.raw = None;
                    bodies.processed = Some((good.text, Arc::new(good.entity)));
                    let touched = self.graph.state(id, &good.edges);
                    self.dirty_finals.extend(touched);
                    self.mark(id);
                }
                if let Some((targets, origin)) = good.targets {
                    self.set_claims(id, targets, &Arc::new(origin));
                }
            }
            ItemResult::Bad { problems, refresh_keys, placed, .. } => {
                // Of a failed run only its problems are kept; what it depends on is watched so that a repair is noticed.
                record.refresh_keys = refresh_keys.iter().map(|key| shorten(key)).collect();
                for key in &old_keys {
                    if !record.refresh_keys.contains(key) {
                        record.refresh_keys.push(key.clone());
                    }
                }
                let first = record.result_hash.is_none();
                record.result_hash = Some("failed".into());
                record.updated_at = now;
                let new_keys = record.refresh_keys.clone();
                record.unplaced = !placed;
                let source = record.target.filter(|_| !placed);
                let other_problems = self.set_problems(id, problems);
                self.set_refresh_keys(id, &old_keys, &new_keys);
                if let Some(bodies) = self.bodies.get_mut(&id) {
                    bodies.raw = None;
                }
                if first || other_problems {
                    self.mark(id);
                }
                // Its file is read anew, so that the problems can point into it.
                if let Some(source) = source.filter(|_| other_problems) {
                    self.queue_read(source, true);
                }
            }
            ItemResult::Retry => {}
        }
    }

    /// Takes in what reading a target gave. `owner` is whose children its entities were meant to be.
    pub fn read(&mut self, id: TargetId, owner: Id, report: ReadReport, now: i64) {
        let Some(state) = self.targets.get_mut(&id) else { return };
        state.reading = false;
        state.seen = true;
        self.read_queue.saw(id);
        let stale = state.owner != Some(owner);
        if std::mem::take(&mut state.again) || stale {
            self.queue_read(id, stale);
            if stale {
                return;
            }
        }
        let Some(state) = self.targets.get_mut(&id) else { return };
        state.read_at = now;
        state.missing = matches!(report, ReadReport::Missing(_));
        self.dirty_reads.insert(id);
        match report {
            ReadReport::Unchanged { etag } => {
                if let (Some(known), Some(etag)) = (&mut state.known, etag) {
                    known.etag = Some(etag);
                }
                state.read_well = true;
                self.set_target_problems(id, Vec::new());
            }
            ReadReport::Documents { entities, problems, known } => {
                self.take_documents(id, owner, entities, problems, known, now);
            }
            ReadReport::Listing { mut files, unread, mut problems } => {
                state.read_well = true;
                if state.claims.iter().all(|claim| claim.optional) {
                    problems.retain(|problem| problem.name != "NotFoundError");
                }
                files.extend(self.members_below(id, &unread));
                self.set_members(id, files);
                self.set_target_problems(id, problems);
            }
            ReadReport::Missing(problem) => self.missing(id, owner, problem, now),
            ReadReport::Failed(problem) | ReadReport::RateLimited { problem, .. } => {
                self.set_target_problems(id, vec![problem]);
            }
        }
    }

    fn take_documents(
        &mut self,
        id: TargetId,
        owner: Id,
        entities: Vec<Emitted>,
        problems: Vec<Problem>,
        known: Known,
        now: i64,
    ) {
        let parent = ParentId::Entity(owner);
        let mut seen: HashSet<Id> = HashSet::with_capacity(entities.len());
        let lost = self.targets.get_mut(&id).map(|state| std::mem::take(&mut state.lost)).unwrap_or_default();
        for entity in lost {
            self.withdraw(entity, &Loser::Target(id));
        }
        let mut clean = problems.is_empty();
        // Of documents of one file that define the same entity, the last counts: each replaces the one before it.
        let last: HashMap<EntityRef, usize> =
            entities.iter().enumerate().map(|(at, emitted)| (emitted.entity_ref.clone(), at)).collect();
        let is_last = |at: usize, emitted: &Emitted| last.get(&emitted.entity_ref) == Some(&at);
        let (kept, replaced): (Vec<_>, Vec<_>) =
            entities.into_iter().enumerate().partition(|(at, emitted)| is_last(*at, emitted));
        for (_, emitted) in kept.into_iter().chain(replaced) {
            let (key, line) = (emitted.location_key.clone(), emitted.line);
            let known_id = self.graph.find(&emitted.entity_ref).filter(|known| seen.contains(known));
            let emit = match known_id {
                Some(twice) => Emit::Lost(twice),
                None => self.emit(&parent, Some(id), emitted),
            };
            match emit {
                Emit::Kept(entity) => {
                    seen.insert(entity);
                }
                Emit::Lost(entity) => {
                    clean = false;
                    self.lose(entity, Loser::Target(id), &key, line, now);
                }
            }
        }
        let broken = problems.iter().any(|problem| problem.severity == Severity::Error);
        let Some(state) = self.targets.get_mut(&id) else { return };
        // A document that cannot be read may be any of those that are gone, so nothing goes while there is one.
        let gone: Vec<Id> =
            if broken { Vec::new() } else { state.entities.iter().copied().filter(|e| !seen.contains(e)).collect() };
        state.read_well |= !broken || !seen.is_empty();
        // With problems or conflicts the next read looks again, whatever the host says.
        state.known = clean.then_some(known);
        for entity in gone {
            self.orphan(entity);
        }
        self.set_target_problems(id, problems);
    }

    fn missing(&mut self, id: TargetId, owner: Id, problem: Problem, now: i64) {
        let Some(state) = self.targets.get(&id) else { return };
        let globs: Vec<TargetId> = state.claims.iter().filter_map(|claim| claim.via).collect();
        if globs.len() == state.claims.len() {
            // The file went away after its glob was listed.
            globs.into_iter().for_each(|glob| self.queue_read(glob, true));
            return;
        }
        if !state.claims.iter().all(|claim| claim.optional) {
            return self.set_target_problems(id, vec![problem]);
        }
        if state.target.kind == TargetKind::FileGlob {
            self.set_members(id, Vec::new());
        }
        self.take_documents(id, owner, Vec::new(), Vec::new(), Known::default(), now);
        if let Some(state) = self.targets.get_mut(&id) {
            state.known = None;
        }
    }

    fn set_target_problems(&mut self, id: TargetId, problems: Vec<Problem>) {
        let Some(state) = self.targets.get_mut(&id) else { return };
        let changed = state.problems != problems;
        if changed {
            self.news.changed(Fault::Target(id));
        }
        state.problems = problems;
        if state.problems.is_empty() {
            self.troubled_targets.remove(&id);
        } else {
            self.troubled_targets.insert(id);
        }
        let wrong = !state.problems.is_empty();
        let locations: Vec<Id> = state.claims.iter().map(|claim| claim.location).collect();
        for location in locations {
            // Where it is named is told with what is wrong; after a start its file has to be read for that.
            let nameless = self.record(location).filter(|record| wrong && record.line == 0);
            if let Some(file) = nameless.and_then(|record| record.target) {
                self.queue_read(file, true);
            }
            // A location that was never seen appears with its first good read.
            let hidden = self.record(location).is_some_and(|record| record.final_hash.is_none());
            if changed || hidden {
                self.mark(location);
            }
        }
    }

    /// Everything that is wrong with an entity: its own processing, and for a location what it names.
    pub fn problems_of(&self, id: Id) -> Vec<Problem> {
        const MOST: usize = 100;
        let Some(record) = self.record(id) else { return Vec::new() };
        let mut problems = record.problems.clone();
        for target in self.claimed.get(&id).into_iter().flatten().filter_map(|target| self.targets.get(target)) {
            let members = target.members.iter().filter_map(|member| self.targets.get(member));
            for state in std::iter::once(target).chain(members).filter(|state| !state.excused(id)) {
                for problem in &state.problems {
                    if problems.len() < MOST && !problems.contains(problem) {
                        problems.push(problem.clone());
                    }
                }
            }
        }
        problems
    }

    /// Whether readers may see an entity: it has a good body, and if it is a location, something could be read from it.
    pub fn shows(&self, id: Id) -> bool {
        let Some(record) = self.record(id).filter(|record| record.good) else { return false };
        if record.final_hash.is_some() || !self.is_location(id) {
            return true;
        }
        let Some(targets) = self.claimed.get(&id) else { return record.problems.is_empty() };
        let mut states = targets.iter().filter_map(|target| self.targets.get(target)).peekable();
        if states.peek().is_none() {
            return record.problems.is_empty();
        }
        states.any(|state| state.read_well || state.excused(id))
    }
}

/// Keys are bounded as the reference implementation bounds them (contract catalog.md section 6.6).
fn shorten(key: &str) -> Arc<str> {
    if key.len() <= 255 {
        return key.into();
    }
    let head: String = key.chars().take(180).collect();
    let digest = crate::process::stable::content_hash(key.as_bytes());
    format!("{head}#sha1:{}", hex::encode(digest)).into()
}
