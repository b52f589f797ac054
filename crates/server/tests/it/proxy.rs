//! Services behind the portal's address: what goes on to them and what comes back.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{App, TOKEN};

use crate::app;

/// A service that answers with what it was sent.
async fn service() -> String {
    async fn echo(request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let headers: serde_json::Map<String, Value> =
            parts.headers.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap()))).collect();
        let told = json!({ "method": parts.method.as_str(), "uri": parts.uri.to_string(), "headers": headers,
            "body": body.len() });
        let status = if parts.uri.path().ends_with("/moved") { 302 } else { 200 };
        Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .header("location", "http://169.254.169.254/")
            .header("set-cookie", "theirs=1")
            .header("x-named", "yes")
            .header("x-other", "no")
            .body(Body::from(told.to_string()))
            .unwrap()
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(echo)).await.unwrap() });
    format!("http://{address}")
}

async fn start(target: &str) -> App {
    let config = format!(
        "proxy:\n  endpoints:\n    /plain: '{target}/base'\n    /open: {{target: '{target}', credentials: dangerously-allow-unauthenticated}}\n    \
         /forward: {{target: '{target}', credentials: forward}}\n    /named: {{target: '{target}', allowedMethods: [POST], allowedHeaders: [x-named], \
         headers: {{Authorization: 'Basic hush-hush-hush'}}}}\n    /gone: 'http://127.0.0.1:1'\n"
    );
    app().config(&config).start().await
}

#[tokio::test]
async fn requests_go_on_and_answers_come_back() {
    let app = start(&service().await).await;
    let told = app.get("/api/proxy/plain/a%2Fb?q=1").await;
    assert_eq!(told.status, 200);
    let sent = told.json();
    assert_eq!((&sent["method"], &sent["uri"]), (&json!("GET"), &json!("/base/a%2Fb?q=1")));
    assert!(sent["headers"].get("authorization").is_none(), "{sent}");
    for (name, there) in [("content-type", true), ("set-cookie", false), ("x-named", false)] {
        assert_eq!(told.headers.contains_key(name), there, "{name}");
    }
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("cookie", "ours=1"), ("content-type", "text/plain")];
    let large = "x".repeat(3 << 20);
    let posted = app.call(Method::POST, "/api/proxy/named/x", Some(large), &headers).await;
    let sent = posted.json();
    assert_eq!((&sent["body"], &sent["headers"]["authorization"]), (&json!(3 << 20), &json!("Basic hush-hush-hush")));
    assert!(sent["headers"].get("cookie").is_none());
    assert_eq!(posted.headers["x-named"], "yes");
    let forwarded = app.get("/api/proxy/forward/x").await.json();
    assert_eq!(forwarded["headers"]["authorization"], bearer);
    let moved = app.get("/api/proxy/plain/moved").await;
    assert_eq!(moved.status, 302, "a redirect is not followed");
    assert!(!moved.headers.contains_key("location"));
}

#[tokio::test]
async fn who_may_not_and_what_is_not_there() {
    let app = start(&service().await).await;
    let stranger = async |path: &str| app.call(Method::GET, path, None, &[]).await.status;
    assert_eq!(stranger("/api/proxy/plain/x").await, 401);
    assert_eq!(stranger("/api/proxy/nothing").await, 401, "strangers learn of no endpoint");
    assert_eq!(stranger("/api/proxy/open/x").await, 200);
    assert_eq!(app.get("/api/proxy/nothing").await.status, 404);
    assert_eq!(app.get("/api/proxy/named/x").await.status, 404, "another method");
    assert_eq!(app.get("/api/proxy/plain/..%2fx").await.status, 400);
    let gone = app.get("/api/proxy/gone/x").await;
    assert_eq!(gone.status, 503);
    assert!(!app.log().contains("hush-hush-hush"));
}
