//! Handing out work: entities to process and targets to read, as far as there is room.

use std::sync::Arc;

use tokio::time::Instant;

use super::actor::{Actor, Report};
use super::graph::Id;
use super::state::{Processing, TargetId};
use super::worker::Task;
use crate::ingest::source::read_file_target;
use crate::ingest::{ReadReport, ReadRequest};

const PROCESS_BATCH: usize = 128;
/// Batches that wait for a processor, so that there is work while the one writer writes.
const BATCHES_AHEAD: usize = 8;
/// Files that are read together: this many, or as many as have so many bytes.
const FILE_BATCH: usize = 32;
const FILE_BATCH_BYTES: u64 = 1 << 20;
/// Reading pauses while so many entities wait to be processed, which bounds the memory of a large first load.
const MAX_BACKLOG: usize = 4000;
/// A read that fails after this much waiting means that the host does not answer.
const SILENT_AFTER: std::time::Duration = std::time::Duration::from_secs(3);

impl Actor {
    /// Starts what can be started; what somebody waits for first, whatever else is under way.
    pub fn dispatch(&mut self) {
        while self.progress.urgent < self.progress.parallel && !self.state.urgent_queue.is_empty() {
            self.process_batch(true);
        }
        while let Some((target, host)) = self.state.read_queue.next_urgent() {
            self.read_urgent(target, host);
        }
        while self.progress.computing < self.progress.parallel * BATCHES_AHEAD && !self.state.process_queue.is_empty() {
            self.process_batch(false);
        }
        let room = |actor: &Self| actor.state.process_queue.len() < MAX_BACKLOG;
        while room(self) && self.progress.file_jobs < self.progress.parallel && self.read_files() {}
        while room(self) && self.read_url() {}
    }

    fn process_batch(&mut self, urgent: bool) {
        let tasks = self.next_tasks(urgent);
        if tasks.is_empty() {
            return;
        }
        self.progress.batch_began(urgent);
        self.progress.outstanding += tasks.len();
        let (worker, sender) = (self.worker.clone(), self.reports.0.clone());
        let stop = self.stop.clone();
        self.tracker.spawn(async move { stop.run_until_cancelled(worker.process(tasks, sender, urgent)).await });
    }

    fn next_tasks(&mut self, urgent: bool) -> Vec<Task> {
        let mut tasks = Vec::with_capacity(PROCESS_BATCH);
        let kinds = self.worker.kinds.load();
        while tasks.len() < PROCESS_BATCH {
            let queue = if urgent { &mut self.state.urgent_queue } else { &mut self.state.process_queue };
            let Some(id) = queue.pop_front() else { break };
            if !self.progress.settled && kinds.known(self.state.graph.entity_ref(id).kind()).is_none() {
                self.state.strangers.push(id);
                continue;
            }
            let raw = self.state.bodies.get_mut(&id).and_then(|bodies| {
                let parsed = bodies.raw.take();
                let again = || serde_json::from_str(bodies.unprocessed.as_deref()?).ok();
                parsed.or_else(|| again().map(|body| (model::Entity(body), None)))
            });
            let entity_ref = self.state.graph.entity_ref(id).clone();
            let Some(record) = self.state.record(id) else { continue };
            tasks.push(Task { id, generation: record.generation, entity_ref, raw, line: record.line, urgent });
        }
        tasks
    }

    /// Starts a batch of files; false when none waits.
    fn read_files(&mut self) -> bool {
        let (mut files, mut bytes) = (Vec::new(), 0);
        while files.len() < FILE_BATCH && bytes < FILE_BATCH_BYTES {
            let Some(target) = self.state.read_queue.next_file() else { break };
            let Some((owner, request)) = self.request(target, false) else { continue };
            // What is not there or no file costs nothing to read.
            bytes += std::fs::metadata(&request.target.location.target).map_or(0, |file| file.len());
            files.push((target, owner, request));
        }
        if files.is_empty() {
            return false;
        }
        self.progress.file_jobs += 1;
        let sender = self.reports.0.clone();
        self.tracker.spawn_blocking(move || {
            let read = |(target, owner, request): (_, _, ReadRequest)| (target, owner, read_file_target(&request));
            // The loop only ends together with everything else.
            let _ = sender.send(Report::Files(files.into_iter().map(read).collect()));
        });
        true
    }

    /// Starts one read by URL; false when none waits or all hosts have enough to do.
    fn read_url(&mut self) -> bool {
        let Some((target, host)) = self.state.read_queue.next_url() else { return false };
        match self.request(target, false) {
            Some((owner, request)) => self.start_reading(target, owner, host, request),
            None => self.state.read_queue.done(&host, false),
        }
        true
    }

    fn read_urgent(&mut self, target: TargetId, host: Option<Arc<str>>) {
        let request = self.request(target, true);
        match (host, request) {
            (Some(host), Some((owner, request))) => self.start_reading(target, owner, host, request),
            (Some(_), None) => self.state.read_queue.done_urgent(),
            (None, Some((owner, request))) => {
                self.progress.file_jobs += 1;
                let sender = self.reports.0.clone();
                self.tracker.spawn_blocking(move || {
                    // The loop only ends together with everything else.
                    let _ = sender.send(Report::Files(vec![(target, owner, read_file_target(&request))]));
                });
            }
            (None, None) => {}
        }
    }

    fn start_reading(&self, target: TargetId, owner: Id, host: Arc<str>, request: ReadRequest) {
        let (worker, sender) = (self.worker.clone(), self.reports.0.clone());
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            let (began, urgent) = (Instant::now(), request.urgent);
            if let Some(report) = stop.run_until_cancelled(worker.reader.read(request)).await {
                let silent = matches!(report, ReadReport::Failed(_)) && began.elapsed() >= SILENT_AFTER;
                // The loop only ends together with everything else.
                let _ = sender.send(Report::Read { target, owner, host, silent, urgent, report });
            }
        });
    }

    /// What to read; nothing when nobody wants the target any more, or it was taken from another queue.
    fn request(&mut self, id: TargetId, urgent: bool) -> Option<(Id, ReadRequest)> {
        let taken = self.state.targets.get_mut(&id).is_some_and(|state| !std::mem::take(&mut state.queued));
        if taken {
            return None;
        }
        let request = self.wanted(id, urgent);
        if request.is_none() {
            self.state.read_queue.saw(id);
        }
        request
    }

    fn wanted(&mut self, id: TargetId, urgent: bool) -> Option<(Id, ReadRequest)> {
        let state = self.state.targets.get_mut(&id)?;
        let owner = state.owner?;
        let claim = state.claims.iter().find(|claim| claim.location == owner)?;
        state.reading = true;
        let request = ReadRequest {
            target: state.target.clone(),
            origin: (*claim.origin).clone(),
            parent: self.state.graph.entity_ref(owner).clone(),
            rules: self.worker.rules.load_full(),
            known: state.known.clone(),
            urgent,
        };
        Some((owner, request))
    }

    /// Asks whether the files that an entity pulls in by URL are still what was last read of them.
    pub fn check_pulled(&mut self, id: Id) {
        let Some(record) = self.state.record(id).filter(|record| record.processing == Processing::No) else { return };
        let generation = record.generation;
        let Some(pulled) = record.pulled_by_url() else { return self.state.queue_processing(id) };
        self.progress.outstanding += 1;
        let (worker, sender) = (self.worker.clone(), self.reports.0.clone());
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            if let Some(unchanged) = stop.run_until_cancelled(worker.reader.unchanged(&pulled)).await {
                // The loop only ends together with everything else.
                let _ = sender.send(Report::Checked { id, generation, unchanged });
            }
        });
    }
}
