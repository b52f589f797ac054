//! Locations that are registered while the catalog runs.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use catalog::{Catalog, EngineError};
use config::ConflictStrategy;
use model::LocationRef;
use store::{StoreError, StoredLocation};
use support::*;

fn url(path: &str) -> LocationRef {
    LocationRef::new("url", format!("{HOST}{path}"))
}

async fn register(catalog: &Catalog, path: &str) -> StoredLocation {
    let stored = catalog.engine.register(url(path), None).await.unwrap();
    catalog.engine.wait_shown(std::slice::from_ref(&stored.entity_ref)).await.unwrap();
    stored
}

async fn remove(catalog: &Catalog, stored: &StoredLocation) {
    catalog.engine.remove_location(stored.id).await.unwrap().unwrap();
    catalog.engine.wait_shown(std::slice::from_ref(&stored.entity_ref)).await.unwrap();
}

#[tokio::test]
async fn a_registered_location_is_visible_at_once_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./a.yaml", "./b.yaml"]));
    write(folder.path(), "a.yaml", &component("a", "team"));
    write(folder.path(), "b.yaml", &component("b", "team"));
    let store = memory().await;
    let catalog = start(store.clone(), FolderReader::new(folder.path()), options([])).await;
    let stored = register(&catalog, "all.yaml").await;
    let before = entities(&catalog).await;
    let mut names = vec!["component:default/a", "component:default/b", "location:default/all"];
    names.push(stored.entity_ref.as_str());
    assert_eq!(before.keys().collect::<Vec<_>>(), names);
    let origin =
        before["component:default/a"]["metadata"]["annotations"]["backstage.io/managed-by-origin-location"].clone();
    assert_eq!(origin, url("all.yaml").to_string());
    catalog.engine.shutdown().await;
    let catalog = start(store, FolderReader::new(folder.path()), options([])).await;
    assert_eq!(entities(&catalog).await, before);
}

#[tokio::test]
async fn what_is_registered_is_kept_even_if_nothing_of_it_was_read() {
    let store = memory().await;
    let urls = FolderReader::new("/nonexistent");
    urls.hanging.lock().insert(HOST.to_owned());
    let catalog = start(store.clone(), urls, options([])).await;
    let began = Instant::now();
    let stored = register(&catalog, "a.yaml").await;
    let waited = began.elapsed();
    assert!(waited >= Duration::from_millis(900) && waited < Duration::from_secs(5), "{waited:?}");
    assert_eq!(store.locations().await.unwrap(), [stored]);
}

#[tokio::test]
async fn a_new_location_does_not_queue_behind_others_of_its_host() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "new.yaml", &location("new", &["./below.yaml"]));
    write(folder.path(), "below.yaml", &component("below", "team"));
    let slow: Vec<String> = (0..100).map(|number| format!("{HOST}slow/{number}.yaml")).collect();
    write(folder.path(), "slow.yaml", &location("slow", &slow));
    let urls = FolderReader::new(folder.path());
    urls.hanging.lock().insert(format!("{HOST}slow/"));
    let options = options([("url", format!("{HOST}slow.yaml"))]);
    let kinds = std::sync::Arc::new(model::KindRegistry::builtin());
    let catalog = Catalog::start(memory().await, urls, options, kinds).await.unwrap();
    until(&catalog, async || catalog.engine.sources().await.unwrap().len() == 101).await;
    register(&catalog, "new.yaml").await;
    assert!(get(&catalog, "component:below").await.is_some());
}

#[tokio::test]
async fn a_location_is_registered_once_and_looked_at_again_on_request() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("a", "team"));
    let catalog = start(memory().await, FolderReader::new(folder.path()), options([])).await;
    let stored = register(&catalog, "a.yaml").await;
    let again = catalog.engine.register(url("a.yaml"), None).await;
    let Err(EngineError::Store(StoreError::Conflict(text))) = again else { panic!("{again:?}") };
    assert_eq!(text, format!("Location url:{HOST}a.yaml already exists"));
    write(folder.path(), "a.yaml", &component("b", "team"));
    let known = catalog.engine.register(url("a.yaml"), Some(ConflictStrategy::Refresh)).await.unwrap();
    assert_eq!(known, stored);
    catalog.engine.wait_shown(std::slice::from_ref(&stored.entity_ref)).await.unwrap();
    assert!(get(&catalog, "component:b").await.is_some());
}

