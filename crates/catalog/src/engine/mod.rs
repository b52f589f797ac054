//! The engine: everything that changes the catalog. One task writes; handles ask it, workers report to it, and the index
//! gets what it committed.

pub(crate) mod actor;
pub(crate) mod apply;
pub(crate) mod claims;
mod commands;
mod complete;
mod definitions;
mod dispatch;
mod files;
pub(crate) mod flush;
pub(crate) mod graph;
mod hurry;
pub(crate) mod load;
pub(crate) mod locations;
mod measure;
pub(crate) mod news;
pub mod options;
pub(crate) mod providers;
pub(crate) mod reads;
pub(crate) mod rounds;
pub(crate) mod schedule;
pub(crate) mod sets;
pub(crate) mod state;
pub mod status;
pub(crate) mod views;
pub(crate) mod worker;
mod write;

use std::sync::Arc;

use arc_swap::ArcSwap;
use config::OrphanStrategy;
use model::EntityRef;
use model::kind::KindRegistry;
use parking_lot::RwLock;
use sdk::{EntityProvider, ProviderError, UrlReader};
use store::{CatalogStore, StoreError};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::index::Index;
use crate::ingest::SourceReader;
use crate::inspect::{self, Inspection};
use crate::process::{RuleError, Rules};
use crate::projection::Projection;
use crate::providers::{ConfiguredLocations, PushedEntities, RegisteredLocations};
use crate::watch::FileWatcher;
use actor::{Actor, Progress};
use commands::Command;
pub use commands::Deletion;
use locations::Registered;
pub use options::{CatalogOptions, ConfigLocation};
use rounds::Rounds;
use sets::Sets;
pub use sets::{Push, Pushed, SetStatus};
pub use status::{Conflict, EngineStatus, ProviderStatus, SourceStatus, Tally, Trouble};

/// Why the engine could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the catalog engine has stopped")]
    Stopped,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Rules(#[from] RuleError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// In the words of contract catalog.md section 8.
    #[error("This operation not allowed in readonly mode")]
    Readonly,
    /// What was asked for cannot be done; says why.
    #[error("{0}")]
    Invalid(String),
    /// The rules do not allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// It is done only if it is asked for in another way, which this says.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    NotFound(String),
}

pub(crate) type Result<T> = std::result::Result<T, EngineError>;

/// Asks the engine. Cheap to clone; the engine runs until [`EngineHandle::shutdown`].
#[derive(Clone)]
pub struct EngineHandle {
    commands: mpsc::UnboundedSender<Command>,
    status: watch::Receiver<EngineStatus>,
    store: Arc<dyn CatalogStore>,
    worker: Arc<worker::Worker>,
    options: Arc<ArcSwap<CatalogOptions>>,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

/// Loads the last state from the store into the index and starts to look at the sources. `kinds` are the built-in ones;
/// `providers` hand in entities beside the locations.
///
/// # Errors
/// The store cannot be read, or the rules of the options cannot be used.
pub async fn start(
    store: Arc<dyn CatalogStore>,
    urls: Arc<dyn UrlReader>,
    options: CatalogOptions,
    kinds: Arc<KindRegistry>,
    index: Arc<RwLock<Index>>,
    providers: Vec<Arc<dyn EntityProvider>>,
) -> Result<EngineHandle> {
    let rules = Arc::new(options.compile_rules()?);
    let release = kinds.release();
    let judged_by = options.judgement(&release);
    let mut state = state::State { judged_by, ..state::State::default() };
    let projection = Projection::new(index);
    projection.fill(&*store).await?;
    let kinds = load::load(&mut state, &store, &kinds).await?;
    let registered = Registered::new(store.locations().await?);
    let current = Arc::new(ArcSwap::from_pointee(options.clone()));
    let mut rounds = Rounds::default();
    let locations: [Arc<dyn EntityProvider>; 2] =
        [Arc::new(ConfiguredLocations(current.clone())), Arc::new(RegisteredLocations(store.clone()))];
    for provider in locations {
        let name = rounds.add(provider);
        rounds.first(&name, &mut state, &rules).await?;
    }
    state.providers_due.extend(providers.into_iter().map(|provider| rounds.add(provider)));
    let sets = Sets::new(store.pushed_sets().await?, &state.judged_by);
    for set in sets.ids() {
        rounds.add(Arc::new(PushedEntities::new(set, store.clone())));
    }
    state.providers_due.extend(sets.unapplied().map(|set| PushedEntities::name_of(set).into()));
    if options.orphan_provider_strategy == OrphanStrategy::Delete {
        state.drop_other_providers(&rounds.names());
    }

    let (commands, receiver) = mpsc::unbounded_channel();
    let watcher = if options.watch {
        let sender = commands.downgrade();
        let watcher = FileWatcher::new(move |changed| {
            if let Some(sender) = sender.upgrade() {
                // The engine may just have stopped.
                let _ = sender.send(Command::FilesChanged(changed));
            }
        });
        watcher.map_err(|error| tracing::warn!(%error, "changes of files are only noticed now and then")).ok()
    } else {
        None
    };
    let loaded = EngineStatus { loaded: true, entities: state.entities, ..EngineStatus::default() };
    let (status_sender, status) = watch::channel(loaded);
    let (shutdown, tracker) = (CancellationToken::new(), TaskTracker::new());
    let progress = Progress::new(&options);
    let worker = Arc::new(worker::Worker {
        reader: SourceReader::new(urls),
        kinds: ArcSwap::new(kinds),
        rules: ArcSwap::new(rules),
        store: store.clone(),
        processors: Semaphore::new(progress.parallel),
        previews: Semaphore::new(progress.parallel),
        release,
    });
    let mut actor = Actor {
        state,
        store: store.clone(),
        projection,
        worker: worker.clone(),
        progress,
        options,
        status: status_sender,
        reports: mpsc::unbounded_channel(),
        late: Vec::new(),
        tracker: TaskTracker::new(),
        stop: shutdown.clone(),
        watcher,
        registered,
        rounds,
        sets,
        waiting: Vec::new(),
        next_answer: None,
    };
    actor.plan_all();
    tracker.spawn(actor.run(receiver));
    tracker.close();
    Ok(EngineHandle { commands, status, store, worker, options: current, shutdown, tracker })
}

impl EngineHandle {
    /// Looks again at an entity and the locations it comes from, soon. False when there is no such entity or it is an
    /// orphan (contract catalog.md section 9.2).
    pub async fn refresh(&self, entity_ref: &EntityRef) -> Result<bool> {
        self.ask(|answer| Command::Refresh(entity_ref.clone(), answer)).await
    }

