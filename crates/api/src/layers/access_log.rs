//! One log line and one measurement per request (contract platform-services.md section 2).

use std::borrow::Cow;
use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use base::http::redact_query;
use http::{HeaderValue, Method, header};
use tracing::Instrument;

use super::{RequestId, trace};

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

/// Logs, measures and traces.
pub async fn observe<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let started = Instant::now();
    let (method, url, version) = (request.method().clone(), request.uri().to_string(), request.version());
    let agent = request.headers().get(header::USER_AGENT).cloned();
    let referrer = request.headers().get(header::REFERER).cloned();
    let id = request.extensions().get::<RequestId>().cloned();
    let span = trace::begin(&request);
    let response = next(request).instrument(span.clone()).await;
    let elapsed = started.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    let route = response.extensions().get::<Route>().map(|route| route.0.clone());
    // What a catch-all took has no route of its own.
    let route = route.as_ref().map(MatchedPath::as_str).filter(|route| !route.contains("{*"));
    trace::end(&span, method.as_str(), route, status);
    // Paths that nobody serves share one name, for their number has no bound.
    metrics::histogram!(
        "http_server_request_duration_seconds",
        "http_request_method" => known_method(&method),
        "http_route" => route.unwrap_or("other").to_owned(),
        "http_response_status_code" => status.to_string()
    )
    .record(elapsed);
    let (url, agent) = (without_secrets(&url), text(agent.as_ref()));
    let referrer = text(referrer.as_ref()).map(without_secrets);
    let length = response.body().size_hint().exact();
    tracing::info!(
        r#type = "incomingRequest",
        requestId = id.as_ref().map(|id| id.0.as_str()),
        method = method.as_str(),
        url = &*url,
        status,
        httpVersion = ?version,
        contentLength = length,
        userAgent = agent,
        durationMs = elapsed * 1000.0,
        "\"{method} {url} {version:?}\" {status} {} \"{}\" \"{}\"",
        length.map_or(Cow::Borrowed("-"), |length| length.to_string().into()),
        referrer.as_deref().unwrap_or("-"),
        agent.unwrap_or("-"),
    );
    response
}

/// Methods that nobody knows share one name: what clients invent has no bound.
fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

/// An address as it may be logged: tokens are put into queries, however often people are told not to.
fn without_secrets(address: &str) -> Cow<'_, str> {
    match address.split_once('?').map(|(path, query)| (path, redact_query(query))) {
        Some((path, Cow::Owned(query))) => format!("{path}?{query}").into(),
        _ => address.into(),
    }
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}
