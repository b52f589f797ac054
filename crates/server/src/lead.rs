//! Of several processes on one PostgreSQL database one leads: it looks at the sources and writes. The others wait.

use std::time::Duration;

use anyhow::{Context, Result};
use store::{LeadStore, Standing};
use store_sql::SqlStore;

/// How long a leader that says nothing more stays the leader.
const LEASE: Duration = Duration::from_secs(10);
/// How often it says so, and how often others ask.
const EVERY: Duration = Duration::from_secs(3);

/// Returns once this process leads, with its epoch.
pub async fn wait(store: &SqlStore) -> Result<i64> {
    let mut told = None;
    loop {
        match store.lead(LEASE).await.context("backend.database: the lead cannot be asked for")? {
            Standing::Leading { epoch } => return Ok(epoch),
            Standing::Following { leader } => {
                if told.as_ref() != Some(&leader) {
                    tracing::info!("waiting for {leader}, which works with this database");
                }
                told = Some(leader);
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Leads on until the process ends. One that was replaced ends at once: what it shows is old, and what it writes is refused.
pub async fn keep(store: SqlStore, epoch: i64) {
    loop {
        tokio::time::sleep(EVERY).await;
        match store.lead(LEASE).await {
            Ok(Standing::Leading { epoch: now }) if now == epoch => {}
            Ok(_) => {
                tracing::error!("another process works with this database now; stopping");
                std::process::exit(1);
            }
            Err(error) => tracing::warn!(%error, "the lead could not be kept; trying again"),
        }
    }
}
