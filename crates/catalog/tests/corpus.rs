//! Real and hostile catalogs, end to end. Skipped where the samples are not there.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use catalog::offline::OfflineFile;
use model::descriptor::check_file;
use model::{KindRegistry, LocationRef, Severity};
use serde_json::Value;
use support::*;

/// What each broken file must say, and the entities it yields nevertheless.
const BROKEN: &[(&str, &[&str], &[&str])] = &[
    ("01-", &["metadata.name", "tags"], &[]),
    ("02-", &["metadata.name"], &[]),
    ("03-", &[], &["component"]),
    ("05-", &["YAML"], &[]),
    ("06-", &["YAML"], &[]),
    ("07-", &[], &["component"]),
    ("08-", &["YAML"], &["component:default/first-ok"]),
    ("09-", &["Expected object at root"], &[]),
    ("10-", &["Expected object at root"], &[]),
    ("12-", &[], &[]),
    ("13-", &[], &["component"]),
    ("14-", &[], &["component"]),
    ("15-", &["UTF-8"], &[]),
    ("16-", &["kind"], &[]),
    ("17-", &[""], &[]),
    ("18-", &["foreign kind or apiVersion"], &[]),
    ("19-", &["owner"], &[]),
    ("20-", &["owner"], &[]),
    ("21-", &["annotations"], &[]),
    ("22-", &["annotations"], &[]),
    ("23-", &["labels"], &[]),
    ("24-", &["tags"], &[]),
    ("25-", &["url"], &[]),
    ("26-", &["extra"], &[]),
    ("27-", &["does-not-exist.yaml"], &[]),
    ("28-", &["outside"], &[]),
    ("29-", &["http and https"], &[]),
    ("30-", &["not allowed"], &[]),
    ("31-", &["definition"], &[]),
    ("32-", &["$json"], &[]),
    ("35-", &["no/such"], &[]),
    ("36-", &["not-here.yaml"], &[]),
    ("37-", &[], &["location:default/optional-target"]),
    ("39-", &[""], &[]),
    ("41-", &[], &["component"]),
    ("42-", &[], &["component"]),
    ("43-", &[], &["component"]),
    ("45-", &["children"], &[]),
    ("46-", &["memberOf"], &[]),
    ("47-", &[], &["group"]),
    ("48-", &["YAML"], &[]),
    ("49-", &["YAML"], &[]),
    ("51-", &["casing"], &[]),
];

#[tokio::test]
async fn broken_files_say_what_is_wrong_and_stop_nobody() {
    let Some(folder) = corpus().map(|root| root.join("catalogs/_broken")) else { return };
    let files: BTreeSet<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    let mut options = options(files.iter().map(|path| file(path)));
    options.orphan_interval = std::time::Duration::from_secs(3600);
    let catalog = over(options).await;
    let all = entities(&catalog).await;
    let troubles = catalog.engine.problems().await.unwrap();
    for (prefix, words, expected) in BROKEN {
        let path = files.iter().find(|p| p.file_name().unwrap().to_str().unwrap().starts_with(prefix)).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let here: Vec<_> = troubles
            .iter()
            .filter(|t| {
                t.problem.place.as_ref().is_some_and(|p| p.source.ends_with(name))
                    || t.location.as_ref().is_some_and(|l| l.ends_with(name))
                    || t.problem.message.contains(name)
            })
            .collect();
        assert_eq!(here.is_empty(), words.is_empty(), "{name}: {here:#?}");
        for word in *words {
            assert!(here.iter().any(|t| t.problem.message.contains(word)), "{name} {word}: {here:#?}");
        }
        let key = format!("file:{}", path.display());
        let yields: Vec<&String> = all
            .iter()
            .filter(|(name, e)| {
                e["metadata"]["annotations"]["backstage.io/managed-by-location"] == key
                    && !name.starts_with("location:default/generated-")
            })
            .map(|(name, _)| name)
            .collect();
        assert_eq!(yields.is_empty(), expected.is_empty(), "{name}: {yields:?} {here:#?}");
        for wanted in *expected {
            assert!(yields.iter().any(|found| found.starts_with(wanted)), "{name}: {yields:?}");
        }
    }
    let same = catalog.engine.conflicts().await.unwrap();
    assert!(same.iter().any(|c| c.entity_ref.as_str() == "component:default/same-entity"), "{same:?}");
}

#[tokio::test]
async fn globs_and_placeholders_load_whole() {
    let Some(folder) = corpus().map(|root| root.join("catalogs/_reconstructed-globs-and-placeholders")) else { return };
    let catalog = over(options([file(&folder.join("catalog-info.yaml"))])).await;
    let problems = catalog.engine.problems().await.unwrap();
    assert!(problems.is_empty(), "{problems:#?}");
    let all = entities(&catalog).await;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, entity) in all.iter().filter(|(name, _)| !name.contains("/generated-")) {
        *kinds.entry(entity["kind"].as_str().unwrap()).or_default() += 1;
        assert!(!entity["spec"].to_string().contains("\"$text\":"), "{name}");
    }
    let expected = [
        ("API", 6),
        ("Component", 2),
        ("Domain", 1),
        ("Group", 1),
        ("Location", 2),
        ("Resource", 1),
        ("System", 1),
        ("User", 1),
    ];
    assert_eq!(kinds, expected.into_iter().collect());
    assert_eq!(relations_of(&all["group:default/platform"], "hasMember"), ["user:default/ada"]);
}

