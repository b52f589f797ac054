//! Callboard on PostgreSQL.

use serde_json::Value;
use testkit::App;

use crate::app;

const COMPONENT: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: one}\n\
                         spec: {type: service, lifecycle: production, owner: team}\n";

fn config(database: &str, target: &str) -> String {
    format!("backend: {{database: {database}}}\ncatalog: {{locations: [{{type: file, target: '{target}'}}]}}\n")
}

async fn component(app: &App) -> Value {
    app.until("/api/catalog/entities/by-name/component/default/one", |answer| answer.status == 200).await.json()
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_crash() {
    let Some(database) = testkit::postgres() else { return };
    let mut app = app().file("one.yaml", COMPONENT).config(&config(&database, "./one.yaml")).start().await;
    let before = component(&app).await;
    app.crash_and_restart().await;
    assert_eq!(component(&app).await, before);
}
