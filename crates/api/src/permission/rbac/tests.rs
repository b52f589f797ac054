#![allow(clippy::unwrap_used)]
use serde_json::{Value, json};

use crate::testing::{Answer, Fixture, error};

/// The guest may look after roles; a role of the configuration and one of a file are there.
async fn fixture() -> (Fixture, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        "g, user:default/bob, role:default/from_file\np, role:default/from_file, catalog-entity, read, allow\n",
    )
    .unwrap();
    let permission = json!({ "enabled": true, "rbac": {
        "policies-csv-file": file.path(), "admin": { "users": [{ "name": "user:development/guest" }] } } });
    let fixture = Fixture::with_permission(1, &permission).await;
    let bearer = format!("Bearer {}", fixture.user_token().await);
    (fixture, bearer)
}

async fn call((fixture, bearer): &(Fixture, String), method: &str, path: &str, body: &Value) -> Answer {
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    fixture.root(method, &format!("/api/permission{path}"), &headers, &body).await
}

fn role(name: &str, members: &[&str]) -> Value {
    json!({ "name": name, "memberReferences": members })
}

#[tokio::test]
async fn a_role_lives_from_its_making_to_its_end() {
    let at = fixture().await;
    assert_eq!(call(&at, "GET", "", &json!(null)).await.json(), json!({ "status": "Authorized" }));
    let described = json!({ "name": "role:default/Team", "memberReferences": ["User:default/Ann"], "metadata": { "description": "d" } });
    assert_eq!(call(&at, "POST", "/roles", &described).await.status, 201);
    assert_eq!(call(&at, "POST", "/roles", &described).await.status, 409);
    let found = call(&at, "GET", "/roles/role/default/team", &json!(null)).await.json();
    assert_eq!(found[0]["memberReferences"], json!(["user:default/ann"]));
    let metadata = &found[0]["metadata"];
    assert_eq!((&metadata["source"], &metadata["author"]), (&json!("rest"), &json!("user:development/guest")));
    assert!(metadata["createdAt"].as_str().unwrap().ends_with(" GMT"));
    let put = json!({ "oldRole": role("role:default/team", &["user:default/ann"]),
        "newRole": role("role:default/team", &["group:default/a"]) });
    assert_eq!(call(&at, "PUT", "/roles/role/default/team", &put).await.status, 200);
    let same = json!({ "oldRole": put["newRole"], "newRole": put["newRole"] });
    assert_eq!(call(&at, "PUT", "/roles/role/default/team", &same).await.status, 204);
    assert_eq!(call(&at, "PUT", "/roles/role/default/team", &put).await.status, 404);
    let names: Vec<Value> = call(&at, "GET", "/roles", &json!(null))
        .await
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["name"].clone())
        .collect();
    assert_eq!(names, ["role:default/rbac_admin", "role:default/from_file", "role:default/team"]);
    assert_eq!(call(&at, "DELETE", "/roles/role/default/team", &json!(null)).await.status, 204);
    assert_eq!(call(&at, "GET", "/roles/role/default/team", &json!(null)).await.status, 404);
}

