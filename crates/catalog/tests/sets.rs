//! Sets of entities that programs push.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use catalog::{Catalog, CatalogOptions, EngineError, Push, Pushed};
use config::{AllowedKind, Rule};
use model::{EntityRef, KindRegistry};
use serde_json::{Value, json};
use store::{CatalogStore, Commit, PushedEntity, PushedSet, suite};
use support::*;

fn entity(name: &str, owner: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": { "name": name },
        "spec": { "type": "service", "lifecycle": "production", "owner": owner },
    })
}

fn all(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| entity(name, "team")).collect()
}

fn push() -> Push {
    Push { by: "ci".to_owned(), force: false }
}

fn forced() -> Push {
    Push { force: true, ..push() }
}

fn refs(names: &[&str]) -> Vec<EntityRef> {
    names.iter().map(|name| EntityRef::new("component", "default", name)).collect()
}

async fn replace(catalog: &Catalog, entities: Vec<Value>, push: Push) -> [usize; 4] {
    shown(catalog, catalog.engine.replace_set("s", entities, push).await.unwrap()).await
}

async fn shown(catalog: &Catalog, pushed: Pushed) -> [usize; 4] {
    catalog.engine.wait_shown(&pushed.changed).await.unwrap();
    [pushed.tally.added, pushed.tally.updated, pushed.tally.removed, pushed.tally.unchanged]
}

async fn names(catalog: &Catalog) -> Vec<String> {
    entities(catalog).await.keys().map(|name| name.replace("component:default/", "")).collect()
}

async fn empty() -> (Arc<dyn CatalogStore>, Catalog) {
    let store = memory().await;
    let catalog = start(store.clone(), FolderReader::new("/nonexistent"), options([])).await;
    (store, catalog)
}

async fn restart(store: &Arc<dyn CatalogStore>, catalog: Catalog, options: CatalogOptions) -> Catalog {
    catalog.engine.shutdown().await;
    start(store.clone(), FolderReader::new("/nonexistent"), options).await
}

#[tokio::test]
async fn a_push_replaces_the_set_and_is_visible() {
    let (store, catalog) = empty().await;
    assert_eq!(replace(&catalog, all(&["a", "b", "c"]), push()).await, [3, 0, 0, 0]);
    assert_eq!(names(&catalog).await, ["a", "b", "c"]);
    let a = get(&catalog, "component:a").await.unwrap();
    assert_eq!(a["metadata"]["annotations"]["backstage.io/managed-by-location"], "set:s");
    assert_eq!(a["metadata"]["annotations"]["backstage.io/managed-by-origin-location"], "set:s");
    assert_eq!(a["relations"][0]["targetRef"], "group:default/team");
    let next = vec![entity("a", "team"), entity("b", "other"), entity("d", "team")];
    assert_eq!(replace(&catalog, next.clone(), push()).await, [1, 1, 1, 1]);
    assert_eq!(names(&catalog).await, ["a", "b", "d"]);
    assert_eq!(get(&catalog, "component:a").await.unwrap(), a);
    assert_eq!(replace(&catalog, next, push()).await, [0, 0, 0, 3]);
    let status = catalog.engine.set("s").await.unwrap();
    assert_eq!((status.entities, &*status.updated_by, status.problems.len()), (3, "ci", 0));
    let before = entities(&catalog).await;
    let catalog = restart(&store, catalog, options([])).await;
    assert_eq!(entities(&catalog).await, before);
}

#[tokio::test]
async fn a_delta_changes_what_it_names() {
    let (_, catalog) = empty().await;
    let missing = catalog.engine.change_set("s", all(&["a"]), Vec::new(), push()).await;
    assert!(matches!(missing, Err(EngineError::NotFound(_))), "{missing:?}");
    replace(&catalog, all(&["a", "b", "c"]), push()).await;
    let added = vec![entity("a", "other"), entity("d", "team"), entity("b", "team")];
    let changed = catalog.engine.change_set("s", added, refs(&["c", "never"]), push()).await.unwrap();
    assert_eq!(shown(&catalog, changed).await, [1, 1, 1, 1]);
    assert_eq!(names(&catalog).await, ["a", "b", "d"]);
    let both = catalog.engine.change_set("s", all(&["a"]), refs(&["a"]), push()).await;
    assert!(matches!(both, Err(EngineError::Invalid(text)) if text == "component:default/a is both added and removed"));
}

