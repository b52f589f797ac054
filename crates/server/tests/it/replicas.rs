//! Several processes on one PostgreSQL.

use http::Method;
use serde_json::{Value, json};
use testkit::{App, Line, TOKEN, Wire};

use crate::app;

const TOKEN_HEADER: &str = "callboard-consistency";

fn config(database: &str, more: &str) -> String {
    format!("backend: {{database: {database}, {more}}}\n")
}

async fn start(database: &str, more: &str) -> App {
    app().config(&config(database, more)).start().await
}

fn entities(names: &[&str]) -> Value {
    let entity = |name: &&str| {
        json!({
            "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": { "name": name },
            "spec": { "type": "service", "lifecycle": "production", "owner": "team" },
        })
    };
    json!({ "entities": names.iter().map(entity).collect::<Vec<_>>() })
}

/// Pushes a set; the token to read it everywhere.
async fn push(app: &App, set: &str, names: &[&str]) -> String {
    let path = format!("/api/catalog/sets/{set}?force=true");
    let headers = [("authorization", &*format!("Bearer {TOKEN}")), ("content-type", "application/json")];
    let answer = app.call(Method::PUT, &path, Some(entities(names).to_string()), &headers).await;
    assert_eq!(answer.status, 200, "{}\n{}", answer.text, app.log());
    answer.headers[TOKEN_HEADER].to_str().unwrap().to_owned()
}

fn path(name: &str) -> String {
    format!("/api/catalog/entities/by-name/component/default/{name}")
}

/// What an app says of a component to who has this token.
async fn status(app: &App, name: &str, token: &str) -> u16 {
    let headers = [("authorization", &*format!("Bearer {TOKEN}")), (TOKEN_HEADER, token)];
    app.call(Method::GET, &path(name), None, &headers).await.status
}

#[tokio::test]
async fn what_is_written_on_one_is_read_on_all_at_once() {
    let Some(database) = testkit::postgres() else { return };
    let apps = [start(&database, "").await, start(&database, "").await, start(&database, "").await];
    for (at, writer) in apps.iter().enumerate() {
        let name = format!("from-{at}");
        let token = push(writer, "set", &[&name]).await;
        for reader in &apps {
            assert_eq!(status(reader, &name, &token).await, 200, "{}", reader.log());
            let before = format!("from-{}", at.wrapping_sub(1));
            assert_eq!(status(reader, &before, &token).await, 404, "{}", reader.log());
        }
    }
    // What only the one that looks at the sources knows, all tell.
    let headers = [("authorization", &*format!("Bearer {TOKEN}")), ("content-type", "application/json")];
    for app in &apps {
        let sets = app.get("/api/catalog/sets").await.json();
        assert_eq!(sets[0]["entities"], 1, "{sets}");
        let body = entities(&[]).to_string();
        let refused = app.call(Method::PUT, "/api/catalog/sets/set", Some(body), &headers).await;
        assert_eq!(refused.status, 409);
    }
}

#[tokio::test]
async fn a_location_registered_anywhere_is_looked_at() {
    let Some(database) = testkit::postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("catalog-info.yaml"),
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: far}\n\
         spec: {type: service, lifecycle: production, owner: team}\n",
    )
    .unwrap();
    let files = testkit::FileServer::start(folder.path()).await;
    let reading = format!("reading: {{allow: [{{host: '{}'}}]}}", files.host());
    let (first, second) = (start(&database, &reading).await, start(&database, &reading).await);
    let target = files.url("catalog-info.yaml");
    let made = second.post("/api/catalog/locations", &json!({ "type": "url", "target": target })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(second.get(&path("far")).await.status, 200);
    let token = made.headers[TOKEN_HEADER].to_str().unwrap().to_owned();
    assert_eq!(status(&first, "far", &token).await, 200);
    let again = second.post("/api/catalog/locations", &json!({ "type": "url", "target": target })).await;
    assert_eq!(again.status, 409, "{}", again.text);
}

#[tokio::test]
async fn when_one_dies_another_takes_over_and_nothing_is_lost() {
    let Some(database) = testkit::postgres() else { return };
    let mut leading = start(&database, "").await;
    let other = start(&database, "").await;
    push(&leading, "kept", &["a"]).await;
    leading.crash().await;
    // Whoever asks meanwhile waits for the one that takes over.
    push(&other, "more", &["b"]).await;
    for name in ["a", "b"] {
        assert_eq!(other.get(&path(name)).await.status, 200);
    }
}

