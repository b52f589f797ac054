//! A catalog of a few entities, and a store that holds nothing but bodies.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use catalog::{
    CatalogReader, PageRequest,
    index::{FinalEntity, Index, Prepared},
};
use model::{Entity, EntityRef, ReadScope};
use parking_lot::RwLock;
use serde_json::Value;
use store::{
    Current, Forget, HistoryStore, StoreError, Version,
    catalog::{
        CatalogStore, Change, Commit, Committed, EntityHead, PushedEntity, PushedHead, PushedSet, ReadState,
        StoredEntity, StoredFinal, StoredLocation,
    },
};
use uuid::Uuid;

type Result<T> = std::result::Result<T, StoreError>;

/// Answers bodies by reference; there is nothing else in it.
#[derive(Default)]
pub struct Bodies(pub RwLock<Vec<(EntityRef, Value)>>);

#[async_trait]
impl CatalogStore for Bodies {
    async fn commit(&self, _: &Commit) -> Result<Committed> {
        Ok(Committed { seq: 0 })
    }
    async fn entities_after(&self, _: Option<Uuid>, _: u32) -> Result<Vec<StoredEntity>> {
        Ok(Vec::new())
    }
    async fn heads_after(&self, _: Option<Uuid>, _: u32) -> Result<Vec<EntityHead>> {
        Ok(Vec::new())
    }
    async fn finals_after(&self, _: Option<Uuid>, _: u32) -> Result<Vec<StoredFinal>> {
        Ok(Vec::new())
    }
    async fn finals(&self, _: &[EntityRef]) -> Result<Vec<StoredFinal>> {
        Ok(Vec::new())
    }
    async fn entities(&self, refs: &[EntityRef]) -> Result<Vec<StoredEntity>> {
        let bodies = self.0.read();
        let wanted = bodies.iter().filter(|(entity_ref, _)| refs.contains(entity_ref));
        let stored = wanted.map(|(entity_ref, body)| StoredEntity {
            id: Uuid::nil(),
            entity_ref: entity_ref.clone(),
            location_key: None,
            parent: None,
            unprocessed: "{}".into(),
            unprocessed_hash: String::new(),
            processed: Some(body.to_string().into()),
            relations: Vec::new(),
            refresh_keys: Vec::new(),
            problems: Vec::new(),
            result_hash: None,
            updated_at: 0,
        });
        Ok(stored.collect())
    }
    async fn locations(&self) -> Result<Vec<StoredLocation>> {
        Ok(Vec::new())
    }
    async fn pushed_sets(&self) -> Result<Vec<PushedSet>> {
        Ok(Vec::new())
    }
    async fn pushed_heads(&self, _: &str) -> Result<Vec<PushedHead>> {
        Ok(Vec::new())
    }
    async fn pushed_after(&self, _: &str, _: Option<&str>, _: u32) -> Result<Vec<PushedEntity>> {
        Ok(Vec::new())
    }
    async fn read_states(&self) -> Result<Vec<ReadState>> {
        Ok(Vec::new())
    }
    async fn changes_after(&self, _: i64, _: u32) -> Result<Vec<Change>> {
        Ok(Vec::new())
    }
    async fn changes_of(&self, _: &EntityRef, _: u32) -> Result<Vec<Change>> {
        Ok(Vec::new())
    }
    async fn newest_seq(&self) -> Result<i64> {
        Ok(0)
    }
}

#[async_trait]
impl HistoryStore for Bodies {
    async fn versions(&self, _: &EntityRef, _: Option<i64>, _: u32) -> Result<Vec<Version>> {
        Ok(Vec::new())
    }
    async fn version_at(&self, _: &EntityRef, _: i64) -> Result<Option<Version>> {
        Ok(None)
    }
    async fn versions_at(&self, _: i64, _: Option<&EntityRef>, _: u32) -> Result<Vec<Version>> {
        Ok(Vec::new())
    }
    async fn versions_after(&self, _: Option<(&EntityRef, i64)>, _: u32) -> Result<Vec<Version>> {
        Ok(Vec::new())
    }
    async fn currents_after(&self, _: Option<&EntityRef>, _: u32) -> Result<Vec<Current>> {
        Ok(Vec::new())
    }
    async fn position_at(&self, _: i64) -> Result<Option<i64>> {
        Ok(None)
    }
    async fn changes_before(&self, _: Option<i64>, _: u32) -> Result<Vec<Change>> {
        Ok(Vec::new())
    }
    async fn kept_from(&self) -> Result<i64> {
        Ok(0)
    }
    async fn forget_versions(&self, _: Forget) -> Result<u64> {
        Ok(0)
    }
}

/// The id of the n-th entity.
pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// A body with its id and reference; `metadata.uid` is set to the id.
pub fn entity(n: u128, mut body: Value) -> FinalEntity {
    body["metadata"]["uid"] = id(n).to_string().into();
    let body = Entity(body);
    FinalEntity { id: id(n), entity_ref: body.entity_ref(), body, parent: None }
}

pub fn prepared(entities: impl IntoIterator<Item = FinalEntity>) -> Vec<Prepared> {
    entities.into_iter().map(|entity| Prepared::new(entity).unwrap()).collect()
}

pub fn reader_of(index: Index) -> CatalogReader {
    CatalogReader::of(Arc::new(RwLock::new(index)), Arc::new(Bodies::default()))
}

/// A reader over some entities, numbered in their order; the store has their bodies.
pub fn reader(bodies: impl IntoIterator<Item = Value>) -> CatalogReader {
    let entities: Vec<FinalEntity> = (0..).zip(bodies).map(|(n, body)| entity(n, body)).collect();
    let store = Bodies::default();
    *store.0.write() = entities.iter().map(|entity| (entity.entity_ref.clone(), entity.body.0.clone())).collect();
    let mut index = Index::default();
    index.apply(prepared(entities), &[]);
    CatalogReader::of(Arc::new(RwLock::new(index)), Arc::new(store))
}

pub fn names(items: &[Bytes]) -> Vec<String> {
    items.iter().map(|item| json(item)["metadata"]["name"].as_str().unwrap_or_default().to_owned()).collect()
}

pub fn json(bytes: &Bytes) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// Nothing here waits for anything but the stub store.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// All pages from the first on, as names, and the cursor back from the last.
pub fn pages(reader: &CatalogReader, request: &PageRequest) -> (Vec<Vec<String>>, Option<String>) {
    let mut request = request.clone();
    let mut pages = Vec::new();
    loop {
        let page = now(reader.page(&ReadScope::All, &request)).unwrap();
        pages.push(names(&page.items));
        assert!(pages.len() < 1000, "pages do not end");
        let Some(next) = page.next_cursor else { return (pages, page.previous_cursor) };
        request = PageRequest { cursor: Some(next), limit: request.limit, ..PageRequest::default() };
    }
}
