//! The past over the wire: versions, what differs, blame, the catalog as it was, restoring, and how long it is all kept.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, App, TOKEN};

use crate::app;

const SET: &str = "/api/catalog/sets/staff";
const HISTORY: &str = "/api/catalog/entities/by-name/component/default/a/history";

fn entity(name: &str, owner: &str, tags: &[&str]) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": { "name": name, "tags": tags },
        "spec": { "type": "service", "lifecycle": "production", "owner": owner },
    })
}

async fn call(app: &App, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    app.call(method, path, body.map(ToString::to_string), &headers).await
}

/// Replaces the set; answers the position of the change feed afterwards.
async fn push(app: &App, entities: &[Value]) -> i64 {
    let pushed = call(app, Method::PUT, &format!("{SET}?force=true"), Some(&json!({ "entities": entities }))).await;
    assert_eq!(pushed.status, 200, "{}", pushed.text);
    let answer = app.get("/api/catalog/entities/by-query?limit=0").await;
    answer.headers["callboard-consistency"].to_str().unwrap().parse().unwrap()
}

/// Four pushes; the positions after each. Between the second and the third `a` stays as it is.
async fn eventful(app: &App) -> [i64; 4] {
    [
        push(app, &[entity("a", "one", &["x"]), entity("b", "one", &[])]).await,
        push(app, &[entity("a", "two", &["x"]), entity("b", "one", &[])]).await,
        push(app, &[entity("a", "two", &["x"]), entity("b", "three", &[])]).await,
        push(app, &[entity("b", "three", &[])]).await,
    ]
}

async fn names(app: &App, query: &str) -> Vec<String> {
    let path = format!("/api/catalog/entities/by-query?orderField=metadata.name,asc&{query}");
    let answer = app.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_version_is_kept_with_what_differs_and_whose_doing_it_was() {
    let app = app().start().await;
    eventful(&app).await;
    let told = app.get(HISTORY).await.json();
    let items = told["items"].as_array().unwrap();
    let [second, first] = [0, 1].map(|at: usize| items[at]["version"].as_i64().unwrap());
    assert_eq!((items.len(), &told["entityRef"], told.get("next")), (2, &json!("component:default/a"), None), "{told}");
    for item in items {
        assert_eq!((&item["cause"], &item["actor"]), (&json!("set:staff"), &json!("test")));
        assert!(item["until"].is_string(), "it is gone: {item}");
    }
    assert_eq!(items[0]["differences"], json!([{ "path": "/spec/owner", "from": "one", "to": "two" }]));
    assert!(items[1].get("differences").is_none(), "nothing came before it");

    let page = app.get(&format!("{HISTORY}?limit=1")).await.json();
    assert_eq!((&page["items"], &page["next"]), (&json!([items[0]]), &json!(second)));
    let rest = app.get(&format!("{HISTORY}?limit=1&before={second}")).await.json();
    assert_eq!((&rest["items"], rest.get("next")), (&json!([items[1]]), None));

    let old = app.get(&format!("{HISTORY}/{first}")).await.json();
    assert_eq!((&old["spec"]["owner"], &old["metadata"]["uid"]), (&json!("one"), &items[1]["uid"]));
    assert_eq!(old["relations"], json!([{ "type": "ownedBy", "targetRef": "group:default/one" }]));
    let diff = app.get(&format!("{HISTORY}/diff?from={second}&to={first}")).await.json();
    let expected = json!([{ "path": "/spec/owner", "from": "two", "to": "one" }]);
    assert_eq!((&diff["differences"], &diff["from"], &diff["to"]), (&expected, &json!(second), &json!(first)));

    let changes = app.get("/api/catalog/changes?limit=3").await.json();
    let told: Vec<String> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!(
                "{} {} {}",
                change["kind"].as_str().unwrap(),
                change["entityRef"].as_str().unwrap(),
                change["actor"]
            )
        })
        .collect();
    let expected = [
        "deleted component:default/a \"test\"",
        "updated component:default/b \"test\"",
        "updated component:default/a \"test\"",
    ];
    assert_eq!(told, expected);
    let next = &changes["next"];
    let rest = app.get(&format!("/api/catalog/changes?limit=2&before={next}")).await.json();
    assert!(rest["items"].as_array().unwrap().iter().all(|change| change["kind"] == "created"), "{rest}");
}

#[tokio::test]
async fn each_part_tells_since_when_it_is_what_it_is() {
    let app = app().start().await;
    let first = push(&app, &[entity("a", "one", &["x"])]).await;
    let second = push(&app, &[entity("a", "two", &["x"])]).await;
    push(&app, &[entity("a", "two", &["x", "y"])]).await;
    let third = push(&app, &[entity("a", "two", &["z"])]).await;
    let blame = app.get(&format!("{HISTORY}/blame")).await.json();
    let since = |path: &str| {
        let items = blame["items"].as_array().unwrap();
        let part = items.iter().find(|part| part["path"] == path).unwrap_or_else(|| panic!("{path}: {blame}"));
        (part["since"]["version"].as_i64().unwrap(), part["value"].clone(), part["atLeast"].as_bool().unwrap())
    };
    assert_eq!(since("/metadata/name"), (first, json!("a"), false));
    assert_eq!(since("/spec/owner"), (second, json!("two"), false));
    assert_eq!(since("/metadata/tags"), (third, json!(["z"]), false));
}

