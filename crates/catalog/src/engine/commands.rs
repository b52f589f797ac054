//! What the engine is asked to do, one thing after the other.

use std::sync::Arc;

use model::EntityRef;
use store::StoreError;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::actor::Actor;
use super::locations::LocationCommand;
use super::options::CatalogOptions;
use super::sets::SetCommand;
use super::state::{ParentId, TargetId};
use super::status::{Conflict, ProviderStatus, SourceStatus, Trouble};
use crate::inspect::{Inspection, inspect};
use crate::process::Rules;
use crate::providers::ConfiguredLocations;
use crate::watch::Changed;

/// What the handle asks for.
pub enum Command {
    Refresh(EntityRef, oneshot::Sender<bool>),
    Sources(oneshot::Sender<Vec<SourceStatus>>),
    Problems(oneshot::Sender<Vec<Trouble>>),
    Conflicts(oneshot::Sender<Vec<Conflict>>),
    Inspect(EntityRef, oneshot::Sender<Option<Box<Inspection>>>),
    Apply(Box<CatalogOptions>, Arc<Rules>, oneshot::Sender<()>),
    /// Entities that no reader sees, and what is known of them.
    Unseen(oneshot::Sender<Vec<Inspection>>),
    Delete(Uuid, Deletion, oneshot::Sender<Result<Option<EntityRef>, StoreError>>),
    Providers(oneshot::Sender<Vec<ProviderStatus>>),
    AskProvider(Arc<str>, oneshot::Sender<bool>),
    Location(LocationCommand),
    Set(SetCommand),
    WaitShown(Vec<EntityRef>, oneshot::Sender<()>),
    WaitIdle(oneshot::Sender<()>),
    FilesChanged(Changed),
}

/// What becomes of an entity that is removed by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Deletion {
    /// Its source is looked at again, and brings it back if it still defines it.
    AskSource,
    /// It stays away until its source changes.
    Forget,
}

impl Actor {
    /// Does what is asked, and answers. An answer that nobody waits for any more is no error.
    pub async fn command(&mut self, command: Command) {
        match command {
            Command::Refresh(entity_ref, answer) => {
                let _ = answer.send(self.refresh(&entity_ref));
            }
            Command::Sources(answer) => {
                let _ = answer.send(self.state.sources());
            }
            Command::Problems(answer) => {
                let _ = answer.send(self.state.troubles());
            }
            Command::Conflicts(answer) => {
                let _ = answer.send(self.state.all_conflicts());
            }
            Command::Inspect(entity_ref, answer) => {
                let _ = answer.send(inspect(&self.state, &entity_ref).map(Box::new));
            }
            Command::Apply(options, rules, answer) => {
                self.apply(*options, rules).await;
                let _ = answer.send(());
            }
            Command::Unseen(answer) => {
                let _ = answer.send(self.state.unseen());
            }
            Command::Delete(uid, deletion, answer) => {
                let _ = answer.send(self.delete(uid, deletion).await);
            }
            Command::Providers(answer) => {
                let _ = answer.send(self.provider_statuses());
            }
            Command::AskProvider(name, answer) => {
                let _ = answer.send(self.ask_provider(&name));
            }
            Command::Location(command) => self.location(command).await,
            Command::Set(command) => self.set(command).await,
            Command::WaitShown(entity_refs, answer) => self.answer_when_shown(&entity_refs, answer),
            Command::WaitIdle(answer) => self.progress.waiters.push(answer),
            Command::FilesChanged(changed) => {
                if let Some(watcher) = &mut self.watcher {
                    watcher.forget(&changed);
                }
                self.state.files_changed(&changed);
            }
        }
    }

    async fn apply(&mut self, options: CatalogOptions, rules: Arc<Rules>) {
        let judged_by = options.judgement(&self.worker.release);
        let rejudge = self.state.judged_by != judged_by;
        self.state.judged_by = judged_by;
        self.options = options;
        self.worker.rules.store(rules);
        if rejudge {
            let targets: Vec<TargetId> = self.state.targets.keys().copied().collect();
            targets.into_iter().for_each(|target| self.state.queue_read(target, true));
            self.unapply_sets().await;
            self.judge_providers_again();
        }
        self.state.providers_due.insert(ConfiguredLocations::NAME.into());
        self.touch();
    }

    /// Looks again at an entity and at every location above it (contract catalog.md section 9.2).
    pub fn refresh(&mut self, entity_ref: &EntityRef) -> bool {
        let Some(id) = self.state.graph.find(entity_ref) else { return false };
        if self.state.record(id).is_none_or(|record| record.parent.is_none()) {
            return false;
        }
        let chain = self.state.chain(id);
        // Its file is read for the location above it.
        chain.iter().take(2).for_each(|id| self.hurry(*id));
        for id in chain {
            if let Some(target) = self.state.record(id).and_then(|record| record.target) {
                self.state.queue_comparison(target);
            }
            self.state.queue_processing(id);
        }
        for target in self.state.claimed.get(&id).cloned().unwrap_or_default() {
            let files = self.state.targets.get(&target).map(|state| state.members.clone()).unwrap_or_default();
            for target in std::iter::once(target).chain(files) {
                self.state.queue_comparison(target);
            }
        }
        true
    }

    /// Removes an entity. That is written before its source is asked, so that what comes back is another one. What hangs below
    /// it is left to the removal of orphans.
    async fn delete(&mut self, uid: Uuid, deletion: Deletion) -> Result<Option<EntityRef>, StoreError> {
        let Some(id) = self.state.find_uid(uid) else { return Ok(None) };
        let Some(record) = self.state.record(id) else { return Ok(None) };
        let (target, parent) = (record.target, record.parent.clone());
        let key = record.location_key.clone();
        let entity_ref = self.state.graph.entity_ref(id).clone();
        self.state.delete(id);
        self.touch();
        self.flush().await?;
        if deletion == Deletion::AskSource {
            match (parent, target) {
                (Some(ParentId::Provider(name)), _) => drop(self.state.providers_due.insert(name)),
                (Some(ParentId::Entity(_)), Some(target)) => self.state.queue_read(target, true),
                // Its file was not looked at since the start; when it is, it is read whole.
                (Some(ParentId::Entity(_)), None) => drop(key.and_then(|key| self.state.remembered.remove(&key))),
                (None, _) => {}
            }
        }
        Ok(Some(entity_ref))
    }
}
