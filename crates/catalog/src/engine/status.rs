//! What the engine tells about itself.

use model::{EntityRef, Problem};

pub use super::providers::Tally;
pub use super::state::Conflict;

/// How far the engine is. Published whenever something changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EngineStatus {
    /// The last state is loaded from the store and served.
    pub loaded: bool,
    /// Every source was looked at since the start.
    pub initial_sync_done: bool,
    /// Entities and sources that wait or are being worked on.
    pub pending: usize,
    pub entities: usize,
    /// Entities and sources something is wrong with, and entities that several sources define.
    pub problems: usize,
    pub sources: usize,
    /// Counts what was made visible, so that a change can be waited for.
    pub flushes: u64,
    /// Why the newest changes could not be written; they are kept and tried again.
    pub store_error: Option<String>,
}

/// A source and how its last read went.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceStatus {
    /// `type:target`.
    pub location: String,
    /// The `Location` entities that name it.
    pub named_by: Vec<EntityRef>,
    /// Entities it emits.
    pub entities: usize,
    /// Unix time in milliseconds of the last read, 0 if there was none.
    pub read_at: i64,
    /// When it is read again without being asked to; `None` before the first read and where nothing is read by time.
    pub next_read_at: Option<i64>,
    pub etag: Option<String>,
    pub reading: bool,
    pub problems: Vec<Problem>,
}

/// A provider of entities and how its last round went.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderStatus {
    pub name: String,
    pub entities: usize,
    /// What it would have if others did not hold the references.
    pub lost: usize,
    /// It is being asked.
    pub running: bool,
    /// Unix time in milliseconds at which its last whole round ended.
    pub ended_at: Option<i64>,
    /// When it is asked next without being told to.
    pub next_at: Option<i64>,
    /// What the last whole round changed.
    pub last: Tally,
    /// What of it could not be taken.
    pub refused: Vec<Problem>,
    /// Why it cannot answer.
    pub failure: Option<String>,
}

/// Something that is wrong, and with what.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// The entity at fault; a source that cannot be read is told under its `Location`.
    pub entity_ref: Option<EntityRef>,
    /// `type:target` of the source.
    pub location: Option<String>,
    /// Whether readers see the entity, with its last good body.
    pub visible: bool,
    pub problem: Problem,
}
