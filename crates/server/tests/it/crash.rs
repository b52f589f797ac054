//! kill -9 at any moment loses nothing that was visible and leaves nothing half written.

use std::fmt::Write as _;
use std::time::Duration;

use crate::app;

const CONFIG: &str = "
backend: {database: {client: better-sqlite3, connection: {directory: ./data}}}
catalog: {locations: [{type: file, target: './many.yaml'}]}
";

fn many(count: usize, title: &str) -> String {
    (0..count).fold(String::new(), |mut text, i| {
        let _ = write!(
            text,
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: part-{i:04}, title: {title}}}\n\
             spec: {{type: service, lifecycle: production, owner: team-a, system: parts}}\n"
        );
        text
    })
}

#[tokio::test]
async fn what_was_visible_survives_a_crash_and_the_rest_arrives() {
    let count = "/api/catalog/entities/by-query?limit=0&filter=kind=component";
    let mut app = app().file("many.yaml", &many(1500, "one")).config(CONFIG).start().await;
    for (round, title) in ["two", "three", "four"].into_iter().enumerate() {
        let seen = app.until(count, |answer| answer.json()["totalItems"].as_u64() > Some(0)).await;
        let seen = seen.json()["totalItems"].as_u64().unwrap();
        app.write("many.yaml", &many(1500, title));
        // A different moment of the work each round.
        tokio::time::sleep(Duration::from_millis(37 * round as u64)).await;
        app.crash_and_restart().await;
        let now = app.until(count, |answer| answer.status == 200).await.json()["totalItems"].as_u64().unwrap();
        assert!(now >= seen, "{seen} components were visible before the crash, {now} after");
        let changed = format!("{count},metadata.title={title}");
        app.until(&changed, |answer| answer.json()["totalItems"] == 1500).await;
    }
}
