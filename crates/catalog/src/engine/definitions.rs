//! The kinds that entities define. A definition is in force with its last good body, as any entity is shown with it; when one
//! comes, changes or goes, the entities of its kind are processed again, and no others.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::kind::{DEFINITION_KIND, Kind, KindRegistry};
use model::{Entity, EntityRef};
use store::{CatalogStore, StoreError};

use super::actor::Actor;
use super::graph::Id;
use super::state::State;

/// Definitions read from the store at once.
const LOAD_CHUNK: usize = 500;

/// What entities of the kind `KindDefinition` define.
#[derive(Default)]
pub struct Definitions {
    kinds: BTreeMap<Id, Arc<Kind>>,
    /// They differ from what entities are judged by.
    changed: bool,
}

impl Definitions {
    pub fn put(&mut self, id: Id, kind: Arc<Kind>) {
        let known = self.kinds.insert(id, kind.clone());
        self.changed |= known.is_none_or(|known| known.definition != kind.definition);
    }

    pub fn remove(&mut self, id: Id) {
        self.changed |= self.kinds.remove(&id).is_some();
    }

    /// The kinds of a release with these, if that is something new.
    fn renew(&mut self, kinds: &KindRegistry) -> Option<Arc<KindRegistry>> {
        std::mem::take(&mut self.changed).then(|| Arc::new(kinds.with(self.kinds.values().cloned())))
    }
}

impl State {
    /// Takes over the definitions that the store has. One that this release does not take any more is left out until its entity
    /// was looked at again, which says why.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn load_definitions(
        &mut self,
        store: &dyn CatalogStore,
        kinds: &KindRegistry,
    ) -> Result<Arc<KindRegistry>, StoreError> {
        let kind = DEFINITION_KIND.to_lowercase();
        let of_kind = |id: &Id| self.record(*id).is_some() && self.graph.entity_ref(*id).kind() == kind;
        let ids: Vec<Id> = self.ids().filter(of_kind).collect();
        let refs: Vec<EntityRef> = ids.iter().map(|id| self.graph.entity_ref(*id).clone()).collect();
        for chunk in refs.chunks(LOAD_CHUNK) {
            for row in store.entities(chunk).await? {
                let body = row.processed.and_then(|text| serde_json::from_str(&text).ok());
                let defined = body.and_then(|body| kinds.define(&Entity(body)).ok());
                if let (Some(id), Some(kind)) = (self.graph.find(&row.entity_ref), defined) {
                    self.definitions.put(id, Arc::new(kind));
                }
            }
        }
        Ok(self.definitions.renew(kinds).unwrap_or_else(|| Arc::new(kinds.clone())))
    }

    /// The numbers of all records.
    fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        0..Id::try_from(self.records.len()).unwrap_or(Id::MAX)
    }

    /// Asks for the entities to be processed again whose kinds are not what they were.
    fn judge_again(&mut self, before: &KindRegistry, now: &KindRegistry) {
        let fingerprint =
            |kinds: &KindRegistry, kind: &str| kinds.known(kind).map(|known| known.fingerprint().to_owned());
        let mut changed: BTreeMap<String, bool> = BTreeMap::new();
        for id in self.ids() {
            let kind = self.graph.entity_ref(id).kind();
            let known = changed.get(kind).copied();
            let differs = known.unwrap_or_else(|| fingerprint(before, kind) != fingerprint(now, kind));
            if known.is_none() {
                changed.insert(kind.to_owned(), differs);
            }
            if differs {
                self.queue_processing(id);
            }
        }
        let known = |id: &Id| now.known(self.graph.entity_ref(*id).kind()).is_some();
        let (known, strangers): (Vec<Id>, Vec<Id>) = std::mem::take(&mut self.strangers).into_iter().partition(known);
        self.strangers = strangers;
        self.process_queue.extend(known);
    }

    /// What nothing defines after all is processed, which says so.
    pub fn give_up_on_strangers(&mut self) {
        self.process_queue.extend(std::mem::take(&mut self.strangers));
    }
}

impl Actor {
    /// Puts definitions in force that came, changed or went.
    pub fn take_definitions(&mut self) {
        let before = self.worker.kinds.load_full();
        if let Some(now) = self.state.definitions.renew(&before) {
            self.worker.kinds.store(now.clone());
            self.state.judge_again(&before, &now);
            self.touch();
        }
    }
}
