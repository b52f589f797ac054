//! Logs, traces and metrics: set up once, before anything else runs.
//!
//! Logs go to standard error, as text on a terminal and as JSON lines elsewhere. Traces go where
//! `OTEL_EXPORTER_OTLP_ENDPOINT` says. Metrics wait at `/metrics` for Prometheus.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anyhow::{Context, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use parking_lot::RwLock;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// What the operator chose.
#[derive(Clone, Debug, Default)]
pub struct TelemetryOptions {
    /// `backend.logger.level`, or a filter such as `info,catalog=debug`.
    pub level: Option<String>,
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
}

impl Telemetry {
    /// Replaces the values that must never be written, after the configuration changed.
    pub fn set_secrets(&self, secrets: Vec<String>) {
        *self.redactor.secrets.write() = secrets;
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces
            && let Err(error) = traces.shutdown()
        {
            eprintln!("the last traces were not sent: {error}");
        }
    }
}

/// Starts logging, tracing and metrics for the whole process.
pub fn start(options: TelemetryOptions) -> Result<Telemetry> {
    let filter = options.level.as_deref().unwrap_or("info");
    let filter = EnvFilter::try_new(format!("warn,{}", scope(filter)))
        .with_context(|| format!("backend.logger.level: \"{filter}\" is no log level or filter"))?;
    let redactor = Redactor { secrets: Arc::new(RwLock::new(options.secrets)) };
    let format = tracing_subscriber::fmt::layer().with_writer(redactor.clone());
    let format = if io::stderr().is_terminal() {
        format.with_target(false).boxed()
    } else {
        format.json().flatten_event(true).with_ansi(false).boxed()
    };
    let traces = options.otlp_endpoint.as_deref().map(tracer).transpose()?;
    let spans =
        traces.as_ref().map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("callboard")));
    tracing_subscriber::registry()
        .with(filter)
        .with(format)
        .with(spans)
        .try_init()
        .context("logging was started twice")?;
    Ok(Telemetry { metrics: recorder()?, redactor, traces })
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
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("delay".to_owned()), &seconds))
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
    let resource = Resource::builder().with_service_name("callboard").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// A writer to standard error that blanks secrets, whatever library logged them.
#[derive(Clone)]
struct Redactor {
    secrets: Arc<RwLock<Vec<String>>>,
}

/// One log line on its way out.
struct Line {
    redactor: Redactor,
    text: Vec<u8>,
}

impl<'a> MakeWriter<'a> for Redactor {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { redactor: self.clone(), text: Vec::with_capacity(256) }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let line = redact(String::from_utf8_lossy(&self.text).into_owned(), &self.redactor.secrets.read());
        // There is nobody left to tell when standard error is gone.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

/// Replaces every secret by `***`. Very short values are left: blanking them would blank half the log.
fn redact(mut line: String, secrets: &[String]) -> String {
    for secret in secrets.iter().filter(|secret| secret.len() > 3) {
        if line.contains(secret.as_str()) {
            line = line.replace(secret.as_str(), "***");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_never_reach_the_log() {
        let secrets = ["hunter2-long".to_owned(), "ab".to_owned()];
        assert_eq!(redact("token=hunter2-long about".to_owned(), &secrets), "token=*** about");
    }

    #[test]
    fn a_bare_level_is_ours_and_a_filter_is_taken_as_it_is() {
        assert!(scope("debug").contains("catalog=debug"));
        assert_eq!(scope("info,catalog=debug"), "info,catalog=debug");
    }
}
