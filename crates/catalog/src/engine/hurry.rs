//! What somebody waits for: it goes before everything else, and is answered for once readers see it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use model::EntityRef;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::actor::Actor;
use super::graph::Id;
use super::rounds::Rounds;
use super::state::{Processing, State, TargetId};
use crate::providers::PushedEntities;

/// A source that takes longer to answer is not waited for.
const SOURCE_PATIENCE: Duration = Duration::from_secs(1);
/// The same for an entity, which may have to wait for files of its own.
const ENTITY_PATIENCE: Duration = Duration::from_secs(2);
/// So many entities go before everything else when somebody waits for them; more would keep others waiting.
const FEW: usize = 128;
/// Nothing is waited for any longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is not done yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Pending {
    Source(TargetId),
    Entity(Id),
    /// Something that only has to be written and shown.
    Showing(Id),
}

/// Somebody who waits until everything below some entities is shown.
pub struct Awaited {
    entities: Vec<EntityRef>,
    /// Sets of which something is still to be handed on, after a start: it may be these entities.
    sets: Vec<Arc<str>>,
    until: Instant,
    since: HashMap<Pending, Instant>,
    answer: oneshot::Sender<()>,
}

impl Awaited {
    /// When there is no sense in waiting any longer; `None` when everything is done or given up.
    fn deadline(&mut self, state: &State, rounds: &Rounds, now: Instant) -> Option<Instant> {
        self.sets.retain(|name| state.providers_due.contains(name) || rounds.is_open(name));
        if !self.sets.is_empty() {
            return Some(self.until).filter(|deadline| *deadline > now);
        }
        let roots = self.roots(state);
        let pending = state.pending_below(&roots);
        // Of many, the last ones only wait for a processor.
        let entity_patience = if roots.len() > FEW { PATIENCE } else { ENTITY_PATIENCE };
        self.since.retain(|what, _| pending.contains(what));
        let deadlines = pending.into_iter().map(|what| {
            let since = *self.since.entry(what).or_insert(now);
            match what {
                Pending::Source(_) => since + SOURCE_PATIENCE,
                Pending::Entity(_) => since + entity_patience,
                Pending::Showing(_) => self.until,
            }
        });
        deadlines.max().map(|deadline| deadline.min(self.until)).filter(|deadline| *deadline > now)
    }

    fn roots(&self, state: &State) -> Vec<Id> {
        self.entities.iter().filter_map(|entity_ref| state.graph.find(entity_ref)).collect()
    }
}

impl State {
    /// Whether an entity hangs below something that somebody waits for.
    pub fn is_hurried(&self, id: Id) -> bool {
        !self.hurried.is_empty() && self.chain(id).iter().any(|id| self.hurried.contains_key(id))
    }

    /// What of some entities and everything below them readers do not see yet.
    fn pending_below(&self, roots: &[Id]) -> HashSet<Pending> {
        let mut pending = HashSet::new();
        let (mut seen, mut stack): (HashSet<Id>, Vec<Id>) = (roots.iter().copied().collect(), roots.to_vec());
        while let Some(id) = stack.pop() {
            match self.record(id) {
                Some(record) if record.processing != Processing::No => drop(pending.insert(Pending::Entity(id))),
                Some(record) => {
                    let unseen = record.final_hash.is_none() && self.dirty_finals.contains(&id) && self.shows(id);
                    if unseen || self.dirty_rows.contains(&id) {
                        pending.insert(Pending::Showing(id));
                    }
                }
                None if self.deleted.contains_key(&id) => drop(pending.insert(Pending::Showing(id))),
                None => {}
            }
            for target in self.claimed.get(&id).into_iter().flatten() {
                let members = self.targets.get(target).map_or(&[][..], |state| &state.members);
                for target in std::iter::once(target).chain(members) {
                    let Some(state) = self.targets.get(target) else { continue };
                    if state.queued || state.reading {
                        pending.insert(Pending::Source(*target));
                    }
                    stack.extend(state.entities.iter().copied().filter(|entity| seen.insert(*entity)));
                }
            }
        }
        pending
    }
}

impl Actor {
    /// Puts an entity and everything below it before everything else for a while.
    pub fn hurry(&mut self, id: Id) {
        self.state.hurried.insert(id, Instant::now() + PATIENCE);
        self.progress.awaited = true;
        self.touch();
    }

    /// Answers once everything below some entities is shown, or is not worth waiting for.
    pub fn answer_when_shown(&mut self, entity_refs: &[EntityRef], answer: oneshot::Sender<()>) {
        let awaited = Awaited {
            entities: entity_refs.to_vec(),
            sets: self.sets.unapplied().map(|set| PushedEntities::name_of(set).into()).collect(),
            until: Instant::now() + PATIENCE,
            since: HashMap::new(),
            answer,
        };
        if entity_refs.len() <= FEW {
            awaited.roots(&self.state).into_iter().for_each(|root| self.hurry(root));
        }
        // Answered at the next time something is shown, at the earliest.
        self.touch();
        self.waiting.push(awaited);
    }

    /// Answers those whose wait is over. Called whenever something was shown and when [`Actor::next_answer`] has come.
    pub fn answer_waiting(&mut self) {
        let now = Instant::now();
        let mut next = None;
        for mut awaited in std::mem::take(&mut self.waiting) {
            match awaited.deadline(&self.state, &self.rounds, now) {
                Some(deadline) => {
                    next = Some(next.map_or(deadline, |next: Instant| next.min(deadline)));
                    self.waiting.push(awaited);
                }
                None => {
                    for root in awaited.roots(&self.state) {
                        self.state.hurried.remove(&root);
                    }
                    // Whoever asked may have given up.
                    let _ = awaited.answer.send(());
                }
            }
        }
        self.next_answer = next;
        self.state.hurried.retain(|_, until| *until > now);
    }
}
