//! Every read of the catalog goes through here, and each takes a [`ReadScope`].

use std::sync::Arc;

use model::{EntityRef, ReadScope, fields::FieldSet, filter::Predicate};
use parking_lot::RwLock;
use store::CatalogStore;
use uuid::Uuid;

use crate::index::Index;
use crate::query::*;

type Result<T> = std::result::Result<T, QueryError>;

/// Answers reads from the index; large bodies are fetched from the store when asked for. Cheap to clone.
#[derive(Clone)]
pub struct CatalogReader {
    index: Arc<RwLock<Index>>,
    store: Arc<dyn CatalogStore>,
}

impl CatalogReader {
    pub fn new(index: Arc<RwLock<Index>>, store: Arc<dyn CatalogStore>) -> Self {
        Self { index, store }
    }

    /// One page in an order, with cursors both ways.
    pub async fn page(&self, _scope: &ReadScope, _request: &PageRequest) -> Result<Page> {
        todo!()
    }

    /// The older list; without limit and offset it answers everything.
    pub async fn list(&self, _scope: &ReadScope, _request: &ListRequest) -> Result<List> {
        todo!()
    }

    pub async fn by_ref(&self, _scope: &ReadScope, _entity_ref: &EntityRef) -> Result<Option<EntityHit>> {
        todo!()
    }

    pub async fn by_uid(&self, _scope: &ReadScope, _uid: Uuid) -> Result<Option<EntityHit>> {
        todo!()
    }

    /// Entities in the order of the references; `None` where there is none, it is hidden, or `predicate` is false.
    pub async fn by_refs(
        &self,
        _scope: &ReadScope,
        _refs: &[String],
        _predicate: Option<&Predicate>,
        _fields: Option<&FieldSet>,
    ) -> Result<Vec<Option<bytes::Bytes>>> {
        todo!()
    }

    /// The entity, then what emitted it, and so on up; `None` when there is no such entity to see.
    pub async fn ancestry(&self, _scope: &ReadScope, _entity_ref: &EntityRef) -> Result<Option<Vec<Ancestor>>> {
        todo!()
    }

    /// How many entities have which value of each key.
    pub fn facets(&self, _scope: &ReadScope, _keys: &[String], _predicate: Option<&Predicate>) -> Facets {
        todo!()
    }

    /// How many entities match.
    pub fn count(&self, _scope: &ReadScope, _predicate: Option<&Predicate>) -> u64 {
        todo!()
    }

    /// The relation graph around some entities.
    pub fn graph(&self, _scope: &ReadScope, _request: &GraphRequest) -> Graph {
        todo!()
    }

    /// Entities whose name or title has the text: exact name first, then prefix, then anywhere.
    pub fn suggest(&self, _scope: &ReadScope, _text: &str, _limit: usize) -> Vec<Suggestion> {
        todo!()
    }
}
