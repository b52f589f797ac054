//! Policies from files, in force on every way to read the catalog, and changed while it runs.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, App};

use crate::app;
use crate::guest::{Guest, token};

const ENTITIES: &str = "apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ann}
spec: {memberOf: [team-a]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a}
spec: {type: team, children: [], parent: area}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: area}
spec: {type: area, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ours, tags: [shared]}
spec: {type: service, lifecycle: production, owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: theirs, tags: [hidden]}
spec: {type: website, lifecycle: production, owner: team-b}
";

const CSV: &str =
    "g, group:default/area, role:default/readers\np, role:default/readers, catalog.location.create, create, deny\n";
const CONDITIONS: &str = "result: CONDITIONAL\nroleEntityRef: role:default/readers\npluginId: catalog\n\
                          resourceType: catalog-entity\npermissionMapping: [read, update]\nconditions:\n  rule: IS_ENTITY_OWNER\n  \
                          resourceType: catalog-entity\n  params: {claims: [$ownerRefs]}\n";

async fn start() -> App {
    let app = app()
        .file("entities.yaml", ENTITIES)
        .file("policy.csv", CSV)
        .file("conditions.yaml", CONDITIONS)
        .config(
            "catalog:\n  rules: [{allow: [Component, Group, User]}]\n  locations: [{type: file, target: entities.yaml}]\n\
             auth: {providers: {guest: {userEntityRef: 'user:default/ann'}}}\n\
             permission:\n  enabled: true\n  rbac: {policies-csv-file: policy.csv, conditionalPoliciesFile: conditions.yaml}\n",
        )
        .start()
        .await;
    app.until("/api/catalog/entities", |answer| answer.json().as_array().is_some_and(|all| all.len() >= 5)).await;
    app
}

/// Calls as Ann.
struct Ann<'a>(&'a App, String);

impl Ann<'_> {
    async fn get(&self, path: &str) -> Answer {
        self.0.call(Method::GET, path, None, &[("authorization", &self.1)]).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", self.1.as_str()), ("content-type", "application/json")];
        self.0.call(Method::POST, path, Some(body.to_string()), &headers).await
    }
}

#[tokio::test]
async fn a_reader_sees_what_its_roles_allow_whichever_way_it_looks() {
    let app = start().await;
    let ann = Ann(&app, format!("Bearer {}", token(&app).await));
    let names = |answer: &Answer, pointer: &str| -> Vec<String> {
        let json = answer.json();
        let items = json.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&ann.get("/api/catalog/entities").await, ""), ["ours"]);
    let page = ann.get("/api/catalog/entities/by-query?limit=10").await;
    assert_eq!((names(&page, "/items"), &page.json()["totalItems"]), (vec!["ours".to_owned()], &json!(1)));
    let facets = ann.get("/api/catalog/entity-facets?facet=metadata.tags").await.json();
    assert_eq!(facets, json!({ "facets": { "metadata.tags": [{ "value": "shared", "count": 1 }] } }));
    assert_eq!(ann.get("/api/catalog/entities/by-name/component/default/ours").await.status, 200);
    for hidden in ["", "/ancestry", "/history"] {
        let hidden = format!("/api/catalog/entities/by-name/component/default/theirs{hidden}");
        let nowhere = hidden.replace("theirs", "nowhere");
        let (hidden, nowhere) = (ann.get(&hidden).await, ann.get(&nowhere).await);
        assert_eq!(hidden.status, 404);
        assert_eq!(hidden.text.replace("theirs", "nowhere"), nowhere.text);
    }
    let refs = json!({ "entityRefs": ["component:default/ours", "component:default/theirs"] });
    let by_refs = ann.post("/api/catalog/entities/by-refs", &refs).await.json();
    assert_eq!((by_refs["items"][0].is_object(), &by_refs["items"][1]), (true, &Value::Null));
    let changes = ann.get("/api/catalog/changes").await;
    assert!(changes.text.contains("ours") && !changes.text.contains("theirs"), "{}", changes.text);
    for (name, status) in [("ours", 200), ("theirs", 403), ("nowhere", 403)] {
        let refreshed =
            ann.post("/api/catalog/refresh", &json!({ "entityRef": format!("component:default/{name}") })).await;
        assert_eq!(refreshed.status, status, "{name}: {}", refreshed.text);
    }
    let location = json!({ "type": "url", "target": "https://example.com/catalog-info.yaml" });
    let refused = ann.post("/api/catalog/locations", &location).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.text.contains("role:default/readers (source: csv-file) denies create catalog.location.create"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn pages_show_no_more_than_the_api_and_say_why() {
    let app = start().await;
    let ann = Guest::of(&app).await;
    for path in [
        "/catalog?kind=all",
        "/search?query=theirs",
        "/palette?query=theirs",
        "/",
        "/activity",
        "/catalog/export.csv?kind=all",
    ] {
        let page = ann.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.text.contains("default/theirs"), "{path}");
    }
    assert_eq!(ann.get("/catalog/default/component/theirs").await.status, 404);
    assert_eq!(ann.get("/catalog/default/component/ours").await.status, 200);
    for path in ["/catalog-import", "/admin/problems", "/admin/sources", "/admin/scheduled"] {
        let refused = ann.get(path).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.text.contains("You may not do this"), "{path}");
    }
    assert!(!ann.get("/catalog").await.text.contains("/catalog-import"));
}

