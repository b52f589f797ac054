//! The catalog as it is kept: entities with what processing made of them, registered locations, what was read when,
//! and the change feed. All of it changes through one door, [`CatalogStore::commit`].

use async_trait::async_trait;
use model::{EntityRef, LocationRef, Problem, relation::RelationEdge};
use uuid::Uuid;

use crate::error::Result;
use crate::history::{Current, HistoryStore, Version};

/// Who keeps an entity alive. An entity without a parent is an orphan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parent {
    /// An entity provider put it there, by the provider's name.
    Provider(String),
    /// Another entity (a `Location`, as a rule) emitted it.
    Entity(EntityRef),
}

/// Everything kept of one entity. Bodies are JSON texts so that what is read can be passed on unparsed.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct StoredEntity {
    /// `metadata.uid`. Ids are made in increasing order (UUID version 7), so order by id is order of arrival.
    pub id: Uuid,
    pub entity_ref: EntityRef,
    /// Only a write with the same key may replace this entity (contract catalog.md section 6.2).
    pub location_key: Option<String>,
    pub parent: Option<Parent>,
    /// The body as the parent emitted it, both managed-by annotations included.
    pub unprocessed: Box<str>,
    /// Hash of that body; equal means that the source says the same.
    pub unprocessed_hash: String,
    /// The body after the last processing without errors; without `relations`, `status`, `metadata.uid` and `metadata.etag`.
    /// `None` while the entity was never processed well: then no read shows it.
    pub processed: Option<Box<str>>,
    /// What the last good processing emitted, relations of other entities included.
    pub relations: Vec<RelationEdge>,
    /// Changes of these (`url:…`, `file:…`) ask for this entity to be processed again.
    pub refresh_keys: Vec<String>,
    /// Problems of the newest processing; empty when it went well.
    pub problems: Vec<Problem>,
    /// Hash over what the newest processing made, problems included; equal means nothing to write.
    pub result_hash: Option<String>,
    /// Unix time in milliseconds of the last write of this row.
    pub updated_at: i64,
}

/// An entity without its bodies.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityHead {
    pub id: Uuid,
    pub entity_ref: EntityRef,
    pub location_key: Option<String>,
    pub parent: Option<Parent>,
    pub unprocessed_hash: String,
    /// There is a processed body.
    pub processed: bool,
    pub relations: Vec<RelationEdge>,
    pub refresh_keys: Vec<String>,
    pub problems: Vec<Problem>,
    pub result_hash: Option<String>,
    pub updated_at: i64,
    /// Hash of what readers see; `None` while they see nothing.
    pub final_hash: Option<String>,
}

/// An entity as readers see it: the processed body with what others relate to it, its status, uid and etag.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredFinal {
    pub id: Uuid,
    pub entity_ref: EntityRef,
    /// The entity that emitted it.
    pub parent: Option<EntityRef>,
    /// Hash of the whole of it.
    pub hash: String,
    /// JSON. Of large texts only the beginnings; the whole is in the processed body.
    pub body: Box<str>,
    /// JSON pointers to those texts.
    pub cuts: Vec<String>,
}

/// What is remembered of a source that was read, so that the next read can be conditional.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReadState {
    /// `type:target` of the location.
    pub location: String,
    pub etag: Option<String>,
    /// Hash of the content that was last read.
    pub content_hash: Option<String>,
    /// Unix time in milliseconds.
    pub read_at: i64,
    /// Why the newest read failed.
    pub problem: Option<Problem>,
}

/// A location registered through the API.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredLocation {
    pub id: Uuid,
    pub location: LocationRef,
    /// The generated `Location` entity; stays when the target changes.
    pub entity_ref: EntityRef,
}

/// A named set of entities that was pushed through the API.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PushedSet {
    pub id: String,
    /// Unix time in milliseconds of the last push.
    pub updated_at: i64,
    /// Who pushed last.
    pub updated_by: String,
    /// What the set was judged by when everything in it was handed on; `None` while something is not.
    pub applied: Option<String>,
}

/// An entity of a pushed set, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedHead {
    pub id: Uuid,
    pub entity_ref: EntityRef,
    /// Hash of the body.
    pub hash: String,
}