#[tokio::test]
async fn a_push_that_removes_most_of_a_set_has_to_be_meant() {
    let (_, catalog) = empty().await;
    replace(&catalog, all(&["a", "b", "c", "d"]), push()).await;
    let refused = catalog.engine.replace_set("s", all(&["a"]), push()).await;
    let Err(EngineError::Refused(text)) = refused else { panic!("{refused:?}") };
    let expected = "This would remove 3 of the 4 entities of the set 's', more than the 50 % that \
                    catalog.sets.rejectRemovalsAbovePercentage lets go at once; if that is meant, send it again with \
                    ?force=true";
    assert_eq!(text, expected);
    let delta = catalog.engine.change_set("s", Vec::new(), refs(&["a", "b", "c"]), push()).await;
    assert!(matches!(delta, Err(EngineError::Refused(_))), "{delta:?}");
    assert_eq!(names(&catalog).await.len(), 4);
    assert_eq!(replace(&catalog, all(&["a", "b"]), push()).await, [0, 0, 2, 2], "half is not most");
    assert_eq!(replace(&catalog, Vec::new(), forced()).await, [0, 0, 2, 0]);
    assert!(names(&catalog).await.is_empty());
}

#[tokio::test]
async fn a_push_with_anything_that_may_not_come_in_changes_nothing() {
    let (_, catalog) = empty().await;
    replace(&catalog, all(&["a"]), push()).await;
    let nameless = json!({"apiVersion": "v1", "kind": "Component", "metadata": {}});
    let wrong = vec![entity("b", "team"), nameless, json!("text"), entity("b", "team")];
    let refused = catalog.engine.replace_set("s", wrong, push()).await;
    let Err(EngineError::Invalid(text)) = refused else { panic!("{refused:?}") };
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("entities/1: ") && lines[0].contains("name"), "{text}");
    assert!(lines[1].starts_with("entities/2: "), "{text}");
    assert_eq!(lines[2], "entities/3: component:default/b is entities/0 already");
    let too_many = (0..50_001).map(|number| entity(&format!("e{number}"), "team")).collect();
    let refused = catalog.engine.replace_set("s", too_many, push()).await;
    assert!(matches!(&refused, Err(EngineError::Invalid(text)) if text.contains("A set may have 50000 entities")));
    for id in ["", ".", "a/b", "a b", "ü", &"x".repeat(64)] {
        let refused = catalog.engine.replace_set(id, all(&["x"]), push()).await;
        assert!(matches!(refused, Err(EngineError::Invalid(_))), "{id}");
    }
    assert_eq!(names(&catalog).await, ["a"]);
    let readonly = CatalogOptions { readonly: true, ..options([]) };
    catalog.engine.apply_config(readonly).await.unwrap();
    assert!(matches!(catalog.engine.replace_set("s", all(&["a"]), push()).await, Err(EngineError::Readonly)));
}

#[tokio::test]
async fn an_entity_that_is_wrong_keeps_its_last_good_body_as_in_a_file() {
    let (_, catalog) = empty().await;
    replace(&catalog, all(&["a", "b"]), push()).await;
    let mut wrong = entity("a", "team");
    wrong["spec"]["owner"] = json!(["team"]);
    replace(&catalog, vec![wrong, entity("b", "other")], push()).await;
    let a = get(&catalog, "component:a").await.unwrap();
    assert_eq!((&a["spec"]["owner"], a["status"]["items"].as_array().unwrap().len()), (&json!("team"), 1));
    assert_eq!(get(&catalog, "component:b").await.unwrap()["spec"]["owner"], "other");
    let status = catalog.engine.set("s").await.unwrap();
    let (wrong, problem) = &status.problems[0];
    assert_eq!(wrong.as_str(), "component:default/a");
    assert!(problem.message.ends_with("/spec/owner must be string - type: string"), "{problem:?}");
    assert_eq!(problem.place, None, "nobody wrote it into a file");
}

