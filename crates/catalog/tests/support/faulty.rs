//! A store in front of another that takes writes only as long as it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use model::EntityRef;
use store::{
    CatalogStore, Change, Commit, Committed, Current, EntityHead, Forget, HistoryStore, PushedEntity, PushedHead,
    PushedSet, ReadState, StoreError, StoredEntity, StoredFinal, StoredLocation, Version,
};
use uuid::Uuid;

pub struct Faulty {
    pub inner: Arc<dyn CatalogStore>,
    /// No write is taken.
    pub full: AtomicBool,
    /// After so many writes it is full.
    pub writes_left: AtomicUsize,
}

impl Faulty {
    pub fn new(inner: Arc<dyn CatalogStore>) -> Arc<Self> {
        Arc::new(Self { inner, full: AtomicBool::new(false), writes_left: AtomicUsize::new(usize::MAX) })
    }
}

type Result<T> = std::result::Result<T, StoreError>;

#[async_trait]
impl CatalogStore for Faulty {
    async fn commit(&self, commit: &Commit) -> Result<Committed> {
        let one_less = |left: usize| left.checked_sub(1);
        let allowed = self.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
        if !allowed || self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Database { operation: "writing", reason: "database or disk is full".to_owned() });
        }
        self.inner.commit(commit).await
    }

    async fn entities_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<StoredEntity>> {
        self.inner.entities_after(after, limit).await
    }

    async fn heads_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<EntityHead>> {
        self.inner.heads_after(after, limit).await
    }

    async fn finals_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<StoredFinal>> {
        self.inner.finals_after(after, limit).await
    }

    async fn finals(&self, refs: &[EntityRef]) -> Result<Vec<StoredFinal>> {
        self.inner.finals(refs).await
    }

    async fn entities(&self, refs: &[EntityRef]) -> Result<Vec<StoredEntity>> {
        self.inner.entities(refs).await
    }

    async fn locations(&self) -> Result<Vec<StoredLocation>> {
        self.inner.locations().await
    }

    async fn pushed_sets(&self) -> Result<Vec<PushedSet>> {
        self.inner.pushed_sets().await
    }

    async fn pushed_heads(&self, set: &str) -> Result<Vec<PushedHead>> {
        self.inner.pushed_heads(set).await
    }

    async fn pushed_after(&self, set: &str, after: Option<&str>, limit: u32) -> Result<Vec<PushedEntity>> {
        self.inner.pushed_after(set, after, limit).await
    }

    async fn read_states(&self) -> Result<Vec<ReadState>> {
        self.inner.read_states().await
    }

    async fn changes_after(&self, seq: i64, limit: u32) -> Result<Vec<Change>> {
        self.inner.changes_after(seq, limit).await
    }

    async fn changes_of(&self, entity_ref: &EntityRef, limit: u32) -> Result<Vec<Change>> {
        self.inner.changes_of(entity_ref, limit).await
    }

    async fn newest_seq(&self) -> Result<i64> {
        self.inner.newest_seq().await
    }
}

#[async_trait]
impl HistoryStore for Faulty {
    async fn versions(&self, entity_ref: &EntityRef, before: Option<i64>, limit: u32) -> Result<Vec<Version>> {
        self.inner.versions(entity_ref, before, limit).await
    }

    async fn version_at(&self, entity_ref: &EntityRef, position: i64) -> Result<Option<Version>> {
        self.inner.version_at(entity_ref, position).await
    }

    async fn versions_at(&self, position: i64, after: Option<&EntityRef>, limit: u32) -> Result<Vec<Version>> {
        self.inner.versions_at(position, after, limit).await
    }

    async fn versions_after(&self, after: Option<(&EntityRef, i64)>, limit: u32) -> Result<Vec<Version>> {
        self.inner.versions_after(after, limit).await
    }

    async fn currents_after(&self, after: Option<&EntityRef>, limit: u32) -> Result<Vec<Current>> {
        self.inner.currents_after(after, limit).await
    }

    async fn position_at(&self, time: i64) -> Result<Option<i64>> {
        self.inner.position_at(time).await
    }

    async fn changes_before(&self, before: Option<i64>, limit: u32) -> Result<Vec<Change>> {
        self.inner.changes_before(before, limit).await
    }

    async fn kept_from(&self) -> Result<i64> {
        self.inner.kept_from().await
    }

    async fn forget_versions(&self, forget: Forget) -> Result<u64> {
        self.inner.forget_versions(forget).await
    }
}
