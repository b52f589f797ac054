//! What every connection and request meets, on the real socket: time limits, the end of the process, what the log keeps.

use std::time::Duration;

use reqwest::Method;
use testkit::TOKEN;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app;

const ENTITIES: &str = "/api/catalog/entities";

/// Sends a text as it is and reads until the other side ends the connection.
async fn exchange(base: &str, text: &str) -> String {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer))
        .await
        .expect("the connection stays open")
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn silent_and_slow_clients_are_not_waited_for() {
    let app = app().config("backend: {server: {headersTimeout: 200}}\n").start().await;
    let idle = format!("GET {ENTITIES} HTTP/1.1\r\nhost: x\r\n\r\n");
    for (text, answer) in [("", ""), ("GET / HTTP/1.1\r\nhost: ", ""), (&idle, "HTTP/1.1 401 ")] {
        let said = exchange(app.base(), text).await;
        assert!(said.starts_with(answer), "{text:?}: {said}");
    }
    assert_eq!(app.get(ENTITIES).await.status, 200);
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_forgotten() {
    let app = app().start().await;
    let large = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "x".repeat(1 << 20));
    for (text, status) in [
        ("nonsense\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nx", "400"),
        (&large, "431"),
    ] {
        let said = exchange(app.base(), text).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
    }
    assert_eq!(app.get(ENTITIES).await.status, 200);
    assert!(!app.log().contains("panicked"), "{}", app.log());
}

#[tokio::test]
async fn the_log_keeps_no_token_of_anybody() {
    let app = app().start().await;
    let guest = app.call(Method::POST, "/api/auth/guest/refresh", None, &[]).await.json();
    let token = guest["backstageIdentity"]["token"].as_str().unwrap().to_owned();
    let path = format!("{ENTITIES}?limit=1&access_token={token}&filter=kind%3Dapi&c%6Fde=hush-1");
    let headers = [("referer", "http://h/x?id_token=hush-2&a=b"), ("authorization", &*format!("Bearer {token}"))];
    app.call(Method::GET, &path, None, &headers).await;
    app.call(Method::GET, "/sign-in?token=hush-3", None, &[]).await;
    let logged = |log: &str| log.matches("incomingRequest").count() >= 3;
    while !logged(&app.log()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let log = app.log();
    assert!(log.contains("access_token=***&filter=kind%3Dapi&c%6Fde=***"), "{log}");
    assert!(log.contains("http://h/x?id_token=***&a=b"), "{log}");
    for secret in [token.as_str(), TOKEN, "hush"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_end() {
    let config = "backend: {lifecycle: {serverShutdownDelay: {milliseconds: 300}}}\n";
    let mut app = app().config(config).start().await;
    // A request whose body is still on its way when the process is asked to stop.
    let mut stream = TcpStream::connect(app.base().trim_start_matches("http://")).await.unwrap();
    let body = r#"{"entityRefs":[]}"#;
    let head = format!(
        "POST {ENTITIES}/by-refs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    app.ask_to_stop();
    app.until("/.backstage/health/v1/readiness", |answer| answer.status == 503).await;
    assert_eq!(app.get("/.backstage/health/v1/liveness").await.status, 200);
    let refused = async {
        while TcpStream::connect(app.base().trim_start_matches("http://")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), refused).await.expect("it goes on listening");
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(r#"{"items":[]}"#), "{answer}");
    assert_eq!(app.ended().await.code(), Some(0), "{}", app.log());
    assert!(!app.log().contains("panicked"), "{}", app.log());
}

#[tokio::test]
async fn who_asks_twice_need_not_wait() {
    let config = "backend: {lifecycle: {serverShutdownDelay: {hours: 1}}}\n";
    let mut app = app().config(config).start().await;
    app.ask_to_stop();
    app.until("/.backstage/health/v1/readiness", |answer| answer.status == 503).await;
    app.ask_to_stop();
    assert_eq!(app.ended().await.code(), Some(1));
}
