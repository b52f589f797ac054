//! Registering locations over the wire: kept when answered, visible when answered, gone when removed.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, App, FileServer, TOKEN};

use crate::app;

const LOCATIONS: &str = "/api/catalog/locations";

fn component(name: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n\
         spec: {{type: service, lifecycle: production, owner: team-a}}\n"
    )
}

fn location(name: &str, targets: &[&str]) -> String {
    let targets = json!(targets);
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: {name}}}\nspec: {{targets: {targets}}}\n"
    )
}

/// A folder served by URL, with a location over two components.
async fn sources() -> (tempfile::TempDir, FileServer) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("all.yaml"), location("all", &["./one.yaml", "./two.yaml"])).unwrap();
    std::fs::write(folder.path().join("one.yaml"), component("one")).unwrap();
    std::fs::write(folder.path().join("two.yaml"), component("two")).unwrap();
    let server = FileServer::start(folder.path()).await;
    (folder, server)
}

fn config(server: &FileServer, catalog: &str) -> String {
    format!(
        "backend:\n  reading: {{allow: [{{host: '{}'}}]}}\n  \
         database: {{client: better-sqlite3, connection: {{directory: ./data}}}}\ncatalog: {{{catalog}}}\n",
        server.host()
    )
}

async fn call(app: &App, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    app.call(method, path, body.map(ToString::to_string), &headers).await
}

async fn status(app: &App, name: &str) -> u16 {
    app.get(&format!("/api/catalog/entities/by-name/component/default/{name}")).await.status
}

#[tokio::test]
async fn what_is_registered_is_visible_with_the_answer_and_survives_a_crash() {
    let (_folder, server) = sources().await;
    let mut app = app().config(&config(&server, "")).start().await;
    let ask = json!({"type": "url", "target": server.url("all.yaml")});
    let dry = app.post(&format!("{LOCATIONS}?dryRun=true"), &ask).await;
    assert_eq!((dry.status, dry.json()["entities"].as_array().unwrap().len()), (201, 4));
    assert_eq!((app.get(LOCATIONS).await.text, status(&app, "one").await), ("[]".to_owned(), 404));
    let registered = app.post(LOCATIONS, &ask).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    assert_eq!((status(&app, "one").await, status(&app, "two").await), (200, 200));
    app.crash_and_restart().await;
    let location = &registered.json()["location"];
    assert_eq!(app.get(LOCATIONS).await.json(), json!([{"data": location}]));
    assert_eq!(status(&app, "one").await, 200);
    let by_entity = app.get(&format!("{LOCATIONS}/by-entity/component/default/one")).await;
    assert_eq!(&by_entity.json(), location);
    let id = location["id"].as_str().unwrap();
    let removed = call(&app, Method::DELETE, &format!("{LOCATIONS}/{id}"), None).await;
    assert_eq!((removed.status, status(&app, "one").await, status(&app, "two").await), (204, 404, 404));
    app.crash_and_restart().await;
    assert_eq!((app.get(LOCATIONS).await.text, status(&app, "one").await), ("[]".to_owned(), 404));
}

#[tokio::test]
async fn an_answered_registration_outlives_a_crash_at_any_moment() {
    let (folder, server) = sources().await;
    let mut app = app().config(&config(&server, "")).start().await;
    for round in 0..8 {
        let name = format!("new-{round}");
        std::fs::write(folder.path().join(format!("{name}.yaml")), component(&name)).unwrap();
        let target = server.url(&format!("{name}.yaml"));
        let registered = app.post(LOCATIONS, &json!({"type": "url", "target": target})).await;
        assert_eq!(registered.status, 201, "{}", registered.text);
        app.crash_and_restart().await;
        assert_eq!(app.get(LOCATIONS).await.json().as_array().unwrap().len(), round + 1);
        assert_eq!(status(&app, &name).await, 200);
    }
}

#[tokio::test]
async fn a_new_location_is_visible_while_a_large_catalog_is_loading() {
    let (folder, server) = sources().await;
    let many: Vec<String> = (0..3000).map(|number| component(&format!("part-{number}"))).collect();
    std::fs::create_dir(folder.path().join("many")).unwrap();
    for (number, part) in many.chunks(10).enumerate() {
        std::fs::write(folder.path().join(format!("many/{number}.yaml")), part.join("---\n")).unwrap();
    }
    let glob = folder.path().join("many/*.yaml");
    let catalog = format!("locations: [{{type: file, target: '{}'}}]", glob.display());
    let app = app().config(&config(&server, &catalog)).start().await;
    let registered = app.post(LOCATIONS, &json!({"type": "url", "target": server.url("all.yaml")})).await;
    assert_eq!((registered.status, status(&app, "one").await), (201, 200));
    app.until("/api/catalog/entities/by-query?limit=0", |answer| answer.json()["totalItems"] == 3005).await;
}

