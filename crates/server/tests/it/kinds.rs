//! Kinds of one's own over the wire: known to checking, filters and facets at once, and tried before they are applied.

use serde_json::{Value, json};

use crate::app;

const DEFINITION: &str = "apiVersion: callboard.io/v1alpha1\nkind: KindDefinition\nmetadata: {name: environment}\nspec:\n  \
    kind: Environment\n  apiVersions: [acme.example/v1]\n  schema: {required: [region]}\n  \
    relations: [{path: spec.hosts, forward: hosts, reverse: runsOn, defaultKind: Component}]\n";

fn environment(name: &str, region: &str) -> String {
    format!(
        "apiVersion: acme.example/v1\nkind: Environment\nmetadata: {{name: {name}}}\nspec: {{{region}, hosts: [shop]}}\n"
    )
}

const CONFIG: &str = "catalog:\n  rules: [{allow: [Component, Environment, Location]}]\n  locations:\n    \
    - {type: file, target: ./live.yaml}\n    - {type: file, target: ./kinds.yaml, rules: [{allow: [KindDefinition]}]}\n";

#[tokio::test]
async fn a_kind_of_ones_own_is_known_everywhere_while_the_portal_runs() {
    let shop = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: shop}\n\
        spec: {type: service, lifecycle: production, owner: team-a}\n";
    let live = format!("{}---\n{}---\n{shop}", environment("live", "region: eu"), environment("test", "region: us"));
    let app = app().file("live.yaml", &live).file("kinds.yaml", DEFINITION).config(CONFIG).start().await;
    let on = "/api/catalog/entities/by-query?filter=kind=component,relations.runsOn=environment:default/live&limit=5";
    let found = app.until(on, |answer| answer.json()["totalItems"] == 1).await.json();
    assert_eq!(found["items"][0]["metadata"]["name"], "shop");
    let facets = app.get("/api/catalog/entity-facets?facet=spec.region&facet=relations.hosts").await.json();
    assert_eq!(facets["facets"]["spec.region"], json!([{"value": "eu", "count": 1}, {"value": "us", "count": 1}]));
    assert_eq!(facets["facets"]["relations.hosts"], json!([{"value": "component:default/shop", "count": 2}]));
    let kind = app.get("/api/catalog/kinds/environment").await.json();
    assert_eq!((&kind["origin"], &kind["entities"]), (&json!("own"), &json!(2)));
    assert_eq!(kind["definedBy"], "kinddefinition:default/environment");

    let entity = |spec: Value| {
        json!({"location": "url:https://h.example/x.yaml", "entity": {"apiVersion": "acme.example/v1", "kind": "Environment",
            "metadata": {"name": "new"}, "spec": spec}})
    };
    assert_eq!(app.post("/api/catalog/validate-entity", &entity(json!({"region": "eu"}))).await.status, 200);
    let refused = app.post("/api/catalog/validate-entity", &entity(json!({}))).await;
    assert!(refused.status == 400 && refused.text.contains("required property 'region'"), "{}", refused.text);

    // What a change would break is what it breaks when it is applied.
    let strict = DEFINITION.replace("[region]", "[region, owner]");
    let definition = json!({"apiVersion": "callboard.io/v1alpha1", "kind": "KindDefinition", "metadata": {"name": "environment"},
        "spec": {"kind": "Environment", "apiVersions": ["acme.example/v1"], "schema": {"required": ["region", "owner"]}}});
    let preview = app.post("/api/catalog/kinds/Environment/preview", &json!({"definition": definition})).await.json();
    assert_eq!(preview["breaks"]["totalItems"], 2, "{preview:#}");
    assert_eq!(preview["breaks"]["items"][0]["errors"][0]["pointer"], "/spec/owner");
    app.write("kinds.yaml", &strict);
    let live = "/api/catalog/entities/by-name/environment/default/live";
    let broken = app.until(live, |answer| answer.json().get("status").is_some()).await.json();
    assert!(
        broken["status"]["items"][0]["message"].as_str().unwrap().contains("required property 'owner'"),
        "{broken:#}"
    );
    assert_eq!(broken["spec"]["region"], "eu", "it stays as it was");
    app.write("kinds.yaml", &strict.replace("schema: {", "schema: {$ref: '#', "));
    app.until("/api/catalog/entities/by-name/kinddefinition/default/environment", |answer| {
        answer.text.contains("leads back to itself")
    })
    .await;
    app.write("kinds.yaml", DEFINITION);
    app.until(live, |answer| answer.json().get("status").is_none()).await;
    assert!(app.log().contains("kinds.yaml:7:18"), "{}", app.log());
}
