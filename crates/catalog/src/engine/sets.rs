//! Pushed sets: entities that a program hands in whole or by what changed in them. A push is one transaction; what it says is
//! kept when it is answered, and is processed, judged and shown as what stands in a file.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use model::{Entity, EntityRef, Problem};
use sdk::Offer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Commit, PushedEntity, PushedHead, PushedSet, StoreError};
use tokio::sync::oneshot;

use super::actor::Actor;
use super::commands::Command;
use super::graph::Id;
use super::providers::Tally;
use super::question::Question;
use super::run::Running;
use super::status::Conflict;
use super::{EngineError, EngineHandle, Result, ask_here};
use crate::ingest::{Emitted, emit};
use crate::providers::PushedEntities;

/// Entities that one set may have.
pub const MAX_ENTITIES: usize = 50_000;
/// Sets that there may be.
const MAX_SETS: usize = 1000;
/// Bytes that the id of a set may have.
const MAX_ID: usize = 63;
/// Complaints of one push that are told, and what is wrong with a set.
const MOST_TOLD: usize = 100;

type Answer<T> = oneshot::Sender<Result<T>>;

/// How a set is pushed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Push {
    /// Who pushes, for people.
    pub by: String,
    /// It is meant, however much of the set it removes.
    pub force: bool,
}

/// What a push changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pushed {
    pub tally: Tally,
    /// What was added, changed and removed.
    pub changed: Vec<EntityRef>,
}

/// A set and what is wrong with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetStatus {
    pub id: String,
    pub entities: usize,
    /// Unix time in milliseconds of the last push.
    pub updated_at: i64,
    pub updated_by: String,
    /// What is wrong with its entities; the first hundred.
    pub problems: Vec<(EntityRef, Problem)>,
    /// What of it may not come in by the rules in force now.
    pub refused: Vec<Problem>,
    /// Entities that another source defines too, and was first.
    pub conflicts: Vec<Conflict>,
}

/// What can be done with sets.
pub enum SetCommand {
    /// Everything that stands in it from now on.
    Replace(String, Vec<Emitted>, Push, Answer<Pushed>),
    Change(String, Vec<Emitted>, Vec<EntityRef>, Push, Answer<Pushed>),
    Remove(String, Push, Answer<Pushed>),
    Status(Option<String>, oneshot::Sender<Vec<SetStatus>>),
}

/// The sets, by id.
#[derive(Default)]
pub struct Sets {
    all: BTreeMap<String, PushedSet>,
    /// Those of which something was not handed on yet.
    unapplied: BTreeSet<String>,
}

impl Sets {
    /// The sets of the store; those that were not wholly handed on under this judgement are so again.
    pub fn new(sets: Vec<PushedSet>, judged_by: &str) -> Self {
        let unapplied = sets.iter().filter(|set| set.applied.as_deref() != Some(judged_by));
        let unapplied = unapplied.map(|set| set.id.clone()).collect();
        Self { all: sets.into_iter().map(|set| (set.id.clone(), set)).collect(), unapplied }
    }

    /// Who pushed last, by the location that each set is.
    pub fn actors(&self) -> impl Iterator<Item = (Arc<str>, String)> {
        self.all.values().map(|set| (PushedEntities::name_of(&set.id).into(), set.updated_by.clone()))
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    pub fn unapplied(&self) -> impl Iterator<Item = &str> {
        self.unapplied.iter().map(String::as_str)
    }
}

impl EngineHandle {
    /// Replaces everything that stands in a set, which is made if there is none. It is kept when this returns.
    ///
    /// # Errors
    /// [`EngineError::Readonly`]; [`EngineError::Invalid`] and [`EngineError::NotAllowed`] name each entity that cannot be
    /// taken; [`EngineError::Refused`] for a push that would remove too much.
    pub async fn replace_set(&self, id: &str, entities: Vec<Value>, push: Push) -> Result<Pushed> {
        self.writable()?;
        check_id(id)?;
        let question = || Question::ReplaceSet(id.to_owned(), entities.clone(), push.clone());
        self.push_here_or(question, async |running| {
            let entities = self.judged(id, "entities", entities.clone()).await?;
            let replace = |answer| SetCommand::Replace(id.to_owned(), entities, push.clone(), answer);
            ask_here(running, |answer| Command::Set(replace(answer))).await?
        })
        .await
    }

