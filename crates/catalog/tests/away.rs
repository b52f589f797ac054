//! A database that takes no writes for a while, such as one on a full disk: nothing is shown that is not kept, nothing is lost.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use catalog::Catalog;
use model::KindRegistry;
use store::CatalogStore;
use support::faulty::Faulty;
use support::*;

#[tokio::test]
async fn a_full_disk_delays_changes_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./*/*.yaml"]));
    write(folder.path(), "x/changed.yaml", &component("changed", "one"));
    write(folder.path(), "x/removed.yaml", &component("removed", "one"));
    write(folder.path(), "x/renamed.yaml", &component("old-name", "one"));
    let store = Faulty::new(memory().await);
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
