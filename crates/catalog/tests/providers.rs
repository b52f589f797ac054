//! Entities from providers: rounds of pages, what goes with them, and who holds what.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use catalog::{Catalog, CatalogOptions, ProviderStatus};
use config::OrphanStrategy;
use model::{Entity, LocationRef};
use parking_lot::Mutex;
use sdk::{EntityProvider, Offer, Page, ProviderError, Rhythm};
use store::CatalogStore;
use support::*;

/// Hands in a page for each list of names; a page of `!` is one it cannot answer.
struct Directory {
    pages: Mutex<Vec<Vec<String>>>,
    asked: Mutex<Vec<usize>>,
    rhythm: Rhythm,
    judged: bool,
}

impl Directory {
    fn new(pages: &[&[&str]]) -> Arc<Self> {
        let directory =
            Self { pages: Mutex::default(), asked: Mutex::default(), rhythm: Rhythm::OnRequest, judged: false };
        directory.has(pages);
        Arc::new(directory)
    }

    fn has(&self, pages: &[&[&str]]) {
        let texts = |page: &&[&str]| page.iter().map(|name| (*name).to_owned()).collect();
        *self.pages.lock() = pages.iter().map(texts).collect();
    }
}

fn entity(name: &str) -> Entity {
    if let Some(kind) = name.strip_prefix("define ") {
        let metadata = serde_json::json!({ "name": kind.to_lowercase() });
        let spec = serde_json::json!({ "kind": kind, "apiVersions": ["acme.example/v1"] });
        return Entity(
            serde_json::json!({ "apiVersion": "callboard.io/v1alpha1", "kind": "KindDefinition", "metadata": metadata, "spec": spec }),
        );
    }
    let (name, owner) = name.split_once('=').unwrap_or((name, "team"));
    Entity(serde_json::json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": { "name": name },
        "spec": { "type": "service", "lifecycle": "production", "owner": owner },
    }))
}

#[async_trait]
impl EntityProvider for Directory {
    fn name(&self) -> &str {
        "directory"
    }

    fn rhythm(&self) -> Rhythm {
        self.rhythm
    }

    fn is_judged(&self) -> bool {
        self.judged
    }

    async fn page(&self, from: Option<&str>) -> Result<Page, ProviderError> {
        let at: usize = from.map_or(0, |from| from.parse().unwrap());
        self.asked.lock().push(at);
        let pages = self.pages.lock();
        if pages[at] == ["!"] {
            return Err(ProviderError("the directory is closed".to_owned()));
        }
        let location = LocationRef::new("directory", "staff");
        let offers = pages[at].iter().map(|name| Offer { entity: entity(name), location: location.clone() });
        let next = (at + 1 < pages.len()).then(|| (at + 1).to_string());
        Ok(Page { offers: offers.collect(), next })
    }
}

async fn start_with(
    store: &Arc<dyn CatalogStore>,
    options: CatalogOptions,
    directory: Option<&Arc<Directory>>,
) -> Catalog {
    let kinds = Arc::new(model::KindRegistry::builtin());
    let urls = FolderReader::new("/nonexistent");
    let providers = directory.map(|directory| directory.clone() as Arc<dyn EntityProvider>).into_iter().collect();
    let catalog = Catalog::start_with(store.clone(), urls, options, kinds, providers).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    catalog
}

async fn ask(catalog: &Catalog) {
    assert!(catalog.engine.ask_provider("directory").await.unwrap());
    catalog.engine.wait_idle().await.unwrap();
}

async fn status(catalog: &Catalog) -> ProviderStatus {
    let all = catalog.engine.providers().await.unwrap();
    all.into_iter().find(|status| status.name == "directory").unwrap()
}

async fn names(catalog: &Catalog) -> Vec<String> {
    entities(catalog).await.keys().map(|name| name.replace("component:default/", "")).collect()
}

fn tally(status: &ProviderStatus) -> [usize; 4] {
    [status.last.added, status.last.updated, status.last.removed, status.last.unchanged]
}

#[tokio::test]
async fn a_round_brings_all_its_pages_and_takes_what_none_of_them_has() {
    let directory = Directory::new(&[&["a", "b"], &["c"]]);
    let store = memory().await;
    let catalog = start_with(&store, options([]), Some(&directory)).await;
    assert_eq!(names(&catalog).await, ["a", "b", "c"]);
    assert_eq!(tally(&status(&catalog).await), [3, 0, 0, 0]);
    let annotations = get(&catalog, "component:a").await.unwrap()["metadata"]["annotations"].clone();
    assert_eq!(annotations["backstage.io/managed-by-location"], "directory:staff");
    assert_eq!(annotations["backstage.io/managed-by-origin-location"], "directory:staff");
    let uid = get(&catalog, "component:c").await.unwrap()["metadata"]["uid"].clone();
    directory.has(&[&["a"], &["c=other", "d"]]);
    ask(&catalog).await;
    assert_eq!(names(&catalog).await, ["a", "c", "d"]);
    assert_eq!(tally(&status(&catalog).await), [1, 1, 1, 1]);
    assert_eq!(get(&catalog, "component:c").await.unwrap()["metadata"]["uid"], uid);
    // What was there before a restart is the provider's own afterwards.
    let before = entities(&catalog).await;
    catalog.engine.shutdown().await;
    directory.asked.lock().clear();
    let catalog = start_with(&store, options([]), Some(&directory)).await;
    assert_eq!(entities(&catalog).await, before);
    assert_eq!((tally(&status(&catalog).await), directory.asked.lock().clone()), ([0, 0, 0, 3], vec![0, 1]));
    assert!(!catalog.engine.ask_provider("nobody").await.unwrap());
}

