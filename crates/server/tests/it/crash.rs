//! kill -9 at any moment loses nothing that was visible and leaves nothing half written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;
use testkit::App;

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

const PARTS: usize = 600;

/// The names in a version of the file: every version leaves other parts out and gives others a name of its own.
fn names(version: usize) -> Vec<String> {
    let name = |part: usize| match (part + version) % 6 {
        0 => None,
        1 => Some(format!("renamed-{version}-{part}")),
        _ => Some(format!("part-{part}")),
    };
    (0..PARTS).filter_map(name).collect()
}

fn written(version: usize) -> String {
    names(version).iter().fold(String::new(), |mut text, name| {
        let _ = write!(
            text,
            "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}, title: v{version}}}\n\
             spec: {{type: service, lifecycle: production, owner: team-{version}}}\n"
        );
        text
    })
}

/// Uid, version, owner and whether it is an orphan, by name.
async fn components(app: &App) -> BTreeMap<String, (String, usize, String, bool)> {
    let all = app.get("/api/catalog/entities?filter=kind=component").await.json();
    let component = |entity: &Value| {
        let text = |pointer: &str| entity.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let version = text("/metadata/title")[1..].parse().unwrap();
        let orphan = entity.pointer("/metadata/annotations/backstage.io~1orphan").is_some();
        (text("/metadata/name"), (text("/metadata/uid"), version, text("/relations/0/targetRef"), orphan))
    };
    all.as_array().unwrap().iter().map(component).collect()
}

#[tokio::test]
async fn changed_removed_and_renamed_entities_survive_a_crash_whole() {
    let mut app = app().file("many.yaml", &written(0)).config(CONFIG).start().await;
    app.until("/api/catalog/entities/by-query?limit=0&filter=kind=component", |answer| {
        answer.json()["totalItems"] == names(0).len()
    })
    .await;
    for version in 1..8 {
        let before = components(&app).await;
        app.write("many.yaml", &written(version));
        tokio::time::sleep(Duration::from_millis(90 * version as u64)).await;
        let seen = components(&app).await;
        app.crash_and_restart().await;
        let after = components(&app).await;
        for (name, (uid, found, owner, _)) in &after {
            assert!(
                *found == version || before.get(name).is_some_and(|(_, was, ..)| was == found),
                "{name} of v{found}"
            );
            assert_eq!(*owner, format!("group:default/team-{found}"), "{name}: relations of another version");
            if let Some((known, ..)) = before.get(name) {
                assert_eq!(known, uid, "{name} is another one now");
            }
        }
        // What was shown was kept: nothing that was there before the crash is older or gone after it.
        for (name, (uid, shown, ..)) in &seen {
            let kept = after.get(name);
            assert!(
                kept.is_some_and(|(known, found, ..)| known == uid && found >= shown),
                "{name} of v{shown}: {kept:?}"
            );
        }
        let mut expected = names(version);
        expected.sort();
        let give_up = tokio::time::Instant::now() + Duration::from_secs(60);
        loop {
            let now = components(&app).await;
            let held: Vec<_> = now.iter().filter(|(_, (.., orphan))| !orphan).collect();
            let whole = held.iter().all(|(_, (_, found, ..))| *found == version);
            if whole && held.iter().map(|(name, _)| *name).eq(&expected) {
                break;
            }
            assert!(
                tokio::time::Instant::now() < give_up,
                "v{version} never arrived: {} of {}",
                held.len(),
                expected.len()
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}
