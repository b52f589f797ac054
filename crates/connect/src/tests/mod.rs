//! The readers as a whole: addresses in tables, hosts as loopback servers in their documented shapes.
#![allow(clippy::unwrap_used)]

mod addresses;
mod families;
mod misbehaviour;

use std::time::Duration;

use base::http::HttpOptions;
use config::{Config, Settings};
use sdk::{Found, ReadError, ReadOptions, ReadOutcome, Resource, UrlReader};
use serde_json::Value;
use url::Url;
use wiremock::MockServer;

use crate::Readers;

/// Readers for these values of `integrations` and `backend.reading.allow`, impatient enough for tests.
fn readers(integrations: &Value, allow: &Value) -> Readers {
    let written = serde_json::json!({ "integrations": integrations, "backend": { "reading": { "allow": allow } } });
    let settings = Settings::read(&Config::from_yaml(&written.to_string()).unwrap()).unwrap();
    let http = HttpOptions {
        header_timeout: Duration::from_millis(500),
        total_timeout: Duration::from_secs(2),
        stall_window: Duration::from_millis(300),
        stall_bytes: 100,
        backoff: Duration::from_millis(1),
        longest_wait: Duration::from_millis(1),
        ..HttpOptions::default()
    };
    Readers::new(&settings.integrations, &settings.backend.reading, http).unwrap()
}

/// `127.0.0.1:port`, which is what an integration's `host` says.
fn host(server: &MockServer) -> String {
    server.address().to_string()
}

async fn outcome(readers: &Readers, url: &str, etag: Option<&str>) -> Result<ReadOutcome, ReadError> {
    let options = ReadOptions { etag: etag.map(str::to_owned), max_bytes: 1_000 };
    readers.read(&Url::parse(url).unwrap(), &options).await
}

async fn read(readers: &Readers, url: &str) -> Result<Resource, ReadError> {
    match outcome(readers, url, None).await? {
        ReadOutcome::Read(resource) => Ok(resource),
        ReadOutcome::NotModified => panic!("unconditional request answered with not modified"),
    }
}

async fn search(readers: &Readers, url: &str) -> Vec<(String, String)> {
    let options = ReadOptions { etag: None, max_bytes: 1_000 };
    let result = readers.search(url, &options).await.unwrap().unwrap();
    let text = |file: Found| (file.url, String::from_utf8(file.body.to_vec()).unwrap());
    result.files.into_iter().map(text).collect()
}

async fn unchanged_since(readers: &Readers, url: &str, etag: &str) -> bool {
    let options = ReadOptions { etag: Some(etag.to_owned()), max_bytes: 1_000 };
    readers.search(url, &options).await.unwrap().is_none()
}
