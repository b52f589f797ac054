//! Starts the portal and keeps it running until it is told to stop.

use std::sync::Arc;

use anyhow::{Context, Result};
use config::{Environment, Loader};
use tokio::signal::unix::{SignalKind, signal};

use crate::compose::{self, Settings};
use crate::live::Live;
use crate::{listen, metrics, reload, telemetry, welcome};

/// The configuration where nobody wrote one.
pub const BUILT_IN: &str = include_str!("built-in.yaml");

/// Serves until the process is told to stop.
///
/// # Errors
/// The configuration cannot be used, or the server does not start.
pub fn run(loader: Loader) -> Result<()> {
    let environment = &loader.options().environment.clone();
    let settings = compose::settings(&loader.current())?;
    // The only provider linked; a second call would be a mistake of ours, and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
    // Traces are sent by a task.
    let _entered = runtime.enter();
    let telemetry = telemetry::start(telemetry::TelemetryOptions {
        level: settings.typed.backend.log_level.clone(),
        override_level: environment.get("LOG_LEVEL").map(str::to_owned),
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
    let (listen, headers_timeout) = (settings.typed.backend.listen.clone(), settings.typed.backend.headers_timeout);
    let tls = settings.typed.backend.https.as_ref().map(|https| listen::Tls::new(https, &settings.typed.app.base_url));
    let tls = tls.transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let listener = listen::bind(&listen)?;
    let live = Arc::new(Live::start(settings, tls.clone(), telemetry).await?);
    if let Some(port) = environment.get("OTEL_EXPORTER_PROMETHEUS_PORT") {
        let port = port.parse().with_context(|| format!("OTEL_EXPORTER_PROMETHEUS_PORT: \"{port}\" is no port"))?;
        let host = environment.get("OTEL_EXPORTER_PROMETHEUS_HOST").unwrap_or("localhost");
        metrics::serve_openly(host, port, live.metrics())?;
    }
    reload::watch(loader, Arc::clone(&live))?;
    live.lifecycle().ready();
    welcome::listening(scheme, listener.local_addr().context("the socket has no address")?, &live);
    welcome::loaded_when_done(&live);
    let stopping = {
        let live = Arc::clone(&live);
        async move {
            asked_to_stop().await;
            tracing::info!("stopping: requests in flight may finish; ask again to stop at once");
            tokio::spawn(async {
                asked_to_stop().await;
                // Nothing is lost: what was acknowledged is on disk.
                std::process::exit(1);
            });
            live.lifecycle().stopping();
            tokio::time::sleep(live.settings().typed.backend.lifecycle.server_shutdown_delay).await;
        }
    };
    listen::serve(listener, tls, headers_timeout, live.router(), stopping).await?;
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