#[tokio::test]
async fn nothing_changes_in_readonly_mode_and_a_known_location_is_refreshed_where_configured() {
    let (folder, server) = sources().await;
    let refresh = config(&server, "defaultLocationConflictStrategy: refresh");
    let app = app().config(&refresh).start().await;
    let ask = json!({"type": "url", "target": server.url("one.yaml")});
    let first = app.post(LOCATIONS, &ask).await;
    std::fs::write(folder.path().join("one.yaml"), component("changed")).unwrap();
    let again = app.post(LOCATIONS, &ask).await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(status(&app, "changed").await, 200);

    app.write("app-config.yaml", &config(&server, "readonly: true"));
    let refused = json!({"name": "NotAllowedError", "message": "This operation not allowed in readonly mode"});
    app.until("/metrics", |_| app.log().contains("the changed configuration is in force")).await;
    let id = first.json()["location"]["id"].as_str().unwrap().to_owned();
    let one = format!("{LOCATIONS}/{id}");
    for (method, path, body) in [
        (Method::POST, LOCATIONS, Some(&ask)),
        (Method::PUT, one.as_str(), Some(&ask)),
        (Method::DELETE, one.as_str(), None),
    ] {
        let answer = call(&app, method.clone(), path, body).await;
        assert_eq!((answer.status, &answer.json()["error"]), (403, &refused), "{method} {path}");
    }
    assert_eq!(app.post(&format!("{LOCATIONS}?dryRun=1"), &ask).await.status, 201);
}

#[tokio::test]
async fn a_removed_entity_comes_back_while_its_file_defines_it() {
    let (folder, server) = sources().await;
    let app = app().config(&config(&server, "")).start().await;
    let registered = app.post(LOCATIONS, &json!({"type": "url", "target": server.url("all.yaml")})).await;
    assert_eq!(registered.status, 201);
    let by_name = "/api/catalog/entities/by-name/component/default/one";
    let uid = app.get(by_name).await.json()["metadata"]["uid"].as_str().unwrap().to_owned();
    let by_uid = format!("/api/catalog/entities/by-uid/{uid}");
    let removed = call(&app, Method::DELETE, &by_uid, None).await;
    assert_eq!((removed.status, app.get(&by_uid).await.status), (204, 404));
    let back = app.until(by_name, |answer| answer.status == 200).await.json();
    assert_ne!(back["metadata"]["uid"], uid);

    // A location that goes leaves orphans, which go after it.
    std::fs::write(folder.path().join("all.yaml"), "").unwrap();
    let all = app.get("/api/catalog/entities/by-name/location/default/all").await.json();
    let uid = all["metadata"]["uid"].as_str().unwrap();
    assert_eq!(call(&app, Method::DELETE, &format!("/api/catalog/entities/by-uid/{uid}"), None).await.status, 204);
    app.until(by_name, |answer| {
        answer.status == 404 || answer.json()["metadata"]["annotations"]["backstage.io/orphan"] == "true"
    })
    .await;
}

#[tokio::test]
async fn what_nobody_sees_is_told_and_can_be_removed() {
    let (folder, server) = sources().await;
    let broken = component("broken").replace("owner: team-a", "owner: [team-a]").replace("owner: [", "owner: [x, ");
    std::fs::write(folder.path().join("broken.yaml"), &broken).unwrap();
    let app = app().config(&config(&server, "")).start().await;
    app.post(LOCATIONS, &json!({"type": "url", "target": server.url("broken.yaml")})).await;
    for list in ["failed", "pending"] {
        let found = app.get(&format!("/api/catalog/entities/unprocessed/{list}")).await.json();
        assert_eq!((&found["type"], found["entities"].as_array().unwrap().len()), (&json!(list), 1), "{found}");
        let entity = &found["entities"][0];
        assert_eq!(entity["entity_ref"], "component:default/broken");
        assert_eq!(entity["unprocessed_entity"]["spec"]["owner"], json!(["x", "team-a"]));
        assert_eq!(entity["location_key"], format!("url:{}", server.url("broken.yaml")));
        assert!(entity["errors"][0]["message"].as_str().unwrap().contains("/spec/owner must be string"), "{entity}");
    }
    let none = app.get("/api/catalog/entities/unprocessed/failed?owner=team-b").await.json();
    assert_eq!(none, json!({"type": "failed", "entities": []}));
    let found = app.get("/api/catalog/entities/unprocessed/failed").await.json();
    let id = found["entities"][0]["entity_id"].as_str().unwrap();
    let path = format!("/api/catalog/entities/unprocessed/delete/{id}");
    assert_eq!(call(&app, Method::DELETE, &path, None).await.status, 204);
    let left = app.get("/api/catalog/entities/unprocessed/pending").await.json();
    assert_eq!(left, json!({"type": "pending", "entities": []}));
}
