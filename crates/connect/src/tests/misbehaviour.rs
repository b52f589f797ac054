//! Addresses that must not be read, and servers that do not behave.

use std::time::Duration;

use sdk::{ReadError, ReadOptions, UrlReader as _};
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{host, read, readers};

const NOT_ALLOWED: &str = "is not allowed. You may need to configure an integration for the target host, or add it to the \
                           configured list of allowed hosts at 'backend.reading.allow'";

#[tokio::test]
async fn what_the_configuration_does_not_name_is_not_read() {
    let readers = readers(&json!({}), &json!([{"host": "example.com"}, {"host": "127.0.0.1:7098"}]));
    for url in [
        "http://127.0.0.1:7097/x.yaml",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:7098/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]:7098/",
        "http://example.com@127.0.0.1/",
        "https://example.com.evil.org/",
        "https://example.com:8443/",
        "file:///etc/passwd",
        "ftp://example.com/x",
    ] {
        let error = read(&readers, url).await.unwrap_err();
        assert!(matches!(error, ReadError::NotAllowed(_)), "{url}: {error}");
    }
    let error = read(&readers, "http://127.0.0.1:7097/x.yaml").await.unwrap_err();
    assert_eq!(error.to_string(), format!("Reading from 'http://127.0.0.1:7097/x.yaml' {NOT_ALLOWED}"));
    let error = readers.search("https://evil.org", &ReadOptions::default()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("Reading from 'https://evil.org' {NOT_ALLOWED}"));
    let error = readers.search("https://u:hush@evil.org", &ReadOptions::default()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("Reading from 'https://evil.org/' {NOT_ALLOWED}"));
    let error = read(&readers, "https://user:hush@example.com/x.yaml").await.unwrap_err().to_string();
    assert!(!error.contains("hush"), "{error}");
}

#[tokio::test]
async fn redirects_are_judged_like_addresses() {
    let server = MockServer::start().await;
    let root = server.uri();
    let readers = readers(&json!({}), &json!([{"host": host(&server), "paths": ["/open"]}]));
    let targets = [
        "http://169.254.169.254/x",
        "http://localhost:1/x",
        "/closed/x.yaml",
        "http://127.0.0.1:1/open",
        "http://[::1]/",
    ];
    for (index, target) in targets.iter().enumerate() {
        let redirect = ResponseTemplate::new(302).insert_header("Location", *target);
        Mock::given(path(format!("/open/{index}"))).respond_with(redirect).mount(&server).await;
        let error = read(&readers, &format!("{root}/open/{index}")).await.unwrap_err();
        assert!(matches!(error, ReadError::NotAllowed(_)), "{target}: {error}");
        assert!(error.to_string().ends_with(NOT_ALLOWED), "{error}");
    }
    let moved = ResponseTemplate::new(301).insert_header("Location", "/open/end.yaml");
    Mock::given(path("/open/moved.yaml")).respond_with(moved).mount(&server).await;
    Mock::given(path("/open/end.yaml"))
        .respond_with(ResponseTemplate::new(200).set_body_string("end"))
        .mount(&server)
        .await;
    assert_eq!(read(&readers, &format!("{root}/open/moved.yaml")).await.unwrap().body.as_ref(), b"end");
}

#[tokio::test]
async fn answers_that_are_no_files() {
    let server = MockServer::start().await;
    let root = server.uri();
    let readers = readers(&json!({}), &json!([{"host": host(&server)}]));
    let page = ResponseTemplate::new(200).set_body_raw("\n<!DOCTYPE html><title>Sign in</title>", "text/html");
    Mock::given(path("/x.yaml")).respond_with(page.clone()).mount(&server).await;
    Mock::given(path("/x.html")).respond_with(page).mount(&server).await;
    Mock::given(path("/large"))
        .respond_with(ResponseTemplate::new(200).set_body_string("x".repeat(1001)))
        .mount(&server)
        .await;
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", "77");
    Mock::given(path("/busy")).respond_with(busy).mount(&server).await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    Mock::given(path("/slow")).respond_with(slow).mount(&server).await;

    let error = read(&readers, &format!("{root}/x.yaml")).await.unwrap_err().to_string();
    assert!(error.contains("a web page instead of the file"), "{error}");
    assert!(read(&readers, &format!("{root}/x.html")).await.is_ok());
    assert!(matches!(read(&readers, &format!("{root}/large")).await, Err(ReadError::TooLarge { limit: 1000, .. })));
    let error = read(&readers, &format!("{root}/slow")).await.unwrap_err().to_string();
    assert!(error.contains("did not answer within 0.5 s"), "{error}");
    let error = read(&readers, &format!("{root}/busy")).await.unwrap_err();
    assert!(matches!(error, ReadError::RateLimited { retry_after_seconds: 77, .. }), "{error}");
}

#[tokio::test]
async fn lists_of_files_end() {
    let server = MockServer::start().await;
    let root = server.uri();
    let options = json!({
        "bitbucketCloud": [{"host": host(&server), "apiBaseUrl": format!("{root}/2.0")}],
    });
    let readers = readers(&options, &json!([]));
    let commits = json!({"values": [{"hash": "c"}]});
    let respond = |body| ResponseTemplate::new(200).set_body_json(body);
    Mock::given(path("/2.0/repositories/w/r/commits/main")).respond_with(respond(commits)).mount(&server).await;
    let endless = json!({"values": [], "next": format!("{root}/2.0/repositories/w/r/src/c/")});
    Mock::given(path("/2.0/repositories/w/r/src/c/")).respond_with(respond(endless)).mount(&server).await;
    let glob = format!("{root}/w/r/src/main/*.yaml");
    let error = readers.search(&glob, &ReadOptions::default()).await.unwrap_err().to_string();
    assert!(error.contains("too many files"), "{error}");
    let elsewhere = json!({"values": [{"hash": "d"}]});
    Mock::given(path("/2.0/repositories/w/q/commits/main")).respond_with(respond(elsewhere)).mount(&server).await;
    let list = json!({"values": [], "next": "http://169.254.169.254/"});
    Mock::given(path("/2.0/repositories/w/q/src/d/")).respond_with(respond(list)).mount(&server).await;
    let error =
        readers.search(&format!("{root}/w/q/src/main/*.yaml"), &ReadOptions::default()).await.unwrap_err().to_string();
    assert!(error.contains("another host"), "{error}");
}
