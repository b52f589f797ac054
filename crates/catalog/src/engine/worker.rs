//! Work that is done beside the writer: processing entities and reading targets. It changes nothing but what it reports.

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use model::entity::{MANAGED_BY_LOCATION, MANAGED_BY_ORIGIN_LOCATION};
use model::kind::{DEFINITION_KIND, KindRegistry};
use model::{Entity, EntityRef, LocationRef, Problem};
use sha1::{Digest, Sha1};
use store::CatalogStore;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;

use super::actor::Report;
use super::apply::{Good, Item, ItemResult};
use super::graph::Id;
use crate::ingest::source::{PER_HOST, annotations_of};
use crate::ingest::{SourceReader, targets_of};
use crate::process::{
    Fetched, Outcome, ReferenceError, ResolvedReferences, Rules, SourcePlace, Version, Written, located, process,
};

/// Rounds of fetching for one entity: a description whose references lead deeper than this is refused.
const MAX_ROUNDS: usize = 20;
/// Files that one entity may pull in.
const MAX_REFERENCES: usize = 500;
/// What one entity may pull in, in bytes.
const MAX_REFERENCED_BYTES: usize = 64 << 20;

/// Bodies that could not be loaded are asked for again after this.
const LOAD_AGAIN: std::time::Duration = std::time::Duration::from_millis(500);

/// An entity to process. Without a body it is loaded from the store.
pub struct Task {
    pub id: Id,
    pub generation: u32,
    pub entity_ref: EntityRef,
    pub raw: Option<(Entity, Option<Written>)>,
    pub line: u32,
    /// Somebody waits for it.
    pub urgent: bool,
}

/// What workers share.
pub struct Worker {
    pub reader: SourceReader,
    /// Replaced as a whole when a definition comes, changes or goes.
    pub kinds: ArcSwap<KindRegistry>,
    pub rules: ArcSwap<Rules>,
    pub store: Arc<dyn CatalogStore>,
    /// As many batches are computed at once as there are processors.
    pub processors: Semaphore,
    /// So many previews are made at once.
    pub previews: Semaphore,
    /// Tells apart what sources were judged by, as far as it is not configuration.
    pub release: String,
}

/// An entity that waits for files.
pub(crate) struct Waiting {
    task: Task,
    raw: Entity,
    place: SourcePlace,
    origin: LocationRef,
    resolved: ResolvedReferences,
    began: Instant,
}

impl Waiting {
    /// What was seen of the files that were read by URL.
    fn pulled(&self) -> Box<[(String, Version)]> {
        let seen = |fetched: &Fetched| Some((fetched.address.clone(), fetched.version.clone()?));
        self.resolved.values().flatten().filter_map(seen).collect()
    }

    /// Whether a file could not be read, which may be otherwise the next time.
    fn lacks_a_file(&self) -> bool {
        self.resolved.values().any(|fetched| matches!(fetched, Err(ReferenceError::Unreadable { .. })))
    }
}

enum Step {
    Done(Item),
    Waiting(Box<Waiting>),
}

impl Worker {
    /// Processes a batch: those that need no other file at once, the rest as their files arrive. An urgent one does not wait for
    /// a processor.
    pub async fn process(self: Arc<Self>, tasks: Vec<Task>, reports: UnboundedSender<Report>, urgent: bool) {
        // The loop only ends together with everything else, so that a report without a receiver is no loss.
        let report = |part: Report| drop(reports.send(part));
        let (tasks, failed) = self.load(tasks).await;
        let worker = self.clone();
        // It is closed by nobody.
        let processor = if urgent { None } else { self.processors.acquire().await.ok() };
        let steps = tokio::task::spawn_blocking(move || {
            tasks.into_iter().map(|(task, raw)| worker.step(worker.begin(task, raw)).0).collect::<Vec<_>>()
        })
        .await
        .unwrap_or_default();
        drop(processor);
        let mut done = Vec::with_capacity(steps.len());
        let mut waiting = Vec::new();
        for step in steps {
            match step {
                Step::Done(item) => done.push(item),
                Step::Waiting(entity) => waiting.push(entity),
            }
        }
        report(Report::Processed(done));
        report(Report::Computed { urgent });
        let mut finishing: FuturesUnordered<_> = waiting.into_iter().map(|entity| self.finish(entity)).collect();
        while let Some(item) = finishing.next().await {
            report(Report::Processed(vec![item]));
        }
        if !failed.is_empty() {
            tokio::time::sleep(LOAD_AGAIN).await;
            report(Report::Processed(failed));
        }
    }