#[tokio::test]
async fn a_round_that_breaks_off_removes_nothing_and_goes_on() {
    let directory = Directory::new(&[&["a"], &["b"]]);
    let catalog = start_with(&memory().await, options([]), Some(&directory)).await;
    directory.has(&[&["c"], &["!"], &["d"]]);
    directory.asked.lock().clear();
    ask(&catalog).await;
    assert_eq!(names(&catalog).await, ["a", "b", "c"]);
    let broken = status(&catalog).await;
    assert_eq!(broken.failure.as_deref(), Some("the directory is closed"));
    assert!(broken.next_at.is_some() && !broken.running);
    directory.has(&[&["never read"], &["e"], &["d"]]);
    until(&catalog, async || names(&catalog).await == ["c", "d", "e"]).await;
    assert_eq!(*directory.asked.lock(), [0, 1, 1, 2], "it goes on where it broke off");
    assert_eq!(status(&catalog).await.failure, None);
}

#[tokio::test]
async fn a_provider_with_a_rhythm_is_asked_again_and_again() {
    let directory = Directory::new(&[&["a"]]);
    let directory =
        Arc::new(Directory { rhythm: Rhythm::Every(Duration::from_millis(20)), ..Arc::into_inner(directory).unwrap() });
    let catalog = start_with(&memory().await, options([]), Some(&directory)).await;
    for name in ["b", "c", "d"] {
        directory.has(&[&[name]]);
        until(&catalog, async || names(&catalog).await == [name]).await;
    }
    assert!(status(&catalog).await.next_at.is_some());
}

#[tokio::test]
async fn what_a_file_holds_is_the_providers_once_the_file_lets_go() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("a", "file"));
    let directory = Directory::new(&[&["a", "b"]]);
    let store = memory().await;
    let configured = options([file(&folder.path().join("a.yaml"))]);
    let catalog = start(store.clone(), FolderReader::new("/nonexistent"), configured.clone()).await;
    catalog.engine.shutdown().await;
    let catalog = start_with(&store, configured, Some(&directory)).await;
    assert_eq!(get(&catalog, "component:a").await.unwrap()["spec"]["owner"], "file");
    let held = status(&catalog).await;
    assert_eq!((held.entities, held.lost), (1, 1));
    assert_eq!(catalog.engine.conflicts().await.unwrap()[0].dropped, "directory:staff");
    catalog.engine.apply_config(options([])).await.unwrap();
    until(&catalog, async || {
        get(&catalog, "component:a").await.is_some_and(|entity| entity["spec"]["owner"] == "team")
    })
    .await;
    assert!(catalog.engine.conflicts().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_provider_left_that_is_gone_goes_unless_it_is_kept() {
    let directory = Directory::new(&[&["a"]]);
    for (strategy, left) in [(OrphanStrategy::Keep, 1), (OrphanStrategy::Delete, 0)] {
        let store = memory().await;
        start_with(&store, options([]), Some(&directory)).await.engine.shutdown().await;
        let options = CatalogOptions { orphan_provider_strategy: strategy, ..options([]) };
        let catalog = start_with(&store, options, None).await;
        assert_eq!(entities(&catalog).await.len(), left, "{strategy:?}");
    }
}

#[tokio::test]
async fn rules_hold_for_a_provider_that_says_so_and_for_no_other() {
    let only_groups = CatalogOptions {
        rules: vec![config::Rule {
            allow: vec![config::AllowedKind { kind: "Group".to_owned(), spec_type: None }],
            locations: None,
        }],
        ..options([])
    };
    let directory = Directory::new(&[&["a"]]);
    let catalog = start_with(&memory().await, only_groups.clone(), Some(&directory)).await;
    assert_eq!(names(&catalog).await, ["a"]);
    let judged = Arc::new(Directory { judged: true, ..Arc::into_inner(Directory::new(&[&["a"]])).unwrap() });
    let catalog = start_with(&memory().await, options([]), Some(&judged)).await;
    assert_eq!(names(&catalog).await, ["a"]);
    catalog.engine.apply_config(only_groups).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    assert!(names(&catalog).await.is_empty());
    let refused = status(&catalog).await.refused;
    assert!(refused[0].message.contains("is not of an allowed kind for that location"), "{refused:?}");
}

#[tokio::test]
async fn kinds_are_defined_by_nobody_that_the_rules_do_not_name() {
    let directory = Directory::new(&[&["a", "define Environment"]]);
    let catalog = start_with(&memory().await, options([]), Some(&directory)).await;
    assert_eq!(names(&catalog).await, ["a"]);
    assert!(catalog.engine.kinds().get("environment").is_none());
    assert!(status(&catalog).await.refused[0].message.contains("kinddefinition:default/environment"));
    let mut lenient = options([]);
    lenient.rules[0].allow.push(config::AllowedKind { kind: "KindDefinition".to_owned(), spec_type: None });
    catalog.engine.apply_config(lenient).await.unwrap();
    ask(&catalog).await;
    assert!(catalog.engine.kinds().get("environment").is_some());
}