#[tokio::test]
async fn removing_takes_what_it_alone_brought() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "one.yaml", &location("one", &["./own.yaml", "./shared.yaml"]));
    write(folder.path(), "two.yaml", &location("two", &["./shared.yaml"]));
    write(folder.path(), "own.yaml", &component("own", "team"));
    write(folder.path(), "shared.yaml", &component("shared", "team"));
    let store = memory().await;
    let catalog = start(store.clone(), FolderReader::new(folder.path()), options([])).await;
    let (one, two) = (register(&catalog, "one.yaml").await, register(&catalog, "two.yaml").await);
    let uid = get(&catalog, "component:shared").await.unwrap()["metadata"]["uid"].clone();
    remove(&catalog, &one).await;
    let left = entities(&catalog).await;
    let expected = ["component:default/shared", two.entity_ref.as_str(), "location:default/two"];
    assert_eq!(left.keys().collect::<Vec<_>>(), expected);
    assert_eq!(left["component:default/shared"]["metadata"]["uid"], uid);
    remove(&catalog, &two).await;
    assert!(entities(&catalog).await.is_empty());
    assert!(store.locations().await.unwrap().is_empty() && store.entities_after(None, 9).await.unwrap().is_empty());
    assert!(catalog.engine.remove_location(two.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_location_that_moves_keeps_what_stands_in_the_new_place_too() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "main.yaml", &format!("{}---\n{}", component("stays", "team"), component("gone", "team")));
    write(folder.path(), "moved.yaml", &component("stays", "team"));
    let catalog = start(memory().await, FolderReader::new(folder.path()), options([])).await;
    let stored = register(&catalog, "main.yaml").await;
    let uid = get(&catalog, "component:stays").await.unwrap()["metadata"]["uid"].clone();
    let moved = catalog.engine.update_location(stored.id, url("moved.yaml")).await.unwrap().unwrap();
    assert_eq!((&moved.entity_ref, &moved.location), (&stored.entity_ref, &url("moved.yaml")));
    catalog.engine.wait_shown(std::slice::from_ref(&moved.entity_ref)).await.unwrap();
    until(&catalog, async || get(&catalog, "component:gone").await.is_none()).await;
    let stays = get(&catalog, "component:stays").await.unwrap();
    assert_eq!(stays["metadata"]["uid"], uid);
    assert_eq!(stays["metadata"]["annotations"]["backstage.io/managed-by-location"], url("moved.yaml").to_string());
}

#[tokio::test]
async fn a_location_that_is_also_configured_is_no_conflict_and_outlives_its_removal() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("a", "team"));
    let options = options([("url", format!("{HOST}a.yaml"))]);
    let catalog = start(memory().await, FolderReader::new(folder.path()), options.clone()).await;
    let stored = register(&catalog, "a.yaml").await;
    assert!(catalog.engine.problems().await.unwrap().is_empty());
    remove(&catalog, &stored).await;
    assert!(get(&catalog, "component:a").await.is_some());
    // The other way round it lives on as long as it is registered.
    register(&catalog, "a.yaml").await;
    let unconfigured = catalog::CatalogOptions { locations: Vec::new(), ..options };
    catalog.engine.apply_config(unconfigured).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    assert!(get(&catalog, "component:a").await.is_some());
}

#[tokio::test]
async fn rules_and_readonly_mode_hold_for_registered_locations() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("a", "team"));
    write(folder.path(), "team.yaml", &group("team"));
    let options = catalog::CatalogOptions { rules: catalog::CatalogOptions::default().rules, ..options([]) };
    let catalog = start(memory().await, FolderReader::new(folder.path()), options.clone()).await;
    register(&catalog, "a.yaml").await;
    register(&catalog, "team.yaml").await;
    assert!(get(&catalog, "component:a").await.is_some() && get(&catalog, "group:team").await.is_none());
    let problems = catalog.engine.problems().await.unwrap();
    assert!(problems[0].problem.message.contains("is not of an allowed kind for that location"), "{problems:?}");
    let readonly = catalog::CatalogOptions { readonly: true, ..options };
    catalog.engine.apply_config(readonly).await.unwrap();
    let refused = catalog.engine.register(url("other.yaml"), None).await;
    assert!(matches!(refused, Err(EngineError::Readonly)), "{refused:?}");
}

#[tokio::test]
async fn a_preview_reads_everything_and_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./a.yaml", "./b.yaml"]));
    write(folder.path(), "a.yaml", &format!("{}---\n{}", component("a1", "team"), component("a2", "[wrong]")));
    write(folder.path(), "b.yaml", &format!("{}---\n{}", location("again", &["./a.yaml"]), group("team")));
    let store = memory().await;
    let catalog = start(store.clone(), FolderReader::new(folder.path()), options([])).await;
    let found = catalog.engine.preview(&url("all.yaml")).await.unwrap();
    let names: Vec<String> = found
        .iter()
        .map(|one| {
            let mark = if one.duplicate {
                "+"
            } else if one.errors().next().is_some() {
                "!"
            } else {
                ""
            };
            format!("{}{mark} {}:{}", one.entity_ref.name(), one.location.target.replace(HOST, ""), one.line)
        })
        .collect();
    let root = url("all.yaml").generated_name();
    let expected = [
        &format!("{root} all.yaml:0"),
        "all all.yaml:1",
        "team b.yaml:6",
        "again b.yaml:1",
        "a2! a.yaml:6",
        "a1 a.yaml:1",
        "a2+ a.yaml:6",
        "a1+ a.yaml:1",
    ];
    assert_eq!(names, expected);
    let problem = &found[4].problems[0];
    assert_eq!(problem.place.as_ref().unwrap().line, 9, "{problem:?}");
    assert!(entities(&catalog).await.is_empty() && store.locations().await.unwrap().is_empty());
    let missing = catalog.engine.preview(&url("missing.yaml")).await.unwrap();
    let text = format!("Unable to read url, no matching files found for {HOST}missing.yaml");
    assert_eq!((missing.len(), &missing[0].problems[0].message), (1, &text));
    let refused = catalog.engine.preview(&LocationRef::new("file", "/etc/passwd")).await;
    assert!(matches!(refused, Err(EngineError::Invalid(_))));
}
