//! What can be asked of the state without changing it, and what outside events mean for it.

use std::collections::BTreeSet;

use model::{Place, Problem};
use uuid::Uuid;

use super::claims::MAX_CHAIN;
use super::graph::Id;
use super::news::Fault;
use super::state::{Conflict, ParentId, Record, State, TargetId};
use super::status::{SourceStatus, Trouble};
use crate::inspect::{Inspection, inspect};

impl State {
    /// The entity and everything above it.
    pub fn chain(&self, id: Id) -> Vec<Id> {
        let mut chain = vec![id];
        while let Some(ParentId::Entity(parent)) = chain
            .last()
            .and_then(|id| self.record(*id))
            .and_then(|record| record.parent.clone())
            .filter(|_| chain.len() < MAX_CHAIN)
        {
            chain.push(parent);
        }
        chain
    }

    /// Entities that no reader sees, in order of discovery; the first so many.
    pub fn unseen(&self) -> Vec<Inspection> {
        const MOST: usize = 1000;
        let unseen = |(id, record): (usize, &Option<Box<Record>>)| {
            let id = Id::try_from(id).ok()?;
            record.as_ref().filter(|record| record.final_hash.is_none())?;
            inspect(self, self.graph.entity_ref(id))
        };
        self.records.iter().enumerate().filter_map(unseen).take(MOST).collect()
    }

    pub fn find_uid(&self, uid: Uuid) -> Option<Id> {
        let at = self.records.iter().position(|record| record.as_ref().is_some_and(|record| record.uid == uid))?;
        Id::try_from(at).ok()
    }

    /// Entities that nobody emits.
    pub fn orphans(&self) -> Vec<Id> {
        let orphan = |(id, record): (usize, &Option<Box<Record>>)| {
            record.as_ref().filter(|record| record.parent.is_none()).and_then(|_| Id::try_from(id).ok())
        };
        self.records.iter().enumerate().filter_map(orphan).collect()
    }

    pub fn source_status(&self, id: TargetId) -> Option<SourceStatus> {
        let state = self.targets.get(&id)?;
        let named_by: BTreeSet<_> =
            state.claims.iter().map(|claim| self.graph.entity_ref(claim.location).clone()).collect();
        Some(SourceStatus {
            location: state.key.to_string(),
            named_by: named_by.into_iter().collect(),
            entities: state.entities.len(),
            read_at: state.read_at,
            next_read_at: (state.due_at > 0).then_some(state.due_at),
            etag: state.known.as_ref().and_then(|known| known.etag.clone()),
            reading: state.reading || state.queued,
            problems: state.problems.clone(),
        })
    }

    /// Every source, by location.
    pub fn sources(&self) -> Vec<SourceStatus> {
        let mut sources: Vec<_> = self.targets.keys().filter_map(|id| self.source_status(*id)).collect();
        sources.sort_by(|a, b| a.location.cmp(&b.location));
        sources
    }

    /// Everything that is wrong, by place.
    pub fn troubles(&self) -> Vec<Trouble> {
        let entities: BTreeSet<Id> = self.troubled.iter().chain(self.unindexed.keys()).copied().collect();
        let targets = self.troubled_targets.iter().copied().map(Fault::Target);
        let faults = entities.into_iter().map(Fault::Entity).chain(targets);
        let faults = faults.chain(self.conflicts.keys().copied().map(Fault::Conflict));
        let mut troubles: Vec<Trouble> = faults.flat_map(|fault| self.troubles_with(fault)).collect();
        troubles.sort_by(|a, b| (&a.location, &a.entity_ref).cmp(&(&b.location, &b.entity_ref)));
        troubles
    }

    /// What is wrong with one thing.
    pub fn troubles_with(&self, fault: Fault) -> Vec<Trouble> {
        match fault {
            Fault::Entity(id) => self.troubles_of_entity(id),
            Fault::Target(id) => self.troubles_of_target(id),
            Fault::Conflict(id) => {
                self.conflicts.get(&id).into_iter().flatten().map(|(_, conflict)| trouble_of(conflict)).collect()
            }
        }
    }

    fn troubles_of_entity(&self, id: Id) -> Vec<Trouble> {
        let Some(record) = self.record(id) else { return Vec::new() };
        let problems = record.problems.iter().chain(self.unindexed.get(&id));
        let trouble = |problem: &Problem| Trouble {
            entity_ref: Some(self.graph.entity_ref(id).clone()),
            location: record.location_key.as_deref().map(str::to_owned),
            visible: record.final_hash.is_some(),
            problem: problem.clone(),
        };
        problems.map(trouble).collect()
    }

    /// What is wrong with a target, told under every location that minds.
    fn troubles_of_target(&self, id: TargetId) -> Vec<Trouble> {
        let Some(target) = self.targets.get(&id) else { return Vec::new() };
        let claims = target.claims.iter().map(|claim| claim.location);
        let locations: BTreeSet<Id> = claims.filter(|location| !target.excused(*location)).collect();
        let trouble = |(location, problem): (Id, &Problem)| Trouble {
            entity_ref: self.record(location).map(|_| self.graph.entity_ref(location).clone()),
            location: Some(target.key.to_string()),
            visible: self.record(location).is_some_and(|record| record.final_hash.is_some()),
            problem: self.named_at(location, problem),
        };
        let of_each = |location: Id| target.problems.iter().map(move |problem| (location, problem));
        locations.into_iter().flat_map(of_each).map(trouble).collect()
    }

    /// A target that cannot be read has no place of its own; whoever can repair that finds its name in the location.
    fn named_at(&self, location: Id, problem: &Problem) -> Problem {
        let named = self.record(location).filter(|record| record.line > 0);
        let source = named.and_then(|record| record.location_key.as_deref()?.split_once(':').map(|(_, target)| target));
        match (named, source) {
            (Some(record), Some(source)) if problem.place.is_none() => {
                problem.clone().at(Place { source: source.to_owned(), line: record.line, column: 1 })
            }
            _ => problem.clone(),
        }
    }

    pub fn all_conflicts(&self) -> Vec<Conflict> {
        let mut conflicts: Vec<Conflict> = self.conflicts.values().flatten().map(|(_, c)| c.clone()).collect();
        conflicts.sort_by(|a, b| (&a.entity_ref, &a.dropped).cmp(&(&b.entity_ref, &b.dropped)));
        conflicts
    }
}

fn trouble_of(conflict: &Conflict) -> Trouble {
    let kept = conflict.kept.as_deref().unwrap_or("another source");
    let text = format!("{} is defined by {} too; {kept} was first and keeps it", conflict.entity_ref, conflict.dropped);
    let problem = Problem::warning("ConflictError", text);
    let source = conflict.dropped.split_once(':').map_or(&*conflict.dropped, |(_, target)| target);
    let place = Place { source: source.to_owned(), line: conflict.line, column: 1 };
    Trouble {
        entity_ref: Some(conflict.entity_ref.clone()),
        location: Some(conflict.dropped.clone()),
        visible: true,
        problem: if conflict.line > 0 { problem.at(place) } else { problem },
    }
}
