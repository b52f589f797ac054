//! The one writer. It hands out work, takes in what comes back, and writes and shows it; everything that changes the
//! catalog passes through this loop, so nothing here needs a lock.

use std::sync::Arc;
use std::time::Duration;

use config::OrphanStrategy;
use sdk::ProviderError;
use store::{CatalogStore, Forget};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::apply::Item;
use super::commands::Command;
use super::graph::Id;
use super::hurry::Awaited;
use super::locations::Registered;
use super::measure::{self, Holdings};
use super::options::CatalogOptions;
use super::providers::Offers;
use super::rounds::Rounds;
use super::schedule::{Look, Schedule, Went};
use super::sets::Sets;
use super::state::{State, TargetId};
use super::status::EngineStatus;
use super::worker::Worker;
use crate::ingest::ReadReport;
use crate::projection::Projection;
use crate::watch::FileWatcher;

/// What workers report.
pub enum Report {
    Read {
        target: TargetId,
        owner: Id,
        host: Arc<str>,
        /// The host let it wait and did not answer.
        silent: bool,
        urgent: bool,
        report: ReadReport,
    },
    /// A batch of files, read.
    Files(Vec<(TargetId, Id, ReadReport)>),
    Processed(Vec<Item>),
    /// A batch was computed; what still comes of it waits for files.
    Computed {
        urgent: bool,
    },
    /// A page of a provider.
    Offers {
        provider: Arc<str>,
        round: u64,
        offers: Result<Offers, ProviderError>,
    },
    /// The files that an entity pulls in by URL were asked for.
    Checked {
        id: Id,
        generation: u32,
        unchanged: bool,
    },
}

/// While there is work, what is ready is shown at least this often, or as often as showing takes.
const FLUSH_EVERY: Duration = Duration::from_millis(300);
const FLUSH_AT_MOST: Duration = Duration::from_secs(1);
/// What was processed is written once it is this many entities, which bounds the memory of a large first load: until then each is
/// there in several forms.
const MAX_UNWRITTEN: usize = 1024;
/// The first look at everything waits no longer for hosts that keep silent.
const SURVEY_PATIENCE: Duration = Duration::from_secs(20);
/// After the watches were brought up to date, it is not done again for so many times as long as it took.
const WATCH_REST: u32 = 4;

pub struct Actor {
    pub state: State,
    pub store: Arc<dyn CatalogStore>,
    pub projection: Projection,
    pub worker: Arc<Worker>,
    pub options: CatalogOptions,
    pub status: watch::Sender<EngineStatus>,
    /// Readers see the change feed up to here.
    pub position: watch::Sender<i64>,
    pub reports: (mpsc::UnboundedSender<Report>, mpsc::UnboundedReceiver<Report>),
    /// What was reported during a flush.
    pub late: Vec<Report>,
    pub tracker: TaskTracker,
    /// Ends work under way.
    pub stop: CancellationToken,
    pub watcher: Option<FileWatcher>,
    pub progress: Progress,
    pub registered: Registered,
    pub rounds: Rounds,
    pub sets: Sets,
    pub waiting: Vec<Awaited>,
    /// When waiting for something may be over without anything having changed.
    pub next_answer: Option<Instant>,
}

/// Where the loop is.
pub struct Progress {
    pub parallel: usize,
    /// Batches being computed, and beside them those that somebody waits for.
    pub computing: usize,
    pub urgent: usize,
    /// Something that somebody waits for changed since the last flush.
    pub awaited: bool,
    pub file_jobs: usize,
    /// Entities handed out and not yet back.
    pub outstanding: usize,
    /// Something changed since the last flush.
    pub touched: bool,
    /// Entities processed since then.
    pub unwritten: usize,
    pub touched_at: Instant,
    pub flush_time: Duration,
    /// When entities were last shown whose relations alone had changed.
    pub related_at: Instant,
    pub retry_at: Option<Instant>,
    pub settled: bool,
    unsettled: bool,
    synced: bool,
    /// When there was last something to do that does not depend on silent hosts.
    busy_at: Instant,
    watch_at: Instant,
    schedule: Schedule,
    orphans_at: Instant,
    forget_at: Instant,
    pub waiters: Vec<oneshot::Sender<()>>,
    pub holdings: Holdings,
}

