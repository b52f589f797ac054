//! Starts that fail say what is wrong and what to do, and nothing else.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use testkit::TOKEN;
use tokio::process::Command;

use crate::app;

/// Runs the program in a folder until it ends.
async fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
    command.args(arguments).current_dir(folder).kill_on_drop(true).env("RUST_BACKTRACE", "1");
    let ended = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
    ended.expect("it goes on running").unwrap()
}

/// What a start that fails writes; it must end with 1 and look like somebody meant it.
async fn refusal(folder: &Path, config: &str) -> String {
    std::fs::write(folder.join("app-config.yaml"), config).unwrap();
    let output = run(folder, &["serve"]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked") && !said.to_lowercase().contains("backtrace"), "{said}");
    said
}

const FILE: &str = "backend: {listen: '127.0.0.1:0', database: {connection: ./here/x.sqlite}}\n";

#[tokio::test]
async fn a_database_that_cannot_be_used_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("here/x.sqlite");
    let elsewhere = "let the user that runs Callboard write there, or configure another place under backend.database";

    std::fs::write(folder.path().join("here"), "a file").unwrap();
    let said = refusal(folder.path(), FILE).await;
    assert!(said.contains("cannot create the directory ./here") && said.contains(elsewhere), "{said}");
    std::fs::remove_file(folder.path().join("here")).unwrap();

    std::fs::create_dir_all(database.with_extension("sqlite.lock")).unwrap();
    let said = refusal(folder.path(), FILE).await;
    assert!(said.contains("cannot write ./here/x.sqlite.lock") && said.contains(elsewhere), "{said}");
    std::fs::remove_dir(database.with_extension("sqlite.lock")).unwrap();

    std::fs::write(&database, [b'x'; 5000]).unwrap();
    let said = refusal(folder.path(), FILE).await;
    assert!(said.contains("./here/x.sqlite: ") && said.contains("not a database; restore a backup"), "{said}");

    for (config, word) in [
        (
            "backend: {listen: '127.0.0.1:0', database: {client: pg, connection: 'postgres://u:hush@127.0.0.1:1/d'}}",
            "PostgreSQL at 127.0.0.1:1, database d: ",
        ),
        ("backend: {listen: abc}", "app-config.yaml:1:19: backend.listen: expected a port or host:port"),
        ("backend: {logger: {level: 'a=b=c'}}", "backend.logger.level"),
        ("backend: {https: {certificate: {cert: x, key: y}}}", "backend.https.certificate.cert"),
        ("a: [", "app-config.yaml:2:1: "),
    ] {
        let said = refusal(folder.path(), config).await;
        assert!(said.contains(word), "{said}");
    }
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_port_and_the_database() {
    let config = "backend: {database: {connection: ./here/x.sqlite}}\n";
    let app = app().config(config).start().await;
    let said = refusal(app.folder(), FILE).await;
    assert!(said.contains("./here/x.sqlite is in use by process ") && said.contains("; stop it, or"), "{said}");

    let port = app.base().rsplit(':').next().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let taken = format!("backend: {{listen: '127.0.0.1:{port}', database: {{connection: ':memory:'}}}}\n");
    let said = refusal(elsewhere.path(), &taken).await;
    assert!(said.contains("another process uses the port: stop it, or take another one"), "{said}");
    assert_eq!(app.get("/api/catalog/entities").await.status, 200);
}

#[tokio::test]
async fn without_a_configuration_it_starts_empty_and_says_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .current_dir(folder.path())
        .env_remove("NODE_ENV")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    // Gone at once, as `head -1` is: nobody has to read what it says.
    drop(child.stderr.take());
    let mut lines = tokio::io::BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    let enough = "or name one with --config <file>";
    while !said.contains(enough) {
        let read = tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut said).await.unwrap();
        // The built-in port may be somebody else's on this machine.
        if read == 0 {
            let output = run(folder.path(), &[]).await;
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("another process uses the port"), "{said}");
            return;
        }
    }
    assert!(said.contains("Callboard is listening on http://127.0.0.1:7007"), "{said}");
    assert!(said.contains("Enter as guest") && said.contains("There is no app-config.yaml"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was written");
    let check = run(folder.path(), &["config", "check"]).await;
    assert_eq!(check.status.code(), Some(1));
}

#[tokio::test]
async fn guests_stay_out_of_production() {
    for (variables, config, status) in [
        (&[][..], "auth: {environment: production}\n", 403),
        (&[("NODE_ENV", "development")], "auth: {environment: production}\n", 403),
        (&[], "auth: {environment: production, providers: {guest: {dangerouslyAllowOutsideDevelopment: true}}}\n", 200),
        (&[], "auth: {environment: development}\n", 200),
    ] {
        let mut builder = app().config(config);
        for (name, value) in variables {
            builder = builder.env(name, value);
        }
        let app = builder.start().await;
        let answer = app.call(reqwest::Method::POST, "/api/auth/guest/refresh", None, &[]).await;
        assert_eq!(answer.status, status, "{config} {}", answer.text);
        assert_eq!(app.log().contains("Enter as guest"), status == 200, "{}", app.log());
        assert!(!app.log().contains(TOKEN));
    }
}
