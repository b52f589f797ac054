//! Files become entities, changes become visible, problems are told.

use serde_json::json;
use testkit::{FileServer, TOKEN, corpus};

use crate::app;

const COUNT: &str = "/api/catalog/entities/by-query?limit=0";

fn component(name: &str, extra: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}{extra}}}\n\
         spec: {{type: service, lifecycle: production, owner: team-a}}\n"
    )
}

fn locations(list: &str) -> String {
    format!(
        "catalog:\n  rules: [{{allow: [Component, API, Resource, System, Domain, Group, User, Location, Template]}}]\n  \
         locations:\n{list}"
    )
}

#[tokio::test]
async fn the_demo_catalog_loads_whole_and_without_problems() {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/catalog-info.yaml");
    let app = app().config(&locations(&format!("    - {{type: file, target: '{demo}'}}\n"))).start().await;
    app.until(COUNT, |answer| answer.json()["totalItems"] == 57).await;
    let entities = app.get("/api/catalog/entities").await.json();
    let broken: Vec<_> = entities.as_array().unwrap().iter().filter(|entity| entity.get("status").is_some()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let timetable = app.get("/api/catalog/entities/by-name/component/default/timetable").await.json();
    let related = |kind: &str| {
        let relations = timetable["relations"].as_array().unwrap();
        relations.iter().filter(|r| r["type"] == kind).map(|r| r["targetRef"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(related("dependsOn"), ["resource:default/event-bus", "resource:default/timetable-db"]);
    assert_eq!(related("ownedBy"), ["group:default/journeys"]);
    assert_eq!(related("partOf"), ["system:default/journey-planner"]);
    let api = app.get("/api/catalog/entities/by-name/api/default/timetable-api").await.json();
    assert!(api["spec"]["definition"].as_str().unwrap().starts_with("openapi: 3.1.0"));
}

#[tokio::test]
async fn a_saved_file_is_visible_and_a_removed_entity_goes() {
    let app = app()
        .file("catalog-info.yaml", &component("first", ""))
        .config(&locations("    - {type: file, target: ./catalog-info.yaml}\n"))
        .start()
        .await;
    app.until("/api/catalog/entities/by-name/component/default/first", |answer| answer.status == 200).await;
    app.write(
        "catalog-info.yaml",
        &format!("{}---\n{}", component("first", ", title: Changed"), component("second", "")),
    );
    app.until("/api/catalog/entities/by-name/component/default/second", |answer| answer.status == 200).await;
    let first = app.get("/api/catalog/entities/by-name/component/default/first").await.json();
    assert_eq!(first["metadata"]["title"], "Changed");
    app.write("catalog-info.yaml", &component("second", ""));
    app.until("/api/catalog/entities/by-name/component/default/first", |answer| {
        answer.status == 404 || answer.json()["metadata"]["annotations"]["backstage.io/orphan"] == "true"
    })
    .await;
}

#[tokio::test]
async fn a_broken_file_keeps_the_last_good_body_and_says_what_is_wrong() {
    let app = app()
        .file("catalog-info.yaml", &component("steady", ""))
        .config(&locations("    - {type: file, target: ./catalog-info.yaml}\n"))
        .start()
        .await;
    let steady = "/api/catalog/entities/by-name/component/default/steady";
    app.until(steady, |answer| answer.status == 200).await;
    app.write("catalog-info.yaml", &component("steady", "").replace("owner: team-a", "owner: [team-a]"));
    let broken = app.until(steady, |answer| answer.json().get("status").is_some()).await.json();
    assert_eq!(broken["spec"]["owner"], "team-a");
    assert!(
        broken["status"]["items"][0]["message"].as_str().unwrap().contains("/spec/owner must be string"),
        "{broken:#}"
    );
    app.write("catalog-info.yaml", &component("steady", ""));
    app.until(steady, |answer| answer.json().get("status").is_none()).await;
}

#[tokio::test]
async fn what_is_wrong_is_logged_once_when_it_arises_and_once_when_it_is_repaired() {
    let good = component("never-seen", "");
    let app = app()
        .file("catalog-info.yaml", &good.replace("owner: team-a", "owner: [team-a]"))
        .file("other.yaml", &component("other", ""))
        .config(&locations(
            "    - {type: file, target: ./catalog-info.yaml}\n    - {type: file, target: ./other.yaml}\n",
        ))
        .start()
        .await;
    let other = "/api/catalog/entities/by-name/component/default/other";
    app.until(other, |answer| answer.status == 200).await;
    app.until("/metrics", |answer| answer.text.contains("\ncatalog_problems_count 1\n")).await;
    // Later work does not repeat it.
    app.write("other.yaml", &component("other", ", title: Changed"));
    app.until(other, |answer| answer.json()["metadata"]["title"] == "Changed").await;
    let lines = |text: &str| -> Vec<String> {
        app.log().lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    };
    let wrong = lines("something is wrong in the catalog");
    assert_eq!(wrong.len(), 1, "{wrong:#?}");
    for part in ["component:default/never-seen", "catalog-info.yaml:4:53", "/spec/owner must be string", "false"] {
        assert!(wrong[0].contains(part), "{part}: {}", wrong[0]);
    }
    assert!(lines("no longer wrong").is_empty());
    app.write("catalog-info.yaml", &good);
    app.until("/api/catalog/entities/by-name/component/default/never-seen", |answer| answer.status == 200).await;
    app.until("/metrics", |answer| answer.text.contains("\ncatalog_problems_count 0\n")).await;
    let repaired = lines("no longer wrong in the catalog");
    assert_eq!(repaired.len(), 1, "{repaired:#?}");
    assert!(repaired[0].contains("catalog-info.yaml:4:53"), "{}", repaired[0]);
}

#[tokio::test]
async fn urls_are_read_and_reread_on_request() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("catalog-info.yaml"), component("remote", "")).unwrap();
    let files = FileServer::start(folder.path()).await;
    let config = format!(
        "backend: {{reading: {{allow: [{{host: '{}'}}]}}}}\n{}",
        files.host(),
        locations(&format!("    - {{type: url, target: '{}'}}\n", files.url("catalog-info.yaml")))
    );
    let app = app().config(&config).start().await;
    let remote = "/api/catalog/entities/by-name/component/default/remote";
    let entity = app.until(remote, |answer| answer.status == 200).await.json();
    let location = format!("url:{}", files.url("catalog-info.yaml"));
    assert_eq!(entity["metadata"]["annotations"]["backstage.io/managed-by-location"], location);
    std::fs::write(folder.path().join("catalog-info.yaml"), component("remote", ", title: New")).unwrap();
    let refreshed = app.post("/api/catalog/refresh", &json!({"entityRef": "component:default/remote"})).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    app.until(remote, |answer| answer.json()["metadata"]["title"] == "New").await;
}

#[tokio::test]
async fn a_source_that_was_away_at_the_start_is_read_soon_after() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("catalog-info.yaml"), component("late", "")).unwrap();
    // A free port, taken by nobody while Callboard starts.
    let host = FileServer::start(folder.path()).await.host();
    let config = format!(
        "backend: {{reading: {{allow: [{{host: '{host}'}}]}}}}\n{}",
        locations(&format!("    - {{type: url, target: 'http://{host}/catalog-info.yaml'}}\n"))
    );
    let app = app().config(&config).start().await;
    let _files = FileServer::start_at(folder.path(), &host).await;
    app.until("/api/catalog/entities/by-name/component/default/late", |answer| answer.status == 200).await;
}

