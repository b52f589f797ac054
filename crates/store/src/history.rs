//! What the catalog was: every body that readers saw, until when, and whose doing it was.
//!
//! [`crate::CatalogStore::commit`] keeps what it replaces and removes, in the same transaction; nobody has to ask for it.

use async_trait::async_trait;
use model::{EntityRef, relation::RelationEdge};
use uuid::Uuid;

use crate::catalog::Change;
use crate::error::Result;

/// An entity as it was from one position of the change feed to another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Version {
    pub entity_ref: EntityRef,
    /// `metadata.uid`.
    pub id: Uuid,
    pub since: Since,
    /// When another body took its place, or the entity went; `None` while it is what readers see.
    pub until: Option<Until>,
    /// The entity that emitted it.
    pub parent: Option<EntityRef>,
    /// What processing emitted with the body, relations of other entities included.
    pub relations: Vec<RelationEdge>,
    /// JSON, whole, as processing made it: without what is added for readers (contract catalog.md section 6).
    pub body: Box<str>,
}

/// Since when a body is what it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Since {
    /// Position in the change feed of the commit that brought it. With the reference it names the version.
    pub position: i64,
    /// Unix time in milliseconds.
    pub at: i64,
    /// Where it comes from, as [`Change::cause`].
    pub cause: String,
    /// Who brought it, where somebody did.
    pub actor: Option<String>,
}

/// When a body stopped to be what readers see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Until {
    /// Position in the change feed of the commit that ended it.
    pub position: i64,
    /// Unix time in milliseconds.
    pub at: i64,
}

/// The [`Since`] of what readers see now.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Current {
    pub entity_ref: EntityRef,
    pub since: Since,
    /// Tells the body from others.
    pub content: String,
}

/// What versions are not to be kept any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forget {
    /// Those that ended before this, Unix time in milliseconds.
    pub ended_before: i64,
    /// Those of an entity beyond its newest so many.
    pub beyond: u32,
}

#[async_trait]
pub trait HistoryStore: Send + Sync {
    /// The versions of an entity that began before a position, newest first, what readers see now included.
    async fn versions(&self, entity_ref: &EntityRef, before: Option<i64>, limit: u32) -> Result<Vec<Version>>;

    /// The version of an entity that was there at a position.
    async fn version_at(&self, entity_ref: &EntityRef, position: i64) -> Result<Option<Version>>;

    /// Everything as it was at a position, in order of reference, after the given one, at most `limit`.
    async fn versions_at(&self, position: i64, after: Option<&EntityRef>, limit: u32) -> Result<Vec<Version>>;

    /// What was replaced or removed, in order of reference and position, after the given ones: for copies of everything.
    async fn versions_after(&self, after: Option<(&EntityRef, i64)>, limit: u32) -> Result<Vec<Version>>;

    /// Since when what readers see now is so, in order of reference, after the given one, at most `limit`.
    async fn currents_after(&self, after: Option<&EntityRef>, limit: u32) -> Result<Vec<Current>>;

    /// The position the change feed had reached at a time (Unix, milliseconds); `None` before its beginning.
    async fn position_at(&self, time: i64) -> Result<Option<i64>>;

    /// The change feed before a position, newest first.
    async fn changes_before(&self, before: Option<i64>, limit: u32) -> Result<Vec<Change>>;

    /// The position from which on everything is kept: what was before may have been forgotten for its age.
    async fn kept_from(&self) -> Result<i64>;

    /// Forgets versions, and answers how many. What readers see now is no such version.
    async fn forget_versions(&self, forget: Forget) -> Result<u64>;
}
