//! What a start says on standard output: where the portal is, what it loaded, how to sign in, what is missing.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use config::Config;

use crate::live::Live;

/// What to do where nobody wrote a configuration.
const NO_CONFIGURATION: &str =
    "  There is no app-config.yaml in this folder: the catalog is empty, and nothing is kept. Write one, for instance

    catalog:
      rules: [{allow: [Component, API, Resource, System, Domain, Group, User, Location]}]
      locations: [{type: file, target: ./catalog-info.yaml}]
    auth: {environment: development, providers: {guest: {}}}

  and it is read at once; or name one with --config <file>.";

/// Tells what in the configuration is not used or should change, once.
pub fn concerns(config: &Config) {
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let (slips, foreign): (Vec<_>, Vec<_>) =
        config.unknown_keys().into_iter().partition(|unknown| unknown.meant.is_some());
    for slip in slips {
        tracing::warn!("{slip}");
    }
    if !foreign.is_empty() {
        let keys: Vec<&str> = foreign.iter().map(|unknown| unknown.key.as_str()).collect();
        tracing::info!("{} configuration keys are not used: {}", keys.len(), keys.join(", "));
    }
}

/// Says where the portal is and how to come in.
pub fn listening(scheme: &str, address: SocketAddr, live: &Live) {
    let host = if address.ip().is_unspecified() { "localhost".to_owned() } else { address.ip().to_string() };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let settings = live.settings();
    say(&format!("{} is listening on {scheme}://{host}:{}", settings.typed.app.title, address.port()));
    if auth::guest(&settings.typed.auth).is_ok() {
        say("  Sign in with \"Enter as guest\"");
    } else {
        say("  Nobody can sign in yet: set auth.providers.guest and auth.environment: development, or use a token");
    }
    let path = settings.typed.app.base_url.path();
    if path != "/" {
        say(&format!("  Pages are at the root of their host only: {path} of app.baseUrl is not supported yet"));
    }
    if let Some(missing) = web::assets::missing() {
        say(&format!("  Pages work, but without their scripts: {missing}"));
    }
    if settings.is_built_in {
        say(NO_CONFIGURATION);
    }
}

/// Says what was loaded once every source was looked at.
pub fn loaded_when_done(live: &Arc<Live>) {
    if live.settings().is_built_in {
        return;
    }
    let mut status = live.catalog().engine.watch_status();
    tokio::spawn(async move {
        let Ok(status) = status.wait_for(|status| status.initial_sync_done).await.map(|status| status.clone()) else {
            return;
        };
        let entities = if status.entities == 1 { "entity" } else { "entities" };
        let sources = if status.sources == 1 { "source" } else { "sources" };
        let problems = match status.problems {
            0 => "no problems".to_owned(),
            1 => "1 problem".to_owned(),
            many => format!("{many} problems"),
        };
        say(&format!("  {} {entities} from {} {sources}, {problems}", status.entities, status.sources));
    });
}

/// Writes a line. Whoever reads may have gone away (`callboard | head -1`), which is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}
