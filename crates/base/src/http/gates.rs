//! At most a few requests to one host at a time, so that a slow host fills its own queue and nobody else's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// Idle hosts are forgotten when more than this many are known.
const REMEMBERED_HOSTS: usize = 256;

#[derive(Debug)]
pub(super) struct Gates {
    per_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Gates {
    pub(super) fn new(per_host: usize) -> Self {
        Self { per_host: per_host.max(1), hosts: Mutex::default() }
    }

    /// Waits for a place in the host's queue. `None` cannot happen while the gates live: no semaphore is ever closed.
    pub(super) async fn enter(&self, url: &Url) -> Option<OwnedSemaphorePermit> {
        let key = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        let gate = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            if hosts.len() >= REMEMBERED_HOSTS {
                hosts.retain(|_, gate| Arc::strong_count(gate) > 1);
            }
            hosts.entry(key).or_insert_with(|| Arc::new(Semaphore::new(self.per_host))).clone()
        };
        gate.acquire_owned().await.ok()
    }
}