#[tokio::test]
async fn the_rules_hold_and_are_asked_again_when_they_change() {
    let only = |kind: &str| CatalogOptions {
        rules: vec![Rule { allow: vec![AllowedKind { kind: kind.to_owned(), spec_type: None }], locations: None }],
        ..options([])
    };
    let store = memory().await;
    let catalog = start(store.clone(), FolderReader::new("/nonexistent"), only("Group")).await;
    let refused = catalog.engine.replace_set("s", all(&["a"]), push()).await;
    let expected = "entities/0: Entity component:default/a at set:s, originated at set:s, is not of an allowed kind for that \
                    location";
    assert!(matches!(&refused, Err(EngineError::NotAllowed(text)) if text == expected), "{refused:?}");
    catalog.engine.apply_config(only("Component")).await.unwrap();
    replace(&catalog, all(&["a"]), push()).await;
    assert_eq!(names(&catalog).await, ["a"]);
    catalog.engine.apply_config(only("Group")).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    assert!(names(&catalog).await.is_empty());
    assert_eq!(catalog.engine.set("s").await.unwrap().refused.len(), 1);
    // It stands in the set all the same, and rules may change while nothing runs.
    let catalog = restart(&store, catalog, only("Component")).await;
    assert_eq!(names(&catalog).await, ["a"]);
}

#[tokio::test]
async fn what_a_set_lost_to_a_file_it_gets_once_the_file_lets_go_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("a", "file"));
    let store = memory().await;
    let configured = options([file(&folder.path().join("a.yaml"))]);
    let catalog = start(store.clone(), FolderReader::new("/nonexistent"), configured.clone()).await;
    replace(&catalog, all(&["a", "b"]), push()).await;
    assert_eq!(get(&catalog, "component:a").await.unwrap()["spec"]["owner"], "file");
    let conflicts = catalog.engine.set("s").await.unwrap().conflicts;
    assert_eq!(conflicts[0].kept, Some(format!("file:{}", folder.path().join("a.yaml").display())));
    let catalog = restart(&store, catalog, configured).await;
    assert_eq!(get(&catalog, "component:a").await.unwrap()["spec"]["owner"], "file");
    catalog.engine.apply_config(options([])).await.unwrap();
    until(&catalog, async || {
        get(&catalog, "component:a").await.is_some_and(|entity| entity["spec"]["owner"] == "team")
    })
    .await;
}

#[tokio::test]
async fn a_set_goes_with_everything_in_it() {
    let (store, catalog) = empty().await;
    replace(&catalog, all(&["a", "b"]), push()).await;
    catalog.engine.replace_set("other", all(&["c"]), push()).await.unwrap();
    let removed = catalog.engine.remove_set("s", "ci").await.unwrap();
    catalog.engine.wait_shown(&removed.changed).await.unwrap();
    assert_eq!(names(&catalog).await, ["c"]);
    assert!(matches!(catalog.engine.remove_set("s", "ci").await, Err(EngineError::NotFound(_))));
    let left: Vec<String> = store.pushed_sets().await.unwrap().into_iter().map(|set| set.id).collect();
    assert_eq!(left, ["other"]);
    assert_eq!(replace(&catalog, all(&["a"]), push()).await, [1, 0, 0, 0], "and may come again");
    let catalog = restart(&store, catalog, options([])).await;
    assert_eq!(names(&catalog).await, ["a", "c"]);
}

#[tokio::test]
async fn what_was_kept_and_not_handed_on_is_at_the_next_start() {
    let (store, catalog) = empty().await;
    replace(&catalog, all(&["a", "b"]), push()).await;
    catalog.engine.shutdown().await;
    assert!(store.pushed_sets().await.unwrap()[0].applied.is_some());
    // As if it had ended between keeping a push and handing it on.
    let gone = store.pushed_heads("s").await.unwrap().remove(0);
    let other = memory().await;
    let helper = start(other.clone(), FolderReader::new("/nonexistent"), options([])).await;
    helper.engine.replace_set("s", vec![entity("c", "team")], push()).await.unwrap();
    let commit = Commit {
        put_sets: vec![PushedSet { applied: None, ..store.pushed_sets().await.unwrap().remove(0) }],
        put_pushed: other.pushed_after("s", None, 9).await.unwrap(),
        remove_pushed: vec![gone.id],
        ..Commit::default()
    };
    store.commit(&commit).await.unwrap();
    let catalog = start(store.clone(), FolderReader::new("/nonexistent"), options([])).await;
    assert_eq!(names(&catalog).await, ["b", "c"]);
    catalog.engine.shutdown().await;
    assert!(store.pushed_sets().await.unwrap()[0].applied.is_some());
}

