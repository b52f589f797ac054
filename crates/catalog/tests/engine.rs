//! From files and URLs to what readers see.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use config::OrphanStrategy;
use store::Commit;
use support::*;

fn relations(entity: &serde_json::Value) -> Vec<String> {
    let relation =
        |r: &serde_json::Value| format!("{} {}", r["type"].as_str().unwrap(), r["targetRef"].as_str().unwrap());
    entity["relations"].as_array().unwrap().iter().map(relation).collect()
}

#[tokio::test]
async fn a_file_becomes_visible_with_relations_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./a.yaml", "./teams/*.yaml"]));
    write(folder.path(), "a.yaml", &component("a", "team"));
    write(folder.path(), "teams/team.yaml", &group("team"));
    let catalog = over(options([file(&folder.path().join("all.yaml"))])).await;
    let all = entities(&catalog).await;
    assert_eq!(all.len(), 4, "{:?}", all.keys());
    let a = &all["component:default/a"];
    assert_eq!(relations(a), ["ownedBy group:default/team"]);
    assert_eq!(relations(&all["group:default/team"]), ["ownerOf component:default/a"]);
    let annotations = &a["metadata"]["annotations"];
    let at = |path: &str| format!("file:{}", folder.path().join(path).display());
    assert_eq!(annotations["backstage.io/managed-by-location"], at("a.yaml"));
    assert_eq!(annotations["backstage.io/managed-by-origin-location"], at("all.yaml"));
    assert_eq!(a["metadata"]["namespace"], "default");
    assert!(a["metadata"]["uid"].is_string());
    assert_eq!(a["metadata"]["etag"].as_str().unwrap().len(), 40);
    assert!(a.get("status").is_none());
    let inspection = catalog.engine.inspect(&"component:default/a".parse_ref()).await.unwrap().unwrap();
    assert_eq!(inspection.parents.len(), 3);
    assert_eq!(inspection.changes.len(), 1);
    assert!(inspection.processed.is_some() && inspection.unprocessed.is_some());
    assert!(catalog.engine.problems().await.unwrap().is_empty());
}

#[tokio::test]
async fn more_than_is_written_at_once_shows_its_relations_from_both_sides() {
    const COUNT: usize = 2500;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./many/*.yaml"]));
    for (number, part) in (0..COUNT).collect::<Vec<_>>().chunks(500).enumerate() {
        let depends = |i: &usize| {
            let next = (i + COUNT / 2) % COUNT;
            component(&format!("c{i}"), "team").replace("owner:", &format!("dependsOn: [component:c{next}], owner:"))
        };
        let text: Vec<String> = part.iter().map(depends).collect();
        write(folder.path(), &format!("many/{number}.yaml"), &text.join("---\n"));
    }
    let catalog = over(options([file(&folder.path().join("all.yaml"))])).await;
    let all = entities(&catalog).await;
    for i in 0..COUNT {
        let other = (i + COUNT / 2) % COUNT;
        let expected = ["dependencyOf", "dependsOn"].map(|kind| format!("{kind} component:default/c{other}"));
        let found = relations(&all[&format!("component:default/c{i}")]);
        assert_eq!(found, [&expected[..], &["ownedBy group:default/team".to_owned()]].concat());
    }
}

trait ParseRef {
    fn parse_ref(&self) -> model::EntityRef;
}

impl ParseRef for str {
    fn parse_ref(&self) -> model::EntityRef {
        model::EntityRef::parse_full(self).unwrap()
    }
}

#[tokio::test]
async fn uids_are_in_the_order_in_which_entities_appeared() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./*/*.yaml"]));
    let late = component("late", "team");
    write(folder.path(), "x/late.yaml", &late.replace("owner:", "nobody:"));
    write(folder.path(), "x/early.yaml", &component("early", "team"));
    let store = memory().await;
    let options = options([file(&folder.path().join("all.yaml"))]);
    let catalog = start(store.clone(), FolderReader::new(folder.path()), options.clone()).await;
    assert!(get(&catalog, "component:late").await.is_none());
    let uid = async |catalog: &catalog::Catalog, entity_ref: &str| {
        get(catalog, entity_ref).await.unwrap()["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    let early = uid(&catalog, "component:early").await;

    write(folder.path(), "x/late.yaml", &late);
    look_again(&catalog).await;
    let late = uid(&catalog, "component:late").await;
    assert!(late > early, "{late} {early}");
    catalog.engine.shutdown().await;
    // They are kept, and the next comes behind both.
    let catalog = start(store, FolderReader::new(folder.path()), options).await;
    assert_eq!(uid(&catalog, "component:early").await, early);
    assert_eq!(uid(&catalog, "component:late").await, late);
    write(folder.path(), "x/next.yaml", &component("next", "team"));
    look_again(&catalog).await;
    assert!(uid(&catalog, "component:next").await > late);
}

#[tokio::test]
async fn a_broken_file_keeps_what_was_good_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("a", "team"));
    let catalog = over(options([file(&folder.path().join("a.yaml"))])).await;
    let before = get(&catalog, "component:a").await.unwrap();

    // The entity is wrong: its own status says so.
    write(folder.path(), "a.yaml", &component("a", "[x]"));
    look_again(&catalog).await;
    let wrong = get(&catalog, "component:a").await.unwrap();
    assert_eq!(wrong["spec"], before["spec"]);
    assert_eq!(
        wrong["status"]["items"][0]["message"],
        "InputError: Processor BuiltinKindsEntityProcessor threw an error while validating the entity \
         component:default/a; caused by TypeError: /spec/owner must be string - type: string"
    );
    let problems = catalog.engine.problems().await.unwrap();
    assert_eq!(problems.len(), 1);
    let place = problems[0].problem.place.clone().unwrap();
    assert_eq!((place.line, place.source), (4, folder.path().join("a.yaml").display().to_string()));

    // The file is no YAML: its location says so, and nothing goes away.
    write(folder.path(), "a.yaml", "a: [b\n");
    look_again(&catalog).await;
    assert!(get(&catalog, "component:a").await.is_some());
    let root = entities(&catalog).await.into_iter().find(|(name, _)| name.starts_with("location:")).unwrap().1;
    assert!(root["status"]["items"][0]["message"].as_str().unwrap().starts_with("Error: YAML error at file:"));

    write(folder.path(), "a.yaml", &component("a", "team"));
    look_again(&catalog).await;
    let repaired = get(&catalog, "component:a").await.unwrap();
    assert_eq!(repaired, before);
    assert!(catalog.engine.problems().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_file_drops_becomes_an_orphan_and_goes() {
    for strategy in [OrphanStrategy::Delete, OrphanStrategy::Keep] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "all.yaml", &location("all", &["./a.yaml"]));
        write(folder.path(), "a.yaml", &format!("{}---\n{}", component("a", "team"), group("team")));
        let mut options = options([file(&folder.path().join("all.yaml"))]);
        options.orphan_strategy = strategy;
        let catalog = over(options).await;
        write(folder.path(), "a.yaml", &group("team"));
        look_again(&catalog).await;
        match strategy {
            OrphanStrategy::Delete => {
                until(&catalog, async || get(&catalog, "component:a").await.is_none()).await;
                assert!(relations(&get(&catalog, "group:team").await.unwrap()).is_empty());
            }
            OrphanStrategy::Keep => {
                let orphan = get(&catalog, "component:a").await.unwrap();
                assert_eq!(orphan["metadata"]["annotations"]["backstage.io/orphan"], "true");
                assert!(!catalog.engine.refresh(&"component:a".parse_ref()).await.unwrap());
                // It comes back as itself.
                write(folder.path(), "a.yaml", &format!("{}---\n{}", component("a", "team"), group("team")));
                look_again(&catalog).await;
                let back = get(&catalog, "component:a").await.unwrap();
                assert!(back["metadata"]["annotations"].get("backstage.io/orphan").is_none());
                assert_eq!(back["metadata"]["uid"], orphan["metadata"]["uid"]);
            }
        }
    }
}

