//! Kinds that entities define: in force at once, judged again when they change, and never in each other's way.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use catalog::{Catalog, CatalogOptions};
use config::{AllowedKind, OrphanStrategy};
use serde_json::Value;
use support::*;

fn definition(spec: &str) -> String {
    format!(
        "apiVersion: callboard.io/v1alpha1\nkind: KindDefinition\nmetadata: {{name: environment}}\n\
         spec:\n  kind: Environment\n  apiVersions: [acme.example/v1]\n{spec}"
    )
}

fn environment(name: &str, spec: &str) -> String {
    format!("apiVersion: acme.example/v1\nkind: Environment\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n")
}

const RUNS_ON: &str = "  relations: [{path: spec.hosts, forward: hosts, reverse: runsOn, defaultKind: Component}]\n";

/// Options over files that may hold definitions and environments too.
fn options_over(folder: &Path, files: &[&str]) -> CatalogOptions {
    let mut options = options(files.iter().map(|name| file(&folder.join(name))));
    let more = ["KindDefinition", "Environment"].map(|kind| AllowedKind { kind: kind.to_owned(), spec_type: None });
    options.rules[0].allow.extend(more);
    options.orphan_strategy = OrphanStrategy::Delete;
    options
}

async fn problems(catalog: &Catalog) -> Vec<String> {
    let troubles = catalog.engine.problems().await.unwrap();
    troubles.into_iter().map(|trouble| trouble.problem.to_string()).collect()
}

fn related(entity: &Value) -> Vec<(String, String)> {
    let text = |relation: &Value, key: &str| relation[key].as_str().unwrap().to_owned();
    entity["relations"].as_array().unwrap().iter().map(|r| (text(r, "type"), text(r, "targetRef"))).collect()
}

#[tokio::test]
async fn a_kind_is_in_force_whatever_is_read_first() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &environment("live", "hosts: [shop]"));
    write(folder.path(), "b.yaml", &component("shop", "team"));
    write(folder.path(), "c.yaml", &definition(RUNS_ON));
    let catalog = over(options_over(folder.path(), &["a.yaml", "b.yaml", "c.yaml"])).await;
    assert_eq!(problems(&catalog).await, [""; 0]);
    let live = get(&catalog, "environment:live").await.unwrap();
    assert_eq!(related(&live), [("hosts".to_owned(), "component:default/shop".to_owned())]);
    let shop = get(&catalog, "component:shop").await.unwrap();
    assert!(related(&shop).contains(&("runsOn".to_owned(), "environment:default/live".to_owned())), "{shop:#}");
    assert!(catalog.engine.kinds().get("environment").is_some());
}

#[tokio::test]
async fn a_definition_that_changes_has_its_entities_judged_again_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let lenient = definition("  schema: {type: object}\n");
    let strict = definition("  schema:\n    required: [region]\n");
    write(folder.path(), "kind.yaml", &lenient);
    write(folder.path(), "live.yaml", &environment("live", "zone: eu"));
    write(folder.path(), "test.yaml", &format!("{}---\n{}", environment("test", "region: eu"), component("a", "b")));
    let catalog = over(options_over(folder.path(), &["kind.yaml", "live.yaml", "test.yaml"])).await;
    assert_eq!(problems(&catalog).await, [""; 0]);

    write(folder.path(), "kind.yaml", &strict);
    look_again(&catalog).await;
    let told = problems(&catalog).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("live.yaml:4:") && told[0].contains("required property 'region'"), "{told:#?}");
    let live = get(&catalog, "environment:live").await.unwrap();
    assert!(live["status"]["items"][0]["message"].as_str().unwrap().contains("region"), "it stays, with the problem");

    write(folder.path(), "kind.yaml", &lenient);
    look_again(&catalog).await;
    assert_eq!(problems(&catalog).await, [""; 0]);
    assert!(get(&catalog, "environment:live").await.unwrap().get("status").is_none());
}