impl Progress {
    pub fn new(options: &CatalogOptions) -> Self {
        let now = Instant::now();
        Self {
            parallel: std::thread::available_parallelism().map_or(2, usize::from),
            computing: 0,
            urgent: 0,
            awaited: false,
            file_jobs: 0,
            outstanding: 0,
            touched: true,
            unwritten: 0,
            touched_at: now,
            flush_time: Duration::ZERO,
            related_at: now,
            retry_at: None,
            settled: false,
            unsettled: true,
            synced: false,
            busy_at: now,
            watch_at: now,
            schedule: Schedule::default(),
            orphans_at: now + options.orphan_interval,
            forget_at: now + options.orphan_interval,
            waiters: Vec::new(),
            holdings: Holdings::default(),
        }
    }

    /// Plans a look and answers how long it is until then.
    pub fn plan(&mut self, look: Look, went: Went, interval: Duration, name: &str) -> Duration {
        self.schedule.plan(look, went, interval, spread(name), Instant::now())
    }

    pub fn forget(&mut self, look: Look) {
        self.schedule.forget(look);
    }

    pub fn batch_began(&mut self, urgent: bool) {
        self.computing += usize::from(!urgent);
        self.urgent += usize::from(urgent);
    }

    pub fn batch_ended(&mut self, urgent: bool) {
        self.computing -= usize::from(!urgent);
        self.urgent -= usize::from(urgent);
    }
}

