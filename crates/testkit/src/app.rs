//! A running Callboard: the real binary in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The static token every test app accepts.
pub const TOKEN: &str = "test-static-token-0123456789";

/// How long anything may take before a test gives up. Generous: a loaded machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// What an app starts with.
pub struct AppBuilder {
    program: PathBuf,
    folder: TempDir,
    config: String,
    environment: Vec<(String, String)>,
}

/// A running Callboard, killed when dropped.
pub struct App {
    program: PathBuf,
    folder: TempDir,
    environment: Vec<(String, String)>,
    child: Child,
    base: String,
    log: Arc<Mutex<String>>,
    client: reqwest::Client,
}

/// A status with a body that may be JSON.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON; an empty string value where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::String(self.text.clone()))
    }
}

impl AppBuilder {
    /// An app run from `program` (the test passes its own binary path) with an empty catalog in memory.
    pub fn new(program: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = "catalog:\n  rules: [{allow: [Component, API, Resource, System, Domain, Group, User, Location, Template]}]\n";
        Self { program: program.into(), folder, config: config.to_owned(), environment: Vec::new() }
    }

    /// The folder the app runs in; files written there can be named by relative targets.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in the app's folder.
    pub fn file(self, path: &str, text: &str) -> Self {
        write(&self.folder.path().join(path), text);
        self
    }

    /// Replaces the second configuration file (the first sets listen address, token and an in-memory database).
    pub fn config(mut self, yaml: &str) -> Self {
        yaml.clone_into(&mut self.config);
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it and waits until it answers.
    pub async fn start(self) -> App {
        let base = format!(
            "app: {{baseUrl: 'http://localhost:7007'}}\nbackend:\n  baseUrl: 'http://localhost:7007'\n  listen: '127.0.0.1:0'\n  \
             database: {{client: better-sqlite3, connection: ':memory:'}}\n  auth:\n    externalAccess:\n      - type: static\n        \
             options: {{token: {TOKEN}, subject: test}}\nauth: {{environment: development, providers: {{guest: {{}}}}}}\n"
        );
        write(&self.folder.path().join("base.yaml"), &base);
        write(&self.folder.path().join("app-config.yaml"), &self.config);
        let (child, base, log) = launch(&self.program, self.folder.path(), &self.environment).await;
        install_tls();
        let client = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        App { program: self.program, folder: self.folder, environment: self.environment, child, base, log, client }
    }
}

impl App {
    /// `http://127.0.0.1:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in the app's folder while it runs.
    pub fn write(&self, path: &str, text: &str) {
        write(&self.folder.path().join(path), text);
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Calls with the static token.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[("authorization", &format!("Bearer {TOKEN}"))]).await
    }

    /// Posts JSON with the static token.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.call(Method::POST, path, Some(body.to_string()), &headers).await
    }

    /// Gets an address elsewhere, as a browser does that was sent there; redirects are not followed.
    pub async fn elsewhere(&self, address: &str) -> Answer {
        self.send(self.client.get(address), address).await
    }

    /// Calls with exactly these headers.
    pub async fn call(&self, method: Method, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        self.send(request, path).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, shown: &str) -> Answer {
        let response = request.send().await.unwrap_or_else(|e| panic!("{shown}: {e}\n{}", self.log()));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// Asks again until the answer satisfies; the test fails with the last answer after a minute.
    pub async fn until(&self, path: &str, satisfied: impl Fn(&Answer) -> bool) -> Answer {
        let give_up = tokio::time::Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            if satisfied(&answer) {
                return answer;
            }
            assert!(
                tokio::time::Instant::now() < give_up,
                "{path} stayed at {}: {}\n{}",
                answer.status,
                answer.text,
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends the signal that asks a process to stop.
    pub fn ask_to_stop(&self) {
        self.signal("TERM");
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().expect("it has ended");
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status().unwrap();
        assert!(sent.success(), "the signal was not sent");
    }

    /// Ends the process as a power cut would.
    pub async fn crash(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> std::process::ExitStatus {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("it goes on running:\n{}", self.log())).unwrap()
    }

    /// Ends the process as a power cut would, and starts it again in the same folder.
    pub async fn crash_and_restart(&mut self) {
        self.crash().await;
        let (child, base, log) = launch(&self.program, self.folder.path(), &self.environment).await;
        (self.child, self.base, self.log) = (child, base, log);
    }
}

fn write(path: &Path, text: &str) {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// reqwest carries no TLS provider of its own.
fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Starts the program and reads its output until it says where it is.
async fn launch(
    program: &Path,
    folder: &Path,
    environment: &[(String, String)],
) -> (Child, String, Arc<Mutex<String>>) {
    let mut child = Command::new(program)
        .args(["--config", "base.yaml", "--config", "app-config.yaml"])
        .current_dir(folder)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|e| panic!("cannot start {}: {e}", program.display()));
    let log = Arc::new(Mutex::new(String::new()));
    let errors = BufReader::new(child.stderr.take().unwrap());
    tokio::spawn(collect(errors, Arc::clone(&log), None));
    let (found, mut address) = tokio::sync::mpsc::channel(1);
    let output = BufReader::new(child.stdout.take().unwrap());
    tokio::spawn(collect(output, Arc::clone(&log), Some(found)));
    let base = tokio::time::timeout(PATIENCE, address.recv()).await.ok().flatten();
    let base = base.unwrap_or_else(|| panic!("Callboard did not start:\n{}", log.lock().unwrap()));
    (child, base, log)
}

/// Keeps every line; sends the address in the line that says Callboard is at one.
async fn collect(
    reader: BufReader<impl tokio::io::AsyncRead + Unpin>,
    log: Arc<Mutex<String>>,
    found: Option<tokio::sync::mpsc::Sender<String>>,
) {
    let mut lines = reader.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let (Some(found), Some((_, address))) = (&found, line.split_once("listening on ")) {
            let _ = found.send(address.trim().to_owned()).await;
        }
        let mut log = log.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
    }
}