#[tokio::test]
async fn policies_are_added_changed_and_taken_away() {
    let at = fixture().await;
    call(&at, "POST", "/roles", &role("role:default/team", &["user:development/guest"])).await;
    let policy = |permission: &str, effect: &str| json!({ "entityReference": "role:default/team", "permission": permission, "policy": "create", "effect": effect });
    let one = json!([policy("catalog.entity.create", "allow")]);
    assert_eq!(call(&at, "POST", "/policies", &one).await.status, 201);
    assert_eq!(call(&at, "POST", "/policies", &one).await.status, 409);
    let found = call(&at, "GET", "/policies?entityRef=role:default/team", &json!(null)).await.json();
    assert_eq!(found[0]["metadata"]["source"], "rest");
    assert_eq!(found[0]["policy"], "create");
    let put = json!({ "oldPolicy": one, "newPolicy": [policy("catalog.entity.create", "deny")] });
    assert_eq!(call(&at, "PUT", "/policies/role/default/team", &put).await.status, 200);
    let gone = call(&at, "DELETE", "/policies/role/default/team", &put["newPolicy"]).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(call(&at, "GET", "/policies/role/default/team", &json!(null)).await.status, 404);
    for (body, status) in [
        (json!([]), 400),
        (json!([policy("x", "perhaps")]), 400),
        (
            json!([{ "entityReference": "role:default/none", "permission": "x", "policy": "use", "effect": "allow" }]),
            404,
        ),
        (json!([policy("a", "allow"), policy("a", "allow")]), 409),
    ] {
        assert_eq!(call(&at, "POST", "/policies", &body).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn a_condition_decides_at_once() {
    let at = fixture().await;
    call(&at, "POST", "/roles", &role("role:default/team", &["user:development/guest"])).await;
    let condition = json!({ "result": "CONDITIONAL", "roleEntityRef": "role:default/team", "pluginId": "catalog",
        "resourceType": "catalog-entity", "permissionMapping": [{ "name": "catalog.entity.read", "action": "read" }],
        "conditions": { "rule": "IS_ENTITY_KIND", "resourceType": "catalog-entity", "params": { "kinds": ["api"] } } });
    let visible = async || {
        let headers = [("authorization", at.1.as_str())];
        at.0.root("GET", "/api/catalog/entities", &headers, "").await.json().as_array().unwrap().len()
    };
    assert_eq!(visible().await, 1);
    let made = call(&at, "POST", "/roles/conditions", &condition).await;
    assert_eq!((made.status, made.json()), (201, json!({ "id": 1 })));
    assert_eq!(visible().await, 0);
    assert_eq!(call(&at, "POST", "/roles/conditions", &condition).await.status, 409);
    let mut widened = condition.clone();
    widened["conditions"]["params"]["kinds"] = json!(["api", "component"]);
    assert_eq!(call(&at, "PUT", "/roles/conditions/1", &widened).await.status, 200);
    assert_eq!(visible().await, 1);
    let listed = call(&at, "GET", "/roles/conditions?actions=read&pluginId=catalog", &json!(null)).await.json();
    let mut expected = widened.clone();
    expected["id"] = json!(1);
    assert_eq!(listed, json!([expected]));
    assert_eq!(call(&at, "GET", "/roles/conditions/1", &json!(null)).await.json(), expected);
    assert_eq!(call(&at, "GET", "/roles/conditions/one", &json!(null)).await.status, 400);
    let mut unknown = condition.clone();
    unknown["conditions"]["rule"] = json!("NOPE");
    assert_eq!(call(&at, "POST", "/roles/conditions", &unknown).await.status, 400);
    assert_eq!(call(&at, "DELETE", "/roles/conditions/1", &json!(null)).await.status, 204);
    assert_eq!(call(&at, "GET", "/roles/conditions/1", &json!(null)).await.status, 404);
}

#[tokio::test]
async fn what_a_file_says_is_changed_there() {
    let at = fixture().await;
    let put = json!({ "oldRole": role("role:default/from_file", &["user:default/bob"]),
        "newRole": role("role:default/from_file", &["user:default/ann"]) });
    let refused = call(&at, "PUT", "/roles/role/default/from_file", &put).await.json();
    let message = "Unable to edit role: source does not match originating role role:default/from_file, consider making \
                   changes to the 'CSV-FILE'";
    assert_eq!(refused, error(403, "NotAllowedError", message, "PUT", "/roles/role/default/from_file"));
    assert_eq!(call(&at, "POST", "/roles", &role("role:default/from_file", &["user:default/x"])).await.status, 403);
}

#[tokio::test]
async fn who_may_not_look_after_roles_is_told_why() {
    let fixture = Fixture::with_permission(0, &json!({ "enabled": true, "rbac": {} })).await;
    let bearer = format!("Bearer {}", fixture.user_token().await);
    let at = (fixture, bearer);
    for (method, path, body) in [
        ("GET", "", json!(null)),
        ("GET", "/roles", json!(null)),
        ("POST", "/roles", role("role:default/a", &["user:default/a"])),
        ("DELETE", "/roles/role/default/a", json!(null)),
        ("GET", "/policies", json!(null)),
        ("GET", "/roles/conditions", json!(null)),
        ("GET", "/plugins/policies", json!(null)),
        ("GET", "/plugins/condition-rules", json!(null)),
        ("GET", "/plugins/id", json!(null)),
        ("POST", "/refresh/x", json!(null)),
    ] {
        let refused = call(&at, method, path, &body).await;
        assert_eq!(refused.status, 403, "{method} {path}: {}", refused.text);
        assert!(refused.text.contains("No role of this person says anything of policy.entity."), "{}", refused.text);
    }
    let why = call(&at, "POST", "/explain", &json!({ "permission": "catalog.entity.read" })).await.json();
    assert_eq!((&why["result"], &why["reason"]), (&json!("DENY"), &json!("no-policy-matches")));
    let other = json!({ "permission": "catalog.entity.read", "userEntityRef": "user:default/ann" });
    assert_eq!(call(&at, "POST", "/explain", &other).await.status, 403);
}

#[tokio::test]
async fn plugins_outside_are_named_once() {
    let at = fixture().await;
    let ids = json!({ "ids": ["jenkins"] });
    assert_eq!(call(&at, "POST", "/plugins/id", &ids).await.json(), ids);
    assert_eq!(call(&at, "POST", "/plugins/id", &ids).await.status, 409);
    assert_eq!(call(&at, "DELETE", "/plugins/id", &ids).await.json(), json!({ "ids": [] }));
    assert_eq!(call(&at, "DELETE", "/plugins/id", &ids).await.status, 404);
}
