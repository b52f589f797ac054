//! What one process asks of the engine of another.

use config::ConflictStrategy;
use model::{EntityRef, LocationRef};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::StoreError;
use uuid::Uuid;

use super::{Deletion, EngineError, EngineHandle, Push, Result};

/// A question, as the methods of [`EngineHandle`] ask it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Question {
    Refresh(EntityRef),
    Sources,
    Problems,
    Conflicts,
    Inspect(EntityRef),
    Unseen,
    Providers,
    AskProvider(String),
    Delete(Uuid, Deletion),
    Register(LocationRef, ConflictStrategy),
    UpdateLocation(Uuid, LocationRef),
    RemoveLocation(Uuid),
    ReloadLocations,
    WaitShown(Vec<EntityRef>),
    WaitIdle,
    ReplaceSet(String, Vec<Value>, Push),
    ChangeSet(String, Vec<Value>, Vec<EntityRef>, Push),
    RemoveSet(String, String),
    Sets(Option<String>),
}

/// Why the other process did not do it, as far as that matters here.
#[derive(Debug, Serialize, Deserialize)]
pub enum Refusal {
    Conflict(String),
    Readonly,
    Invalid(String),
    NotAllowed(String),
    Refused(String),
    NotFound(String),
    Other(String),
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(StoreError::Conflict(text)) => Self::Conflict(text),
            EngineError::Readonly => Self::Readonly,
            EngineError::Invalid(text) => Self::Invalid(text),
            EngineError::NotAllowed(text) => Self::NotAllowed(text),
            EngineError::Refused(text) => Self::Refused(text),
            EngineError::NotFound(text) => Self::NotFound(text),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Conflict(text) => StoreError::Conflict(text).into(),
            Refusal::Readonly => Self::Readonly,
            Refusal::Invalid(text) => Self::Invalid(text),
            Refusal::NotAllowed(text) => Self::NotAllowed(text),
            Refusal::Refused(text) => Self::Refused(text),
            Refusal::NotFound(text) => Self::NotFound(text),
            Refusal::Other(text) => Self::Elsewhere(text),
        }
    }
}

impl EngineHandle {
    /// Answers another process.
    pub(crate) async fn answer(&self, question: Question) -> std::result::Result<Value, Refusal> {
        let answer = match question {
            Question::Refresh(entity_ref) => json(self.refresh(&entity_ref).await?),
            Question::Sources => json(self.sources().await?),
            Question::Problems => json(self.problems().await?),
            Question::Conflicts => json(self.conflicts().await?),
            Question::Inspect(entity_ref) => json(self.inspect(&entity_ref).await?),
            Question::Unseen => json(self.unseen().await?),
            Question::Providers => json(self.providers().await?),
            Question::AskProvider(name) => json(self.ask_provider(&name).await?),
            Question::Delete(uid, deletion) => json(self.delete(uid, deletion).await?),
            Question::Register(location, on_conflict) => json(self.register(location, Some(on_conflict)).await?),
            Question::UpdateLocation(id, location) => json(self.update_location(id, location).await?),
            Question::RemoveLocation(id) => json(self.remove_location(id).await?),
            Question::ReloadLocations => json(self.reload_locations().await?),
            Question::WaitShown(entity_ref) => json(self.wait_shown(&entity_ref).await?),
            Question::WaitIdle => json(self.wait_idle().await?),
            Question::ReplaceSet(id, entities, push) => json(self.replace_set(&id, entities, push).await?),
            Question::ChangeSet(id, added, removed, push) => json(self.change_set(&id, added, removed, push).await?),
            Question::RemoveSet(id, by) => json(self.remove_set(&id, &by).await?),
            Question::Sets(id) => json(self.sets_named(id).await?),
        };
        Ok(answer?)
    }
}

fn json(answer: impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(|error| EngineError::Elsewhere(format!("the answer cannot be sent, {error}")))
}
