//! Writing and showing what changed, while workers go on.

use std::time::Duration;

use store::StoreError;
use tokio::time::Instant;

use super::actor::{Actor, Report};
use super::flush::{Flush, Scope};
use super::{measure, news};

/// While there is work, an entity that only others have related themselves to is shown anew at least this often: in a large
/// load every entity is, over and over.
const RELATE_AT_MOST: Duration = Duration::from_secs(30);
/// A database that does not take a write is asked again after this.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Actor {
    /// Writes and shows everything that can be. What could not be written is tried again.
    ///
    /// # Errors
    /// The store did not take it.
    #[tracing::instrument(target = "spans", name = "catalog.flush", skip_all)]
    pub async fn flush(&mut self) -> Result<(), StoreError> {
        let began = Instant::now();
        self.progress.touched = false;
        self.progress.awaited = false;
        self.progress.unwritten = 0;
        let relations_too = self.only_hosts_wait() || began >= self.progress.related_at + RELATE_AT_MOST;
        let scope = Scope { settled: self.progress.settled, relations_too };
        let result = self.write_and_show(scope).await;
        self.take_late();
        self.progress.flush_time = began.elapsed();
        let written = match result {
            Ok((count, left)) => {
                self.progress.retry_at = None;
                if relations_too && !left {
                    self.progress.related_at = began;
                } else {
                    self.touch();
                }
                let waited = began.saturating_duration_since(self.progress.touched_at);
                measure::flushed(waited, self.progress.flush_time, count);
                self.progress.holdings.measure(&self.state, self.projection.index());
                news::tell(&self.state.news());
                self.status.send_modify(|status| {
                    status.flushes += 1;
                    status.store_error = None;
                });
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "the newest changes of the catalog could not be written; trying again");
                self.touch();
                self.progress.retry_at = Some(Instant::now() + RETRY_AFTER);
                self.status.send_modify(|status| status.store_error = Some(error.to_string()));
                Err(error)
            }
        };
        self.publish();
        written
    }

    /// Writes what changed and shows it; on an error nothing was. Answers how many rows that were, and whether more is due.
    async fn write_and_show(&mut self, scope: Scope) -> Result<(usize, bool), StoreError> {
        let store = self.store.clone();
        let flush = Flush::prepare(&mut self.state, &*store, scope).await?;
        let (count, left) = (flush.commit.upserts.len() + flush.commit.deletes.len(), flush.leaves_some());
        let committed = match flush.is_empty() {
            true => None,
            false => Some(self.meanwhile(store.commit(&flush.commit)).await?),
        };
        let (shown, projection) = (flush.done(&mut self.state), self.projection.clone());
        // It only fails together with everything else.
        let _ = self.meanwhile(tokio::task::spawn_blocking(move || shown.show(&projection))).await;
        if let Some(committed) = committed {
            self.position.send_replace(committed.seq);
        }
        Ok((count, left))
    }

    /// Waits for something, and keeps workers busy until then. What they report is taken in afterwards: the state must not change.
    pub async fn meanwhile<T>(&mut self, future: impl Future<Output = T>) -> T {
        tokio::pin!(future);
        loop {
            tokio::select! {
                output = &mut future => return output,
                Some(report) = self.reports.1.recv() => match report {
                    Report::Computed { urgent } => {
                        self.progress.batch_ended(urgent);
                        self.dispatch();
                    }
                    report => self.late.push(report),
                },
            }
        }
    }

    /// Takes in what was reported while the state had to stay as it was.
    pub fn take_late(&mut self) {
        for report in std::mem::take(&mut self.late) {
            self.touch();
            self.take_one(report);
        }
    }
}