    /// Adds entities to a set or changes them there, and removes others.
    ///
    /// # Errors
    /// As for [`EngineHandle::replace_set`], and [`EngineError::NotFound`] when there is no such set.
    pub async fn change_set(&self, id: &str, added: Vec<Value>, removed: Vec<EntityRef>, push: Push) -> Result<Pushed> {
        self.writable()?;
        let question = || Question::ChangeSet(id.to_owned(), added.clone(), removed.clone(), push.clone());
        self.push_here_or(question, async |running| {
            let added = self.judged(id, "added", added.clone()).await?;
            if let Some(both) = added.iter().find(|emitted| removed.contains(&emitted.entity_ref)) {
                return Err(EngineError::Invalid(format!("{} is both added and removed", both.entity_ref)));
            }
            let change = |answer| SetCommand::Change(id.to_owned(), added, removed.clone(), push.clone(), answer);
            ask_here(running, |answer| Command::Set(change(answer))).await?
        })
        .await
    }

    /// Removes a set with everything in it.
    ///
    /// # Errors
    /// [`EngineError::Readonly`], and [`EngineError::NotFound`] when there is no such set.
    pub async fn remove_set(&self, id: &str, by: &str) -> Result<Pushed> {
        self.writable()?;
        let question = || Question::RemoveSet(id.to_owned(), by.to_owned());
        self.push_here_or(question, async |running| {
            let push = Push { by: by.to_owned(), force: true };
            ask_here(running, |answer| Command::Set(SetCommand::Remove(id.to_owned(), push, answer))).await?
        })
        .await
    }

    /// Every set, by id.
    pub async fn sets(&self) -> Result<Vec<SetStatus>> {
        self.sets_named(None).await
    }

    /// The set of this id, or all of them.
    pub(crate) async fn sets_named(&self, id: Option<String>) -> Result<Vec<SetStatus>> {
        let question = Question::Sets(id.clone());
        self.ask(question, |answer| Command::Set(SetCommand::Status(id, answer))).await
    }

    /// A set.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such set.
    pub async fn set(&self, id: &str) -> Result<SetStatus> {
        let found = self.sets_named(Some(id.to_owned())).await?;
        found.into_iter().next().ok_or_else(|| unknown(id))
    }

    /// Pushes to the engine, here or where it runs.
    async fn push_here_or(
        &self,
        question: impl FnOnce() -> Question,
        push: impl AsyncFnOnce(&Running) -> Result<Pushed>,
    ) -> Result<Pushed> {
        let Some(running) = self.running.load_full() else { return self.ask_elsewhere(&question()).await };
        match push(&running).await {
            // Another process took over, and nothing was kept of it here.
            Err(EngineError::Stopped | EngineError::Store(StoreError::Superseded)) if self.desk.is_some() => {
                self.ask_elsewhere(&question()).await
            }
            pushed => pushed,
        }
    }

    /// Gets what is pushed ready, if all of it may come in. `member` is what the request calls it.
    async fn judged(&self, id: &str, member: &'static str, entities: Vec<Value>) -> Result<Vec<Emitted>> {
        let (rules, location) = (self.rules(), PushedEntities::location(id));
        let judged = tokio::task::spawn_blocking(move || {
            let offers =
                entities.into_iter().map(|entity| Offer { entity: Entity(entity), location: location.clone() });
            take_all(member, offers.map(|offer| emit::admit(offer, Some(&rules))))
        });
        // It only fails together with everything else.
        judged.await.map_err(|_| EngineError::Stopped)?
    }
}

fn check_id(id: &str) -> Result<()> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(good) && !id.starts_with('.') {
        return Ok(());
    }
    Err(EngineError::Invalid(format!(
        "'{id}' cannot be the id of a set: letters, digits, '-', '_' and '.' can, {MAX_ID} at most, and no '.' in front"
    )))
}