    /// How far the engine is.
    pub fn status(&self) -> EngineStatus {
        self.status.borrow().clone()
    }

    /// The kinds that entities are judged by now: the built-in ones and what entities define.
    pub fn kinds(&self) -> Arc<KindRegistry> {
        self.worker.kinds.load_full()
    }

    /// Which kinds may come from where, as configured now.
    pub fn rules(&self) -> Arc<Rules> {
        self.worker.rules.load_full()
    }

    /// Follows the status.
    pub fn watch_status(&self) -> watch::Receiver<EngineStatus> {
        self.status.clone()
    }

    /// Every source with its last read, by location.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        self.ask(Command::Sources).await
    }

    /// Everything that is wrong, invisible entities and conflicts included.
    pub async fn problems(&self) -> Result<Vec<Trouble>> {
        self.ask(Command::Problems).await
    }

    /// Entities that more than one source defines.
    pub async fn conflicts(&self) -> Result<Vec<Conflict>> {
        self.ask(Command::Conflicts).await
    }

    /// Everything known about one entity, visible or not.
    pub async fn inspect(&self, entity_ref: &EntityRef) -> Result<Option<Inspection>> {
        match self.ask(|answer| Command::Inspect(entity_ref.clone(), answer)).await? {
            Some(inspection) => Ok(Some(inspect::complete(*inspection, &*self.store).await?)),
            None => Ok(None),
        }
    }

    /// Entities that no reader sees, as they were never processed well, with what is known of them; so many at most.
    pub async fn unseen(&self) -> Result<Vec<Inspection>> {
        let mut found = self.ask(Command::Unseen).await?;
        inspect::fill_bodies(&mut found, &*self.store).await?;
        Ok(found)
    }

    /// Every provider with its last round, by name.
    pub async fn providers(&self) -> Result<Vec<ProviderStatus>> {
        self.ask(Command::Providers).await
    }

    /// Asks a provider for everything it has, now or after the round that is under way. False when there is none of this name.
    pub async fn ask_provider(&self, name: &str) -> Result<bool> {
        self.ask(|answer| Command::AskProvider(name.into(), answer)).await
    }

    /// Removes an entity, visible or not, by its uid. `None` when there is none. Readers no longer see it when this returns.
    pub async fn delete(&self, uid: Uuid, deletion: Deletion) -> Result<Option<EntityRef>> {
        Ok(self.ask(|answer| Command::Delete(uid, deletion, answer)).await??)
    }

    /// Takes over a changed configuration.
    ///
    /// # Errors
    /// The rules cannot be used; then nothing changed.
    pub async fn apply_config(&self, options: CatalogOptions) -> Result<()> {
        let rules = Arc::new(options.compile_rules()?);
        self.options.store(Arc::new(options.clone()));
        self.ask(|answer| Command::Apply(Box::new(options), rules, answer)).await
    }

    /// Returns once readers see everything below some entities; a few go before everything else for that. A source that does not
    /// answer within a second is not waited for.
    pub async fn wait_shown(&self, entity_refs: &[EntityRef]) -> Result<()> {
        self.ask(|answer| Command::WaitShown(entity_refs.to_vec(), answer)).await
    }

    /// Returns when nothing is left to do for now.
    pub async fn wait_idle(&self) -> Result<()> {
        self.ask(Command::WaitIdle).await
    }

    /// Stops: what is ready is written, reads under way are dropped.
    pub async fn shutdown(&self) {
        self.shutdown.cancel();
        self.tracker.wait().await;
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T> {
        let (sender, answer) = oneshot::channel();
        self.commands.send(command(sender)).map_err(|_| EngineError::Stopped)?;
        answer.await.map_err(|_| EngineError::Stopped)
    }
}