/// Who asked another process that died before it answered.
#[tokio::test]
async fn what_was_kept_and_not_handed_on_is_waited_for_after_a_start() {
    let (store, catalog) = empty().await;
    replace(&catalog, all(&["a"]), push()).await;
    catalog.engine.shutdown().await;
    let body = |name: &str| {
        let mut body = entity(name, "other");
        body["metadata"]["annotations"] = json!({
            "backstage.io/managed-by-location": "set:s", "backstage.io/managed-by-origin-location": "set:s",
        });
        body.to_string().into_boxed_str()
    };
    let known = store.pushed_heads("s").await.unwrap();
    let pushed = |name: &str, id| PushedEntity {
        id,
        set: "s".into(),
        entity_ref: refs(&[name]).remove(0),
        hash: "new".into(),
        body: body(name),
    };
    let set = PushedSet { applied: None, ..store.pushed_sets().await.unwrap().remove(0) };
    let put_pushed = vec![pushed("a", known[0].id), pushed("b", suite::id("b"))];
    store.commit(&Commit { put_sets: vec![set], put_pushed, ..Commit::default() }).await.unwrap();

    let urls = FolderReader::new("/nonexistent");
    let catalog = Catalog::start(store, urls, options([]), Arc::new(KindRegistry::builtin())).await.unwrap();
    catalog.engine.wait_shown(&refs(&["a", "b"])).await.unwrap();
    for name in ["component:a", "component:b"] {
        assert_eq!(get(&catalog, name).await.unwrap()["spec"]["owner"], "other");
    }
}

#[tokio::test]
async fn an_entity_that_is_removed_by_hand_comes_back_as_another() {
    let (_, catalog) = empty().await;
    replace(&catalog, all(&["a"]), push()).await;
    let uid = |entity: &Value| entity["metadata"]["uid"].as_str().unwrap().parse().unwrap();
    let before = uid(&get(&catalog, "component:a").await.unwrap());
    catalog.engine.delete(before, catalog::engine::Deletion::AskSource).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    assert_ne!(uid(&get(&catalog, "component:a").await.unwrap()), before);
}

#[tokio::test]
async fn a_pushed_location_is_followed_and_reads_no_more_than_others_may() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("a", "team"));
    let catalog = start(memory().await, FolderReader::new(folder.path()), options([])).await;
    let at = |name: &str, spec: Value| json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Location", "metadata": {"name": name}, "spec": spec});
    let url = at("url", json!({"type": "url", "target": format!("{HOST}a.yaml")}));
    let local = at("file", json!({"type": "file", "target": folder.path().join("a.yaml")}));
    let reading = |name: &str, from: &str| {
        let mut api = entity(name, "team");
        api["kind"] = json!("API");
        api["spec"]["definition"] = json!({"$text": from});
        api
    };
    // Repositories are read with credentials that whoever pushes may not have.
    let private = reading("private", "https://git.example/secret/blob/main/x.yaml");
    let local_text = reading("local", "../../etc/passwd");
    let open = reading("open", &format!("{HOST}a.yaml"));
    replace(&catalog, vec![url, local, private, local_text, open], push()).await;
    catalog.engine.wait_idle().await.unwrap();
    assert_eq!(
        get(&catalog, "component:a").await.unwrap()["metadata"]["annotations"]["backstage.io/managed-by-origin-location"],
        "set:s"
    );
    assert!(get(&catalog, "api:open").await.is_some());
    let problems = catalog.engine.set("s").await.unwrap().problems;
    let told: Vec<&str> = problems.iter().map(|(wrong, _)| wrong.as_str()).collect();
    assert_eq!(told, ["api:default/local", "api:default/private", "location:default/file"]);
    assert!(problems[0].1.message.contains("cannot be read from an entity of set:s"), "{problems:?}");
    assert!(problems[1].1.message.contains("same repository"), "{problems:?}");
}
