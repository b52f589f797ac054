//! Starts the portal and keeps it running until it is told to stop.

use std::sync::Arc;

use anyhow::{Context, Result};
use config::{Environment, Https, Loader};
use tokio::signal::unix::{SignalKind, signal};

use crate::compose::{self, Settings};
use crate::live::Live;
use crate::{listen, metrics, reload, telemetry, welcome};

/// Serves until the process is told to stop.
///
/// # Errors
/// The configuration cannot be used, or the server does not start.
pub fn run(loader: Loader, environment: &Environment) -> Result<()> {
    let settings = compose::settings(&loader.current())?;
    // The only provider linked; a second call would be a mistake of ours, and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
    // Traces are sent by a task.
    let _entered = runtime.enter();
    let telemetry = telemetry::start(telemetry::TelemetryOptions {
        level: environment.get("LOG_LEVEL").map(str::to_owned).or_else(|| settings.typed.backend.log_level.clone()),
        secrets: loader.current().redactions(),
        otlp_endpoint: environment.get("OTEL_EXPORTER_OTLP_ENDPOINT").map(str::to_owned),
    })?;
    runtime.block_on(serve(loader, settings, telemetry, environment))
}

async fn serve(
    loader: Loader,
    settings: Settings,
    telemetry: telemetry::Telemetry,
    environment: &Environment,
) -> Result<()> {
    welcome::concerns(&loader.current());
    let backend = settings.typed.backend.clone();
    let app_url = settings.typed.app.base_url.clone();
    let tls = backend.https.map(|https| match https {
        Https::SelfSigned => listen::Tls::SelfSigned { host: app_url.host_str().unwrap_or("localhost").to_owned() },
        Https::Certificate(given) => listen::Tls::Given { certificate: given.cert, key: given.key.expose().to_owned() },
    });
    let listener = listen::bind(&listen::Address { host: backend.listen.host, port: backend.listen.port })?;
    let live = Arc::new(Live::start(settings, telemetry).await?);
    if let Some(port) = environment.get("OTEL_EXPORTER_PROMETHEUS_PORT") {
        let port = port.parse().with_context(|| format!("OTEL_EXPORTER_PROMETHEUS_PORT: \"{port}\" is no port"))?;
        let host = environment.get("OTEL_EXPORTER_PROMETHEUS_HOST").unwrap_or("localhost");
        metrics::serve_openly(host, port, live.metrics())?;
    }
    let _watcher = reload::watch(loader, Arc::clone(&live))?;
    live.lifecycle().ready();
    let scheme = if tls.is_some() { "https" } else { "http" };
    welcome::listening(scheme, listener.local_addr().context("the socket has no address")?, &live);
    welcome::loaded_when_done(&live);
    let stopping = {
        let live = Arc::clone(&live);
        async move {
            asked_to_stop().await;
            tracing::info!("stopping: requests in flight may finish");
            live.lifecycle().stopping();
            tokio::time::sleep(backend.lifecycle.server_shutdown_delay).await;
        }
    };
    listen::serve(listener, tls, live.router(), stopping).await?;
    live.stop().await;
    Ok(())
}

/// Resolves on SIGTERM or Ctrl-C.
async fn asked_to_stop() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