#[tokio::test]
async fn a_bad_definition_is_told_and_the_last_good_one_stays_in_force() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "kind.yaml", &definition("  schema: {required: [region]}\n"));
    write(folder.path(), "live.yaml", &environment("live", "region: eu"));
    let store = memory().await;
    let all = || options_over(folder.path(), &["kind.yaml", "live.yaml"]);
    let catalog = start(store.clone(), FolderReader::new("/nonexistent"), all()).await;
    write(folder.path(), "kind.yaml", &definition("  schema:\n    required: region\n"));
    look_again(&catalog).await;
    let told = problems(&catalog).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("kind.yaml:8:15: ") && told[0].contains("The schema cannot be used"), "{told:#?}");
    assert!(get(&catalog, "environment:live").await.unwrap().get("status").is_none());
    catalog.engine.shutdown().await;

    // The same holds after a restart, for entities that come only then.
    write(
        folder.path(),
        "live.yaml",
        &format!("{}---\n{}", environment("live", "region: eu"), environment("new", "x: y")),
    );
    let catalog = start(store, FolderReader::new("/nonexistent"), all()).await;
    let told = problems(&catalog).await;
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().any(|text| text.contains("live.yaml:9:") && text.contains("'region'")), "{told:#?}");
}

#[tokio::test]
async fn a_kind_goes_with_its_definition_and_its_entities_say_so() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "kind.yaml", &format!("{}---\n{}", definition(""), component("a", "b")));
    write(folder.path(), "live.yaml", &environment("live", "region: eu"));
    let catalog = over(options_over(folder.path(), &["kind.yaml", "live.yaml"])).await;
    write(folder.path(), "kind.yaml", &component("a", "b"));
    look_again(&catalog).await;
    until(&catalog, async || get(&catalog, "kinddefinition:environment").await.is_none()).await;
    catalog.engine.wait_idle().await.unwrap();
    let told = problems(&catalog).await;
    assert!(
        told.len() == 1 && told[0].contains("No processor recognized the entity environment:default/live"),
        "{told:#?}"
    );
    assert!(get(&catalog, "environment:live").await.is_some());
    write(folder.path(), "kind.yaml", &definition(""));
    look_again(&catalog).await;
    assert_eq!(problems(&catalog).await, [""; 0]);
}

#[tokio::test]
async fn definitions_that_changed_while_it_was_down_are_applied() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "kind.yaml", &definition(""));
    write(folder.path(), "live.yaml", &environment("live", "hosts: [shop]"));
    let store = memory().await;
    let begin = || {
        start(
            store.clone(),
            FolderReader::new("/nonexistent"),
            options_over(folder.path(), &["kind.yaml", "live.yaml"]),
        )
    };
    let catalog = begin().await;
    assert_eq!(related(&get(&catalog, "environment:live").await.unwrap()), []);
    catalog.engine.shutdown().await;
    let seq = store.newest_seq().await.unwrap();
    let catalog = begin().await;
    assert_eq!(store.newest_seq().await.unwrap(), seq, "nothing changed, nothing is told");
    catalog.engine.shutdown().await;
    write(folder.path(), "kind.yaml", &definition(RUNS_ON));
    let catalog = begin().await;
    assert_eq!(related(&get(&catalog, "environment:live").await.unwrap()).len(), 1);
}

#[tokio::test]
async fn a_builtin_kind_is_extended_and_its_definition_needs_a_rule() {
    let folder = tempfile::tempdir().unwrap();
    let extension = "apiVersion: callboard.io/v1alpha1\nkind: KindDefinition\nmetadata: {name: component}\n\
         spec: {kind: Component, schema: {required: [costCentre]}}\n";
    write(folder.path(), "kind.yaml", extension);
    write(folder.path(), "a.yaml", &component("a", "team"));
    let catalog = over(options_over(folder.path(), &["kind.yaml", "a.yaml"])).await;
    let told = problems(&catalog).await;
    assert!(told.len() == 1 && told[0].contains("a.yaml:4:1: ") && told[0].contains("'costCentre'"), "{told:#?}");

    let catalog = over(options([file(&folder.path().join("kind.yaml")), file(&folder.path().join("a.yaml"))])).await;
    let told = problems(&catalog).await;
    assert!(told.len() == 1 && told[0].contains("kinddefinition:default/component"), "{told:#?}");
    assert!(told[0].contains("is not of an allowed kind for that location"), "{told:#?}");
    assert!(get(&catalog, "component:a").await.unwrap().get("status").is_none());
}
