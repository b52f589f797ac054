//! Starting: the state of the last run is rebuilt from the store and shown at once; sources are looked at afterwards.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use model::KindRegistry;
use parking_lot::RwLock;
use store::{CatalogStore, EntityBodies, EntityHead, Parent, StoreError};
use uuid::Uuid;

use super::flush::{Body, Draft, complete_all, show, shown};
use super::state::{ParentId, Processing, Record, State};
use crate::index::Index;
use crate::process::stable::{Hash, content_hash};

/// Entities read from the store at once.
const PAGE: u32 = 2000;

/// Fills the state from the store, and the index with what readers saw last. Answers the kinds with those that were defined.
pub async fn load(
    state: &mut State,
    store: &dyn CatalogStore,
    index: &Arc<RwLock<Index>>,
    kinds: &KindRegistry,
) -> Result<Arc<KindRegistry>, StoreError> {
    for remembered in store.read_states().await? {
        state.remembered.insert(remembered.location.as_str().into(), remembered);
    }
    let mut names = Names::default();
    let mut after: Option<Uuid> = None;
    loop {
        let page = store.heads_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for head in page {
            take_head(state, head, &mut names);
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
    let kinds = state.load_definitions(store, kinds).await?;
    let mut fingerprints: HashMap<String, String> = HashMap::new();
    for id in 0..u32::try_from(state.records.len()).unwrap_or(u32::MAX) {
        let Some(record) = state.record(id) else { continue };
        let kind = state.graph.entity_ref(id).kind();
        let fingerprint = match fingerprints.get(kind) {
            Some(known) => known,
            None => {
                let fingerprint = kinds.known(kind).map(|known| format!("{}:", known.fingerprint()));
                fingerprints.entry(kind.to_owned()).or_insert(fingerprint.unwrap_or_default())
            }
        };
        let judged = record.result_hash.as_deref().is_some_and(|hash| hash.starts_with(fingerprint.as_str()));
        let current = judged && !fingerprint.is_empty() && !state.is_location(id);
        if !current {
            state.queue_processing(id);
        }
    }
    Ok(kinds)
}

/// Texts that many entities share, each kept once.
#[derive(Default)]
struct Names(HashSet<Arc<str>>);

impl Names {
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let name: Arc<str> = text.into();
        self.0.insert(name.clone());
        name
    }
}

fn take_head(state: &mut State, head: EntityHead, names: &mut Names) {
    let id = state.intern(&head.entity_ref);
    let parent = head.parent.map(|parent| match parent {
        Parent::Provider(name) => {
            let name = names.shared(&name);
            state.providers.entry(name.clone()).or_default().entities.insert(id);
            ParentId::Provider(name)
        }
        Parent::Entity(parent) => ParentId::Entity(state.intern(&parent)),
    });
    state.newest_uid = state.newest_uid.max(head.id);
    state.graph.state(id, &head.relations);
    let refresh_keys: Vec<Arc<str>> = head.refresh_keys.iter().map(|key| names.shared(key)).collect();
    state.set_refresh_keys(id, &[], &refresh_keys);
    let line = head.problems.iter().find_map(|problem| problem.place.as_ref()).map_or(0, |place| place.line);
    state.insert_record(
        id,
        Record {
            uid: head.id,
            uid_seen: head.processed,
            location_key: head.location_key.as_deref().map(|key| names.shared(key)),
            parent,
            target: None,
            line,
            unplaced: false,
            // With its bodies.
            unprocessed_hash: Hash::default(),
            generation: 0,
            processing: Processing::No,
            good: head.processed,
            final_hash: None,
            problems: head.problems,
            refresh_keys,
            pulled: Box::default(),
            result_hash: head.result_hash.map(Into::into),
            updated_at: head.updated_at,
        },
    );
}

/// Puts every entity with a good body into the index. While a page is completed the next is read and the one before goes into
/// the index: none of these waits for another.
async fn show_all(state: &mut State, store: &dyn CatalogStore, index: &Arc<RwLock<Index>>) -> Result<(), StoreError> {
    let mut page = store.bodies_after(None, PAGE).await?;
    let mut showing = tokio::task::spawn_blocking(|| ());
    while let Some(last) = page.last() {
        let next = store.bodies_after(Some(last.id), PAGE);
        let drafts = page.into_iter().filter_map(|bodies| draft(state, bodies)).collect();
        let (completed, next) = tokio::join!(complete_all(drafts), next);
        page = next?;
        let puts = shown(state, completed);
        // Ends early only when the process does.
        let _ = showing.await;
        let index = index.clone();
        showing = tokio::task::spawn_blocking(move || show(&index, puts, &[]));
    }
    let _ = showing.await;
    Ok(())
}

/// What an entity was when the last run ended; nothing where no reader saw it.
fn draft(state: &mut State, bodies: EntityBodies) -> Option<Draft> {
    let id = state.graph.find(&bodies.entity_ref)?;
    let record = state.record_mut(id)?;
    record.unprocessed_hash = content_hash(bodies.unprocessed.as_bytes());
    let record = state.record(id)?;
    Some(Draft {
        id,
        uid: record.uid,
        orphan: record.parent.is_none(),
        relations: state.graph.relations(id),
        problems: record.problems.clone(),
        old_hash: None,
        body: Body::Text(bodies.processed?),
        parent: match state.parent_of(record) {
            Some(Parent::Entity(parent)) => Some(parent),
            _ => None,
        },
        entity_ref: bodies.entity_ref,
    })
}
