//! Registering through the pages: what is at an address, what it would change, and that it is there afterwards.

use http::header;
use reqwest::Method;
use testkit::FileServer;

use crate::app;
use crate::guest::{FORM, Guest};

fn component(name: &str, description: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}, description: {description}}}\n\
         spec: {{type: service, lifecycle: production, owner: team-a}}\n"
    )
}

#[tokio::test]
async fn an_address_is_looked_at_registered_and_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catalog-info.yaml");
    let broken = component("broken", "x").replace("type: service", "type: 7");
    std::fs::write(&file, format!("{}---\n{broken}", component("one", "first"))).unwrap();
    let server = FileServer::start(folder.path()).await;
    let config = format!("backend: {{reading: {{allow: [{{host: '{}'}}]}}}}\n", server.host());
    let app = app().config(&config).start().await;
    let guest = Guest::of(&app).await;
    let address = server.url("catalog-info.yaml");
    let look = format!("/catalog-import?url={address}");

    let page = guest.get(&look).await;
    assert_eq!(page.status, 200);
    for text in
        ["Adds", "component:default/one", "Cannot be taken in", "/spec/type must be string", "catalog-info.yaml:9:"]
    {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert!(!page.text.contains("Read again</button>"));
    let by_name = "/api/catalog/entities/by-name/component/default/one";
    assert_eq!(app.get(by_name).await.status, 404, "looking changes nothing");

    let registered = guest.post("/catalog-import", &format!("target={address}")).await;
    assert_eq!(registered.status, 303, "{}", registered.text);
    assert!(registered.headers[header::LOCATION].to_str().unwrap().starts_with("/catalog/default/location/generated-"));
    assert_eq!(app.get(by_name).await.json()["metadata"]["description"], "first");

    std::fs::write(&file, component("one", "second")).unwrap();
    let page = guest.get(&look).await;
    for text in ["Registered", "Changes", "description: first", "description: second"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
}

#[tokio::test]
async fn what_cannot_be_registered_is_said() {
    let app = app().config("catalog: {readonly: true}\n").start().await;
    let guest = Guest::of(&app).await;
    for (address, told) in [
        ("nonsense", "The given location.target is not a URL"),
        ("https://elsewhere.example/a.yaml", "Reading from"),
        ("https://elsewhere.example/repository", ""),
    ] {
        let page = guest.get(&format!("/catalog-import?url={address}")).await;
        assert!(page.status == 200 && page.text.contains(told), "{address}: {} {}", page.status, page.text);
        assert!(!page.text.contains("type=\"hidden\" name=\"target\""), "there is nothing to register");
    }
    for form in ["", "target=https://elsewhere.example/a.yaml"] {
        assert_eq!(guest.post("/catalog-import", form).await.status, 400, "{form}");
    }
    let foreign = [("origin", "https://evil.example"), FORM];
    assert_eq!(app.call(Method::POST, "/catalog-import", Some(String::new()), &foreign).await.status, 403);
    let stranger = app.call(Method::POST, "/catalog-import", Some(String::new()), &[FORM]).await;
    assert_eq!(stranger.status, 303, "whoever is not signed in is asked to");
}