    /// Gets the bodies that are not at hand.
    async fn load(&self, tasks: Vec<Task>) -> (Vec<(Task, (Entity, Option<Written>))>, Vec<Item>) {
        let missing: Vec<EntityRef> =
            tasks.iter().filter(|task| task.raw.is_none()).map(|task| task.entity_ref.clone()).collect();
        let stored = if missing.is_empty() { Ok(Vec::new()) } else { self.store.entities(&missing).await };
        let bodies: std::collections::HashMap<EntityRef, Box<str>> = match stored {
            Ok(rows) => rows.into_iter().map(|row| (row.entity_ref, row.unprocessed)).collect(),
            Err(error) => {
                tracing::warn!(%error, "could not load entities for processing; trying again");
                std::collections::HashMap::new()
            }
        };
        let mut loaded = Vec::with_capacity(tasks.len());
        let mut failed = Vec::new();
        for mut task in tasks {
            let raw = task.raw.take().or_else(|| {
                let text = bodies.get(&task.entity_ref)?;
                serde_json::from_str(text).ok().map(|body| (Entity(body), None))
            });
            match raw {
                Some(raw) => loaded.push((task, raw)),
                None => failed.push(Item { id: task.id, generation: task.generation, result: ItemResult::Retry }),
            }
        }
        (loaded, failed)
    }

    /// An entity about to be processed.
    pub(crate) fn begin(&self, task: Task, (raw, written): (Entity, Option<Written>)) -> Box<Waiting> {
        let managed = |key: &str| raw.annotation(key).and_then(|text| LocationRef::parse(text).ok());
        let location = managed(MANAGED_BY_LOCATION).unwrap_or_else(|| LocationRef::new("unknown", "unknown"));
        let origin = managed(MANAGED_BY_ORIGIN_LOCATION).unwrap_or_else(|| location.clone());
        let annotations = annotations_of(&location, self.reader.urls());
        let place = SourcePlace { location, annotations, line: task.line, written };
        let resolved = ResolvedReferences::new();
        Box::new(Waiting { task, raw, place, origin, resolved, began: Instant::now() })
    }

    /// One round. The second part are the references to fetch before the next.
    fn step(&self, waiting: Box<Waiting>) -> (Step, Vec<crate::process::Reference>) {
        let began = Instant::now();
        let kinds = self.kinds.load_full();
        let outcome = process(&waiting.raw, &waiting.place, &kinds, &waiting.resolved);
        metrics::histogram!("catalog_processors_duration_seconds").record(began.elapsed().as_secs_f64());
        match outcome {
            Outcome::Needs(references) => (Step::Waiting(waiting), references),
            outcome => (Step::Done(self.item(&waiting, outcome, &kinds)), Vec::new()),
        }
    }