#[tokio::test]
async fn the_first_source_of_a_reference_keeps_it_until_it_lets_go() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &component("Same", "first"));
    write(folder.path(), "b.yaml", &format!("{}---\n{}", component("same", "second"), component("other", "x")));
    let (a, b) = (file(&folder.path().join("a.yaml")), file(&folder.path().join("b.yaml")));
    let catalog = over(options([a.clone()])).await;
    catalog.engine.apply_config(options([a, b.clone()])).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    assert_eq!(get(&catalog, "component:same").await.unwrap()["spec"]["owner"], "first");
    assert!(get(&catalog, "component:other").await.is_some());
    let conflicts = catalog.engine.conflicts().await.unwrap();
    assert_eq!(conflicts.len(), 1);
    assert!(conflicts[0].kept.as_ref().unwrap().ends_with("a.yaml") && conflicts[0].dropped.ends_with("b.yaml"));
    assert_eq!(catalog.engine.problems().await.unwrap().len(), 1);

    catalog.engine.apply_config(options([b])).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    assert_eq!(get(&catalog, "component:same").await.unwrap()["spec"]["owner"], "second");
    assert!(catalog.engine.conflicts().await.unwrap().is_empty());
}

#[tokio::test]
async fn of_documents_of_one_file_with_the_same_reference_the_last_counts() {
    let folder = tempfile::tempdir().unwrap();
    let documents = [component("same", "first"), component("other", "x"), component("Same", "second")];
    write(folder.path(), "a.yaml", &documents.join("---\n"));
    let catalog = over(options([file(&folder.path().join("a.yaml"))])).await;
    for _ in 0..2 {
        assert_eq!(get(&catalog, "component:same").await.unwrap()["spec"]["owner"], "second");
        assert!(get(&catalog, "component:other").await.is_some());
        assert_eq!(catalog.engine.conflicts().await.unwrap().len(), 1);
        look_again(&catalog).await;
    }
}

