//! One OpenTelemetry span per request, under the names of the semantic conventions for HTTP servers. Where traces are not
//! collected the process lets no span of [`SPANS`] through, and none is made.

use axum::extract::Request;
use opentelemetry::global;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::HeaderExtractor;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::RequestId;

/// The target of spans that exist to be exported. The process enables it when there is somewhere to send them.
pub const SPANS: &str = "spans";

/// The span of a request; a part of the caller's trace where `traceparent` names one.
pub fn begin(request: &Request) -> Span {
    let span = tracing::info_span!(
        target: SPANS,
        "request",
        otel.kind = "server",
        otel.name = request.method().as_str(),
        otel.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.route = Empty,
        http.response.status_code = Empty,
        url.path = request.uri().path(),
        request_id = request.extensions().get::<RequestId>().map(|id| id.0.as_str()),
    );
    if !span.is_disabled() {
        let parent =
            global::get_text_map_propagator(|propagator| propagator.extract(&HeaderExtractor(request.headers())));
        // Refused where spans are logged and not exported: then there is no trace to be a part of.
        let _ = span.set_parent(parent);
    }
    span
}

/// Adds what is known at the end. `route` is the pattern that matched the path, if one did.
pub fn end(span: &Span, method: &str, route: Option<&str>, status: u16) {
    if span.is_disabled() {
        return;
    }
    if let Some(route) = route {
        span.record("http.route", route);
        // The field `otel.name` names spans only until they begin, when the route is not known yet.
        span.context().span().update_name(format!("{method} {route}"));
    }
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}
