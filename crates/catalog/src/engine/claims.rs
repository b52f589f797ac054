//! Targets and the locations that claim them. A target is read once, however many locations name it; its entities are
//! children of the first of them, and pass to the next when that one lets go.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::LocationRef;

use super::graph::Id;
use super::news::Fault;
use super::state::{Claim, Loser, ParentId, State, TargetId, TargetState};
use crate::ingest::{Known, LocationTargets, Target, TargetKind, source};

fn host_of(target: &Target) -> Option<Arc<str>> {
    (!target.is_file()).then(|| source::host_of(&target.location.target).into())
}

/// A chain of parents is followed so far at most.
pub const MAX_CHAIN: usize = 64;

impl State {
    /// Replaces what a location claims.
    pub fn set_claims(&mut self, location: Id, wanted: LocationTargets, origin: &Arc<LocationRef>) {
        let old: HashSet<TargetId> = self.claimed.remove(&location).unwrap_or_default().into_iter().collect();
        let mut new = Vec::with_capacity(wanted.targets.len());
        for target in wanted.targets {
            let claim = Claim { location, via: None, optional: wanted.optional, origin: origin.clone() };
            new.push(self.claim(target, claim));
        }
        let kept: HashSet<TargetId> = new.iter().copied().collect();
        self.claimed.insert(location, new);
        for gone in old.difference(&kept) {
            self.drop_claim(*gone, location, None);
        }
    }

    /// Files of a glob that lie in these folders.
    pub fn members_below(&self, glob: TargetId, folders: &[PathBuf]) -> Vec<LocationRef> {
        let members = self.targets.get(&glob).into_iter().flat_map(|state| &state.members);
        let locations = members.filter_map(|id| self.targets.get(id)).map(|state| &state.target.location);
        let inside =
            |location: &&LocationRef| folders.iter().any(|folder| Path::new(&location.target).starts_with(folder));
        locations.filter(inside).cloned().collect()
    }

    /// Replaces the files of a glob, for every location that claims it.
    pub fn set_members(&mut self, glob: TargetId, files: Vec<LocationRef>) {
        let Some(state) = self.targets.get(&glob) else { return };
        let claims = state.claims.clone();
        let old: HashSet<TargetId> = state.members.iter().copied().collect();
        let mut members = Vec::with_capacity(files.len());
        for target in files.into_iter().map(|location| Target { location, kind: TargetKind::File }) {
            for claim in &claims {
                let claim = Claim { via: Some(glob), ..claim.clone() };
                members.push(self.claim(target.clone(), claim));
            }
        }
        members.dedup();
        let kept: HashSet<TargetId> = members.iter().copied().collect();
        if let Some(state) = self.targets.get_mut(&glob) {
            state.members = members;
        }
        for gone in old.difference(&kept) {
            for claim in &claims {
                self.drop_claim(*gone, claim.location, Some(glob));
            }
        }
    }

    /// Adds or renews one claim, and asks for the target to be read if it is new.
    fn claim(&mut self, target: Target, claim: Claim) -> TargetId {
        let key: Arc<str> = target.location.to_string().into();
        let id = match self.target_ids.get(&key) {
            Some(id) => *id,
            None => self.add_target(target, key, &claim),
        };
        let mut anew = false;
        let mut members = Vec::new();
        if let Some(state) = self.targets.get_mut(&id) {
            let first = state.owner.is_none();
            let known = state.claims.iter_mut().find(|c| c.location == claim.location && c.via == claim.via);
            match known {
                Some(known) => {
                    anew = known.origin != claim.origin;
                    *known = claim.clone();
                }
                None => {
                    members.clone_from(&state.members);
                    state.claims.push(claim.clone());
                }
            }
            if first {
                state.owner = Some(claim.location);
            }
            if first || anew || state.owner == Some(claim.location) && !state.read_well {
                self.queue_read(id, anew);
            }
        }
        // Another location claims the glob: its files are claimed too.
        for member in members {
            if let Some(target) = self.targets.get(&member).map(|state| state.target.clone()) {
                self.claim(target, Claim { via: Some(id), ..claim.clone() });
            }
        }
        id
    }