#[tokio::test]
async fn removing_a_location_removes_all_below_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./sub/*.yaml"]));
    write(folder.path(), "sub/a.yaml", &component("a", "team"));
    write(folder.path(), "team.yaml", &group("team"));
    let (all, team) = (file(&folder.path().join("all.yaml")), file(&folder.path().join("team.yaml")));
    let catalog = over(options([all, team.clone()])).await;
    assert_eq!(entities(&catalog).await.len(), 5);
    catalog.engine.apply_config(options([team])).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    let left = entities(&catalog).await;
    assert_eq!(left.len(), 2);
    assert!(relations(&left["group:default/team"]).is_empty());
}

#[tokio::test]
async fn locations_that_name_each_other_end_and_go_together() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &location("a", &["./b.yaml"]));
    write(folder.path(), "b.yaml", &location("b", &["./a.yaml"]));
    let catalog = over(options([file(&folder.path().join("a.yaml"))])).await;
    assert_eq!(entities(&catalog).await.len(), 3);
    catalog.engine.apply_config(options([])).await.unwrap();
    until(&catalog, async || entities(&catalog).await.is_empty()).await;
}

#[tokio::test]
async fn a_saved_file_is_seen_without_being_asked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./a.yaml", "./more/**/*.yaml"]));
    write(folder.path(), "a.yaml", &component("a", "team"));
    let mut options = options([file(&folder.path().join("all.yaml"))]);
    options.watch = true;
    let catalog = over(options).await;
    write(folder.path(), "a.yaml", &component("a", "changed"));
    until(&catalog, async || get(&catalog, "component:a").await.unwrap()["spec"]["owner"] == "changed").await;
    write(folder.path(), "more/deep/b.yaml", &component("b", "team"));
    until(&catalog, async || get(&catalog, "component:b").await.is_some()).await;
    fs::remove_file(folder.path().join("more/deep/b.yaml")).unwrap();
    until(&catalog, async || get(&catalog, "component:b").await.is_none()).await;
}