fn unknown(id: &str) -> EngineError {
    EngineError::NotFound(format!("There is no set '{id}'"))
}

/// All entities of a push, or everything that is wrong with them.
fn take_all(
    member: &str,
    entities: impl Iterator<Item = std::result::Result<Emitted, Problem>>,
) -> Result<Vec<Emitted>> {
    let mut taken: Vec<Emitted> = Vec::new();
    let mut places: HashMap<EntityRef, usize> = HashMap::new();
    let (mut complaints, mut allowed) = (Vec::new(), true);
    for (at, entity) in entities.enumerate() {
        match entity {
            Ok(emitted) => {
                if let Some(first) = places.insert(emitted.entity_ref.clone(), at) {
                    complaints.push(format!("{member}/{at}: {} is {member}/{first} already", emitted.entity_ref));
                }
                taken.push(emitted);
            }
            Err(problem) => {
                allowed &= problem.name != "NotAllowedError";
                complaints.push(format!("{member}/{at}: {}", problem.message));
            }
        }
    }
    if taken.len() > MAX_ENTITIES {
        let text = format!("A set may have {MAX_ENTITIES} entities, these are {}", taken.len());
        return Err(EngineError::Invalid(text));
    }
    if complaints.is_empty() {
        return Ok(taken);
    }
    let more = complaints.len().saturating_sub(MOST_TOLD);
    complaints.truncate(MOST_TOLD);
    if more > 0 {
        complaints.push(format!("and {more} more"));
    }
    let text = complaints.join("\n");
    Err(if allowed { EngineError::Invalid(text) } else { EngineError::NotAllowed(text) })
}

impl Actor {
    /// Does what is asked, and answers. An answer that nobody waits for any more is no error.
    pub async fn set(&mut self, command: SetCommand) {
        match command {
            SetCommand::Replace(id, entities, push, answer) => {
                let _ = answer.send(self.replace_set(&id, entities, &push).await);
            }
            SetCommand::Change(id, added, removed, push, answer) => {
                let _ = answer.send(self.change_set(&id, added, removed, &push).await);
            }
            SetCommand::Remove(id, push, answer) => {
                let _ = answer.send(self.remove_set(&id, &push).await);
            }
            SetCommand::Status(id, answer) => {
                let wanted = self.sets.all.values().filter(|set| id.as_ref().is_none_or(|id| set.id == *id));
                let _ = answer.send(wanted.map(|set| self.set_status(set)).collect());
            }
        }
    }

    async fn replace_set(&mut self, id: &str, entities: Vec<Emitted>, push: &Push) -> Result<Pushed> {
        if !self.sets.all.contains_key(id) && self.sets.all.len() >= MAX_SETS {
            return Err(EngineError::Invalid(format!(
                "There may be {MAX_SETS} sets; remove one, or push into another"
            )));
        }
        let heads = self.heads(id).await?;
        let wanted: HashSet<&EntityRef> = entities.iter().map(|emitted| &emitted.entity_ref).collect();
        let gone: Vec<PushedHead> = heads.iter().filter(|head| !wanted.contains(&head.entity_ref)).cloned().collect();
        self.push(id, heads, entities, gone, push).await
    }

    async fn change_set(
        &mut self,
        id: &str,
        added: Vec<Emitted>,
        removed: Vec<EntityRef>,
        push: &Push,
    ) -> Result<Pushed> {
        if !self.sets.all.contains_key(id) {
            return Err(unknown(id));
        }
        let heads = self.heads(id).await?;
        let removed: HashSet<EntityRef> = removed.into_iter().collect();
        let gone: Vec<PushedHead> = heads.iter().filter(|head| removed.contains(&head.entity_ref)).cloned().collect();
        let known: HashSet<&EntityRef> = heads.iter().map(|head| &head.entity_ref).collect();
        let new = added.iter().filter(|emitted| !known.contains(&emitted.entity_ref)).count();
        if heads.len() - gone.len() + new > MAX_ENTITIES {
            return Err(EngineError::Invalid(format!("A set may have {MAX_ENTITIES} entities")));
        }
        let unmentioned = heads.len() - gone.len() - (added.len() - new);
        let mut pushed = self.push(id, heads, added, gone, push).await?;
        pushed.tally.unchanged += unmentioned;
        Ok(pushed)
    }

