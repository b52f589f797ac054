//! The configuration changes while the portal runs.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use testkit::{App, TOKEN};

use crate::app;

const ENTITIES: &str = "/api/catalog/entities";

async fn status(app: &App, token: &str) -> u16 {
    app.call(Method::GET, ENTITIES, None, &[("authorization", &format!("Bearer {token}"))]).await.status
}

/// Waits until a token is let in, or the test fails.
async fn until_accepted(app: &App, token: &str) {
    let give_up = tokio::time::Instant::now() + Duration::from_secs(30);
    while status(app, token).await != 200 {
        assert!(tokio::time::Instant::now() < give_up, "{token} is not accepted\n{}", app.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn until_logged(app: &App, text: &str) {
    let give_up = tokio::time::Instant::now() + Duration::from_secs(30);
    while !app.log().contains(text) {
        assert!(tokio::time::Instant::now() < give_up, "{text} is not in the log\n{}", app.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn access(token: &str) -> String {
    format!("backend: {{auth: {{externalAccess: [{{type: static, options: {{token: {token}, subject: x}}}}]}}}}\n")
}

#[tokio::test]
async fn secrets_and_included_files_are_watched_wherever_they_are() {
    let app = app()
        .file("run/token.txt", "first-token\n")
        .file("conf/access.yaml", &access("{$file: ../run/token.txt}"))
        .config("backend: {$include: './conf/access.yaml#backend'}\n")
        .start()
        .await;
    assert_eq!(status(&app, "first-token").await, 200);
    app.write("run/token.txt", "second-token\n");
    until_accepted(&app, "second-token").await;
    assert_eq!(status(&app, "first-token").await, 401);
    // A folder that nobody knew at the start, and a file in it that is late.
    app.write("conf/access.yaml", &access("{$file: ../later/token.txt}"));
    until_logged(&app, "the file does not exist").await;
    assert_eq!(status(&app, "second-token").await, 200, "what was in force stays");
    app.write("later/token.txt", "third-token");
    until_accepted(&app, "third-token").await;
    app.write("later/token.txt", "fourth-token");
    until_accepted(&app, "fourth-token").await;
    assert!(!app.log().contains("fourth-token"));
}

#[tokio::test]
async fn a_mounted_configuration_changes_by_a_turned_link() {
    let version = |root: &Path, name: &str, token: &str| {
        std::fs::create_dir(root.join(name)).unwrap();
        std::fs::write(root.join(name).join("access.yaml"), access(token)).unwrap();
    };
    let builder = app().config("backend: {$include: './mounted/access.yaml#backend'}\n");
    let mounted = builder.folder().join("mounted");
    std::fs::create_dir(&mounted).unwrap();
    version(&mounted, "..v1", "token-of-v1");
    symlink("..v1", mounted.join("..data")).unwrap();
    symlink("..data/access.yaml", mounted.join("access.yaml")).unwrap();
    let app = builder.start().await;
    assert_eq!(status(&app, "token-of-v1").await, 200);
    for (number, before) in [(2, 1), (3, 2)] {
        let (name, token) = (format!("..v{number}"), format!("token-of-v{number}"));
        version(&mounted, &name, &token);
        symlink(&name, mounted.join("..data_tmp")).unwrap();
        std::fs::rename(mounted.join("..data_tmp"), mounted.join("..data")).unwrap();
        std::fs::remove_dir_all(mounted.join(format!("..v{before}"))).unwrap();
        until_accepted(&app, &token).await;
    }
}

#[tokio::test]
async fn busy_neighbours_do_not_hold_a_change_back() {
    let app = app().config(&access("token-before")).start().await;
    let log = app.folder().join("portal.log");
    let busy = tokio::spawn(async move {
        loop {
            std::fs::write(&log, "a line").unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    app.write("app-config.yaml", &access("token-after"));
    until_accepted(&app, "token-after").await;
    busy.abort();
}

#[tokio::test]
async fn what_needs_a_restart_is_named_until_it_is_taken_back() {
    let app = app().config("app: {title: One}\n").start().await;
    let restart = "backend.listen, backend.database changed: that takes effect at the next start";
    app.write("app-config.yaml", "app: {title: Two}\nbackend: {listen: ':1', database: {connection: ./x.db}}\n");
    until_logged(&app, restart).await;
    app.until("/sign-in", |answer| answer.text.contains("Two")).await;
    app.write("app-config.yaml", "app: {title: Three}\nbackend: {listen: ':1', database: {connection: ./x.db}}\n");
    app.until("/sign-in", |answer| answer.text.contains("Three")).await;
    assert!(!app.log().contains("the changed configuration is in force"), "{}", app.log());
    app.write("app-config.yaml", "app: {title: Four}\n");
    until_logged(&app, "the changed configuration is in force").await;
    assert!(!app.folder().join("x.db").exists());
}

#[tokio::test]
async fn the_level_of_the_log_changes_at_once() {
    let app = app().config("backend: {logger: {level: warn}}\n").start().await;
    assert_eq!(status(&app, TOKEN).await, 200);
    assert!(!app.log().contains("incomingRequest"), "{}", app.log());
    app.write("app-config.yaml", "backend: {logger: {level: info}}\n");
    until_logged(&app, "the changed configuration is in force").await;
    assert_eq!(status(&app, TOKEN).await, 200);
    until_logged(&app, "incomingRequest").await;
}
