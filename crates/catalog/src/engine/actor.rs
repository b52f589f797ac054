//! The one writer. It hands out work, takes in what comes back, and writes and shows it; everything that changes the
//! catalog passes through this loop, so nothing here needs a lock.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use config::OrphanStrategy;
use model::EntityRef;
use parking_lot::RwLock;
use store::{CatalogStore, StoredLocation};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::apply::Item;
use super::flush;
use super::graph::Id;
use super::load::{CONFIG_PROVIDER, LOCATION_PROVIDER, config_roots, registered_roots};
use super::measure::{self, Holdings};
use super::options::CatalogOptions;
use super::state::{State, TargetId};
use super::status::{Conflict, EngineStatus, SourceStatus, Trouble};
use super::worker::{Task, Worker};
use crate::index::Index;
use crate::ingest::source::read_file_target;
use crate::ingest::{ReadReport, ReadRequest, TargetKind};
use crate::inspect::{Inspection, inspect};
use crate::process::Rules;
use crate::watch::FileWatcher;

/// What the handle asks for.
pub enum Command {
    Refresh(EntityRef, oneshot::Sender<bool>),
    Sources(oneshot::Sender<Vec<SourceStatus>>),
    Problems(oneshot::Sender<Vec<Trouble>>),
    Conflicts(oneshot::Sender<Vec<Conflict>>),
    Inspect(EntityRef, oneshot::Sender<Option<Box<Inspection>>>),
    Apply(Box<CatalogOptions>, Arc<Rules>, oneshot::Sender<()>),
    Registered(Vec<StoredLocation>, oneshot::Sender<()>),
    WaitIdle(oneshot::Sender<()>),
    FilesChanged(Vec<PathBuf>),
}

/// What workers report.
pub enum Report {
    Read(TargetId, Id, ReadReport),
    /// A batch of files, read.
    Files(Vec<(TargetId, Id, ReadReport)>),
    Processed(Vec<Item>),
    /// A batch was computed; what still comes of it waits for files.
    Computed,
}

const PROCESS_BATCH: usize = 128;
const FILE_BATCH: usize = 32;
const MAX_URL_READS: usize = 256;
/// Reading pauses while so many entities wait to be processed, which bounds the memory of a large first load.
const MAX_BACKLOG: usize = 4000;
/// While there is work, what is ready is shown at least this often, or every twice the time that showing takes.
const FLUSH_EVERY: Duration = Duration::from_millis(300);
const FLUSH_AT_MOST: Duration = Duration::from_secs(3);
/// A database that does not take a write is asked again after this.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// A source that could not be read is asked again after this, and then after ever longer waits.
const FIRST_RETRY: Duration = Duration::from_secs(1);

pub struct Actor {
    pub state: State,
    pub store: Arc<dyn CatalogStore>,
    pub index: Arc<RwLock<Index>>,
    pub worker: Arc<Worker>,
    pub options: CatalogOptions,
    pub status: watch::Sender<EngineStatus>,
    pub reports: (mpsc::UnboundedSender<Report>, mpsc::UnboundedReceiver<Report>),
    pub tracker: TaskTracker,
    /// Ends work under way.
    pub stop: CancellationToken,
    pub watcher: Option<FileWatcher>,
    pub progress: Progress,
}

/// Where the loop is.
pub struct Progress {
    pub parallel: usize,
    computing: usize,
    file_jobs: usize,
    url_reads: usize,
    /// Entities handed out and not yet back.
    outstanding: usize,
    /// Something changed since the last flush.
    pub touched: bool,
    touched_at: Instant,
    flush_time: Duration,
    retry_at: Option<Instant>,
    settled: bool,
    unsettled: bool,
    synced: bool,
    watch_stale: bool,
    due: BinaryHeap<Reverse<(Instant, TargetId)>>,
    /// How often in a row reading a source failed.
    failures: HashMap<TargetId, u32>,
    orphans_at: Instant,
    waiters: Vec<oneshot::Sender<()>>,
    holdings: Holdings,
}

impl Progress {
    pub fn new(options: &CatalogOptions) -> Self {
        let now = Instant::now();
        Self {
            parallel: std::thread::available_parallelism().map_or(2, usize::from),
            computing: 0,
            file_jobs: 0,
            url_reads: 0,
            outstanding: 0,
            touched: true,
            touched_at: now,
            flush_time: Duration::ZERO,
            retry_at: None,
            settled: false,
            unsettled: true,
            synced: false,
            watch_stale: true,
            due: BinaryHeap::new(),
            failures: HashMap::new(),
            orphans_at: now + options.orphan_interval,
            waiters: Vec::new(),
            holdings: Holdings::default(),
        }
    }
}

