//! Everything moves from one database to another.

use std::path::Path;

use http::Method;
use serde_json::json;
use testkit::TOKEN;
use tokio::process::Command;

use crate::app;

/// Runs a command over a configuration; what it says, and whether it did its work.
async fn run(folder: &Path, database: &str, arguments: &[&str]) -> (bool, String) {
    let config = folder.join("of-the-command.yaml");
    std::fs::write(&config, format!("backend: {{database: {database}}}\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
    let output = command.arg("--config").arg(config).args(arguments).current_dir(folder).output().await.unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[tokio::test]
async fn a_portal_moves_to_another_database_with_everything_it_knows() {
    const PATH: &str = "/api/catalog/entities/by-name/component/default/a";
    let file = "{client: better-sqlite3, connection: {directory: ./kept}}";
    let mut before = app().config(&format!("backend: {{database: {file}}}\n")).start().await;
    let entity = json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": { "name": "a" },
        "spec": { "type": "service", "lifecycle": "production", "owner": "team" },
    });
    let headers = [("authorization", &*format!("Bearer {TOKEN}")), ("content-type", "application/json")];
    let body = json!({ "entities": [entity] }).to_string();
    assert_eq!(before.call(Method::PUT, "/api/catalog/sets/s", Some(body), &headers).await.status, 200);
    let known = before.get(PATH).await.json();
    let (done, said) = run(before.folder(), file, &["export", "all.gz"]).await;
    assert!(!done && said.contains("is in use by process"), "{said}");
    before.ask_to_stop();
    assert!(before.ended().await.success());

    let (done, said) = run(before.folder(), file, &["export", "all.gz"]).await;
    assert!(done && said.contains("all.gz: ") && said.contains("rows"), "{said}");
    let (done, said) = run(before.folder(), file, &["export", "all.gz"]).await;
    assert!(!done && said.contains("cannot write all.gz"), "{said}");
    let archive = before.folder().join("all.gz");
    let archive = archive.to_str().unwrap();
    let (done, said) = run(before.folder(), file, &["import", archive]).await;
    assert!(!done && said.contains("the database is not empty"), "{said}");

    for database in [Some(file.to_owned()), testkit::postgres()].into_iter().flatten() {
        let after = app().config(&format!("backend: {{database: {database}}}\n"));
        let (done, said) = run(after.folder(), &database, &["import", archive]).await;
        assert!(done && said.contains("imported"), "{said}");
        let after = after.start().await;
        assert_eq!(after.get(PATH).await.json(), known);
        assert_eq!(after.get("/api/catalog/sets").await.json()[0]["entities"], 1);
    }
}
