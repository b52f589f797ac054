//! A database that takes no writes for a while, such as one on a full disk: nothing is shown that is not kept, nothing is lost.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use catalog::Catalog;
use model::{EntityRef, KindRegistry};
use store::{
    CatalogStore, Change, Commit, Committed, Current, EntityHead, Forget, HistoryStore, PushedEntity, PushedHead,
    PushedSet, ReadState, StoreError, StoredEntity, StoredFinal, StoredLocation, Version,
};
use support::*;
use uuid::Uuid;

struct Full {
    inner: Arc<dyn CatalogStore>,
    full: AtomicBool,
}

type Result<T> = std::result::Result<T, StoreError>;

#[async_trait]
impl CatalogStore for Full {
    async fn commit(&self, commit: &Commit) -> Result<Committed> {
        if self.full.load(Ordering::SeqCst) {
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
impl HistoryStore for Full {
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

#[tokio::test]
async fn a_full_disk_delays_changes_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./*/*.yaml"]));
    write(folder.path(), "x/changed.yaml", &component("changed", "one"));
    write(folder.path(), "x/removed.yaml", &component("removed", "one"));
    write(folder.path(), "x/renamed.yaml", &component("old-name", "one"));
    let store = Arc::new(Full { inner: memory().await, full: AtomicBool::new(false) });
    let mut options = options([file(&folder.path().join("all.yaml"))]);
    options.watch = true;
    let kinds = Arc::new(KindRegistry::builtin());
    let catalog = Catalog::start(store.clone(), FolderReader::new("/nonexistent"), options, kinds).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    let before = entities(&catalog).await;

    store.full.store(true, Ordering::SeqCst);
    write(folder.path(), "x/changed.yaml", &component("changed", "two"));
    write(folder.path(), "x/added.yaml", &component("added", "two"));
    write(folder.path(), "x/renamed.yaml", &component("new-name", "two"));
    std::fs::remove_file(folder.path().join("x/removed.yaml")).unwrap();
    until(&catalog, async || catalog.engine.status().store_error.is_some()).await;
    assert!(catalog.engine.status().store_error.unwrap().contains("disk is full"));
    assert_eq!(entities(&catalog).await, before, "what is not kept is not shown");

    store.full.store(false, Ordering::SeqCst);
    until(&catalog, async || {
        let all = entities(&catalog).await;
        let names: Vec<&str> = all.keys().filter_map(|name| name.strip_prefix("component:default/")).collect();
        names == ["added", "changed", "new-name"]
    })
    .await;
    assert_eq!(get(&catalog, "component:changed").await.unwrap()["spec"]["owner"], "two");
    assert_eq!(catalog.engine.status().store_error, None);
    let kept = store.entities_after(None, 100).await.unwrap();
    assert_eq!(kept.len(), entities(&catalog).await.len());
}