#[tokio::test]
async fn entity_reads_are_conditional_and_compressed() {
    let app = app()
        .file("catalog-info.yaml", &component("cached", &format!(", description: {}", "long ".repeat(400))))
        .config(&locations("    - {type: file, target: ./catalog-info.yaml}\n"))
        .start()
        .await;
    let path = "/api/catalog/entities/by-name/component/default/cached";
    app.until(path, |answer| answer.status == 200).await;
    let bearer = format!("Bearer {TOKEN}");
    // A compressed answer has a weak tag, so this one asks for none.
    let plain = [("authorization", bearer.as_str()), ("accept-encoding", "identity")];
    let answer = app.call(reqwest::Method::GET, path, None, &plain).await;
    let etag = answer.headers["etag"].to_str().unwrap().to_owned();
    assert!(!etag.starts_with("W/"), "{etag}");
    let again =
        app.call(reqwest::Method::GET, path, None, &[("authorization", &bearer), ("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    for encoding in ["gzip", "br"] {
        let headers = [("authorization", bearer.as_str()), ("accept-encoding", encoding)];
        let compressed = app.call(reqwest::Method::GET, path, None, &headers).await;
        let was = compressed.headers.get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
        // The client of this test undoes gzip by itself and then hides the header.
        assert!(was.as_deref() == Some(encoding) || encoding == "gzip", "{encoding}: {was:?}");
    }
    let metrics = app.get("/metrics").await;
    assert!(metrics.text.contains("catalog_entities_count"), "{}", metrics.text);
}

#[tokio::test]
async fn real_catalogs_load() {
    let Some(root) = corpus("catalogs") else { return };
    // Entities that must be visible: those of SOURCES.md without the documents that are templates or refused there too.
    for (name, least) in [
        ("backstage__demo", 10),
        ("thatmlopsguy__dokaseca-portal-catalog", 14),
        ("elastic__logstash", 21),
        ("backstage__backstage-2021-06", 50),
        ("redhat-developer__red-hat-developer-hub-software-templates", 10),
    ] {
        let target = root.join(name).canonicalize().unwrap();
        let config = locations(&format!("    - {{type: file, target: '{}/**/*.{{yaml,yml}}'}}\n", target.display()))
            .replace("Template]", "Template, AiResource]");
        let app = app().config(&config).start().await;
        app.until(COUNT, |answer| answer.json()["totalItems"].as_u64() >= Some(least)).await;
    }
}
