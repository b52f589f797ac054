//! Pushing sets of entities over the wire: whole, as a delta, and kept whatever happens.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, App, TOKEN};

use crate::app;

const SET: &str = "/api/catalog/sets/staff";

fn entity(name: &str, owner: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": { "name": name },
        "spec": { "type": "service", "lifecycle": "production", "owner": owner },
    })
}

fn entities(count: usize, owner: &str) -> Value {
    let entities: Vec<Value> = (0..count).map(|number| entity(&format!("part-{number}"), owner)).collect();
    json!({ "entities": entities })
}

async fn call(app: &App, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    app.call(method, path, body.map(ToString::to_string), &headers).await
}

async fn owned(app: &App, owner: &str) -> Value {
    let path = format!("/api/catalog/entities/by-query?limit=0&filter=kind=component,spec.owner={owner}");
    app.get(&path).await.json()["totalItems"].clone()
}

#[tokio::test]
async fn a_set_is_pushed_changed_told_and_removed() {
    let app = app().start().await;
    let pushed = call(&app, Method::PUT, SET, Some(&entities(3, "team-a"))).await;
    assert_eq!(pushed.status, 200, "{}", pushed.text);
    let answer = pushed.json();
    let counts = ["added", "updated", "removed", "unchanged"].map(|count| answer[count].as_u64().unwrap());
    assert_eq!((counts, owned(&app, "team-a").await), ([3, 0, 0, 0], json!(3)));
    let set = &answer["set"];
    assert_eq!((&set["id"], &set["location"], &set["entities"]), (&json!("staff"), &json!("set:staff"), &json!(3)));
    assert_eq!((&set["updatedBy"], &set["problems"], &set["conflicts"]), (&json!("test"), &json!([]), &json!([])));
    assert_eq!(&app.get(SET).await.json(), set);
    assert_eq!(app.get("/api/catalog/sets").await.json(), json!([set]));

    let delta = json!({
        "added": [{ "entity": entity("part-0", "team-b") }, entity("new", "team-b")],
        "removed": ["component:default/part-1"],
    });
    let changed = call(&app, Method::PATCH, SET, Some(&delta)).await.json();
    let counts = ["added", "updated", "removed", "unchanged"].map(|count| changed[count].as_u64().unwrap());
    assert_eq!((counts, owned(&app, "team-b").await), ([1, 1, 1, 1], json!(2)));

    let few = call(&app, Method::PUT, SET, Some(&entities(0, ""))).await;
    assert_eq!((few.status, &few.json()["error"]["name"]), (409, &json!("ConflictError")));
    assert!(few.json()["error"]["message"].as_str().unwrap().ends_with("send it again with ?force=true"));
    assert_eq!(call(&app, Method::PUT, &format!("{SET}?force=true"), Some(&entities(1, "team-a"))).await.status, 200);
    assert_eq!(call(&app, Method::DELETE, SET, None).await.status, 204);
    assert_eq!((app.get(SET).await.status, owned(&app, "team-a").await), (404, json!(0)));
}

#[tokio::test]
async fn bad_pushes_say_what_is_wrong_and_change_nothing() {
    let app = app().start().await;
    call(&app, Method::PUT, SET, Some(&entities(1, "team-a"))).await;
    let nameless = json!({"entities": [{"apiVersion": "v1", "kind": "Component", "metadata": {}}]});
    let template = json!({"entities": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}]});
    for (method, path, body, status, message) in [
        (Method::PUT, SET, json!({}), 400, "missing field `entities`"),
        (Method::PUT, SET, json!([]), 400, "invalid length 0"),
        (Method::PUT, SET, json!({"entities": 1}), 400, "invalid type: integer `1`, expected a sequence"),
        (Method::PUT, SET, json!({"entities": [], "x": 1}), 400, "unknown field `x`"),
        (Method::PUT, SET, nameless, 400, "entities/0: "),
        (Method::PUT, SET, template, 403, "is not of an allowed kind for that location"),
        (Method::PUT, "/api/catalog/sets/a%20b", entities(1, "x"), 400, "'a b' cannot be the id of a set"),
        (Method::PATCH, SET, json!({"removed": ["nonsense"]}), 400, "removed/0: "),
        (Method::PATCH, "/api/catalog/sets/none", json!({"added": []}), 404, "There is no set 'none'"),
    ] {
        let answer = call(&app, method.clone(), path, Some(&body)).await;
        let told = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status == status && told.contains(message), "{method} {path} {body}: {} {told}", answer.status);
    }
    assert_eq!(owned(&app, "team-a").await, json!(1));
    assert_eq!(app.call(Method::PUT, SET, Some(entities(1, "x").to_string()), &[]).await.status, 401);
}

#[tokio::test]
async fn a_push_outlives_a_crash_whole_or_never_was() {
    /// Each round pushes one entity less than the one before, under another owner.
    const COUNT: usize = 400;
    let config = "backend: {database: {client: better-sqlite3, connection: {directory: ./data}}}\n";
    let mut app = app().config(config).start().await;
    assert_eq!(call(&app, Method::PUT, SET, Some(&entities(COUNT, "team-0"))).await.status, 200);
    let mut current = 0;
    for round in 1..9 {
        let body = entities(COUNT - round, &format!("team-{round}"));
        let push = call(&app, Method::PUT, SET, Some(&body));
        // Each round ends at another moment of the push, some after its answer.
        let moment = std::time::Duration::from_millis(15 * round as u64 * round as u64);
        let answered = tokio::time::timeout(moment, push).await.is_ok_and(|answer| answer.status == 200);
        app.crash_and_restart().await;
        let whole = |owner: usize| json!([{"value": format!("team-{owner}"), "count": COUNT - owner}]);
        let facets = "/api/catalog/entity-facets?facet=spec.owner&filter=kind=component";
        let seen = app
            .until(facets, |answer| {
                let owners = &answer.json()["facets"]["spec.owner"];
                *owners == whole(round) || !answered && *owners == whole(current)
            })
            .await;
        if seen.json()["facets"]["spec.owner"] == whole(round) {
            current = round;
        }
    }
    assert!(current > 0, "no push was ever in time");
}

#[tokio::test]
async fn the_threshold_is_configured() {
    let config = "catalog: {sets: {rejectRemovalsAbovePercentage: 100}}\n";
    let app = app().config(config).start().await;
    call(&app, Method::PUT, SET, Some(&entities(3, "team-a"))).await;
    let emptied = call(&app, Method::PUT, SET, Some(&entities(0, ""))).await;
    assert_eq!((emptied.status, &emptied.json()["removed"]), (200, &json!(3)));
}