impl Actor {
    pub async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let shutdown = self.stop.clone();
        loop {
            self.dispatch();
            if self.progress.touched && self.flush_due() {
                self.flush().await;
                continue;
            }
            if self.quiet() && self.at_rest() {
                continue;
            }
            let wake = self.next_wake();
            tokio::select! {
                () = shutdown.cancelled() => break,
                Some(report) = self.reports.1.recv() => self.take(report),
                command = commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => break,
                },
                () = tokio::time::sleep_until(wake) => self.tick(),
            }
        }
        self.watcher = None;
        // What is ready is kept; the rest is found again at the next start.
        self.flush().await;
    }

    fn touch(&mut self) {
        if !self.progress.touched {
            self.progress.touched = true;
            self.progress.touched_at = Instant::now();
        }
    }

    /// No work is queued or under way.
    fn quiet(&self) -> bool {
        let p = &self.progress;
        p.outstanding == 0
            && p.url_reads == 0
            && p.file_jobs == 0
            && self.state.process_queue.is_empty()
            && self.state.read_queue.is_empty()
    }

    /// What is done when all work is done. Answers whether that made more.
    fn at_rest(&mut self) -> bool {
        if self.progress.unsettled {
            self.progress.unsettled = false;
            self.progress.settled = true;
            self.state.settle();
            self.touch();
            return true;
        }
        if self.progress.touched {
            return false;
        }
        if self.progress.watch_stale {
            self.progress.watch_stale = false;
            if self.update_watches() {
                return true;
            }
        }
        if !self.progress.synced {
            self.progress.synced = true;
            self.publish();
        }
        for waiter in self.progress.waiters.drain(..) {
            // Whoever waited may have given up.
            let _ = waiter.send(());
        }
        false
    }

    fn flush_due(&self) -> bool {
        let p = &self.progress;
        let now = Instant::now();
        if p.retry_at.is_some_and(|at| now < at) {
            return false;
        }
        let busy = p.computing > 0 || p.file_jobs > 0 || !self.state.process_queue.is_empty();
        !busy || now >= p.touched_at + self.window()
    }

    fn window(&self) -> Duration {
        (self.progress.flush_time * 2).clamp(FLUSH_EVERY, FLUSH_AT_MOST)
    }

    fn next_wake(&self) -> Instant {
        let p = &self.progress;
        let mut wake = p.orphans_at;
        if p.touched {
            wake = wake.min(p.retry_at.unwrap_or(p.touched_at + self.window()));
        }
        if let Some(Reverse((due, _))) = p.due.peek() {
            wake = wake.min(*due);
        }
        wake
    }

    #[tracing::instrument(target = "spans", name = "catalog.flush", skip_all)]
    async fn flush(&mut self) {
        let began = Instant::now();
        self.progress.touched = false;
        let settled = self.progress.settled;
        let result = flush::flush(&mut self.state, &*self.store, &self.index, settled).await;
        self.progress.flush_time = began.elapsed();
        match result {
            Ok(count) => {
                self.progress.retry_at = None;
                let waited = began.saturating_duration_since(self.progress.touched_at);
                measure::flushed(waited, self.progress.flush_time, count);
                self.progress.holdings.measure(&self.state, &self.index);
                self.status.send_modify(|status| {
                    status.flushes += 1;
                    status.store_error = None;
                });
            }
            Err(error) => {
                tracing::error!(%error, "the newest changes of the catalog could not be written; trying again");
                self.touch();
                self.progress.retry_at = Some(Instant::now() + RETRY_AFTER);
                self.status.send_modify(|status| status.store_error = Some(error.to_string()));
            }
        }
        self.publish();
    }

    fn publish(&self) {
        let state = &self.state;
        let pending =
            self.progress.outstanding + self.progress.url_reads + state.process_queue.len() + state.read_queue.len();
        let unindexed = state.unindexed.keys().filter(|id| !state.troubled.contains(id)).count();
        let wrong = state.troubled.len() + unindexed + state.troubled_targets.len();
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

    fn take_one(&mut self, report: Report) {
        let now = base::clock::now_millis();
        match report {
            Report::Computed => self.progress.computing -= 1,
            Report::Processed(items) => {
                self.progress.outstanding -= items.len();
                measure::processed(&self.state, &items);
                for item in items {
                    self.state.processed(item, now);
                }
                self.progress.watch_stale = true;
            }
            Report::Read(target, owner, report) => {
                self.progress.url_reads -= 1;
                self.read(target, owner, report, now);
            }
            Report::Files(reports) => {
                self.progress.file_jobs -= 1;
                for (target, owner, report) in reports {
                    self.read(target, owner, report, now);
                }
                self.progress.watch_stale = true;
            }
        }
    }

    fn read(&mut self, target: TargetId, owner: Id, report: ReadReport, now: i64) {
        let failures = match report {
            ReadReport::Failed(_) => self.progress.failures.get(&target).copied().unwrap_or(0) + 1,
            _ => 0,
        };
        match failures {
            0 => self.progress.failures.remove(&target),
            _ => self.progress.failures.insert(target, failures),
        };
        self.state.read(target, owner, report, now);
        if !self.state.unassigned.is_empty() {
            self.progress.unsettled = true;
        }
        let Some(interval) = self.options.processing_interval else { return };
        let Some(state) = self.state.targets.get(&target) else { return };
        let url = matches!(state.target.kind, TargetKind::Url | TargetKind::UrlGlob);
        // Files are watched; looking again is only for what a watch may miss.
        let interval = if url || self.watcher.is_none() { interval } else { interval * 3 };
        let spread = u32::from(crate::process::stable::content_hash(state.key.as_bytes())[0]);
        // A host that was away for a moment is asked again soon, one that stays away ever less often.
        let wait = match failures {
            0 => interval,
            failures => interval.min(FIRST_RETRY * 2u32.pow(failures.min(8) - 1)),
        };
        let due = Instant::now() + wait + wait / 2 * spread / 255;
        self.progress.due.push(Reverse((due, target)));
    }

    fn dispatch(&mut self) {
        while self.progress.computing < self.progress.parallel && !self.state.process_queue.is_empty() {
            let tasks = self.next_tasks();
            if tasks.is_empty() {
                continue;
            }
            self.progress.computing += 1;
            self.progress.outstanding += tasks.len();
            let (worker, sender) = (self.worker.clone(), self.reports.0.clone());
            let stop = self.stop.clone();
            self.tracker.spawn(async move { stop.run_until_cancelled(worker.process(tasks, sender)).await });
        }
        while !self.state.read_queue.is_empty() && self.state.process_queue.len() < MAX_BACKLOG {
            if !self.next_read() {
                break;
            }
        }
    }

    fn next_tasks(&mut self) -> Vec<Task> {
        let mut tasks = Vec::with_capacity(PROCESS_BATCH);
        while tasks.len() < PROCESS_BATCH {
            let Some(id) = self.state.process_queue.pop_front() else { break };
            let raw = self.state.bodies.get_mut(&id).and_then(|bodies| {
                let parsed = bodies.raw.take();
                let again = || serde_json::from_str(bodies.unprocessed.as_deref()?).ok();
                parsed.or_else(|| again().map(|body| (model::Entity(body), None)))
            });
            let entity_ref = (**self.state.graph.entity_ref(id)).clone();
            let Some(record) = self.state.record(id) else { continue };
            tasks.push(Task { id, generation: record.generation, entity_ref, raw, line: record.line });
        }
        tasks
    }

    /// Starts the next reads; false when there is no room for them now.
    fn next_read(&mut self) -> bool {
        if self.progress.file_jobs >= self.progress.parallel || self.progress.url_reads >= MAX_URL_READS {
            return false;
        }
        let mut files = Vec::new();
        while files.len() < FILE_BATCH {
            let Some(target) = self.state.read_queue.pop_front() else { break };
            let Some((owner, request)) = self.request(target) else { continue };
            if matches!(request.target.kind, TargetKind::File | TargetKind::FileGlob) {
                files.push((target, owner, request));
                continue;
            }
            self.progress.url_reads += 1;
            let (worker, sender) = (self.worker.clone(), self.reports.0.clone());
            let stop = self.stop.clone();
            self.tracker.spawn(async move {
                if let Some(report) = stop.run_until_cancelled(worker.reader.read(request)).await {
                    // The loop only ends together with everything else.
                    let _ = sender.send(Report::Read(target, owner, report));
                }
            });
            if self.progress.url_reads >= MAX_URL_READS {
                break;
            }
        }
        if !files.is_empty() {
            self.progress.file_jobs += 1;
            let sender = self.reports.0.clone();
            self.tracker.spawn_blocking(move || {
                let read = |(target, owner, request): (_, _, ReadRequest)| (target, owner, read_file_target(&request));
                let _ = sender.send(Report::Files(files.into_iter().map(read).collect()));
            });
        }
        true
    }

    fn request(&mut self, id: TargetId) -> Option<(Id, ReadRequest)> {
        let state = self.state.targets.get_mut(&id)?;
        state.queued = false;
        let owner = state.owner?;
        let claim = state.claims.iter().find(|claim| claim.location == owner)?;
        state.reading = true;
        let request = ReadRequest {
            target: state.target.clone(),
            origin: (*claim.origin).clone(),
            parent: (**self.state.graph.entity_ref(owner)).clone(),
            rules: self.worker.rules.load_full(),
            known: state.known.clone(),
        };
        Some((owner, request))
    }

    fn command(&mut self, command: Command) {
        // An answer that nobody waits for any more is no error.
        match command {
            Command::Refresh(entity_ref, answer) => {
                let _ = answer.send(self.refresh(&entity_ref));
            }
            Command::Sources(answer) => {
                let _ = answer.send(self.state.sources());
            }
            Command::Problems(answer) => {
                let _ = answer.send(self.state.troubles());
            }
            Command::Conflicts(answer) => {
                let _ = answer.send(self.state.all_conflicts());
            }
            Command::Inspect(entity_ref, answer) => {
                let _ = answer.send(inspect(&self.state, &entity_ref).map(Box::new));
            }
            Command::Apply(options, rules, answer) => {
                self.apply(*options, rules);
                let _ = answer.send(());
            }
            Command::Registered(locations, answer) => {
                let roots = registered_roots(&locations);
                measure::registered(roots.len());
                self.state.replace_provider(&LOCATION_PROVIDER.into(), roots, base::clock::now_millis());
                self.touch();
                let _ = answer.send(());
            }
            Command::WaitIdle(answer) => self.progress.waiters.push(answer),
            Command::FilesChanged(paths) => {
                if let Some(watcher) = &mut self.watcher {
                    watcher.forget(&paths);
                }
                self.state.files_changed(&paths);
                self.progress.watch_stale = true;
            }
        }
    }

    fn apply(&mut self, options: CatalogOptions, rules: Arc<Rules>) {
        let rules_changed = self.options.rules != options.rules || self.options.locations != options.locations;
        self.options = options;
        self.worker.rules.store(rules);
        if rules_changed {
            let targets: Vec<TargetId> = self.state.targets.keys().copied().collect();
            targets.into_iter().for_each(|target| self.state.queue_read(target, true));
        }
        let roots = config_roots(&self.options);
        self.state.replace_provider(&CONFIG_PROVIDER.into(), roots, base::clock::now_millis());
        self.touch();
    }

    /// Looks again at an entity and at every location above it (contract catalog.md section 9.2).
    fn refresh(&mut self, entity_ref: &EntityRef) -> bool {
        let Some(id) = self.state.graph.find(entity_ref) else { return false };
        if self.state.record(id).is_none_or(|record| record.parent.is_none()) {
            return false;
        }
        for id in self.state.chain(id) {
            if let Some(target) = self.state.record(id).and_then(|record| record.target) {
                self.state.queue_read(target, true);
            }
            self.state.queue_processing(id);
        }
        for target in self.state.claimed.get(&id).cloned().unwrap_or_default() {
            let files = self.state.targets.get(&target).map(|state| state.members.clone()).unwrap_or_default();
            for target in std::iter::once(target).chain(files) {
                self.state.queue_read(target, true);
            }
        }
        self.touch();
        true
    }

    fn tick(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((due, target))) =
            self.progress.due.peek().copied().filter(|Reverse((due, _))| *due <= now)
        {
            debug_assert!(due <= now);
            self.progress.due.pop();
            self.state.look_again(target);
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

    /// Watches what is read now. Answers whether that asks for reading again what may have changed meanwhile.
    fn update_watches(&mut self) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let added = watcher.watch(self.state.watched());
        for target in self.state.files_below(&added) {
            self.state.queue_read(target, false);
        }
        !self.state.read_queue.is_empty()
    }
}