#[tokio::test]
async fn one_that_stops_lets_another_take_over_at_once() {
    let Some(database) = testkit::postgres() else { return };
    let mut leading = start(&database, "").await;
    let other = start(&database, "").await;
    push(&other, "kept", &["a"]).await;
    leading.ask_to_stop();
    assert!(leading.ended().await.success());
    push(&other, "kept", &["a", "b"]).await;
    assert_eq!(other.get(&path("b")).await.status, 200);
}

#[tokio::test]
async fn one_that_was_paused_follows_when_it_wakes() {
    let Some(database) = testkit::postgres() else { return };
    let (paused, other) = (start(&database, "").await, start(&database, "").await);
    push(&paused, "kept", &["a", "b"]).await;
    paused.signal("STOP");
    let token = push(&other, "kept", &["b", "c"]).await;
    paused.signal("CONT");
    assert_eq!(status(&paused, "c", &token).await, 200, "{}", paused.log());
    assert_eq!(status(&paused, "a", &token).await, 404);
    // What it is asked for from now on is done by the other.
    let token = push(&paused, "kept", &["c"]).await;
    assert_eq!(status(&other, "b", &token).await, 404);
}

#[tokio::test]
async fn each_does_what_its_role_says() {
    let Some(database) = testkit::postgres() else { return };
    let serving = start(&database, "role: serve").await;
    let reading = start(&database, "role: read-only").await;
    let headers = [("authorization", &*format!("Bearer {TOKEN}")), ("content-type", "application/json")];
    let body = entities(&["a"]).to_string();
    let refused = reading.call(Method::PUT, "/api/catalog/sets/s", Some(body), &headers).await;
    assert_eq!((refused.status, &*refused.json()["error"]["name"].to_string()), (403, "\"NotAllowedError\""));
    // Nobody leads yet: the push waits for the worker.
    let (token, working) = tokio::join!(push(&serving, "s", &["a"]), start(&database, "role: worker"));
    for app in [&serving, &reading] {
        assert_eq!(status(app, "a", &token).await, 200, "{}", app.log());
    }
    assert_eq!(working.get("/.backstage/health/v1/readiness").await.status, 200);
    assert_eq!(working.get(&path("a")).await.status, 404);
}

/// Two apps on one database, each over a line of its own.
async fn over_lines() -> Option<[(App, Wire); 2]> {
    let server = testkit::postgres_address()?;
    let wires = [Wire::to(server).await, Wire::to(server).await];
    let (_, databases) = testkit::postgres_through(&wires.each_ref().map(Wire::address))?;
    let [one, two] = wires;
    Some([(start(&databases[0], "").await, one), (start(&databases[1], "").await, two)])
}

const OUTAGE: std::time::Duration = std::time::Duration::from_secs(30);

#[tokio::test]
async fn while_the_database_is_gone_all_answer_and_nothing_is_lost() {
    let Some([(leading, one), (other, two)]) = over_lines().await else { return };
    let token = push(&leading, "kept", &["a"]).await;
    assert_eq!(status(&other, "a", &token).await, 200);
    one.set(Line::Down);
    two.set(Line::Down);
    let headers = [("authorization", &*format!("Bearer {TOKEN}")), ("content-type", "application/json")];
    let body = entities(&["a", "lost"]).to_string();
    let gone = tokio::time::Instant::now();
    let refused = other.call(Method::PUT, "/api/catalog/sets/kept", Some(body), &headers).await;
    assert_eq!(refused.status, 500, "{}", refused.text);
    // Longer than the lease, and than anything waits for the database.
    while gone.elapsed() < OUTAGE {
        for app in [&leading, &other] {
            assert_eq!(app.get(&path("a")).await.status, 200);
            assert_eq!(app.get(&path("lost")).await.status, 404);
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    one.set(Line::Open);
    two.set(Line::Open);
    let token = push(&other, "kept", &["a", "b"]).await;
    for app in [&leading, &other] {
        assert_eq!(status(app, "b", &token).await, 200, "{}", app.log());
    }
}

#[tokio::test]
async fn one_that_hears_nothing_any_more_notices() {
    let Some([(leading, _one), (other, two)]) = over_lines().await else { return };
    let token = push(&leading, "kept", &["a"]).await;
    assert_eq!(status(&other, "a", &token).await, 200);
    two.set(Line::Silent);
    push(&leading, "kept", &["a", "b"]).await;
    assert_eq!((other.get(&path("a")).await.status, other.get(&path("b")).await.status), (200, 404));
    two.set(Line::Open);
    other.until(&path("b"), |answer| answer.status == 200).await;
    let token = push(&other, "kept", &["a", "b", "c"]).await;
    assert_eq!(status(&leading, "c", &token).await, 200);
}
