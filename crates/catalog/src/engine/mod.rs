//! The engine: everything that changes the catalog. One task writes; handles ask it, workers report to it, and the index
//! gets what it committed.

pub(crate) mod actor;
pub(crate) mod apply;
pub(crate) mod claims;
mod commands;
mod complete;
pub(crate) mod definitions;
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
pub(crate) mod question;
pub(crate) mod reads;
pub(crate) mod rounds;
pub(crate) mod run;
pub(crate) mod schedule;
pub(crate) mod sets;
pub(crate) mod state;
pub mod status;
pub(crate) mod views;
pub(crate) mod worker;
mod write;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use model::EntityRef;
use model::kind::KindRegistry;
use parking_lot::RwLock;
use sdk::{EntityProvider, ProviderError, UrlReader};
use serde::de::DeserializeOwned;
use store::{CatalogStore, StoreError};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::index::Index;
use crate::ingest::SourceReader;
use crate::inspect::{self, Inspection};
use crate::process::{RuleError, Rules};
use crate::projection::Projection;
use crate::replica::desk::{self, Desk};
use commands::Command;
pub use commands::Deletion;
pub use options::{CatalogOptions, ConfigLocation};
use question::Question;
use run::{Parts, Running};
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
    /// This process does not lead, and the one that does could not do what it was asked; says why.
    #[error("the process that leads: {0}")]
    Elsewhere(String),
    /// This process does not lead, and no other answers.
    #[error("no process looks at the sources at the moment; try again in a moment")]
    NobodyLeads,
    /// What was asked for is done, and this process does not show it yet.
    #[error("this process has not caught up with position {wanted} of the change feed, it is at {position}; try again")]
    Behind { wanted: i64, position: i64 },
}

/// What other processes did is waited for this long.
const CATCH_UP: Duration = Duration::from_secs(5);

pub(crate) type Result<T> = std::result::Result<T, EngineError>;

/// Asks the engine, which may run in another process. Cheap to clone.
#[derive(Clone)]
pub struct EngineHandle {
    pub(crate) parts: Arc<Parts>,
    /// While it runs in this process.
    pub(crate) running: Arc<ArcSwapOption<Running>>,
    /// Where several processes share the database.
    pub(crate) desk: Option<Arc<Desk>>,
    /// Ends what works beside the engine.
    pub(crate) stop: CancellationToken,
    pub(crate) tracker: TaskTracker,
}

/// Loads the last state from the store into the index and starts to look at the sources; the store belongs to this process
/// alone. `kinds` are the built-in ones; `providers` hand in entities beside the locations.
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
    let engine = EngineHandle::new(store.clone(), urls, options, kinds, Projection::new(index), providers)?;
    let position = store.newest_seq().await?;
    // Neither waits for the other: the one works on bodies, the other on all that relates them.
    let (filled, loaded) = tokio::join!(engine.parts.projection.fill(&*store), engine.parts.load(store.clone()));
    filled?;
    engine.parts.reached(position);
    engine.running.store(Some(Arc::new(engine.parts.begin(loaded?))));
    Ok(engine)
}

impl EngineHandle {
    /// One that does not run yet.
    ///
    /// # Errors
    /// The rules of the options cannot be used.
    pub(crate) fn new(
        store: Arc<dyn CatalogStore>,
        urls: Arc<dyn UrlReader>,
        options: CatalogOptions,
        kinds: Arc<KindRegistry>,
        projection: Projection,
        providers: Vec<Arc<dyn EntityProvider>>,
    ) -> Result<Self> {
        let parallel = std::thread::available_parallelism().map_or(2, usize::from);
        let worker = Arc::new(worker::Worker {
            reader: SourceReader::new(urls),
            kinds: ArcSwap::new(kinds.clone()),
            rules: ArcSwap::from_pointee(options.compile_rules()?),
            store: store.clone(),
            processors: Semaphore::new(parallel),
            previews: Semaphore::new(parallel),
            release: kinds.release(),
        });
        let options = Arc::new(ArcSwap::from_pointee(options));
        let status = watch::Sender::default();
        let position = watch::Sender::default();
        let parts = Parts { store, worker, built_in: kinds, options, projection, providers, status, position };
        Ok(Self {
            parts: Arc::new(parts),
            running: Arc::default(),
            desk: None,
            stop: CancellationToken::new(),
            tracker: TaskTracker::new(),
        })
    }

    /// Looks again at an entity and the locations it comes from, soon. False when there is no such entity or it is an
    /// orphan (contract catalog.md section 9.2).
    pub async fn refresh(&self, entity_ref: &EntityRef) -> Result<bool> {
        let question = Question::Refresh(entity_ref.clone());
        self.ask(question, |answer| Command::Refresh(entity_ref.clone(), answer)).await
    }

    /// How far the engine is.
    pub fn status(&self) -> EngineStatus {
        self.parts.status.borrow().clone()
    }

    /// The kinds that entities are judged by now: the built-in ones and what entities define.
    pub fn kinds(&self) -> Arc<KindRegistry> {
        self.parts.worker.kinds.load_full()
    }

    /// Which kinds may come from where, as configured now.
    pub fn rules(&self) -> Arc<Rules> {
        self.parts.worker.rules.load_full()
    }

    /// Follows the status.
    pub fn watch_status(&self) -> watch::Receiver<EngineStatus> {
        self.parts.status.subscribe()
    }

