//! Bad input: a clear answer each, nothing lost, and the portal goes on.

use reqwest::Method;
use serde_json::json;
use testkit::TOKEN;

use crate::app;

const GOOD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: good}\n\
                    spec: {type: service, lifecycle: production, owner: team-a}\n";

#[tokio::test]
async fn hostile_files_do_not_stop_the_others() {
    let bomb = {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..12 {
            let before = format!("*a{}, ", i - 1).repeat(10);
            text += &format!("a{i}: &a{i} [{}]\n", before.trim_end_matches(", "));
        }
        text
    };
    let deep = format!("a: {}{}\n", "[".repeat(5000), "]".repeat(5000));
    let huge = format!("{GOOD}# {}\n", "x".repeat(12 * 1024 * 1024));
    let targets: Vec<String> = (0..10_000).map(|i| format!("./none-{i}.yaml")).collect();
    let many = json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Location", "metadata": {"name": "many"}, "spec": {"targets": targets}
    });
    let loop_a =
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: a}\nspec: {target: ./loop-b.yaml}\n";
    let loop_b =
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: b}\nspec: {target: ./loop-a.yaml}\n";
    let escape = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: escape}\n\
                  spec: {type: openapi, lifecycle: production, owner: a, definition: {$text: ../../../../etc/passwd}}\n";
    let files = [
        ("bomb.yaml", bomb.as_str()),
        ("deep.yaml", &deep),
        ("huge.yaml", &huge),
        ("many.yaml", &many.to_string()),
        ("loop-a.yaml", loop_a),
        ("loop-b.yaml", loop_b),
        ("escape.yaml", escape),
        ("nul.yaml", "kind: Component\0\n"),
        ("good.yaml", GOOD),
    ];
    let mut builder = app();
    let mut config = "catalog:\n  rules: [{allow: [Component, API, Location]}]\n  locations:\n".to_owned();
    for (name, text) in files {
        builder = builder.file(name, text);
        config += &format!("    - {{type: file, target: ./{name}}}\n");
    }
    std::fs::write(builder.folder().join("latin1.yaml"), b"metadata: {name: caf\xe9}\n").unwrap();
    config += "    - {type: file, target: ./latin1.yaml}\n";
    let app = builder.config(&config).start().await;
    app.until("/api/catalog/entities/by-name/component/default/good", |answer| answer.status == 200).await;
    assert_eq!(app.get("/api/catalog/entities/by-name/api/default/escape").await.status, 404);
    app.until("/api/catalog/entities/by-name/location/default/a", |answer| answer.status == 200).await;
    app.until("/api/catalog/entities/by-name/location/default/b", |answer| answer.status == 200).await;
    let log = app.log();
    assert!(!log.contains("panicked"), "{log}");
    assert!(!log.contains("root:x:0"), "the password file was read");
}

#[tokio::test]
async fn hostile_requests_are_refused_and_forgotten() {
    let app =
        app().file("c.yaml", GOOD).config("catalog: {locations: [{type: file, target: ./c.yaml}]}\n").start().await;
    app.until("/api/catalog/entities/by-name/component/default/good", |answer| answer.status == 200).await;
    let long = "x".repeat(20_000);
    let nested = format!("{}{}{}", "{\"query\":", "{\"$not\":".repeat(3000), "{}".to_owned() + &"}".repeat(3001));
    let bearer = format!("Bearer {TOKEN}");
    let calls: Vec<(Method, String, Option<String>)> = vec![
        (Method::GET, "/api/catalog/entities/by-query?cursor=bm90IGpzb24=".into(), None),
        (Method::GET, "/api/catalog/entities/by-query?cursor=eyJ4IjpbXX0=".into(), None),
        (Method::GET, format!("/api/catalog/entities/by-query?cursor={long}"), None),
        (Method::GET, format!("/api/catalog/entities?filter={}", "a=b,".repeat(5000)), None),
        (Method::GET, "/api/catalog/entities/by-query?filter==".into(), None),
        (Method::GET, "/api/catalog/entities/by-query?limit=-1".into(), None),
        (Method::GET, "/api/catalog/entities/by-query?limit=99999999999999999999".into(), None),
        (Method::GET, "/api/catalog/entities/by-name/component/default/%2e%2e%2f%2e%2e".into(), None),
        (Method::GET, "/api/catalog/entities/by-name/component/%00/%ff".into(), None),
        (Method::GET, "/api/catalog/entities/by-uid/not-a-uid".into(), None),
        (Method::POST, "/api/catalog/entities/by-query".into(), Some(nested)),
        (Method::POST, "/api/catalog/entities/by-refs".into(), Some("[1,2".into())),
        (
            Method::POST,
            "/api/catalog/entities/by-refs".into(),
            Some(format!("{{\"entityRefs\":[\"{}\"]}}", "x".repeat(200_000))),
        ),
        (Method::POST, "/api/catalog/entity-facets".into(), Some("{\"facets\":[]}".into())),
    ];
    for (method, path, body) in calls {
        let shown: String = path.chars().take(90).collect();
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let answer = app.call(method, &path, body, &headers).await;
        assert!((200..500).contains(&answer.status), "{shown}: {} {}", answer.status, answer.text);
    }
    let log = app.log();
    assert!(!log.contains("panicked"), "{log}");
    assert!(!log.contains(TOKEN), "the token is in the log");
    assert_eq!(app.get("/api/catalog/entities/by-name/component/default/good").await.status, 200);
}
