//! What can be asked of the catalog and what it answers: the vocabulary of [`crate::CatalogReader`].

mod cursor;

use std::sync::Arc;

use bytes::Bytes;
use model::{EntityRef, fields::FieldSet, filter::Predicate};

pub(crate) use cursor::{Cursor, Place};

use crate::index::Like;

/// A key to order by. Keys are lower case.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OrderField {
    pub key: String,
    pub descending: bool,
}

/// Entities where one of the fields contains the term, case-insensitively.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TextFilter {
    pub term: String,
    /// By default the sort field, else `metadata.uid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
}

impl TextFilter {
    pub(crate) fn pattern(&self) -> Like {
        Like::new(&self.term.trim().to_lowercase())
    }
}

/// A page of entities (contract catalog.md section 9.1, by-query).
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// Where to go on; filter, order, text and total then come from the cursor.
    pub cursor: Option<String>,
    pub predicate: Option<Predicate>,
    pub text: Option<TextFilter>,
    /// Entities without this field are left out of items and total. `None`: order by id.
    pub order: Option<OrderField>,
    pub limit: usize,
    pub offset: usize,
    /// Whether to count all matches; 0 is answered otherwise.
    pub count: bool,
    pub fields: Option<FieldSet>,
}

#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Each entity's final JSON, ready to send.
    pub items: Vec<Bytes>,
    pub total: u64,
    pub next_cursor: Option<String>,
    pub previous_cursor: Option<String>,
}

/// The older list (contract catalog.md section 9.1, `GET /entities`).
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    pub predicate: Option<Predicate>,
    pub order: Vec<OrderField>,
    /// Paged when limit or offset is given; see the contract for how the two forms differ in order.
    pub limit: Option<usize>,
    pub offset: Option<usize>,
    pub fields: Option<FieldSet>,
}

#[derive(Clone, Debug, Default)]
pub struct List {
    pub items: Vec<Bytes>,
    /// There are more after these.
    pub more: bool,
}

/// One entity found by name or id.
#[derive(Clone, Debug)]
pub struct EntityHit {
    pub json: Bytes,
    /// `metadata.etag`.
    pub etag: String,
    pub entity_ref: EntityRef,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// In the original casing.
    pub value: String,
    pub count: u64,
}

/// Facets in the order they were asked for, each with its values in order of value.
pub type Facets = Vec<(String, Arc<[FacetValue]>)>;

/// An entity in an ancestry answer.
#[derive(Clone, Debug)]
pub struct Ancestor {
    pub json: Bytes,
    pub parents: Vec<EntityRef>,
}

/// Who belongs to a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    pub direct: Vec<EntityRef>,
    /// Members of groups below it who are not direct members, each with the groups that bring them in.
    pub through: Vec<(EntityRef, Vec<EntityRef>)>,
    /// All groups below it, at any depth.
    pub subgroups: Vec<EntityRef>,
    /// There are more.
    pub truncated: bool,
}

/// What fails with an entity.
#[derive(Clone, Debug)]
pub struct ImpactRequest {
    pub root: EntityRef,
    /// Relation types that lead from an entity to what fails with it.
    pub relations: Vec<String>,
    /// How many steps from the root.
    pub depth: usize,
    /// Which of the entities are told.
    pub offset: usize,
    pub limit: usize,
}

/// What fails with an entity, nearest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    pub items: Vec<Affected>,
    /// How many there are.
    pub total: u64,
    /// There are more than are followed.
    pub truncated: bool,
    /// Who owns how many of all of them, most first.
    pub owners: Vec<(EntityRef, u64)>,
    /// How many nobody owns.
    pub unowned: u64,
}

/// An entity that fails with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    pub entity_ref: EntityRef,
    /// `None` for what no entity defines (or that the reader may not see).
    pub name: Option<EntityName>,
    /// Steps from the root.
    pub distance: usize,
    pub owners: Vec<EntityRef>,
    /// How it is reached from the step before, a few ways of many.
    pub via: Vec<Via>,
}

/// A relation that leads on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    pub from: EntityRef,
    pub relation: String,
}

/// A part of the relation graph around some roots.
#[derive(Clone, Debug, Default)]
pub struct GraphRequest {
    pub roots: Vec<EntityRef>,
    /// How many steps from a root.
    pub depth: usize,
    /// Relation types to follow and show; empty means all.
    pub relations: Vec<String>,
    /// Kinds (lower case) to show; empty means all. Roots are always shown.
    pub kinds: Vec<String>,
    /// No more nodes than this; [`Graph::truncated`] says if there were.
    pub max_nodes: usize,
}

#[derive(Clone, Debug)]
pub struct GraphNode {
    pub entity_ref: EntityRef,
    /// Title, else name; the name for a target that does not exist.
    pub label: String,
    /// `spec.type` if any.
    pub kind_type: Option<String>,
    /// False for a relation target that no entity defines (or that the reader may not see).
    pub exists: bool,
    /// Steps from the nearest root.
    pub distance: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GraphEdge {
    pub source: EntityRef,
    pub relation: String,
    pub target: EntityRef,
}

#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub nodes: Vec<GraphNode>,
    pub edges: Vec<GraphEdge>,
    pub truncated: bool,
}

/// What links to an entity say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityName {
    /// The title, else the display name of a person or group, else the name.
    pub title: String,
    /// `spec.type` if any.
    pub kind_type: Option<String>,
    pub description: Option<String>,
    /// Its newest processing found an error.
    pub troubled: bool,
}

/// A line of the command palette.
#[derive(Clone, Debug)]
pub struct Suggestion {
    pub entity_ref: EntityRef,
    /// The kind in the casing of its author (`API`).
    pub kind: String,
    pub name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub kind_type: Option<String>,
}

/// Why a query could not be answered. All but `Store` are the caller's to fix.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("Malformed cursor: {0}")]
    MalformedCursor(String),
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] store::StoreError),
}