    /// Every source with its last read, by location.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        self.ask(Question::Sources, Command::Sources).await
    }

    /// Everything that is wrong, invisible entities and conflicts included.
    pub async fn problems(&self) -> Result<Vec<Trouble>> {
        self.ask(Question::Problems, Command::Problems).await
    }

    /// Entities that more than one source defines.
    pub async fn conflicts(&self) -> Result<Vec<Conflict>> {
        self.ask(Question::Conflicts, Command::Conflicts).await
    }

    /// Everything known about one entity, visible or not.
    pub async fn inspect(&self, entity_ref: &EntityRef) -> Result<Option<Inspection>> {
        let question = Question::Inspect(entity_ref.clone());
        match self.ask(question, |answer| Command::Inspect(entity_ref.clone(), answer)).await? {
            Some(inspection) => Ok(Some(inspect::complete(*inspection, &*self.parts.store).await?)),
            None => Ok(None),
        }
    }

    /// Entities that no reader sees, as they were never processed well, with what is known of them; so many at most.
    pub async fn unseen(&self) -> Result<Vec<Inspection>> {
        let mut found = self.ask(Question::Unseen, Command::Unseen).await?;
        inspect::fill_bodies(&mut found, &*self.parts.store).await?;
        Ok(found)
    }

    /// Every provider with its last round, by name.
    pub async fn providers(&self) -> Result<Vec<ProviderStatus>> {
        self.ask(Question::Providers, Command::Providers).await
    }

    /// Asks a provider for everything it has, now or after the round that is under way. False when there is none of this name.
    pub async fn ask_provider(&self, name: &str) -> Result<bool> {
        self.ask(Question::AskProvider(name.to_owned()), |answer| Command::AskProvider(name.into(), answer)).await
    }

    /// Removes an entity, visible or not, by its uid. `None` when there is none. Readers no longer see it when this returns.
    pub async fn delete(&self, uid: Uuid, deletion: Deletion) -> Result<Option<EntityRef>> {
        self.try_ask(Question::Delete(uid, deletion), |answer| Command::Delete(uid, deletion, answer)).await
    }

    /// Takes over a changed configuration.
    ///
    /// # Errors
    /// The rules cannot be used; then nothing changed.
    pub async fn apply_config(&self, options: CatalogOptions) -> Result<()> {
        let rules = Arc::new(options.compile_rules()?);
        self.parts.options.store(Arc::new(options.clone()));
        self.parts.worker.rules.store(rules.clone());
        // Another process that leads has a configuration of its own.
        match self.running.load_full() {
            Some(running) => ask_here(&running, |answer| Command::Apply(Box::new(options), rules, answer)).await,
            None => Ok(()),
        }
    }

    /// Returns once readers see everything below some entities; a few go before everything else for that. A source that does not
    /// answer within a second is not waited for.
    pub async fn wait_shown(&self, entity_refs: &[EntityRef]) -> Result<()> {
        let question = Question::WaitShown(entity_refs.to_vec());
        self.ask(question, |answer| Command::WaitShown(entity_refs.to_vec(), answer)).await
    }

    /// Returns when nothing is left to do for now.
    pub async fn wait_idle(&self) -> Result<()> {
        self.ask(Question::WaitIdle, Command::WaitIdle).await
    }

    /// Up to where readers see the change feed: what a client is given to read its own writes elsewhere.
    pub fn position(&self) -> i64 {
        *self.parts.position.borrow()
    }

    /// Returns once readers see the change feed up to a position.
    ///
    /// # Errors
    /// [`EngineError::Behind`] after five seconds.
    pub async fn wait_for(&self, position: i64) -> Result<()> {
        desk::until(self.parts.position.subscribe(), position, CATCH_UP).await
    }

    /// Stops: what is ready is written, reads under way are dropped.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
        if let Some(running) = self.running.load_full() {
            running.stop().await;
        }
    }

    /// Asks the engine, here or where it runs.
    async fn ask<T: DeserializeOwned>(
        &self,
        question: Question,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T> {
        let Some(running) = self.running.load_full() else { return self.ask_elsewhere(&question).await };
        match ask_here(&running, command).await {
            // It ran until a moment ago.
            Err(EngineError::Stopped) if self.desk.is_some() => self.ask_elsewhere(&question).await,
            answer => answer,
        }
    }

    /// The same for what the engine may fail to keep.
    async fn try_ask<T: DeserializeOwned>(
        &self,
        question: Question,
        command: impl FnOnce(oneshot::Sender<std::result::Result<T, StoreError>>) -> Command,
    ) -> Result<T> {
        let Some(running) = self.running.load_full() else { return self.ask_elsewhere(&question).await };
        match ask_here(&running, command).await {
            // Another process took over, and nothing was kept of it here.
            Err(EngineError::Stopped) | Ok(Err(StoreError::Superseded)) if self.desk.is_some() => {
                self.ask_elsewhere(&question).await
            }
            answer => Ok(answer??),
        }
    }

    async fn ask_elsewhere<T: DeserializeOwned>(&self, question: &Question) -> Result<T> {
        match &self.desk {
            Some(desk) => desk.ask(question).await,
            None => Err(EngineError::Stopped),
        }
    }
}

async fn ask_here<T>(running: &Running, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T> {
    let (sender, answer) = oneshot::channel();
    running.commands.send(command(sender)).map_err(|_| EngineError::Stopped)?;
    answer.await.map_err(|_| EngineError::Stopped)
}
