//! What operators see: traces at a collector, metrics under the names dashboards know, one policy for all pages.

use std::time::Duration;

use reqwest::Method;
use testkit::TOKEN;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::app;

const CATALOG: &str = "
catalog:
  rules: [{allow: [Component, Group, Location]}]
  locations: [{type: file, target: ./catalog-info.yaml}]
";

const ENTITIES: &str = "
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ours}
spec: {type: service, lifecycle: production, owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a}
spec: {type: team, children: []}
";

const OURS: &str = "/api/catalog/entities/by-name/component/default/ours";

/// The trace of a caller, and its number as it is sent on.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn has(body: &[u8], text: &[u8]) -> bool {
    body.windows(text.len()).any(|window| window == text)
}

#[tokio::test]
async fn requests_are_traced_to_a_collector_as_part_of_the_callers_trace() {
    let collector = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/traces"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&collector)
        .await;
    let app = app()
        .file("catalog-info.yaml", ENTITIES)
        .config(CATALOG)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.uri())
        .env("OTEL_BSP_SCHEDULE_DELAY", "50")
        .start()
        .await;
    app.until(OURS, |answer| answer.status == 200).await;
    let bearer = format!("Bearer {TOKEN}");
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let headers = [("authorization", bearer.as_str()), ("traceparent", &parent), ("x-request-id", "request-7")];
    assert_eq!(app.call(Method::GET, OURS, None, &headers).await.status, 200);

    let id: Vec<u8> =
        (0..TRACE.len()).step_by(2).map(|at| u8::from_str_radix(&TRACE[at..at + 2], 16).unwrap()).collect();
    let ours = |request: &&Request| has(&request.body, &id);
    let give_up = tokio::time::Instant::now() + Duration::from_secs(60);
    let requests = loop {
        let requests = collector.received_requests().await.unwrap();
        if requests.iter().any(|request| ours(&request)) {
            break requests;
        }
        assert!(tokio::time::Instant::now() < give_up, "{} exports, not ours\n{}", requests.len(), app.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let sent = requests.iter().find(ours).unwrap();
    assert_eq!(sent.headers["content-type"], "application/x-protobuf");
    for text in ["http.request.method", "http.response.status_code", "url.path", OURS, "request-7"] {
        assert!(has(&sent.body, text.as_bytes()), "{text} is missing: {}", String::from_utf8_lossy(&sent.body));
    }
    for span in ["catalog.flush", "callboard"] {
        assert!(requests.iter().any(|request| has(&request.body, span.as_bytes())), "{span}");
    }
    let line = app.log().lines().find(|line| line.contains("request-7")).map(str::to_owned);
    assert!(line.is_some_and(|line| line.contains(r#""requestId":"request-7""#)), "{}", app.log());
}

#[tokio::test]
async fn metrics_have_the_names_that_dashboards_know() {
    let app = app().file("catalog-info.yaml", ENTITIES).config(CATALOG).start().await;
    app.until(OURS, |answer| answer.json()["relations"][0]["type"] == "ownedBy").await;
    assert_eq!(app.get("/catalog/default/component/ours").await.status, 303);
    app.call(Method::from_bytes(b"BREW").unwrap(), "/api/nope", None, &[]).await;
    let has = |text: &str, name: &str| text.lines().any(|line| line.starts_with(name));
    let metrics =
        app.until("/metrics", |answer| has(&answer.text, "catalog_stitching_duration_seconds_bucket")).await.text;
    for name in [
        "catalog_entities_count{kind=\"component\"} 1",
        "catalog_entities_count{kind=\"group\"} 1",
        "catalog_relations_count 2",
        "catalog_registered_locations_count 0",
        "catalog_processed_entities_count{result=\"changed\"}",
        "catalog_processing_duration_seconds_bucket",
        "catalog_processors_duration_seconds_bucket",
        "catalog_stitched_entities_count",
        "catalog_stitching_duration_seconds_bucket",
        "catalog_stitching_queue_delay_seconds_bucket",
        "catalog_stitching_queue_length 0",
        "http_server_request_duration_seconds_bucket{http_request_method=\"GET\",http_route=\"/api/catalog/entities/by-name/{kind}/{namespace}/{name}\",http_response_status_code=\"200\"",
        "http_server_request_duration_seconds_count{http_request_method=\"_OTHER\",http_route=\"other\",",
        "http_server_request_duration_seconds_bucket{http_request_method=\"GET\",http_route=\"/catalog/{namespace}/{kind}/{name}\"",
    ] {
        assert!(has(&metrics, name), "{name} is missing:\n{metrics}");
    }
}

#[tokio::test]
async fn the_operators_policy_changes_that_of_pages_and_of_the_wire() {
    let config = "backend: {csp: {connect-src: [\"'self'\", 'https:'], frame-ancestors: false}}\n";
    let app = app().config(config).start().await;
    for (path, own) in [("/sign-in", "default-src 'none'"), (OURS, "default-src 'self'")] {
        let answer = app.get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        let directives: Vec<&str> = policy.split(';').collect();
        assert!(directives.contains(&own), "{path}: {policy}");
        assert!(directives.contains(&"connect-src 'self' https:"), "{path}: {policy}");
        assert!(!policy.contains("frame-ancestors"), "{path}: {policy}");
    }
}