    /// Processes an entity with what it waits for, which is fetched round by round.
    pub(crate) async fn finish(self: &Arc<Self>, mut waiting: Box<Waiting>) -> Item {
        for _ in 0..MAX_ROUNDS {
            let (id, generation) = (waiting.task.id, waiting.task.generation);
            let worker = self.clone();
            // Putting large descriptions together takes its time.
            let stepped = tokio::task::spawn_blocking(move || worker.step(waiting)).await;
            let Ok((step, needs)) = stepped else { return Item { id, generation, result: ItemResult::Retry } };
            waiting = match step {
                Step::Done(item) => return item,
                Step::Waiting(waiting) => waiting,
            };
            if waiting.resolved.len() + needs.len() > MAX_REFERENCES {
                return refuse(&waiting, &format!("it refers to more than {MAX_REFERENCES} files"));
            }
            let fetches = needs.into_iter().map(|reference| {
                let (origin, urgent) = (waiting.origin.clone(), waiting.task.urgent);
                async move {
                    let fetched = self.reader.fetch(&reference, &origin, urgent).await;
                    (reference, fetched)
                }
            });
            let mut bytes: usize = waiting.resolved.values().flatten().map(|fetched| fetched.text.len()).sum();
            let mut fetches = futures::stream::iter(fetches.collect::<Vec<_>>()).buffer_unordered(PER_HOST);
            let mut fetched = Vec::new();
            while let Some((reference, file)) = fetches.next().await {
                bytes += file.as_ref().map_or(0, |file| file.text.len());
                if bytes > MAX_REFERENCED_BYTES {
                    return refuse(&waiting, &format!("it refers to more than {MAX_REFERENCED_BYTES} bytes"));
                }
                fetched.push((reference, file));
            }
            drop(fetches);
            waiting.resolved.extend(fetched);
        }
        refuse(&waiting, &format!("its references lead more than {MAX_ROUNDS} files deep"))
    }

    fn item(&self, waiting: &Waiting, outcome: Outcome, kinds: &KindRegistry) -> Item {
        metrics::histogram!("catalog_processing_duration_seconds").record(waiting.began.elapsed().as_secs_f64());
        let result = match outcome {
            Outcome::Done(processed) => {
                let targets = (processed.entity.kind().eq_ignore_ascii_case("location")).then(|| {
                    let mut targets = targets_of(&processed.entity, &waiting.place.location, self.reader.urls());
                    for problem in &mut targets.problems {
                        *problem = located(problem.clone(), &waiting.place);
                    }
                    (targets, waiting.origin.clone())
                });
                let text = processed.entity.0.to_string().into_boxed_str();
                let known = kinds.known(processed.entity.kind());
                let judged_by = known.map_or("", |known| known.fingerprint());
                let hash = hash(judged_by, &text, &processed.edges, &processed.refresh_keys);
                let is_definition = processed.entity.kind() == DEFINITION_KIND;
                let defines = is_definition.then(|| kinds.define(&processed.entity).ok().map(Arc::new)).flatten();
                ItemResult::Good(Box::new(Good {
                    defines,
                    entity: processed.entity,
                    text,
                    edges: processed.edges,
                    refresh_keys: processed.refresh_keys,
                    pulled: waiting.pulled(),
                    problems: processed.problems,
                    targets,
                    hash,
                }))
            }
            Outcome::Failed { problems, refresh_keys } => {
                let (unreadable, placed) = (waiting.lacks_a_file(), waiting.place.written.is_some());
                ItemResult::Bad { problems, refresh_keys, unreadable, placed }
            }
            // The caller only comes here with what is finished.
            Outcome::Needs(_) => ItemResult::Retry,
        };
        Item { id: waiting.task.id, generation: waiting.task.generation, result }
    }
}

/// What tells a result apart from others. It begins with what it was judged by, so that another release or another definition
/// of the kind has entities processed again.
fn hash(judged_by: &str, text: &str, edges: &[model::relation::RelationEdge], keys: &[String]) -> Box<str> {
    let mut hasher = Sha1::new();
    hasher.update(text);
    for edge in edges {
        for part in [edge.source_ref.as_str(), &edge.kind, edge.target_ref.as_str()] {
            hasher.update(part);
            hasher.update([0]);
        }
    }
    for key in keys {
        hasher.update(key);
        hasher.update([1]);
    }
    format!("{judged_by}:{}", hex::encode(hasher.finalize())).into()
}

fn refuse(waiting: &Waiting, reason: &str) -> Item {
    let text = format!("Processor PlaceholderProcessor threw an error while preprocessing; caused by Error: {reason}");
    let problem = located(Problem::error("InputError", text), &waiting.place);
    let placed = waiting.place.written.is_some();
    let result = ItemResult::Bad { problems: vec![problem], refresh_keys: Vec::new(), unreadable: false, placed };
    Item { id: waiting.task.id, generation: waiting.task.generation, result }
}