    /// Empties a set and then forgets it, so that nothing of it is left whatever happens in between.
    async fn remove_set(&mut self, id: &str, push: &Push) -> Result<Pushed> {
        if !self.sets.all.contains_key(id) {
            return Err(unknown(id));
        }
        let heads = self.heads(id).await?;
        let pushed = self.push(id, heads.clone(), Vec::new(), heads, push).await?;
        self.flush().await?;
        self.keep(Commit { remove_sets: vec![id.to_owned()], ..Commit::default() }).await?;
        self.sets.all.remove(id);
        self.sets.unapplied.remove(id);
        self.rounds.remove(&PushedEntities::name_of(id));
        Ok(pushed)
    }

    async fn heads(&mut self, id: &str) -> std::result::Result<Vec<PushedHead>, StoreError> {
        let store = self.store.clone();
        let heads = self.meanwhile(store.pushed_heads(id)).await;
        self.take_late();
        heads
    }

    /// Writes what changes in a set, and hands it on.
    async fn push(
        &mut self,
        id: &str,
        heads: Vec<PushedHead>,
        entities: Vec<Emitted>,
        gone: Vec<PushedHead>,
        push: &Push,
    ) -> Result<Pushed> {
        self.check_removals(id, gone.len(), heads.len(), push)?;
        let known: HashMap<EntityRef, PushedHead> =
            heads.into_iter().map(|head| (head.entity_ref.clone(), head)).collect();
        let mut pushed = Pushed::default();
        let (mut changed, mut put_pushed) = (Vec::new(), Vec::new());
        for emitted in entities {
            let (before, hash) = (known.get(&emitted.entity_ref), hex::encode(emitted.hash));
            match before {
                Some(head) if head.hash == hash => {
                    pushed.tally.unchanged += 1;
                    continue;
                }
                Some(_) => pushed.tally.updated += 1,
                None => pushed.tally.added += 1,
            }
            put_pushed.push(PushedEntity {
                id: before.map_or_else(base::ids::new_id, |head| head.id),
                set: id.to_owned(),
                entity_ref: emitted.entity_ref.clone(),
                hash,
                body: emitted.text.clone(),
            });
            changed.push(emitted);
        }
        pushed.tally.removed = gone.len();
        let set = PushedSet {
            id: id.to_owned(),
            updated_at: base::clock::now_millis(),
            updated_by: push.by.clone(),
            applied: None,
        };
        let remove_pushed = gone.iter().map(|head| head.id).collect();
        self.keep(Commit { put_sets: vec![set.clone()], put_pushed, remove_pushed, ..Commit::default() }).await?;

        let name = self.known_set(set);
        let now = base::clock::now_millis();
        for head in gone {
            let root = self.state.intern(&head.entity_ref);
            self.state.remove_root(&name, root);
            pushed.changed.push(head.entity_ref);
        }
        for emitted in changed {
            pushed.changed.push(emitted.entity_ref.clone());
            self.state.add_root(&name, emitted, now);
        }
        self.restart_round(&name);
        self.touch();
        Ok(pushed)
    }

    /// A push that leaves little of a set is more often a mistake than meant.
    fn check_removals(&self, id: &str, gone: usize, had: usize, push: &Push) -> Result<()> {
        let most = self.options.most_removals;
        if push.force || gone * 100 <= had * usize::from(most) {
            return Ok(());
        }
        Err(EngineError::Refused(format!(
            "This would remove {gone} of the {had} entities of the set '{id}', more than the {most} % that \
             catalog.sets.rejectRemovalsAbovePercentage lets go at once; if that is meant, send it again with ?force=true"
        )))
    }

