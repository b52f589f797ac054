//! Registered locations: what people and programs add through the API (contract catalog.md section 9.3). A change is kept
//! before it is answered, and its sources are read before all others.

use std::collections::BTreeMap;
use std::sync::Arc;

use config::ConflictStrategy;
use model::{EntityRef, LocationRef};
use sha1::{Digest, Sha1};
use store::{Commit, StoreError, StoredLocation};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::actor::Actor;
use super::commands::Command;
use super::question::Question;
use super::{EngineError, EngineHandle, Result, measure};
use crate::analyze::{Analysis, analyze};
use crate::ingest::{emit, targets::check_length};
use crate::preview::{Previewed, preview};
use crate::providers::{RegisteredLocations, registered_root};

/// The types that may be registered.
const ALLOWED_TYPES: [&str; 1] = ["url"];

type Answer<T> = oneshot::Sender<std::result::Result<T, StoreError>>;

/// What can be done with registered locations.
pub enum LocationCommand {
    Register(LocationRef, ConflictStrategy, Answer<StoredLocation>),
    Update(Uuid, LocationRef, Answer<Option<StoredLocation>>),
    Remove(Uuid, Answer<Option<StoredLocation>>),
    /// They changed in the store.
    Reload(Vec<StoredLocation>, oneshot::Sender<()>),
}

/// The registered locations, by id.
#[derive(Default)]
pub struct Registered(BTreeMap<Uuid, StoredLocation>);

impl Registered {
    pub fn new(locations: Vec<StoredLocation>) -> Self {
        measure::registered(locations.len());
        Self(locations.into_iter().map(|stored| (stored.id, stored)).collect())
    }

    fn find(&self, location: &LocationRef) -> Option<&StoredLocation> {
        self.0.values().find(|stored| stored.location == *location)
    }

    fn put(&mut self, stored: StoredLocation) {
        self.0.insert(stored.id, stored);
        measure::registered(self.0.len());
    }

    /// A location to register. Its entity has the generated name, unless another location was called so before its target
    /// changed.
    fn new_location(&self, location: LocationRef) -> StoredLocation {
        let id = base::ids::new_id();
        let named = |name: &str| EntityRef::new("location", "default", name);
        let mut entity_ref = named(&location.generated_name());
        if self.0.values().any(|stored| stored.entity_ref == entity_ref) {
            let hash = Sha1::digest(format!("{location}#{id}").as_bytes());
            entity_ref = named(&format!("generated-{}", hex::encode(hash)));
        }
        StoredLocation { id, location, entity_ref }
    }
}

impl EngineHandle {
    /// Refuses where locations may not be changed through the API.
    ///
    /// # Errors
    /// [`EngineError::Readonly`].
    pub fn writable(&self) -> Result<()> {
        if self.parts.options.load().readonly { Err(EngineError::Readonly) } else { Ok(()) }
    }

    /// Refuses a location that cannot be registered.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] says why.
    pub fn registrable(location: &LocationRef) -> Result<()> {
        if !ALLOWED_TYPES.contains(&location.kind.as_str()) {
            let allowed = serde_json::json!(ALLOWED_TYPES);
            return Err(EngineError::Invalid(format!("Registered locations must be of an allowed type {allowed}")));
        }
        check_length(location).map_err(|problem| EngineError::Invalid(problem.message))?;
        LocationRef::parse(&location.to_string()).map_err(|error| EngineError::Invalid(error.to_string()))?;
        Ok(())
    }

    /// What a location would bring if it were registered, see [`crate::preview`].
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for one that cannot be registered.
    pub async fn preview(&self, location: &LocationRef) -> Result<Vec<Previewed>> {
        Self::registrable(location)?;
        Ok(preview(&self.parts.worker, location).await)
    }

    /// What could be registered of a repository, see [`crate::analyze`]. Descriptors are called `catalog-info.yaml` unless
    /// `file_name` says otherwise.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for what is no address, and for a repository that cannot be searched.
    pub async fn analyze(&self, target: &str, file_name: Option<&str>) -> Result<Analysis> {
        analyze(&self.parts.worker, target, file_name).await
    }

    /// Registers a location; it is kept when this returns. One that is registered already is a conflict, or is looked at
    /// again, as `on_conflict` or else the configuration says.
    ///
    /// # Errors
    /// [`EngineError::Readonly`], [`EngineError::Invalid`], and [`StoreError::Conflict`] for one that is registered.
    pub async fn register(
        &self,
        location: LocationRef,
        on_conflict: Option<ConflictStrategy>,
    ) -> Result<StoredLocation> {
        self.writable()?;
        Self::registrable(&location)?;
        let on_conflict = on_conflict.unwrap_or(self.parts.options.load().on_conflict);
        let question = Question::Register(location.clone(), on_conflict);
        let register = |answer| Command::Location(LocationCommand::Register(location, on_conflict, answer));
        self.try_ask(question, register).await
    }