impl Actor {
    pub async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let shutdown = self.stop.clone();
        loop {
            self.ask_due_providers();
            self.take_definitions();
            self.dispatch();
            if self.progress.touched && self.flush_due() {
                // What went wrong is told, and tried again.
                let _ = self.flush().await;
                self.mark_applied().await;
                self.answer_waiting();
                continue;
            }
            if self.at_rest() {
                continue;
            }
            let wake = self.next_wake();
            tokio::select! {
                () = shutdown.cancelled() => break,
                Some(report) = self.reports.1.recv() => self.take(report),
                command = commands.recv() => match command {
                    Some(command) => self.command(command).await,
                    None => break,
                },
                () = tokio::time::sleep_until(wake) => self.tick(),
            }
        }
        self.watcher = None;
        // What is ready is kept; the rest is found again at the next start.
        let _ = self.flush().await;
    }

    pub fn touch(&mut self) {
        if !self.progress.touched {
            self.progress.touched = true;
            self.progress.touched_at = Instant::now();
        }
    }

    /// Nothing is queued or under way but what waits for hosts.
    pub fn only_hosts_wait(&self) -> bool {
        let p = &self.progress;
        p.computing + p.urgent == 0
            && p.file_jobs == 0
            && self.state.process_queue.is_empty()
            && self.state.urgent_queue.is_empty()
            && !self.state.read_queue.has_files()
    }

    /// Nothing at all is queued or under way.
    fn idle(&self) -> bool {
        self.only_hosts_wait()
            && self.progress.outstanding == 0
            && self.state.read_queue.is_empty()
            && self.rounds.under_way == 0
            && self.state.providers_due.is_empty()
    }

    /// Everything was looked at since the start, but for what lies on hosts that keep silent.
    fn surveyed(&mut self) -> bool {
        let now = Instant::now();
        if !self.only_hosts_wait() || self.state.read_queue.surveying() {
            self.progress.busy_at = now;
            return false;
        }
        self.progress.outstanding == 0 || now >= self.progress.busy_at + SURVEY_PATIENCE
    }

    /// What is done when work comes to rest. Answers whether that made more.
    fn at_rest(&mut self) -> bool {
        if self.watches_due() && self.update_watches() {
            return true;
        }
        let unfinished = self.progress.unsettled || !self.progress.synced;
        if unfinished && self.surveyed() {
            if self.progress.unsettled {
                self.progress.unsettled = false;
                self.progress.settled = true;
                self.state.settle();
                self.state.give_up_on_strangers();
                self.touch();
                return true;
            }
            if !self.progress.touched {
                self.progress.synced = true;
                self.publish();
            }
        }
        if self.idle() && !self.progress.touched && !self.state.watch_stale {
            for waiter in self.progress.waiters.drain(..) {
                // Whoever waited may have given up.
                let _ = waiter.send(());
            }
        }
        false
    }

    fn watches_due(&self) -> bool {
        self.state.watch_stale && self.only_hosts_wait() && Instant::now() >= self.progress.watch_at
    }

    fn flush_due(&self) -> bool {
        let p = &self.progress;
        let now = Instant::now();
        if p.retry_at.is_some_and(|at| now < at) {
            return false;
        }
        let busy = p.computing > 0 || p.file_jobs > 0 || !self.state.process_queue.is_empty();
        let urgent = p.urgent > 0 || !self.state.urgent_queue.is_empty();
        !urgent && (p.awaited || !busy) || p.unwritten >= MAX_UNWRITTEN || now >= p.touched_at + self.window()
    }

    pub fn window(&self) -> Duration {
        self.progress.flush_time.clamp(FLUSH_EVERY, FLUSH_AT_MOST)
    }

    fn next_wake(&self) -> Instant {
        let p = &self.progress;
        let mut wake = p.orphans_at.min(p.forget_at);
        if p.touched {
            wake = wake.min(p.retry_at.unwrap_or(p.touched_at + self.window()));
        }
        if self.state.watch_stale && self.only_hosts_wait() {
            wake = wake.min(p.watch_at);
        }
        if p.unsettled || !p.synced {
            wake = wake.min((p.busy_at + SURVEY_PATIENCE).max(Instant::now() + FLUSH_EVERY));
        }
        [p.schedule.next_due(), self.next_answer].into_iter().flatten().fold(wake, Instant::min)
    }

    pub fn publish(&self) {
        let state = &self.state;
        let pending =
            self.progress.outstanding + state.process_queue.len() + state.urgent_queue.len() + state.read_queue.len();
        let unindexed = state.unindexed.keys().filter(|id| !state.troubled.contains(id)).count();
        let wrong = state.troubled.len() + unindexed + state.troubled_targets.len() + state.conflicts.len();
        metrics::gauge!("catalog_problems_count").set(wrong as f64);
        metrics::gauge!("catalog_processing_queue_length").set(pending as f64);
        self.status.send_modify(|status| {
            status.loaded = true;
            status.initial_sync_done = self.progress.synced;
            status.pending = pending;
            status.entities = state.entities;
            status.problems = wrong;
            status.sources = state.targets.len();
        });
    }

    fn take(&mut self, report: Report) {
        self.touch();
        self.take_one(report);
        // What came in meanwhile is taken along, so that one flush covers it.
        for _ in 0..1024 {
            match self.reports.1.try_recv() {
                Ok(report) => self.take_one(report),
                Err(_) => break,
            }
        }
    }

    pub fn take_one(&mut self, report: Report) {
        let now = base::clock::now_millis();
        match report {
            Report::Computed { urgent } => self.progress.batch_ended(urgent),
            Report::Processed(items) => {
                self.progress.outstanding -= items.len();
                self.progress.unwritten += items.len();
                measure::processed(&self.state, &items);
                for item in items {
                    let (id, went) = (item.id, Went::from(&item.result));
                    self.progress.awaited |= self.state.is_hurried(id);
                    self.state.processed(item, now);
                    self.plan_pulled(id, went);
                }
            }
            Report::Read { target, owner, host, silent, urgent, report } => {
                if urgent {
                    self.state.read_queue.done_urgent();
                } else {
                    self.state.read_queue.done(&host, silent);
                }
                self.read(target, owner, report, now);
            }
            Report::Checked { id, generation, unchanged } => {
                self.progress.outstanding -= 1;
                // Whatever was processed in the meantime read the files itself.
                match self.state.record(id).filter(|record| record.generation == generation) {
                    Some(_) if unchanged => self.plan_pulled(id, Went::Well),
                    Some(_) => self.state.queue_processing(id),
                    None => {}
                }
            }
            Report::Offers { provider, round, offers } => self.take_page(&provider, round, offers, now),
            Report::Files(reports) => {
                self.progress.file_jobs -= 1;
                for (target, owner, report) in reports {
                    self.read(target, owner, report, now);
                }
            }
        }
    }

    fn read(&mut self, target: TargetId, owner: Id, report: ReadReport, now: i64) {
        let went = Went::from(&report);
        self.state.read(target, owner, report, now);
        if !self.state.unassigned.is_empty() {
            self.progress.unsettled = true;
        }
        let Some(interval) = self.options.processing_interval else { return };
        let Some(state) = self.state.targets.get_mut(&target) else {
            return self.progress.schedule.forget(Look::Target(target));
        };
        // Files are watched; looking again is only for what a watch may miss.
        let interval = if state.host.is_some() || self.watcher.is_none() { interval } else { interval * 3 };
        let spread = spread(&state.key);
        let wait = self.progress.schedule.plan(Look::Target(target), went, interval, spread, Instant::now());
        state.due_at = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
    }

    /// Plans the first look at everything that entities of an earlier run pull in by URL.
    pub fn plan_all(&mut self) {
        let ids = 0..Id::try_from(self.state.records.len()).unwrap_or(Id::MAX);
        ids.for_each(|id| self.plan_pulled(id, Went::Well));
    }

    /// Plans the next look at what an entity pulls in by URL.
    fn plan_pulled(&mut self, id: Id, went: Went) {
        let look = Look::Pulled(id);
        let Some(interval) = self.options.processing_interval else { return };
        if !self.state.record(id).is_some_and(|record| record.refresh_keys.iter().any(|key| key.starts_with("url:"))) {
            return self.progress.schedule.forget(look);
        }
        let spread = spread(self.state.graph.entity_ref(id).as_str());
        self.progress.schedule.plan(look, went, interval, spread, Instant::now());
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if self.next_answer.is_some_and(|at| now >= at) {
            self.answer_waiting();
        }
        for look in self.progress.schedule.due(now) {
            match look {
                Look::Target(target) if self.state.targets.contains_key(&target) => {
                    self.state.queue_read(target, false)
                }
                Look::Pulled(id) if self.state.record(id).is_some() => self.check_pulled(id),
                Look::Provider(number) => self.provider_due(number),
                gone => self.progress.schedule.forget(gone),
            }
        }
        if now >= self.progress.forget_at {
            self.progress.forget_at = now + self.options.forget_interval;
            self.forget_versions();
        }
        if now >= self.progress.orphans_at {
            self.progress.orphans_at = now + self.options.orphan_interval;
            if self.progress.settled && self.options.orphan_strategy == OrphanStrategy::Delete {
                let orphans = self.state.orphans();
                if !orphans.is_empty() {
                    tracing::info!(count = orphans.len(), "removing entities that no source emits any longer");
                    self.state.prune(orphans);
                    self.touch();
                }
            }
        }
    }

    /// Forgets what was replaced too long ago, beside everything else.
    fn forget_versions(&self) {
        let (store, history) = (self.store.clone(), self.options.history);
        let retention = i64::try_from(history.retention.as_millis()).unwrap_or(i64::MAX);
        let ended_before = base::clock::now_millis().saturating_sub(retention);
        self.tracker.spawn(async move {
            match store.forget_versions(Forget { ended_before, beyond: history.max_versions }).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "forgot versions of entities that are no longer to be kept"),
                Err(error) => tracing::warn!(%error, "old versions of entities could not be forgotten; trying again"),
            }
        });
    }

    /// Watches what is read now. Answers whether that asks for looking again at what may have changed meanwhile.
    fn update_watches(&mut self) -> bool {
        let began = Instant::now();
        self.state.watch_stale = false;
        let Some(watcher) = &mut self.watcher else { return false };
        let added = watcher.watch(self.state.watched());
        let more = self.state.watched_anew(&added);
        self.progress.watch_at = Instant::now() + began.elapsed() * WATCH_REST;
        more
    }
}

/// Moves things that would come due together apart, always in the same way.
fn spread(name: &str) -> u8 {
    crate::process::stable::content_hash(name.as_bytes())[0]
}
