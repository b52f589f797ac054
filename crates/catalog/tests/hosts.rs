//! Hosts that are slow, away, busy or without what is asked: each costs only itself, and is asked again in good time.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use catalog::{Catalog, CatalogOptions};
use model::KindRegistry;
use support::*;

async fn begin(urls: Arc<FolderReader>, options: CatalogOptions) -> Catalog {
    Catalog::start(memory().await, urls, options, Arc::new(KindRegistry::builtin())).await.unwrap()
}

fn by_url(location: &str) -> String {
    location.replace("{targets", "{type: url, targets")
}

const DEAD: &str = "http://dead.example/";

#[tokio::test]
async fn a_dead_host_delays_nobody_else_however_many_targets_lie_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let targets = |from: usize| (from..from + 5000).map(|i| format!("{DEAD}{i}.yaml")).collect::<Vec<_>>();
    let mut all = targets(0);
    all.push(format!("{HOST}a.yaml"));
    all.extend(targets(5000));
    write(folder.path(), "all.yaml", &by_url(&location("all", &all)));
    write(folder.path(), "a.yaml", &component("a", "team"));
    write(folder.path(), "local/b.yaml", &component("b", "team"));
    let urls = FolderReader::new(folder.path());
    urls.hanging.lock().insert(DEAD.to_owned());
    let local = folder.path().join("local/b.yaml");
    let mut options = options([file(&folder.path().join("all.yaml")), file(&local)]);
    options.watch = true;
    let catalog = begin(urls, options).await;
    until(&catalog, async || get(&catalog, "component:a").await.is_some()).await;
    until(&catalog, async || get(&catalog, "component:b").await.is_some()).await;
    // Files are watched meanwhile.
    until(&catalog, async || {
        write(folder.path(), "local/b.yaml", &component("b", "changed"));
        get(&catalog, "component:b").await.unwrap()["spec"]["owner"] == "changed"
    })
    .await;
    assert!(catalog.engine.status().pending >= 9_000);
    catalog.engine.shutdown().await;
}

#[tokio::test]
async fn placeholders_on_a_dead_host_delay_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let api = |i: usize| {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: api-{i}}}\n\
             spec: {{type: x, lifecycle: production, owner: a, definition: {{$text: '{DEAD}{i}'}}}}\n"
        )
    };
    write(folder.path(), "apis.yaml", &(0..600).map(api).collect::<String>());
    write(folder.path(), "a.yaml", &component("a", "team"));
    let urls = FolderReader::new(folder.path());
    urls.hanging.lock().insert(DEAD.to_owned());
    let roots = ["apis.yaml", "a.yaml"].map(|path| file(&folder.path().join(path)));
    let catalog = begin(urls, options(roots)).await;
    until(&catalog, async || get(&catalog, "component:a").await.is_some()).await;
    catalog.engine.shutdown().await;
}

#[tokio::test]
async fn what_is_not_there_yet_is_asked_for_again_soon() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &by_url(&location("all", &[format!("{HOST}late.yaml")])));
    let optional = by_url(&location("optional", &[format!("{HOST}maybe.yaml")]));
    write(folder.path(), "optional.yaml", &optional.replace("{type", "{presence: optional, type"));
    let roots = ["all.yaml", "optional.yaml"].map(|path| file(&folder.path().join(path)));
    let mut options = options(roots);
    options.processing_interval = Some(Duration::from_secs(100));
    let catalog = start(memory().await, FolderReader::new(folder.path()), options).await;
    let problems = catalog.engine.problems().await.unwrap();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].problem.name, "NotFoundError");
    write(folder.path(), "late.yaml", &component("late", "team"));
    write(folder.path(), "maybe.yaml", &component("maybe", "team"));
    for name in ["component:late", "component:maybe"] {
        until(&catalog, async || get(&catalog, name).await.is_some()).await;
    }
    until(&catalog, async || catalog.engine.status().problems == 0).await;
}

#[tokio::test]
async fn a_host_that_asks_for_patience_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let urls = FolderReader::new(folder.path());
    urls.limited.lock().insert(HOST.to_owned());
    let mut options = options([("url", format!("{HOST}a.yaml"))]);
    options.processing_interval = Some(Duration::from_millis(20));
    let catalog = start(memory().await, urls.clone(), options).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(urls.reads.load(Ordering::SeqCst), 1);
    let problems = catalog.engine.problems().await.unwrap();
    assert!(problems[0].problem.message.contains("rate limited"), "{problems:#?}");
}

#[tokio::test]
async fn what_is_pulled_in_by_url_is_sent_once_until_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "api.yaml",
        &format!(
            "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: api}}\n\
             spec: {{type: openapi, lifecycle: production, owner: a, definition: {{$openapi: '{HOST}one.yaml'}}}}\n"
        ),
    );
    write(folder.path(), "one.yaml", "x: {$ref: './two.yaml'}\n");
    write(folder.path(), "two.yaml", "first: 1\n");
    let urls = FolderReader::new(folder.path());
    let mut options = options([file(&folder.path().join("api.yaml"))]);
    options.processing_interval = Some(Duration::from_millis(30));
    let catalog = start(memory().await, urls.clone(), options).await;
    let definition = async || get(&catalog, "api:api").await.unwrap()["spec"]["definition"].clone();
    assert_eq!(definition().await, "x:\n  first: 1\n");
    let asked = urls.reads.load(Ordering::SeqCst);
    while urls.reads.load(Ordering::SeqCst) < asked + 6 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(urls.sent.lock().len(), 2, "{:?}", urls.sent.lock());
    write(folder.path(), "two.yaml", "second: 2\n");
    until(&catalog, async || definition().await == "x:\n  second: 2\n").await;
    // It goes away: the last good body stays, with a problem, and what comes back is seen soon.
    fs::remove_file(folder.path().join("two.yaml")).unwrap();
    until(&catalog, async || get(&catalog, "api:api").await.unwrap().get("status").is_some()).await;
    assert_eq!(definition().await, "x:\n  second: 2\n");
    write(folder.path(), "two.yaml", "third: 3\n");
    until(&catalog, async || definition().await == "x:\n  third: 3\n").await;
    assert!(catalog.engine.problems().await.unwrap().is_empty());
}