    fn add_target(&mut self, target: Target, key: Arc<str>, claim: &Claim) -> TargetId {
        let id = self.next_target;
        self.watch_stale |= target.is_file();
        self.next_target = self.next_target.wrapping_add(1);
        let remembered = self.remembered.remove(&key);
        self.forgotten_reads.remove(&key);
        // What the store has of this file belongs to it again; its owner is who emitted it the last time.
        let entities: HashSet<Id> = self.unassigned.remove(&key).unwrap_or_default().into_iter().collect();
        let mut owner = None;
        let mut unplaced = false;
        for entity in &entities {
            if let Some(record) = self.record_mut(*entity) {
                record.target = Some(id);
                unplaced |= record.unplaced;
                if let Some(ParentId::Entity(parent)) = &record.parent {
                    owner = if owner == Some(claim.location) { owner } else { Some(*parent) };
                }
            }
        }
        let (known, read_at, problems) = remembered.map_or((None, 0, Vec::new()), |state| {
            // What was judged otherwise is judged again, and what is wrong in a file is looked up in it.
            let content_hash = state.content_hash.as_deref().and_then(|hash| hash.strip_prefix(&*self.judged_by));
            let known = content_hash
                .filter(|_| !unplaced)
                .map(|hash| Known { etag: state.etag, content_hash: (!hash.is_empty()).then(|| hash.to_owned()) });
            (known, state.read_at, state.problem.into_iter().collect::<Vec<_>>())
        });
        if !problems.is_empty() {
            self.troubled_targets.insert(id);
            self.news.changed(Fault::Target(id));
        }
        self.targets.insert(
            id,
            TargetState {
                host: host_of(&target),
                target,
                key: key.clone(),
                claims: Vec::new(),
                owner,
                entities,
                members: Vec::new(),
                known,
                problems,
                lost: HashSet::new(),
                missing: false,
                seen: false,
                read_well: false,
                read_at,
                due_at: 0,
                queued: false,
                reading: false,
                again: false,
            },
        );
        self.target_ids.insert(key, id);
        if owner == Some(claim.location) {
            self.queue_read(id, false);
        }
        id
    }

    /// Ends a claim. A target that nobody claims is forgotten and its entities are orphans.
    fn drop_claim(&mut self, id: TargetId, location: Id, via: Option<TargetId>) {
        let Some(state) = self.targets.get_mut(&id) else { return };
        state.claims.retain(|claim| !(claim.location == location && claim.via == via));
        let holds = state.claims.iter().any(|claim| claim.location == location);
        let owned = state.owner == Some(location);
        let members = if holds { Vec::new() } else { state.members.clone() };
        for member in members {
            self.drop_claim(member, location, Some(id));
        }
        if self.targets.get(&id).is_some_and(|state| state.claims.is_empty()) {
            self.remove_target(id);
        } else if owned && !holds {
            self.pass_on(id);
        }
    }

    /// Ends everything a location claims. Answers the entities that became orphans by it.
    pub fn drop_claims_of(&mut self, location: Id) -> Vec<Id> {
        let mut orphans: Vec<Id> = Vec::new();
        for target in self.claimed.remove(&location).unwrap_or_default() {
            let mut touched = vec![target];
            touched.extend(self.targets.get(&target).map(|state| state.members.clone()).unwrap_or_default());
            let children: Vec<Id> = touched
                .iter()
                .filter_map(|id| self.targets.get(id))
                .flat_map(|state| state.entities.iter().copied())
                .collect();
            self.drop_claim(target, location, None);
            orphans.extend(children.into_iter().filter(|id| self.record(*id).is_some_and(|r| r.parent.is_none())));
        }
        orphans
    }

