//! Metrics for Prometheus: at `/metrics` for callers with a token, and on a port of their own where one is asked for.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context, Result};
use auth::{Authority, bearer_token};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

#[derive(Clone)]
struct Metrics {
    handle: PrometheusHandle,
    authority: Arc<Authority>,
}

/// `/metrics` on the main listener. What runs here, and how much of it, is not for everybody.
pub fn router(handle: PrometheusHandle, authority: Arc<Authority>) -> Router {
    Router::new().route("/metrics", get(guarded)).with_state(Metrics { handle, authority })
}

async fn guarded(State(metrics): State<Metrics>, headers: HeaderMap) -> Response {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match metrics.authority.authenticate(authorization.and_then(bearer_token), "metrics").await {
        Ok(_) => text(&metrics.handle),
        Err(_) => (StatusCode::UNAUTHORIZED, "metrics need a token").into_response(),
    }
}

/// Serves metrics to anybody who reaches `host:port`, as OpenTelemetry's Prometheus exporters do.
pub fn serve_openly(host: &str, port: u16, handle: PrometheusHandle) -> Result<()> {
    let listener = TcpListener::bind((host, port))
        .with_context(|| format!("OTEL_EXPORTER_PROMETHEUS_PORT: cannot listen on {host}:{port}"))?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = Router::new().route("/metrics", get(move || std::future::ready(text(&handle))));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the metrics listener broke");
        }
    });
    Ok(())
}

fn text(handle: &PrometheusHandle) -> Response {
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