    /// Remembers a set that has to be handed on. Answers its name as a provider.
    fn known_set(&mut self, set: PushedSet) -> Arc<str> {
        let name: Arc<str> = PushedEntities::name_of(&set.id).into();
        self.state.actors.insert(name.clone(), set.updated_by.clone());
        if !self.sets.all.contains_key(&set.id) {
            self.rounds.add(Arc::new(PushedEntities::new(&set.id, self.store.clone())));
        }
        self.sets.unapplied.insert(set.id.clone());
        self.sets.all.insert(set.id.clone(), set);
        name
    }

    /// All sets are about to be judged otherwise. That is written before anything goes by it: whatever judges them at the next
    /// start, they are then handed on anew.
    pub async fn unapply_sets(&mut self) {
        let sets: Vec<PushedSet> =
            self.sets.all.values().map(|set| PushedSet { applied: None, ..set.clone() }).collect();
        if sets.is_empty() {
            return;
        }
        if let Err(error) = self.keep(Commit { put_sets: sets.clone(), ..Commit::default() }).await {
            tracing::warn!(%error, "pushed sets could not be marked as judged anew");
        }
        self.sets.unapplied.extend(sets.into_iter().map(|set| set.id));
    }

    /// Remembers of sets that they were wholly handed on, so that they need not be at the next start. Called whenever something
    /// was written.
    pub async fn mark_applied(&mut self) {
        let applied: Vec<PushedSet> = self
            .sets
            .unapplied()
            .filter(|id| self.is_applied(id))
            .filter_map(|id| self.sets.all.get(id))
            .map(|set| PushedSet { applied: Some(self.state.judged_by.clone()), ..set.clone() })
            .collect();
        if applied.is_empty() {
            return;
        }
        match self.keep(Commit { put_sets: applied.clone(), ..Commit::default() }).await {
            Ok(()) => {
                for set in applied {
                    self.sets.unapplied.remove(&set.id);
                    self.sets.all.insert(set.id.clone(), set);
                }
            }
            // Then they are handed on once more.
            Err(error) => tracing::info!(%error, "pushed sets could not be marked as handed on"),
        }
    }

    fn is_applied(&self, id: &str) -> bool {
        let name = PushedEntities::name_of(id);
        if self.rounds.is_open(&name) || self.state.providers_due.contains(&*name) {
            return false;
        }
        let Some(held) = self.state.providers.get(&*name) else { return true };
        // What it lost it may get later.
        held.lost.is_empty() && held.entities.iter().all(|entity| !self.state.dirty_rows.contains(entity))
    }

    fn set_status(&self, set: &PushedSet) -> SetStatus {
        let name: Arc<str> = PushedEntities::name_of(&set.id).into();
        let held = self.state.providers.get(&name);
        let entity_ref = |id: Id| self.state.graph.entity_ref(id).clone();
        let mut problems = Vec::new();
        for id in held.into_iter().flat_map(|held| &held.entities).copied() {
            let found = self.state.problems_of(id).into_iter().chain(self.state.unindexed.get(&id).cloned());
            problems.extend(found.map(|problem| (entity_ref(id), problem)));
        }
        problems.sort_by(|a, b| a.0.cmp(&b.0));
        problems.truncate(MOST_TOLD);
        let lost = held.into_iter().flat_map(|held| &held.lost);
        let conflicts = lost.filter_map(|id| self.state.conflicts.get(id)).flatten();
        let mut conflicts: Vec<Conflict> =
            conflicts.map(|(_, conflict)| conflict.clone()).filter(|conflict| conflict.dropped == *name).collect();
        conflicts.sort_by(|a, b| a.entity_ref.cmp(&b.entity_ref));
        conflicts.truncate(MOST_TOLD);
        SetStatus {
            id: set.id.clone(),
            entities: held.map_or(0, |held| held.entities.len() + held.lost.len()),
            updated_at: set.updated_at,
            updated_by: set.updated_by.clone(),
            problems,
            refused: self.rounds.refused(&name).to_vec(),
            conflicts,
        }
    }
}
