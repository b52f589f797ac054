//! The PostgreSQL that tests share, each in a schema of its own.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use url::Url;

/// Names the server. `cargo xtask test` starts one and sets it.
const VARIABLE: &str = "CALLBOARD_TEST_POSTGRES";

/// The address of a user who may do anything; `None`, with a word about it, where no server is named.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var(VARIABLE).ok();
    if url.is_none() {
        eprintln!(
            "skipped: {VARIABLE} names no PostgreSQL; `cargo xtask postgres <command>` runs a command beside one"
        );
    }
    url
}

/// What stands under `backend.database` for a schema that nothing else uses; `None` as [`postgres_url`].
pub fn postgres() -> Option<String> {
    postgres_through(&[]).map(|(direct, _)| direct)
}

/// The same, and once more through each of these addresses.
pub fn postgres_through(addresses: &[SocketAddr]) -> Option<(String, Vec<String>)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let url = Url::parse(&postgres_url()?).unwrap();
    // Unlike any that an earlier run left, too.
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let (process, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let database = |url: &Url| {
        format!(
            "{{client: pg, connection: '{url}', pluginDivisionMode: schema, schemaPrefix: t{since}_{process}_{next}_}}"
        )
    };
    let through = |address: &SocketAddr| {
        let mut url = url.clone();
        url.set_ip_host(address.ip()).unwrap();
        url.set_port(Some(address.port())).unwrap();
        database(&url)
    };
    Some((database(&url), addresses.iter().map(through).collect()))
}

/// Where the server is that tests share.
pub fn postgres_address() -> Option<SocketAddr> {
    let url = Url::parse(&postgres_url()?).unwrap();
    url.socket_addrs(|| Some(5432)).unwrap().into_iter().next()
}