    fn remove_target(&mut self, id: TargetId) {
        let Some(state) = self.targets.remove(&id) else { return };
        self.target_ids.remove(&state.key);
        self.watch_stale |= state.target.is_file();
        self.read_queue.saw(id);
        self.dirty_reads.remove(&id);
        self.troubled_targets.remove(&id);
        self.news.changed(Fault::Target(id));
        for lost in &state.lost {
            self.withdraw(*lost, &Loser::Target(id));
        }
        for entity in state.entities {
            self.orphan(entity);
        }
        self.forgotten_reads.insert(state.key);
    }

    /// Somebody no longer wants an entity that others hold.
    pub fn withdraw(&mut self, entity: Id, loser: &Loser) {
        self.news.changed(Fault::Conflict(entity));
        let Some(conflicts) = self.conflicts.get_mut(&entity) else { return };
        conflicts.retain(|(other, _)| other != loser);
        if conflicts.is_empty() {
            self.conflicts.remove(&entity);
        }
    }

    /// The owner let go: the next location takes over, unless it only exists because of what it would take over.
    pub fn pass_on(&mut self, id: TargetId) {
        let Some(state) = self.targets.get(&id) else { return };
        let next = state.claims.iter().map(|claim| claim.location).find(|location| !self.descends(*location, id));
        let entities: Vec<Id> = state.entities.iter().copied().collect();
        if let Some(state) = self.targets.get_mut(&id) {
            state.owner = next;
        }
        match next {
            None => entities.into_iter().for_each(|entity| self.orphan(entity)),
            Some(owner) => {
                for entity in entities {
                    if let Some(record) = self.record_mut(entity) {
                        record.parent = Some(ParentId::Entity(owner));
                    }
                    self.mark(entity);
                }
                // Its origin may be another one.
                self.queue_read(id, true);
            }
        }
    }

    /// Whether an entity hangs below an entity of the target.
    fn descends(&self, id: Id, target: TargetId) -> bool {
        let mut at = id;
        for _ in 0..MAX_CHAIN {
            let Some(record) = self.record(at) else { return false };
            if record.target == Some(target) {
                return true;
            }
            match &record.parent {
                Some(ParentId::Entity(parent)) => at = *parent,
                _ => return false,
            }
        }
        true
    }

    /// Once everything was read: targets whose last owner did not turn up pass on, and what the store has of files that
    /// no target led to any more is orphaned.
    pub fn settle(&mut self) {
        let ownerless: Vec<TargetId> = self
            .targets
            .iter()
            .filter(|(_, state)| {
                state.owner.is_none_or(|owner| !state.claims.iter().any(|claim| claim.location == owner))
                    && !(state.owner.is_none() && state.entities.is_empty())
            })
            .map(|(id, _)| *id)
            .collect();
        ownerless.into_iter().for_each(|id| self.pass_on(id));
        let waiting: Vec<Id> = self.unassigned.values().flatten().copied().collect();
        for id in waiting {
            let Some(record) = self.record(id) else { continue };
            let complete = match &record.parent {
                Some(ParentId::Entity(parent)) => self.record(*parent).is_none() || self.all_listed(*parent),
                _ => true,
            };
            if complete {
                let key = record.location_key.clone().unwrap_or_default();
                self.forget_assignment(id, &key);
                self.orphan(id);
            }
        }
        if self.unassigned.is_empty() {
            self.remembered.clear();
        }
    }

    /// Whether everything that a location may lead to is known. A target that cannot be read still has its name; only
    /// globs that cannot be listed hide what they lead to.
    fn all_listed(&self, location: Id) -> bool {
        let listed = |state: &TargetState| match state.target.kind {
            TargetKind::FileGlob | TargetKind::UrlGlob => state.read_well,
            TargetKind::File | TargetKind::Url => true,
        };
        let targets = self.claimed.get(&location);
        targets.is_some_and(|targets| targets.iter().filter_map(|id| self.targets.get(id)).all(listed))
    }
}
