//! Running the engine: all the time where the database belongs to this process alone, else while it leads.

use std::sync::Arc;

use arc_swap::ArcSwap;
use config::OrphanStrategy;
use model::kind::KindRegistry;
use sdk::EntityProvider;
use store::CatalogStore;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::actor::{Actor, Progress};
use super::commands::Command;
use super::locations::Registered;
use super::rounds::Rounds;
use super::sets::Sets;
use super::worker::Worker;
use super::{CatalogOptions, EngineStatus, Result, load, state};
use crate::projection::Projection;
use crate::providers::{ConfiguredLocations, PushedEntities, RegisteredLocations};
use crate::watch::FileWatcher;

/// What an engine is made of, whenever this process runs one.
pub struct Parts {
    /// For reading.
    pub store: Arc<dyn CatalogStore>,
    pub worker: Arc<Worker>,
    /// The kinds of this release.
    pub built_in: Arc<KindRegistry>,
    pub options: Arc<ArcSwap<CatalogOptions>>,
    pub projection: Projection,
    pub providers: Vec<Arc<dyn EntityProvider>>,
    pub status: watch::Sender<EngineStatus>,
    /// Readers see the change feed up to here.
    pub position: watch::Sender<i64>,
}

/// The state of the last run.
pub struct Loaded {
    store: Arc<dyn CatalogStore>,
    options: CatalogOptions,
    state: state::State,
    registered: Registered,
    rounds: Rounds,
    sets: Sets,
}

/// A running engine.
pub struct Running {
    pub commands: mpsc::UnboundedSender<Command>,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Running {
    /// Stops it: what is ready is written, reads under way are dropped.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tracker.wait().await;
    }
}

impl Parts {
    /// Readers see everything up to a position.
    pub fn reached(&self, position: i64) {
        self.position.send_if_modified(|reached| position > std::mem::replace(reached, position.max(*reached)));
    }

    /// Rebuilds the state of the last run. What the sources will bring is written through `store`.
    ///
    /// # Errors
    /// The store cannot be read, or the rules of the options cannot be used.
    pub async fn load(&self, store: Arc<dyn CatalogStore>) -> Result<Loaded> {
        let options = CatalogOptions::clone(&self.options.load());
        let rules = Arc::new(options.compile_rules()?);
        self.worker.rules.store(rules.clone());
        let judged_by = options.judgement(&self.worker.release);
        let mut state = state::State { judged_by, ..state::State::default() };
        self.worker.kinds.store(load::load(&mut state, &store, &self.built_in).await?);
        let registered = Registered::new(store.locations().await?);
        let mut rounds = Rounds::default();
        let locations: [Arc<dyn EntityProvider>; 2] =
            [Arc::new(ConfiguredLocations(self.options.clone())), Arc::new(RegisteredLocations(store.clone()))];
        for provider in locations {
            let name = rounds.add(provider);
            rounds.first(&name, &mut state, &rules).await?;
        }
        state.providers_due.extend(self.providers.iter().map(|provider| rounds.add(provider.clone())));
        let sets = Sets::new(store.pushed_sets().await?, &state.judged_by);
        state.actors.extend(sets.actors());
        for set in sets.ids() {
            rounds.add(Arc::new(PushedEntities::new(set, store.clone())));
        }
        state.providers_due.extend(sets.unapplied().map(|set| PushedEntities::name_of(set).into()));
        if options.orphan_provider_strategy == OrphanStrategy::Delete {
            state.drop_other_providers(&rounds.names());
        }
        Ok(Loaded { store, options, state, registered, rounds, sets })
    }

    /// Starts to look at the sources. What is kept has to be before readers already.
    pub fn begin(&self, loaded: Loaded) -> Running {
        let Loaded { store, options, state, registered, rounds, sets } = loaded;
        let (commands, receiver) = mpsc::unbounded_channel();
        let flushes = self.status.borrow().flushes;
        self.status.send_replace(EngineStatus {
            loaded: true,
            entities: state.entities,
            flushes,
            ..EngineStatus::default()
        });
        let (stop, tracker) = (CancellationToken::new(), TaskTracker::new());
        let mut actor = Actor {
            state,
            store,
            projection: self.projection.clone(),
            worker: self.worker.clone(),
            progress: Progress::new(&options),
            watcher: options.watch.then(|| watcher(&commands)).flatten(),
            options,
            status: self.status.clone(),
            position: self.position.clone(),
            reports: mpsc::unbounded_channel(),
            late: Vec::new(),
            tracker: TaskTracker::new(),
            stop: stop.clone(),
            registered,
            rounds,
            sets,
            waiting: Vec::new(),
            next_answer: None,
        };
        actor.plan_all();
        tracker.spawn(actor.run(receiver));
        tracker.close();
        Running { commands, stop, tracker }
    }
}

/// Tells the engine of changed files, as long as it runs.
fn watcher(commands: &mpsc::UnboundedSender<Command>) -> Option<FileWatcher> {
    let sender = commands.downgrade();
    let watcher = FileWatcher::new(move |changed| {
        if let Some(sender) = sender.upgrade() {
            // The engine may just have stopped.
            let _ = sender.send(Command::FilesChanged(changed));
        }
    });
    watcher.map_err(|error| tracing::warn!(%error, "changes of files are only noticed now and then")).ok()
}