/// What is wrong with a file by itself and with the files it names, as `callboard validate` sees it.
fn wrong_offline(path: &Path, kinds: &KindRegistry) -> bool {
    let bytes = fs::read(path).unwrap();
    let report = check_file(&path.to_string_lossy(), &bytes, kinds);
    let location = LocationRef::new("file", path.to_string_lossy());
    let text = String::from_utf8_lossy(&bytes);
    let file = OfflineFile { location, text: &text, root: path.parent().unwrap().to_owned() };
    let named = |sound| catalog::offline::check(sound, &file, kinds);
    let problems = report.entities.iter().flat_map(named).chain(report.problems);
    problems.into_iter().any(|problem| problem.severity == Severity::Error)
}

#[tokio::test]
async fn the_catalog_and_the_offline_check_agree_on_every_real_file() {
    let Some(root) = corpus().map(|root| root.join("catalogs")) else { return };
    let kinds = KindRegistry::builtin();
    let mut files = BTreeSet::new();
    for entry in walkdir::WalkDir::new(&root).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
        let ours = |line: &str| line.starts_with("apiVersion:") && line.contains("backstage.io");
        if entry.path().extension().is_some_and(|e| e == "yaml" || e == "yml") && text.lines().any(ours) {
            files.insert(entry.into_path());
        }
    }
    assert!(files.len() > 100, "{}", files.len());
    let mut options = options(files.iter().map(|path| file(path)));
    options.rules[0].allow.push(config::AllowedKind { kind: "AiResource".to_owned(), spec_type: None });
    let catalog = over(options).await;
    let troubles = catalog.engine.problems().await.unwrap();
    let named = |path: &Path| {
        let key = format!("file:{}", path.display());
        let hosts = |message: &str| message.contains("Reading from 'http") || message.contains("NotAllowedError");
        let here = troubles.iter().filter(|trouble| {
            let at = trouble.problem.place.as_ref().is_some_and(|place| Path::new(&place.source) == path);
            at || trouble.location.as_deref() == Some(key.as_str())
        });
        let errors = here.filter(|trouble| trouble.problem.severity == Severity::Error);
        errors.filter(|trouble| !hosts(&trouble.problem.message)).collect::<Vec<_>>()
    };
    // What another file defines first is not processed, so nothing is known about it.
    let lost: BTreeSet<String> = catalog.engine.conflicts().await.unwrap().into_iter().map(|c| c.dropped).collect();
    let mut compared = 0;
    let mut differ = Vec::new();
    for path in files.iter().filter(|path| !lost.contains(&format!("file:{}", path.display()))) {
        let online = named(path);
        let placed = online.iter().all(|trouble| trouble.problem.place.is_some());
        if !placed || online.is_empty() == wrong_offline(path, &kinds) {
            differ.push((path, online));
        }
        compared += 1;
    }
    assert!(differ.is_empty(), "{differ:#?}");
    println!("compared {compared} of {} files", files.len());
    assert!(compared > files.len() / 2);
}

fn relations_of(entity: &Value, kind: &str) -> Vec<String> {
    let relations = entity["relations"].as_array().unwrap().iter().filter(|r| r["type"] == kind);
    relations.map(|r| r["targetRef"].as_str().unwrap().to_owned()).collect()
}

/// Recorded answers of a real Backstage over the same files.
#[tokio::test]
async fn entities_are_those_of_a_real_backstage() {
    let Some(wire) = corpus().map(|root| root.join("wire")) else { return };
    let roots = ["root.yaml", "foreign.yaml"].map(|file| ("url", format!("{HOST}{file}")));
    let catalog = start(memory().await, FolderReader::new(wire.join("input")), options(roots)).await;
    let all = entities(&catalog).await;
    let mut compared = BTreeSet::new();
    for line in fs::read_to_string(wire.join("catalog.jsonl")).unwrap().lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let mut queue = vec![exchange["response"].clone()];
        while let Some(value) = queue.pop() {
            let whole = value.get("relations").is_some() && value.pointer("/metadata/etag").is_some();
            if !whole {
                match value {
                    Value::Object(map) => queue.extend(map.into_iter().map(|(_, v)| v)),
                    Value::Array(items) => queue.extend(items),
                    _ => {}
                }
                continue;
            }
            let name = model::Entity(value.clone()).entity_ref().to_string();
            let mut ours = all.get(&name).unwrap_or_else(|| panic!("{name} is missing")).clone();
            for key in ["uid", "etag"] {
                ours["metadata"][key] = value["metadata"][key].clone();
            }
            assert_eq!(ours, value, "{name}");
            compared.insert(name);
        }
    }
    println!("compared {} entities", compared.len());
    assert!(compared.len() > 5);
}
