//! Logs, traces and metrics: set up once, before anything else runs.
//!
//! Logs go to standard error, as text on a terminal and as JSON lines elsewhere. Traces go where
//! `OTEL_EXPORTER_OTLP_ENDPOINT` says. Metrics wait at `/metrics` for Prometheus.

use std::backtrace::Backtrace;
use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use api::layers::SPANS;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentelemetry_sdk::trace::span_processor_with_async_runtime::BatchSpanProcessor;
use opentelemetry_sdk::{Resource, runtime};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::redact::Redactor;

/// What the operator chose.
#[derive(Clone, Debug, Default)]
pub struct TelemetryOptions {
    /// `backend.logger.level`, or a filter such as `info,catalog=debug`.
    pub level: Option<String>,
    /// `LOG_LEVEL`, which wins.
    pub override_level: Option<String>,
    /// Values that must never be written.
    pub secrets: Vec<String>,
    /// Base address of an OTLP/HTTP collector.
    pub otlp_endpoint: Option<String>,
}

/// Keeps telemetry alive; dropping it sends what is left.
pub struct Telemetry {
    pub metrics: PrometheusHandle,
    redactor: Redactor,
    traces: Option<SdkTracerProvider>,
    filter: Filter,
}

/// What is logged, which may change while the process runs.
struct Filter {
    handle: reload::Handle<EnvFilter, Registry>,
    /// `LOG_LEVEL`, which wins over the configuration.
    override_level: Option<String>,
    /// Spans are made only where they are sent to.
    span_level: &'static str,
}

impl Telemetry {
    /// Replaces the values that must never be written, after the configuration changed.
    pub fn set_secrets(&self, secrets: &[String]) {
        if let Err(error) = self.redactor.set_secrets(secrets) {
            tracing::error!("{error:#}; the former ones are kept out of the log");
        }
    }

    /// Takes another `backend.logger.level`.
    ///
    /// # Errors
    /// It is no level; then nothing changed.
    pub fn set_level(&self, level: Option<&str>) -> Result<()> {
        let Filter { handle, override_level, span_level } = &self.filter;
        handle
            .reload(filter(override_level.as_deref().or(level), span_level)?)
            .context("the level of the log does not change")
    }

    /// Sends the last traces.
    pub fn stop(&self) {
        if let Some(traces) = &self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Starts logging, tracing and metrics for the whole process. Traces are sent by a task of the runtime it is called in.
///
/// # Errors
/// An option cannot be used, or it was called before.
pub fn start(options: TelemetryOptions) -> Result<Telemetry> {
    let span_level = if options.otlp_endpoint.is_some() { "info" } else { "off" };
    let level = options.override_level.as_deref().or(options.level.as_deref());
    let (filter, handle) = reload::Layer::new(filter(level, span_level)?);
    let redactor = Redactor::new(&options.secrets)?;
    let format = tracing_subscriber::fmt::layer().with_writer(redactor.clone());
    let format = if io::stderr().is_terminal() {
        format.with_target(false).boxed()
    } else {
        format.json().flatten_event(true).with_ansi(false).boxed()
    };
    let traces = options.otlp_endpoint.as_deref().map(tracer).transpose()?;
    let spans = traces.as_ref().map(|provider| {
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("callboard"));
        layer.with_location(false).with_target(false).with_threads(false).with_tracked_inactivity(false)
    });
    tracing_subscriber::registry()
        .with(filter)
        .with(format)
        .with(spans)
        .try_init()
        .context("logging was started twice")?;
    log_panics();
    let filter = Filter { handle, override_level: options.override_level, span_level };
    Ok(Telemetry { metrics: recorder()?, redactor, traces, filter })
}

fn filter(level: Option<&str>, span_level: &str) -> Result<EnvFilter> {
    let level = level.unwrap_or("info");
    EnvFilter::try_new(format!("warn,{},{SPANS}={span_level}", scope(level)))
        .with_context(|| format!("backend.logger.level: \"{level}\" is no log level or filter"))
}

/// A bug is told in the log, in its form and without secrets, and not beside it.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, backtrace = %Backtrace::capture(), "panicked: {message}; this is a bug, please report it");
    }));
}

/// A bare level speaks of our own crates; libraries stay at warnings.
fn scope(level: &str) -> String {
    if level.contains(['=', ',']) {
        return level.to_owned();
    }
    ["callboard", "api", "auth", "base", "catalog", "config", "connect", "store_sql", "web"]
        .map(|target| format!("{target}={level}"))
        .join(",")
}

fn recorder() -> Result<PrometheusHandle> {
    let seconds = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("duration".to_owned()), &seconds)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("seconds".to_owned()), &seconds))
        .context("metric buckets")?
        .install_recorder()
        .context("metrics were started twice")
}

fn tracer(endpoint: &str) -> Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .with_context(|| format!("OTEL_EXPORTER_OTLP_ENDPOINT: traces cannot be sent to {endpoint}"))?;
    // A part of a caller's trace says so in the header `traceparent`.
    global::set_text_map_propagator(TraceContextPropagator::new());
    let resource = Resource::builder().with_service_name("callboard").build();
    let sender = BatchSpanProcessor::builder(exporter, runtime::Tokio).build();
    Ok(SdkTracerProvider::builder().with_span_processor(sender).with_resource(resource).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_level_is_ours_and_a_filter_is_taken_as_it_is() {
        assert!(scope("debug").contains("catalog=debug"));
        assert_eq!(scope("info,catalog=debug"), "info,catalog=debug");
    }
}