/// An entity of a pushed set.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PushedEntity {
    pub id: Uuid,
    /// The id of its set.
    pub set: String,
    pub entity_ref: EntityRef,
    pub hash: String,
    /// JSON, with both managed-by annotations.
    pub body: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    Created,
    Updated,
    Deleted,
}

/// A line of the change feed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// Position in the feed; strictly increasing, set by the store.
    pub seq: i64,
    pub entity_ref: EntityRef,
    pub entity_id: Uuid,
    pub kind: ChangeKind,
    /// Unix time in milliseconds.
    pub at: i64,
    /// What caused it: a location ref, a provider name, or [`Change::RELATIONS`].
    pub cause: String,
    /// Who caused it, where somebody did.
    #[serde(default)]
    pub actor: Option<String>,
}

impl Change {
    /// The cause when nothing of the entity changed but what others relate to it.
    pub const RELATIONS: &str = "relations";
}

/// One atomic change of the catalog.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub upserts: Vec<StoredEntity>,
    /// What readers will see of entities, whether or not these are written themselves.
    pub finals: Vec<StoredFinal>,
    /// Entities to remove, with what readers see of them.
    pub deletes: Vec<EntityRef>,
    pub add_locations: Vec<StoredLocation>,
    pub update_locations: Vec<StoredLocation>,
    pub remove_locations: Vec<Uuid>,
    /// New sets, and those about which something changed.
    pub put_sets: Vec<PushedSet>,
    /// Sets that go with everything in them.
    pub remove_sets: Vec<String>,
    /// Entities that come into a set or change there.
    pub put_pushed: Vec<PushedEntity>,
    pub remove_pushed: Vec<Uuid>,
    pub read_states: Vec<ReadState>,
    pub forget_read_states: Vec<String>,
    /// What readers will see as changed; `seq` is set by the store.
    pub changes: Vec<Change>,
    /// The past of entities that come from elsewhere with it. What this commit replaces is kept without being named here.
    pub put_versions: Vec<Version>,
    /// Since when entities that come from elsewhere are what they are.
    pub put_currents: Vec<Current>,
}

/// What a commit answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The position of the newest change in the feed after this commit.
    pub seq: i64,
}

#[async_trait]
pub trait CatalogStore: HistoryStore {
    /// Applies everything in one transaction and returns once it is durable; on an error nothing of it was kept.
    /// Upserts and finals replace what has the same `entity_ref`; bodies that readers saw and that are replaced or removed
    /// remain as versions. Adding a location that exists is [`crate::StoreError::Conflict`].
    async fn commit(&self, commit: &Commit) -> Result<Committed>;

    /// Entities in order of id, after the given id, at most `limit`: for start-up and rebuilds.
    async fn entities_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<StoredEntity>>;

    /// The same without bodies: all that relates entities to each other, at a fraction of the cost.
    async fn heads_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<EntityHead>>;

    /// What readers see, in order of id, after the given one, at most `limit`.
    async fn finals_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<StoredFinal>>;

    /// What readers see of these, where they see something, in no particular order.
    async fn finals(&self, refs: &[EntityRef]) -> Result<Vec<StoredFinal>>;

    /// Entities by reference, those that are there, in no particular order.
    async fn entities(&self, refs: &[EntityRef]) -> Result<Vec<StoredEntity>>;

    async fn locations(&self) -> Result<Vec<StoredLocation>>;

    /// Every pushed set, by id.
    async fn pushed_sets(&self) -> Result<Vec<PushedSet>>;

    /// What stands in a pushed set, by reference.
    async fn pushed_heads(&self, set: &str) -> Result<Vec<PushedHead>>;

    /// Entities of a pushed set in order of reference, after the given one, at most `limit`.
    async fn pushed_after(&self, set: &str, after: Option<&str>, limit: u32) -> Result<Vec<PushedEntity>>;

    async fn read_states(&self) -> Result<Vec<ReadState>>;

    /// The change feed after a position, oldest first.
    async fn changes_after(&self, seq: i64, limit: u32) -> Result<Vec<Change>>;

    /// The newest changes of one entity, newest first.
    async fn changes_of(&self, entity_ref: &EntityRef, limit: u32) -> Result<Vec<Change>>;

    /// Position of the newest change; 0 in an empty feed.
    async fn newest_seq(&self) -> Result<i64>;
}
