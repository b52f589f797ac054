//! Starting: the state of the last run is rebuilt from the store; sources are looked at afterwards.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use model::KindRegistry;
use store::{CatalogStore, EntityHead, Parent, StoreError};

use super::state::{ParentId, Processing, Record, State};
use crate::process::stable::Hash;

/// Entities read from the store at once.
const PAGE: u32 = 2000;

/// Fills the state from the store. Answers the kinds with those that were defined.
pub async fn load(
    state: &mut State,
    store: &Arc<dyn CatalogStore>,
    kinds: &KindRegistry,
) -> Result<Arc<KindRegistry>, StoreError> {
    for remembered in store.read_states().await? {
        state.remembered.insert(remembered.location.as_str().into(), remembered);
    }
    let mut names = Names::default();
    let mut page = store.heads_after(None, PAGE).await?;
    while let Some(after) = page.last().map(|last| last.id) {
        // The store reads on beside taking in the page before.
        let next = store.heads_after(Some(after), PAGE);
        let take_in = async { page.into_iter().for_each(|head| take_head(state, head, &mut names)) };
        let (next, ()) = tokio::join!(next, take_in);
        page = next?;
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
    let kinds = state.load_definitions(&**store, kinds).await?;
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
        let unseen = record.good && record.final_hash.is_none();
        let judged = record.result_hash.as_deref().is_some_and(|hash| hash.starts_with(fingerprint.as_str()));
        let current = judged && !fingerprint.is_empty() && !state.is_location(id);
        if !current {
            state.queue_processing(id);
        }
        // Written by a release that did not keep what readers see, or nothing that they can be shown.
        if unseen {
            state.dirty_finals.insert(id);
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
            unprocessed_hash: hash(&head.unprocessed_hash),
            generation: 0,
            processing: Processing::No,
            good: head.processed,
            final_hash: head.final_hash.as_deref().map(hash),
            problems: head.problems,
            refresh_keys,
            pulled: Box::default(),
            result_hash: head.result_hash.map(Into::into),
            updated_at: head.updated_at,
        },
    );
}

/// A hash as it is kept; one that differs from all where it is not known.
fn hash(text: &str) -> Hash {
    let mut hash = Hash::default();
    // Whatever is wrong with it, the entity is looked at anew.
    let _ = hex::decode_to_slice(text, &mut hash);
    hash
}
