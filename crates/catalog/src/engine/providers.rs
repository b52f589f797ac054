//! Providers hand in entities that no file holds: each has a bucket of roots, replaced as a whole or changed one by one
//! (contract catalog.md section 6.1).

use std::collections::HashSet;
use std::sync::Arc;

use model::{EntityRef, LocationRef};
use store::StoredLocation;

use super::graph::Id;
use super::options::CatalogOptions;
use super::state::{Emit, Loser, ParentId, State};
use crate::ingest::Emitted;
use crate::ingest::emit::seal;

/// The bucket of configured locations.
pub const CONFIG_PROVIDER: &str = "ConfigLocationProvider";
/// The bucket of registered locations.
pub const LOCATION_PROVIDER: &str = "DefaultLocationStore";

/// What a provider has handed in.
#[derive(Default)]
pub struct Provider {
    pub entities: HashSet<Id>,
    /// What it would have if others did not hold the references.
    pub lost: HashSet<Id>,
}

impl State {
    /// Replaces all roots of a provider; what is gone is removed with everything below it.
    pub fn replace_roots(&mut self, name: &Arc<str>, roots: Vec<Emitted>, now: i64) {
        let wanted: HashSet<Id> = roots.iter().map(|root| self.intern(&root.entity_ref)).collect();
        let provider = self.providers.entry(name.clone()).or_default();
        let had = provider.entities.iter().chain(&provider.lost);
        let gone: Vec<Id> = had.copied().filter(|id| !wanted.contains(id)).collect();
        gone.into_iter().for_each(|id| self.remove_root(name, id));
        let parent = ParentId::Provider(name.clone());
        for root in roots {
            // The same reference under another key is another root: what hung below the old one goes.
            let id = self.intern(&root.entity_ref);
            let replaced = self.record(id).is_some_and(|record| {
                record.parent.as_ref() == Some(&parent) && record.location_key.as_deref() != Some(&*root.location_key)
            });
            if replaced {
                self.prune(vec![id]);
            }
            self.add_root(name, root, now);
        }
    }

    /// Adds a root or changes it.
    pub fn add_root(&mut self, name: &Arc<str>, root: Emitted, now: i64) -> Id {
        let key = root.location_key.clone();
        match self.emit(&ParentId::Provider(name.clone()), None, root) {
            Emit::Kept(id) => id,
            Emit::Lost(id) => {
                let held = self.record(id).filter(|record| matches!(record.parent, Some(ParentId::Provider(_))));
                if held.is_some_and(|record| record.location_key.as_deref() == Some(&*key)) {
                    self.twins.entry(id).or_default().insert(name.clone());
                } else {
                    self.lose(id, Loser::Provider(name.clone()), &key, 0, now);
                }
                self.providers.entry(name.clone()).or_default().lost.insert(id);
                id
            }
        }
    }

    /// Removes a root with everything below it, or gives up what it would have been.
    pub fn remove_root(&mut self, name: &Arc<str>, id: Id) {
        if self.record(id).is_some_and(|record| record.parent == Some(ParentId::Provider(name.clone()))) {
            self.prune(vec![id]);
        } else if self.providers.get_mut(name).is_some_and(|provider| provider.lost.remove(&id)) {
            self.withdraw(id, &Loser::Provider(name.clone()));
            if let Some(twins) = self.twins.get_mut(&id) {
                twins.remove(name);
            }
        }
    }

    /// A reference is free: providers that lost it hand in what they have once more.
    pub fn offer_again(&mut self, id: Id, losers: impl IntoIterator<Item = Arc<str>>) {
        for name in losers.into_iter().chain(self.twins.remove(&id).into_iter().flatten()) {
            if let Some(provider) = self.providers.get_mut(&name) {
                provider.lost.remove(&id);
            }
            self.providers_due.insert(name);
        }
    }

    /// Removes what providers other than these have left.
    pub fn drop_other_providers(&mut self, existing: &[&str]) {
        let gone: Vec<Arc<str>> = self.providers.keys().filter(|name| !existing.contains(&&***name)).cloned().collect();
        for name in gone {
            let entities = self.providers.remove(&name).map(|provider| provider.entities).unwrap_or_default();
            tracing::info!(provider = %name, count = entities.len(), "removing entities of a provider that no longer exists");
            self.prune(entities.into_iter().collect());
        }
    }
}

/// The roots that a configuration asks for.
pub fn config_roots(options: &CatalogOptions) -> Vec<Emitted> {
    options.locations.iter().map(|configured| root(&configured.location, None)).collect()
}

/// The root of a registered location, which keeps its name when its target changes.
pub fn registered_root(stored: &StoredLocation) -> Emitted {
    root(&stored.location, Some(&stored.entity_ref))
}

/// The generated `Location` entity of a root.
fn root(location: &LocationRef, entity_ref: Option<&EntityRef>) -> Emitted {
    let mut entity = location.to_entity(None, false);
    if let Some(name) = entity_ref.map(EntityRef::name) {
        entity.0["metadata"]["name"] = name.into();
    }
    let entity_ref = entity.entity_ref();
    seal(entity, entity_ref, location.to_string().into())
}
