//! Asking the process that leads, and taking its answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::ReplicaStore;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout, timeout_at};
use uuid::Uuid;

use super::in_time;
use crate::engine::question::{Question, Refusal};
use crate::engine::{EngineError, Result};

/// An answer is looked for this often where nothing is heard of it.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Whoever asks waits this long.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// What was done is waited for this long until it is shown here.
const CATCH_UP: Duration = Duration::from_secs(10);

/// What the process that leads says to a question.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    pub outcome: std::result::Result<Value, Refusal>,
    /// What was asked for is in the change feed up to here.
    pub position: i64,
}

/// Where this process asks.
pub struct Desk {
    replicas: Arc<dyn ReplicaStore>,
    /// What readers of this process see.
    position: watch::Receiver<i64>,
    /// Who waits for the answer to a question.
    bells: Mutex<HashMap<Uuid, Arc<Notify>>>,
}

impl Desk {
    pub fn new(replicas: Arc<dyn ReplicaStore>, position: watch::Receiver<i64>) -> Self {
        Self { replicas, position, bells: Mutex::default() }
    }

    /// Asks, and answers once readers of this process see what was done.
    ///
    /// # Errors
    /// Nobody leads, or whoever does says no.
    pub async fn ask<T: DeserializeOwned>(&self, question: &Question) -> Result<T> {
        let text = serde_json::to_string(question).map_err(|error| EngineError::Elsewhere(error.to_string()))?;
        let id = in_time(self.replicas.ask(&text)).await?;
        let answer = self.answer_to(id).await?;
        let answer: Answer = serde_json::from_str(&answer).map_err(|error| unreadable(&error))?;
        let outcome = answer.outcome.map_err(EngineError::from)?;
        self.until(answer.position, CATCH_UP).await?;
        serde_json::from_value(outcome).map_err(|error| unreadable(&error))
    }

    async fn answer_to(&self, id: Uuid) -> Result<String> {
        let bell = Bell::hung(self, id);
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = in_time(self.replicas.take_answer(id)).await? {
                return Ok(answer);
            }
            if Instant::now() >= deadline {
                return Err(EngineError::NobodyLeads);
            }
            // Whether it rang or not, the next look tells.
            let _ = timeout_at(deadline.min(Instant::now() + LOOK_EVERY), bell.rung.notified()).await;
        }
    }

    /// Returns once readers see everything up to a position.
    ///
    /// # Errors
    /// [`EngineError::Behind`] when that takes longer than `patience`.
    pub async fn until(&self, wanted: i64, patience: Duration) -> Result<()> {
        until(self.position.clone(), wanted, patience).await
    }

    /// Tells whoever waits for an answer that it is there.
    pub fn answered(&self, id: Uuid) {
        if let Some(bell) = self.bells.lock().get(&id) {
            bell.notify_one();
        }
    }

    /// Has everybody look for their answers.
    pub fn ring_all(&self) {
        self.bells.lock().values().for_each(|bell| bell.notify_one());
    }
}

/// Returns once a position is reached.
pub async fn until(mut position: watch::Receiver<i64>, wanted: i64, patience: Duration) -> Result<()> {
    let is_reached = timeout(patience, position.wait_for(|position| *position >= wanted)).await.is_ok();
    let position = *position.borrow();
    if is_reached { Ok(()) } else { Err(EngineError::Behind { wanted, position }) }
}

fn unreadable(error: &serde_json::Error) -> EngineError {
    EngineError::Elsewhere(format!("its answer cannot be read, {error}; it may be of another release"))
}

/// Rings when the answer to a question is there; taken down with who waits.
struct Bell<'a> {
    desk: &'a Desk,
    id: Uuid,
    rung: Arc<Notify>,
}

impl<'a> Bell<'a> {
    fn hung(desk: &'a Desk, id: Uuid) -> Self {
        let rung = Arc::new(Notify::new());
        desk.bells.lock().insert(id, rung.clone());
        Self { desk, id, rung }
    }
}

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.desk.bells.lock().remove(&self.id);
    }
}