    /// Gives a registered location another target; its entity keeps its name, and so do entities that stand there too.
    /// `None` when there is no such location.
    ///
    /// # Errors
    /// [`EngineError::Readonly`], [`EngineError::Invalid`], and [`StoreError::Conflict`] when another has this target.
    pub async fn update_location(&self, id: Uuid, location: LocationRef) -> Result<Option<StoredLocation>> {
        self.writable()?;
        Self::registrable(&location)?;
        let question = Question::UpdateLocation(id, location.clone());
        let update = |answer| Command::Location(LocationCommand::Update(id, location, answer));
        self.try_ask(question, update).await
    }

    /// Removes a registered location with everything it alone brought. `None` when there is no such location.
    ///
    /// # Errors
    /// [`EngineError::Readonly`].
    pub async fn remove_location(&self, id: Uuid) -> Result<Option<StoredLocation>> {
        self.writable()?;
        let remove = |answer| Command::Location(LocationCommand::Remove(id, answer));
        self.try_ask(Question::RemoveLocation(id), remove).await
    }

    /// Takes over the registered locations after they changed in the store.
    pub async fn reload_locations(&self) -> Result<()> {
        let locations = self.parts.store.locations().await?;
        let reload = |answer| Command::Location(LocationCommand::Reload(locations, answer));
        self.ask(Question::ReloadLocations, reload).await
    }
}

impl Actor {
    /// Does what is asked, and answers. An answer that nobody waits for any more is no error.
    pub async fn location(&mut self, command: LocationCommand) {
        match command {
            LocationCommand::Register(location, on_conflict, answer) => {
                let _ = answer.send(self.register(location, on_conflict).await);
            }
            LocationCommand::Update(id, location, answer) => {
                let _ = answer.send(self.update_location(id, location).await);
            }
            LocationCommand::Remove(id, answer) => {
                let _ = answer.send(self.remove_location(id).await);
            }
            LocationCommand::Reload(locations, answer) => {
                self.registered = Registered::new(locations);
                self.state.providers_due.insert(RegisteredLocations::NAME.into());
                self.touch();
                let _ = answer.send(());
            }
        }
    }

    async fn register(
        &mut self,
        location: LocationRef,
        on_conflict: ConflictStrategy,
    ) -> std::result::Result<StoredLocation, StoreError> {
        if on_conflict == ConflictStrategy::Refresh
            && let Some(known) = self.registered.find(&location).cloned()
        {
            self.refresh(&known.entity_ref);
            return Ok(known);
        }
        let stored = self.registered.new_location(location);
        self.keep(Commit { add_locations: vec![stored.clone()], ..Commit::default() }).await?;
        self.show_location(stored.clone());
        Ok(stored)
    }

    async fn update_location(
        &mut self,
        id: Uuid,
        location: LocationRef,
    ) -> std::result::Result<Option<StoredLocation>, StoreError> {
        let Some(known) = self.registered.0.get(&id) else { return Ok(None) };
        let stored = StoredLocation { location, ..known.clone() };
        self.keep(Commit { update_locations: vec![stored.clone()], ..Commit::default() }).await?;
        self.show_location(stored.clone());
        Ok(Some(stored))
    }

    async fn remove_location(&mut self, id: Uuid) -> std::result::Result<Option<StoredLocation>, StoreError> {
        if !self.registered.0.contains_key(&id) {
            return Ok(None);
        }
        self.keep(Commit { remove_locations: vec![id], ..Commit::default() }).await?;
        let removed = self.registered.0.remove(&id);
        self.restart_round(&RegisteredLocations::NAME.into());
        measure::registered(self.registered.0.len());
        if let Some(root) = removed.as_ref().and_then(|stored| self.state.graph.find(&stored.entity_ref)) {
            self.state.remove_root(&RegisteredLocations::NAME.into(), root);
            self.hurry(root);
        }
        Ok(removed)
    }

    /// Writes something that was asked for, before anything follows from it.
    pub async fn keep(&mut self, commit: Commit) -> std::result::Result<(), StoreError> {
        let store = self.store.clone();
        let kept = self.meanwhile(store.commit(&commit)).await;
        self.take_late();
        kept.map(drop)
    }

    fn show_location(&mut self, stored: StoredLocation) {
        let name: Arc<str> = RegisteredLocations::NAME.into();
        let root = emit::take(registered_root(&stored));
        // Hurried before it is queued, so that it does not queue.
        let id = self.state.intern(&root.entity_ref);
        self.hurry(id);
        self.state.add_root(&name, root, base::clock::now_millis());
        self.restart_round(&name);
        self.registered.put(stored);
    }
}
