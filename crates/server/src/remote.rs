//! Configuration from addresses (`--config https://…`).

use std::time::Duration;

use base::http::{Egress, HostRule, HttpClient, HttpOptions, Request, redact};
use url::Url;

/// The portal waits for its configuration, and so does the person who starts it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The text at an address. Whoever names an address trusts its host, in an internal network too.
pub fn read(url: &Url, max_bytes: u64) -> Result<String, String> {
    let url = url.clone();
    // On a thread of its own: this is called before there is a runtime and inside one, and neither may be waited in.
    let reading = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| error.to_string())?.block_on(fetch(url, max_bytes))
    });
    reading.join().unwrap_or_else(|_| Err("reading it broke off".to_owned()))
}

async fn fetch(url: Url, max_bytes: u64) -> Result<String, String> {
    let options =
        HttpOptions { header_timeout: PATIENCE, total_timeout: PATIENCE, attempts: 2, ..HttpOptions::default() };
    let client = HttpClient::new(options, Egress::trusting(HostRule::of(&url))).map_err(|error| error.to_string())?;
    let response = client.send(Request::get(url, max_bytes)).await.map_err(|error| error.to_string())?;
    if !response.status.is_success() {
        return Err(format!("{} answered {}", redact(&response.url), response.status));
    }
    String::from_utf8(response.body.to_vec()).map_err(|_| "it is not UTF-8 text".to_owned())
}
