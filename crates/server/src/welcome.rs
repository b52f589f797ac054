//! What a start says on standard output: where the portal is, what it loaded, how to sign in, what is missing.

use std::net::SocketAddr;
use std::sync::Arc;

use config::Config;

use crate::live::Live;

/// Tells what in the configuration is not used or should change, once.
pub fn concerns(config: &Config) {
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let unknown: Vec<String> = config.unknown_keys().into_iter().map(|unknown| unknown.key).collect();
    if !unknown.is_empty() {
        tracing::info!("{} configuration keys are not used: {}", unknown.len(), unknown.join(", "));
    }
}

/// Says where the portal is and how to come in.
pub fn listening(scheme: &str, address: SocketAddr, live: &Live) {
    let host = if address.ip().is_unspecified() { "localhost".to_owned() } else { address.ip().to_string() };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let settings = live.settings();
    println!("{} is listening on {scheme}://{host}:{}", settings.typed.app.title, address.port());
    if auth::guest(&settings.typed.auth).is_ok() {
        println!("  Sign in with \"Enter as guest\"");
    } else {
        println!(
            "  Nobody can sign in yet: set auth.providers.guest and auth.environment: development, or use a token"
        );
    }
    if let Some(missing) = web::assets::missing() {
        println!("  {missing}");
    }
}

/// Says what was loaded once every source was looked at.
pub fn loaded_when_done(live: &Arc<Live>) {
    let mut status = live.catalog().engine.watch_status();
    tokio::spawn(async move {
        let Ok(status) = status.wait_for(|status| status.initial_sync_done).await else { return };
        let problems = match status.problems {
            0 => "no problems".to_owned(),
            1 => "1 problem".to_owned(),
            many => format!("{many} problems"),
        };
        println!("  {} entities from {} sources, {problems}", status.entities, status.sources);
    });
}