#[tokio::test]
async fn a_restart_shows_the_last_state_and_then_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./a.yaml", "./b/*.yaml", "./broken.yaml"]));
    write(folder.path(), "a.yaml", &component("a", "team"));
    write(folder.path(), "b/b.yaml", &component("b", "team"));
    write(folder.path(), "b/team.yaml", &group("team"));
    write(folder.path(), "broken.yaml", "a: [");
    let options = || options([file(&folder.path().join("all.yaml"))]);
    let store = memory().await;
    let urls = || FolderReader::new("/nonexistent");
    let first = start(store.clone(), urls(), options()).await;
    let before = entities(&first).await;
    first.engine.shutdown().await;
    let seq = store.newest_seq().await.unwrap();

    let kinds = std::sync::Arc::new(model::KindRegistry::builtin());
    let second = catalog::Catalog::start(store.clone(), urls(), options(), kinds).await.unwrap();
    assert_eq!(entities(&second).await, before, "before any source was read");
    second.engine.wait_idle().await.unwrap();
    assert_eq!(entities(&second).await, before, "after all were read");
    assert_eq!(store.newest_seq().await.unwrap(), seq, "nothing changed, nothing is told");
    second.engine.shutdown().await;

    fs::remove_file(folder.path().join("b/b.yaml")).unwrap();
    write(folder.path(), "a.yaml", &component("a", "other"));
    let third = start(store, urls(), options()).await;
    until(&third, async || get(&third, "component:b").await.is_none()).await;
    assert_eq!(get(&third, "component:a").await.unwrap()["spec"]["owner"], "other");
    assert!(relations(&get(&third, "group:team").await.unwrap()).is_empty());
}

#[tokio::test]
async fn what_an_earlier_release_kept_without_what_readers_see_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "a.yaml", &component("a", "team"));
    let store = memory().await;
    let locations = || options([file(&root.join("a.yaml"))]);
    let first = start(store.clone(), FolderReader::new("/nonexistent"), locations()).await;
    let before = entities(&first).await;
    first.engine.shutdown().await;
    let upserts = store.entities_after(None, 10).await.unwrap();
    let deletes = upserts.iter().map(|row| row.entity_ref.clone()).collect();
    store.commit(&Commit { deletes, upserts, ..Commit::default() }).await.unwrap();
    assert!(store.finals_after(None, 10).await.unwrap().is_empty());

    let second = start(store, FolderReader::new("/nonexistent"), locations()).await;
    assert_eq!(entities(&second).await, before);
}

#[tokio::test]
async fn a_file_with_a_kind_that_is_not_allowed_is_refused_and_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "all.yaml", &location("all", &["./a.yaml", "./b.yaml"]));
    write(folder.path(), "a.yaml", &format!("{}---\n{}", component("b", "team"), group("team")));
    write(folder.path(), "b.yaml", &component("a", "team"));
    let mut options = options([file(&folder.path().join("all.yaml"))]);
    options.rules = catalog::CatalogOptions::default().rules;
    let catalog = over(options).await;
    assert!(get(&catalog, "component:a").await.is_some());
    assert!(get(&catalog, "group:team").await.is_none() && get(&catalog, "component:b").await.is_none());
    let problems = catalog.engine.problems().await.unwrap();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].problem.message.ends_with("is not of an allowed kind for that location"));
    assert_eq!(problems[0].problem.place.as_ref().unwrap().line, 6);
}

#[tokio::test]
async fn rules_that_changed_while_it_was_down_are_applied() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &group("team"));
    let at = file(&folder.path().join("a.yaml"));
    let store = memory().await;
    let urls = || FolderReader::new("/nonexistent");
    let strict = || {
        let mut strict = options([at.clone()]);
        strict.rules = catalog::CatalogOptions::default().rules;
        strict
    };
    let lenient = || {
        let mut lenient = strict();
        lenient.locations[0].rules = vec![vec![config::AllowedKind { kind: "Group".to_owned(), spec_type: None }]];
        lenient
    };
    for (options, refused) in [(lenient(), false), (strict(), true), (options([at.clone()]), false), (strict(), true)] {
        let catalog = start(store.clone(), urls(), options).await;
        let problems = catalog.engine.problems().await.unwrap();
        assert_eq!(problems.iter().any(|trouble| trouble.problem.name == "NotAllowedError"), refused, "{problems:#?}");
        // What was let in once stays as it was, with the problem.
        assert!(get(&catalog, "group:team").await.is_some());
        catalog.engine.shutdown().await;
    }
}

#[tokio::test]
async fn problems_point_at_their_line_wherever_the_text_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: api}\n\
               spec:\n  type: x\n  lifecycle: production\n  owner: {$json: ./owner.json}\n  definition: x\n";
    write(folder.path(), "all.yaml", &location("all", &["./a.yaml", "./none.yaml"]));
    write(folder.path(), "a.yaml", &format!("{}---\n{api}", component("a", "team")));
    write(folder.path(), "owner.json", "\"team\"");
    let options = || options([file(&folder.path().join("all.yaml"))]);
    let store = memory().await;
    let places = async |catalog: &catalog::Catalog| {
        let problems = catalog.engine.problems().await.unwrap();
        let place = |trouble: &catalog::Trouble| trouble.problem.place.as_ref().map(|place| (place.line, place.column));
        problems.iter().map(place).collect::<Vec<_>>()
    };
    let first = start(store.clone(), FolderReader::new("/nonexistent"), options()).await;
    assert_eq!(places(&first).await, [Some((1, 1))], "where the missing file is named");
    // Only the file that is pulled in changes, so the text of the entity is not at hand.
    write(folder.path(), "owner.json", "[1]");
    first.engine.refresh(&"api:api".parse_ref()).await.unwrap();
    first.engine.wait_idle().await.unwrap();
    assert_eq!(places(&first).await, [Some((12, 10)), Some((1, 1))]);
    // What is wrong moves with its lines.
    write(folder.path(), "a.yaml", &format!("# one\n# two\n{}---\n{api}", component("a", "team")));
    look_again(&first).await;
    assert_eq!(places(&first).await, [Some((14, 10)), Some((1, 1))]);
    first.engine.shutdown().await;
    let second = start(store, FolderReader::new("/nonexistent"), options()).await;
    assert_eq!(places(&second).await, [Some((14, 10)), Some((1, 1))], "after a restart");
}

#[tokio::test]
async fn what_a_provider_left_that_no_longer_exists_goes_unless_it_is_kept() {
    for strategy in [OrphanStrategy::Delete, OrphanStrategy::Keep] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.yaml", &component("a", "team"));
        let at = || file(&folder.path().join("a.yaml"));
        let store = memory().await;
        start(store.clone(), FolderReader::new("/nonexistent"), options([at()])).await.engine.shutdown().await;
        let mut rows = store.entities(&["component:default/a".parse_ref()]).await.unwrap();
        rows[0].parent = Some(store::Parent::Provider("github-discovery:default".to_owned()));
        store.commit(&store::Commit { upserts: rows, ..store::Commit::default() }).await.unwrap();
        let mut options = options([]);
        options.orphan_provider_strategy = strategy;
        let catalog = start(store, FolderReader::new("/nonexistent"), options).await;
        assert_eq!(get(&catalog, "component:a").await.is_some(), strategy == OrphanStrategy::Keep);
    }
}

#[tokio::test]
async fn thousands_of_targets_are_read_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let targets: Vec<String> = (0..1200).map(|i| format!("./{}/{i}/a.yaml", i % 10)).collect();
    for (i, target) in targets.iter().enumerate() {
        write(folder.path(), target, &component(&format!("c{i}"), "team"));
    }
    let twice: Vec<&String> = targets.iter().chain(&targets).collect();
    write(folder.path(), "all.yaml", &location("all", &twice));
    let mut options = options([file(&folder.path().join("all.yaml"))]);
    options.watch = true;
    let catalog = over(options).await;
    assert_eq!(entities(&catalog).await.len(), 1202);
    assert_eq!(catalog.engine.sources().await.unwrap().len(), 1201);
    assert!(catalog.engine.problems().await.unwrap().is_empty());
    write(folder.path(), "3/33/a.yaml", &component("c33", "changed"));
    until(&catalog, async || get(&catalog, "component:c33").await.unwrap()["spec"]["owner"] == "changed").await;
}

#[tokio::test]
async fn kinds_that_changed_while_it_was_down_are_applied() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", &format!("# a comment\n{}---\n{}", group("team"), component("a", "team")));
    let store = memory().await;
    let begin = async |kinds: model::KindRegistry| {
        let options = options([file(&folder.path().join("a.yaml"))]);
        let (urls, kinds) = (FolderReader::new("/nonexistent"), std::sync::Arc::new(kinds));
        let catalog = catalog::Catalog::start(store.clone(), urls, options, kinds).await.unwrap();
        catalog.engine.wait_idle().await.unwrap();
        catalog
    };
    let mut fewer = model::kind::KindDefinition::builtin();
    fewer.retain(|kind| kind.kind != "Component");
    let builtin = model::KindRegistry::builtin;
    let fewer = || model::KindRegistry::from_definitions(fewer.clone()).unwrap();
    for (kinds, refused) in [(builtin(), false), (fewer(), true), (builtin(), false)] {
        let catalog = begin(kinds).await;
        let problems = catalog.engine.problems().await.unwrap();
        assert_eq!(problems.len(), usize::from(refused), "{problems:#?}");
        for trouble in &problems {
            assert!(trouble.visible && trouble.problem.message.contains("foreign kind"), "{trouble:#?}");
            assert_eq!(trouble.problem.place.as_ref().map(|place| place.line), Some(8), "{trouble:#?}");
        }
        catalog.engine.shutdown().await;
    }
}
