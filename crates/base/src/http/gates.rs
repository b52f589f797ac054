//! At most a few requests to one host at a time, so that a slow host fills its own queue and nobody else's; and none to a
//! host that asked to be left alone, until it may be asked again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

/// Idle hosts are forgotten when more than this many are known.
const REMEMBERED_HOSTS: usize = 256;
/// However long a host asks for, it is tried again after this.
const LONGEST_REST: Duration = Duration::from_secs(3600);

#[derive(Debug)]
pub(super) struct Gates {
    per_host: usize,
    hosts: Mutex<HashMap<String, Gate>>,
}

#[derive(Debug)]
struct Gate {
    places: Arc<Semaphore>,
    rests_until: Option<Instant>,
}

impl Gate {
    fn rest(&self) -> Option<Duration> {
        let rest = self.rests_until?.saturating_duration_since(Instant::now());
        (!rest.is_zero()).then_some(rest)
    }
}

impl Gates {
    pub(super) fn new(per_host: usize) -> Self {
        Self { per_host: per_host.max(1), hosts: Mutex::default() }
    }

    /// Waits for a place in the host's queue; the error is how long the host is still to be left alone.
    pub(super) async fn enter(&self, url: &Url) -> Result<Option<OwnedSemaphorePermit>, Duration> {
        let places = {
            let mut hosts = self.hosts();
            if hosts.len() >= REMEMBERED_HOSTS {
                hosts.retain(|_, gate| Arc::strong_count(&gate.places) > 1 || gate.rest().is_some());
            }
            let new = || Gate { places: Arc::new(Semaphore::new(self.per_host)), rests_until: None };
            hosts.entry(key(url)).or_insert_with(new).places.clone()
        };
        // No semaphore is ever closed, so that there is always a place in the end.
        let place = places.acquire_owned().await.ok();
        // Whoever was here before may have been sent away.
        match self.hosts().get(&key(url)).and_then(Gate::rest) {
            Some(rest) => Err(rest),
            None => Ok(place),
        }
    }

    /// Lets nobody in for so long.
    pub(super) fn close_for(&self, url: &Url, rest: Duration) {
        if let Some(gate) = self.hosts().get_mut(&key(url)) {
            gate.rests_until = Some(Instant::now() + rest.min(LONGEST_REST));
        }
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Gate>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}
