//! What a location would bring if it were registered: everything it leads to is read and processed as the catalog would do
//! it, and nothing is kept (contract catalog.md section 9.3, `dryRun`).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use model::{Entity, EntityRef, LocationRef, Problem, Severity};

use crate::engine::apply::ItemResult;
use crate::engine::worker::{Task, Worker};
use crate::ingest::source::PER_HOST;
use crate::ingest::{Emitted, LocationTargets, ReadReport, ReadRequest, Target};

/// Files that a preview reads.
const MAX_FILES: usize = 1000;
/// Entities that a preview shows.
const MAX_ENTITIES: usize = 10_000;
/// What they may have together, in bytes of JSON.
const MAX_BYTES: usize = 64 << 20;
/// How long a preview may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// One entity that a location would bring.
#[derive(Debug)]
pub struct Previewed {
    pub entity_ref: EntityRef,
    /// The file it stands in; of the first, the location itself.
    pub location: LocationRef,
    /// First line of its document; 0 when unknown.
    pub line: u32,
    /// As it would be kept; nothing when it could not be.
    pub entity: Option<Entity>,
    /// What is wrong with it, or for a location with what it names.
    pub problems: Vec<Problem>,
    /// An earlier one has the same reference.
    pub duplicate: bool,
}

impl Previewed {
    /// What keeps it from being taken in.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error)
    }
}

/// Reads and processes everything that a location leads to. What comes out is in the order in which the wire tells it: each
/// location is followed by what its last document leads to, then by the one before it, and so on.
pub(crate) async fn preview(worker: &Arc<Worker>, location: &LocationRef) -> Vec<Previewed> {
    // The semaphore is never closed, so acquiring only fails if that changes.
    let _room = worker.previews.acquire().await;
    let root = location.to_entity(None, false);
    let mut walk = Walk { worker, read: 0, bytes: 0, found: Vec::new(), seen: HashSet::new() };
    let entity_ref = root.entity_ref();
    let first = Waiting { entity_ref: entity_ref.clone(), location: location.clone(), line: 0, raw: (root, None) };
    if tokio::time::timeout(PATIENCE, walk.run(first)).await.is_err() {
        let text = format!("reading everything {location} leads to takes longer than {} s", PATIENCE.as_secs());
        walk.give_up(&entity_ref, text);
    }
    walk.found
}

/// An entity to process.
struct Waiting {
    entity_ref: EntityRef,
    location: LocationRef,
    line: u32,
    raw: (Entity, Option<crate::process::Written>),
}

struct Walk<'a> {
    worker: &'a Arc<Worker>,
    read: usize,
    bytes: usize,
    found: Vec<Previewed>,
    seen: HashSet<EntityRef>,
}

impl Walk<'_> {
    async fn run(&mut self, first: Waiting) {
        let mut stack = vec![first];
        while let Some(waiting) = stack.pop() {
            if self.found.len() == MAX_ENTITIES {
                let root = waiting.entity_ref;
                return self.give_up(&root, format!("there are more than {MAX_ENTITIES} entities"));
            }
            if self.bytes > MAX_BYTES {
                let root = waiting.entity_ref;
                return self.give_up(&root, format!("the entities have more than {MAX_BYTES} bytes together"));
            }
            let below = self.process(waiting).await;
            stack.extend(below);
        }
    }

    /// What was found so far is all that there will be.
    fn give_up(&mut self, entity_ref: &EntityRef, text: String) {
        let problem = Problem::error("InputError", format!("The preview is incomplete: {text}"));
        match self.found.last_mut() {
            Some(last) => last.problems.push(problem),
            None => self.found.push(Previewed {
                entity_ref: entity_ref.clone(),
                location: LocationRef::new("", ""),
                line: 0,
                entity: None,
                problems: vec![problem],
                duplicate: false,
            }),
        }
    }

    /// Processes one entity. Answers what it leads to, in the order of its documents.
    async fn process(&mut self, waiting: Waiting) -> Vec<Waiting> {
        let Waiting { entity_ref, location, line, raw } = waiting;
        let task = Task { id: 0, generation: 0, entity_ref: entity_ref.clone(), raw: None, line, urgent: true };
        let (entity, mut problems, targets) = match self.worker.finish(self.worker.begin(task, raw)).await.result {
            ItemResult::Good(good) => (Some(good.entity), good.problems, good.targets),
            ItemResult::Bad { problems, .. } => (None, problems, None),
            ItemResult::Retry => (None, vec![Problem::error("Error", "processing stopped")], None),
        };
        let duplicate = !self.seen.insert(entity_ref.clone());
        let mut below = Vec::new();
        if let Some((targets, origin)) = targets.filter(|_| !duplicate) {
            let (emitted, more) = self.follow(targets, &entity_ref, origin).await;
            problems.extend(more);
            below = emitted;
        }
        self.found.push(Previewed { entity_ref, location, line, entity, problems, duplicate });
        below
    }

    /// Reads what a location names. An error of any of its files is one of the location (contract catalog.md section 6.5).
    async fn follow(
        &mut self,
        wanted: LocationTargets,
        parent: &EntityRef,
        origin: LocationRef,
    ) -> (Vec<Waiting>, Vec<Problem>) {
        let mut problems = wanted.problems;
        let room = MAX_FILES - self.read;
        if wanted.targets.len() > room {
            let text = format!("The preview is incomplete: it leads to more than {MAX_FILES} files");
            problems.push(Problem::error("InputError", text));
        }
        let targets: Vec<Target> = wanted.targets.into_iter().take(room).collect();
        self.read += targets.len();
        let reads = targets.into_iter().map(|target| {
            let request = ReadRequest {
                target,
                origin: origin.clone(),
                parent: parent.clone(),
                rules: self.worker.rules.load_full(),
                known: None,
                urgent: true,
            };
            self.worker.reader.read(request)
        });
        let reports: Vec<ReadReport> =
            futures::stream::iter(reads.collect::<Vec<_>>()).buffered(PER_HOST).collect().await;
        let mut below = Vec::new();
        let mut refused = None;
        for report in reports {
            match report {
                ReadReport::Documents { entities, problems: more, .. } => {
                    self.bytes += entities.iter().map(|emitted| emitted.text.len()).sum::<usize>();
                    below.extend(entities.into_iter().map(waiting));
                    for problem in more {
                        // Of what may not come in, the wire tells the first, after everything else.
                        if problem.name == "NotAllowedError" {
                            refused.get_or_insert(problem);
                        } else {
                            problems.push(problem);
                        }
                    }
                }
                ReadReport::Missing(_) if wanted.optional => {}
                ReadReport::Missing(problem)
                | ReadReport::Failed(problem)
                | ReadReport::RateLimited { problem, .. } => {
                    problems.push(problem);
                }
                ReadReport::Listing { problems: more, .. } => problems.extend(more),
                ReadReport::Unchanged { .. } => {}
            }
        }
        problems.extend(refused);
        (below, problems)
    }
}

fn waiting(emitted: Emitted) -> Waiting {
    let location = LocationRef::parse(&emitted.location_key).unwrap_or_else(|_| LocationRef::new("", ""));
    Waiting { entity_ref: emitted.entity_ref, location, line: emitted.line, raw: (emitted.entity, emitted.written) }
}
