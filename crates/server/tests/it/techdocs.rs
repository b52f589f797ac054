//! Documentation over the wire: sites that were published to a folder, served with the rules of the original.

use reqwest::Method;
use serde_json::json;
use testkit::App;

use crate::app;
use crate::guest::{Guest, token};

const ENTITIES: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: Pay, annotations: {backstage.io/techdocs-ref: 'dir:.'}}
spec: {type: service, lifecycle: production, owner: team-a}
";

async fn start() -> App {
    let app = app()
        .file("entities.yaml", ENTITIES)
        .file("sites/default/component/pay/index.html", "<h1>Pay</h1>")
        .file("sites/default/component/pay/assets/a.css", "a{}")
        .file("sites/default/component/pay/techdocs_metadata.json", r#"{"site_name": "Pay", "build_timestamp": 7}"#)
        .file("sites/secret.txt", "hidden")
        .config(
            "catalog: {locations: [{type: file, target: entities.yaml}]}\n\
             techdocs: {builder: external, publisher: {type: local, local: {publishDirectory: sites}}}\n",
        )
        .start()
        .await;
    app.until("/api/catalog/entities/by-name/component/default/pay", |answer| answer.status == 200).await;
    app
}

#[tokio::test]
async fn a_published_site_is_served_under_its_entity() {
    let app = start().await;
    let metadata = app.get("/api/techdocs/metadata/techdocs/default/component/pay").await;
    assert_eq!(metadata.json(), json!({ "site_name": "Pay", "build_timestamp": 7 }));
    let entity = app.get("/api/techdocs/metadata/entity/default/Component/Pay").await.json();
    assert_eq!((&entity["metadata"]["name"], &entity["locationMetadata"]["type"]), (&json!("Pay"), &json!("file")));
    let sync = app.get("/api/techdocs/sync/default/component/pay").await;
    assert_eq!(sync.text, "event: finish\ndata: {\"updated\":false}\n\n");
    assert_eq!(sync.headers["content-type"], "text/event-stream");
    let page = app.get("/api/techdocs/static/docs/default/Component/Pay/index.html").await;
    assert_eq!((page.status, page.text.as_str()), (200, "<h1>Pay</h1>"));
    assert_eq!(page.headers["content-type"], "text/plain; charset=utf-8");
    let style = app.get("/api/techdocs/static/docs/default/component/pay/assets/a.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    let bearer = format!("Bearer {}", testkit::TOKEN);
    let path = "/api/techdocs/static/docs/default/component/pay/index.html";
    let etag = page.headers["etag"].to_str().unwrap();
    let known = app.call(Method::GET, path, None, &[("authorization", &bearer), ("if-none-match", etag)]).await;
    assert_eq!(known.status, 304);
    let part = app.call(Method::GET, path, None, &[("authorization", &bearer), ("range", "bytes=4-6")]).await;
    assert_eq!((part.status, part.text.as_str()), (206, "Pay"));
}

#[tokio::test]
async fn what_is_not_there_or_not_theirs_is_not_served() {
    let app = start().await;
    for (path, text) in [
        ("/api/techdocs/static/docs/default/component/pay/nope.html", "File Not Found"),
        (
            "/api/techdocs/static/docs/default/component/other/index.html",
            "Entity not found for component:default/other",
        ),
        ("/api/techdocs/static/docs/default/component/pay/..%2f..%2f..%2fsecret.txt", "File Not Found"),
        (
            "/api/techdocs/metadata/techdocs/default/component/other",
            "Unable to get metadata for 'component:default/other'",
        ),
        ("/api/techdocs/sync/default/component/other", "Entity metadata UID missing"),
    ] {
        let missing = app.get(path).await;
        assert_eq!(missing.status, 404, "{path}: {}", missing.text);
        assert!(missing.text.contains(text), "{path}: {}", missing.text);
    }
    let path = "/api/techdocs/static/docs/default/component/pay/index.html";
    assert_eq!(app.call(Method::GET, path, None, &[]).await.status, 401);
    // What a browser loads for itself comes with the cookie of the plugin.
    let bearer = format!("Bearer {}", token(&app).await);
    let cookie =
        app.call(Method::GET, "/api/techdocs/.backstage/auth/v1/cookie", None, &[("authorization", &bearer)]).await;
    let cookie = cookie.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(app.call(Method::GET, path, None, &[("cookie", &cookie)]).await.status, 200);
    let metadata = "/api/techdocs/metadata/techdocs/default/component/pay";
    assert_eq!(app.call(Method::GET, metadata, None, &[("cookie", &cookie)]).await.status, 401);
}

#[tokio::test]
async fn documentation_beside_a_descriptor_is_read_on_a_page() {
    let app = app()
        .file("svc/catalog-info.yaml", ENTITIES)
        .file("svc/mkdocs.yml", "site_name: Payments\nnav:\n  - Start: index.md\n  - Guide: guide/pay.md\n")
        .file(
            "svc/docs/index.md",
            "# Start\n\n!!! note\n    Read [on](guide/pay.md#later).\n\n![x](img/a.svg)\n\n<script>alert(1)</script>\n",
        )
        .file("svc/docs/guide/pay.md", "# Pay\n\n## Later\n\nText.\n")
        .file("svc/docs/img/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
        .file("secret.md", "# Hidden\n")
        .config("catalog: {locations: [{type: file, target: svc/catalog-info.yaml}]}\n")
        .start()
        .await;
    app.until("/api/catalog/entities/by-name/component/default/pay", |answer| answer.status == 200).await;
    let guest = Guest::of(&app).await;
    let shelf = guest.get("/docs").await;
    assert!(shelf.text.contains("href=\"/docs/default/component/pay/\""), "{}", shelf.text);
    let first = guest.get("/docs/default/component/pay/").await;
    assert_eq!(first.status, 200);
    for text in [
        "class=\"admonition note\"",
        "href=\"guide/pay/#later\"",
        "src=\"img/a.svg\"",
        "Payments",
        "aria-current=\"page\"",
    ] {
        assert!(first.text.contains(text), "{text}: {}", first.text);
    }
    assert!(!first.text.contains("alert(1)"));
    let second = guest.get("/docs/default/component/pay/guide/pay/").await;
    assert!(second.text.contains("<h2 id=\"later\">") && second.text.contains("href=\"#later\""), "{}", second.text);
    assert_eq!(guest.get("/docs/default/component/pay/guide/pay").await.status, 303);
    let picture = guest.get("/docs/default/component/pay/img/a.svg").await;
    assert_eq!(picture.headers["content-type"], "image/svg+xml");
    assert!(picture.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    for missing in ["none/", "..%2f..%2fsecret.md", "mkdocs.yml"] {
        assert_eq!(guest.get(&format!("/docs/default/component/pay/{missing}")).await.status, 404, "{missing}");
    }
    // A frontend of Backstage fetches the same as files.
    let page = app.get("/api/techdocs/static/docs/default/component/pay/guide/pay/index.html").await;
    assert_eq!(page.headers["content-type"], "text/plain; charset=utf-8");
    assert!(page.text.contains("md-content__inner") && page.text.contains("<h2 id=\"later\">"), "{}", page.text);
    let metadata = app.get("/api/techdocs/metadata/techdocs/default/component/pay").await.json();
    assert_eq!(metadata["site_name"], "Payments");
    let index = app.get("/api/techdocs/static/docs/default/component/pay/search/search_index.json").await.json();
    assert!(index["docs"].as_array().unwrap().iter().any(|doc| doc["location"] == "guide/pay/#later"), "{index}");
    // A changed page is there with the next look at its source.
    app.write("svc/docs/guide/pay.md", "# Pay\n\n## Sooner\n");
    let give_up = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while !guest.get("/docs/default/component/pay/guide/pay/").await.text.contains("id=\"sooner\"") {
        assert!(tokio::time::Instant::now() < give_up, "the page stays what it was");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let stranger = app.call(Method::GET, "/docs/default/component/pay/", None, &[]).await;
    assert_eq!(stranger.status, 303);
}
