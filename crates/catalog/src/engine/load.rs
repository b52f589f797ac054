//! Starting: the state of the last run is rebuilt from the store and shown at once; sources are looked at afterwards.

use std::collections::HashMap;
use std::sync::Arc;

use model::{EntityRef, LocationRef};
use parking_lot::RwLock;
use store::{CatalogStore, Parent, StoreError, StoredEntity, StoredLocation};
use uuid::Uuid;

use super::flush::{Body, Draft, complete_all, show, shown};
use super::options::CatalogOptions;
use super::state::{ParentId, Record, State};
use crate::index::Index;
use crate::ingest::{Emitted, emit::seal};
use crate::process::stable::content_hash;

/// Entities read from the store at once.
const PAGE: u32 = 2000;

/// Fills the state from the store, and the index with what readers saw last.
pub async fn load(
    state: &mut State,
    store: &dyn CatalogStore,
    index: &RwLock<Index>,
    fingerprint: &str,
) -> Result<(), StoreError> {
    for remembered in store.read_states().await? {
        state.remembered.insert(remembered.location.as_str().into(), remembered);
    }
    let mut providers: HashMap<String, Arc<str>> = HashMap::new();
    let mut after: Option<Uuid> = None;
    loop {
        let page = store.entities_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for row in &page {
            take_row(state, row, &mut providers);
        }
    }
    // Who lost its parent with the last run is an orphan.
    for id in 0..state.records.len() {
        let parent = state.records[id].as_ref().and_then(|record| record.parent.clone());
        if let (Some(ParentId::Entity(parent)), Some(record)) = (parent, state.records[id].as_ref()) {
            let key = record.location_key.clone();
            let id = u32::try_from(id).unwrap_or(u32::MAX);
            if state.record(parent).is_none() {
                state.orphan(id);
            } else if let Some(key) = key {
                state.unassigned.entry(key).or_default().push(id);
            }
        }
    }
    show_all(state, store, index).await?;
    for id in 0..u32::try_from(state.records.len()).unwrap_or(u32::MAX) {
        let current = state.record(id).map(|record| {
            record.result_hash.as_deref().is_some_and(|hash| hash.starts_with(fingerprint)) && !state.is_location(id)
        });
        if current == Some(false) {
            state.queue_processing(id);
        }
    }
    Ok(())
}

fn take_row(state: &mut State, row: &StoredEntity, providers: &mut HashMap<String, Arc<str>>) {
    let id = state.intern(&row.entity_ref);
    let parent = row.parent.as_ref().map(|parent| match parent {
        Parent::Provider(name) => {
            let name = providers.entry(name.clone()).or_insert_with(|| name.as_str().into()).clone();
            state.providers.entry(name.clone()).or_default().entities.insert(id);
            ParentId::Provider(name)
        }
        Parent::Entity(parent) => ParentId::Entity(state.intern(parent)),
    });
    state.graph.state(id, &row.relations);
    let refresh_keys: Vec<Arc<str>> = row.refresh_keys.iter().map(|key| key.as_str().into()).collect();
    state.set_refresh_keys(id, &[], &refresh_keys);
    let line = row.problems.iter().find_map(|problem| problem.place.as_ref()).map_or(0, |place| place.line);
    state.insert_record(
        id,
        Record {
            uid: row.id,
            location_key: row.location_key.as_deref().map(Into::into),
            parent,
            target: None,
            line,
            unplaced: false,
            unprocessed_hash: content_hash(row.unprocessed.as_bytes()),
            generation: 0,
            processing: false,
            good: row.processed.is_some(),
            final_hash: None,
            problems: row.problems.clone(),
            refresh_keys,
            pulled: Box::default(),
            result_hash: row.result_hash.as_deref().map(Into::into),
            updated_at: row.updated_at,
        },
    );
}

async fn show_all(state: &mut State, store: &dyn CatalogStore, index: &RwLock<Index>) -> Result<(), StoreError> {
    let mut after: Option<Uuid> = None;
    loop {
        let page = store.entities_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        let drafts = page.into_iter().filter_map(|row| {
            let id = state.graph.find(&row.entity_ref)?;
            let record = state.record(id)?;
            Some(Draft {
                id,
                uid: row.id,
                orphan: record.parent.is_none(),
                relations: state.graph.relations(id),
                problems: row.problems,
                old_hash: None,
                body: Body::Text(row.processed?),
                parent: match row.parent {
                    Some(Parent::Entity(parent)) => Some(parent),
                    _ => None,
                },
                entity_ref: row.entity_ref,
            })
        });
        let completed = complete_all(drafts.collect()).await;
        show(index, shown(state, completed), &[]);
    }
}

/// The bucket of configured locations.
pub const CONFIG_PROVIDER: &str = "ConfigLocationProvider";
/// The bucket of registered locations.
pub const LOCATION_PROVIDER: &str = "DefaultLocationStore";

/// The roots that a configuration asks for.
pub fn config_roots(options: &CatalogOptions) -> Vec<Emitted> {
    options.locations.iter().map(|configured| root(&configured.location, None)).collect()
}

/// The roots that were registered.
pub fn registered_roots(locations: &[StoredLocation]) -> Vec<Emitted> {
    locations.iter().map(|stored| root(&stored.location, Some(&stored.entity_ref))).collect()
}

/// The generated `Location` entity of a root; a registered one keeps its name when its target changes.
fn root(location: &LocationRef, entity_ref: Option<&EntityRef>) -> Emitted {
    let mut entity = location.to_entity(None, false);
    if let Some(name) = entity_ref.map(EntityRef::name) {
        entity.0["metadata"]["name"] = name.into();
    }
    let entity_ref = entity.entity_ref();
    seal(entity, entity_ref, location.to_string().into())
}