#[tokio::test]
async fn a_decision_is_explained() {
    let app = start().await;
    let ann = Ann(&app, format!("Bearer {}", token(&app).await));
    let why = ann
        .post(
            "/api/permission/explain",
            &json!({ "permission": "catalog.entity.read", "resourceRef": "component:default/theirs" }),
        )
        .await
        .json();
    assert_eq!((&why["result"], &why["reason"]), (&json!("DENY"), &json!("conditions")));
    assert_eq!(
        why["roles"],
        json!([{ "role": "role:default/readers", "source": "csv-file",
            "through": "the person has it through group:default/team-a, which is in group:default/area",
            "groups": ["group:default/team-a", "group:default/area"] }])
    );
    let ask = json!({ "items": [{ "id": "1", "resourceRef": "component:default/ours", "permission": { "type": "resource",
        "name": "catalog.entity.read", "attributes": { "action": "read" }, "resourceType": "catalog-entity" } }] });
    assert_eq!(
        ann.post("/api/permission/authorize", &ask).await.json(),
        json!({ "items": [{ "id": "1", "result": "ALLOW" }] })
    );
}

#[tokio::test]
async fn a_changed_policy_file_is_in_force_at_once() {
    let app = start().await;
    let ann = Ann(&app, format!("Bearer {}", token(&app).await));
    app.write("conditions.yaml", "");
    app.write("policy.csv", &format!("{CSV}p, role:default/readers, catalog-entity, read, allow\n"));
    let give_up = tokio::time::Instant::now() + Duration::from_secs(30);
    while ann.get("/api/catalog/entities/by-name/component/default/theirs").await.status != 200 {
        assert!(tokio::time::Instant::now() < give_up, "the policy is not in force\n{}", app.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn who_looks_after_roles_may_ask_for_anybody() {
    let app = app()
        .file("entities.yaml", ENTITIES)
        .file("policy.csv", CSV)
        .config(
            "catalog:\n  rules: [{allow: [Component, Group, User]}]\n  locations: [{type: file, target: entities.yaml}]\n\
             auth: {providers: {guest: {userEntityRef: 'user:default/root'}}}\n\
             permission:\n  enabled: true\n  rbac: {policies-csv-file: policy.csv, admin: {users: [{name: 'user:default/root'}]}}\n",
        )
        .start()
        .await;
    app.until("/api/catalog/entities/by-name/user/default/ann", |answer| answer.status == 200).await;
    let root = Guest::of(&app).await;
    let page = root.get("/admin/access?user=ann&permission=catalog.location.create").await;
    assert_eq!(page.status, 200);
    for text in [
        "Not allowed",
        "denies create catalog.location.create",
        "group:default/team-a, which is in group:default/area",
        "role:default/rbac_admin",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let wrong = root.get("/admin/access?user=%3A&permission=x").await;
    assert!(wrong.status == 200 && wrong.text.contains("was not on the form"), "{}", wrong.text);
}

#[tokio::test]
async fn what_was_done_is_written_down() {
    let app = app().start().await;
    let guest = Guest::of(&app).await;
    guest.post("/admin/scheduled", "provider=nobody").await;
    let refused = app.post("/api/catalog/refresh", &json!({ "entityRef": "component:default/none" })).await;
    assert_eq!(refused.status, 404);
    let events = app.get("/api/audit/events").await.json();
    let told: Vec<_> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            (
                event["eventId"].as_str().unwrap().to_owned(),
                event["actor"]["actorId"].as_str().map(str::to_owned),
                event["status"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(
        told,
        [
            (text("entity-mutate"), Some(text("test")), text("failed")),
            (text("provider-trigger"), Some(text("user:development/guest")), text("failed")),
            (text("sign-in"), None, text("succeeded")),
        ]
    );
    assert_eq!(events["events"][0]["actor"]["ip"], "127.0.0.1");
    let page = guest.get("/admin/audit").await;
    assert!(
        page.text.contains("catalog.provider-trigger") && page.text.contains("there is no provider"),
        "{}",
        page.text
    );
    assert!(app.log().contains("\"isAuditEvent\":true"));
}
