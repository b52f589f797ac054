//! One log line and one measurement per request (contract platform-services.md section 2).

use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, header};

/// The route that served a request, for measurements; set on answers by routers whose routes are not seen from outside.
#[derive(Clone, Debug)]
pub struct Route(pub MatchedPath);

/// Middleware: hands the matched route on to [`observe`].
pub async fn mark_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(Route(route));
    }
    response
}

/// Middleware: logs and measures.
pub async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, url, version) = (request.method().clone(), request.uri().clone(), request.version());
    let agent = text(request.headers(), header::USER_AGENT);
    let referrer = text(request.headers(), header::REFERER);
    let outer = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let route = response.extensions().get::<Route>().map(|route| route.0.clone()).or(outer);
    // Paths that nobody serves share one name, for their number has no bound; so do those a catch-all took.
    let route = route.as_ref().map(MatchedPath::as_str).filter(|route| !route.contains("{*")).unwrap_or("other");
    metrics::histogram!(
        "http.server.request.duration",
        "method" => method.as_str().to_owned(), "route" => route.to_owned(), "status" => status.to_string()
    )
    .record(started.elapsed().as_secs_f64());
    let length = response.body().size_hint().exact();
    let shown = length.map_or_else(|| "-".to_owned(), |length| length.to_string());
    tracing::info!(
        r#type = "incomingRequest",
        method = %method,
        url = %url,
        status,
        httpVersion = ?version,
        contentLength = length,
        userAgent = agent,
        durationMs = started.elapsed().as_secs_f64() * 1000.0,
        "\"{method} {url} {version:?}\" {status} {shown} \"{}\" \"{}\"",
        referrer.as_deref().unwrap_or("-"),
        agent.as_deref().unwrap_or("-"),
    );
    response
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