#[tokio::test]
async fn the_catalog_is_read_as_it_was() {
    let app = app().start().await;
    let before = app.get("/api/catalog/entities/by-query?limit=0").await;
    let before = before.headers["callboard-consistency"].to_str().unwrap().to_owned();
    let [first, second, third, fourth] = eventful(&app).await;
    for (moment, expected) in [
        (before, vec![]),
        (first.to_string(), vec!["a", "b"]),
        (third.to_string(), vec!["a", "b"]),
        (fourth.to_string(), vec!["b"]),
    ] {
        assert_eq!(names(&app, &format!("filter=kind=component&asOf={moment}")).await, expected, "{moment}");
    }
    assert_eq!(names(&app, &format!("filter=kind=component,spec.owner=two&asOf={second}")).await, ["a"]);
    assert_eq!(
        names(&app, &format!("filter=kind=component,relations.ownedBy=group:default/one&asOf={second}")).await,
        ["b"]
    );
    let facets = app.get(&format!("/api/catalog/entity-facets?facet=spec.owner&asOf={second}")).await.json();
    let expected = json!([{ "value": "one", "count": 1 }, { "value": "two", "count": 1 }]);
    assert_eq!(facets["facets"]["spec.owner"], expected);
    let by_name = format!("/api/catalog/entities/by-name/component/default/a?asOf={first}");
    assert_eq!(app.get(&by_name).await.json()["spec"]["owner"], "one");
    assert_eq!(app.get(&format!("/api/catalog/entities/by-name/component/default/a?asOf={fourth}")).await.status, 404);
    let body = json!({ "query": { "spec.owner": "one" } });
    let posted = call(&app, Method::POST, &format!("/api/catalog/entities/by-query?asOf={second}"), Some(&body)).await;
    assert_eq!(posted.json()["totalItems"], 1, "{}", posted.text);

    // A time names what was there when it came.
    let version = app.get(HISTORY).await.json()["items"][1].clone();
    let at = version["at"].as_str().unwrap();
    assert_eq!(
        app.get(&format!("/api/catalog/entities/by-name/component/default/a?asOf={at}")).await.json()["spec"]["owner"],
        "one"
    );
    let strange = app.get("/api/catalog/entities/by-name/component/default/a?asOf=yesterday").await;
    assert_eq!(strange.status, 400);
    assert!(
        strange.json()["error"]["message"].as_str().unwrap().starts_with("request/query/asOf: 'yesterday' is no time")
    );
    // A page and the next are of the same moment.
    let page =
        app.get(&format!("/api/catalog/entities/by-query?filter=kind=component&limit=1&asOf={first}")).await.json();
    let cursor = page["pageInfo"]["nextCursor"].as_str().unwrap();
    assert_eq!(names(&app, &format!("cursor={cursor}&asOf={first}")).await.len(), 1);
}

#[tokio::test]
async fn what_was_pushed_is_restored_and_what_a_file_says_is_not() {
    let catalog = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: filed}\nspec: {type: x, lifecycle: y, owner: z}\n";
    let config = "catalog: {locations: [{type: file, target: ./catalog.yaml}]}\n";
    let app = app().config(config).file("catalog.yaml", catalog).start().await;
    eventful(&app).await;
    let first = app.get(HISTORY).await.json()["items"][1]["version"].as_i64().unwrap();
    let restored = call(&app, Method::POST, &format!("{HISTORY}/{first}/restore"), None).await;
    let expected = json!({ "entityRef": "component:default/a", "version": first, "set": "staff", "changed": true });
    assert_eq!((restored.status, restored.json()), (200, expected), "{}", restored.text);
    assert_eq!(app.get("/api/catalog/entities/by-name/component/default/a").await.json()["spec"]["owner"], "one");
    assert_eq!(app.get(HISTORY).await.json()["items"].as_array().unwrap().len(), 3, "that is a version too");

    let filed = "/api/catalog/entities/by-name/component/default/filed/history";
    app.until(filed, |answer| answer.status == 200).await;
    let version = app.get(filed).await.json()["items"][0]["version"].clone();
    let refused = call(&app, Method::POST, &format!("{filed}/{version}/restore"), None).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("catalog.yaml; put this version back there"));
    for (path, status) in [
        (format!("{HISTORY}/0"), 404),
        (format!("{HISTORY}/x"), 400),
        (format!("{HISTORY}?before=x"), 400),
        (format!("{HISTORY}/diff"), 400),
        ("/api/catalog/entities/by-name/component/default/none/history".to_owned(), 404),
        ("/api/catalog/entities/by-name/component/default/none/history/blame".to_owned(), 404),
    ] {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn history_outlives_a_crash_and_is_forgotten_when_it_is_told_so() {
    let config = "backend: {database: {client: better-sqlite3, connection: {directory: ./data}}}\n";
    let mut app = app().config(config).start().await;
    let [_, second, ..] = eventful(&app).await;
    app.crash_and_restart().await;
    assert_eq!(app.get(HISTORY).await.json()["items"][0]["version"], second);
    assert_eq!(names(&app, &format!("filter=kind=component,spec.owner=two&asOf={second}")).await, ["a"]);

    app.crash().await;
    let mut forgetful = std::fs::read_to_string(app.folder().join("app-config.yaml")).unwrap();
    forgetful.push_str("\ncatalog: {history: {retention: 0s}}\n");
    app.write("app-config.yaml", &forgetful);
    app.crash_and_restart().await;
    app.until(HISTORY, |answer| answer.status == 404).await;
    let refused = app.get(&format!("/api/catalog/entities/by-query?limit=0&asOf={second}")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("no longer kept"), "{}", refused.text);
}
