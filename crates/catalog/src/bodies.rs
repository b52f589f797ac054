//! Entities on their way out: whole or in parts, large texts fetched from the store when they are wanted.

use std::collections::HashMap;

use bytes::Bytes;
use model::{EntityRef, fields::FieldSet};
use serde_json::Value;
use store::CatalogStore;

use crate::index::{Body, Index};
use crate::query::QueryError;

/// Large bodies are fetched this many at a time, so that few are in memory at once.
const BATCH: usize = 100;

/// An entity that was found, held without the index's lock.
pub(crate) struct Found {
    pub entity_ref: EntityRef,
    pub body: Body,
}

impl Found {
    pub fn at(index: &Index, number: u32) -> Option<Self> {
        Some(Self { entity_ref: index.ref_of(number)?.clone(), body: index.body_of(number)? })
    }

    /// Whether what is asked for includes a text that memory does not hold.
    fn needs_store(&self, fields: Option<&FieldSet>) -> bool {
        let mut cuts = self.body.cuts.iter().flat_map(|cuts| cuts.iter());
        cuts.any(|cut| fields.is_none_or(|fields| fields.touches(&cut.path)))
    }
}

/// The JSON of each entity, or of the parts asked for.
pub(crate) async fn deliver(
    store: &dyn CatalogStore,
    found: Vec<Found>,
    fields: Option<&FieldSet>,
) -> Result<Vec<Bytes>, QueryError> {
    let fields = fields.filter(|fields| !fields.is_everything());
    let mut items = Vec::with_capacity(found.len());
    for batch in found.chunks(BATCH) {
        let refs: Vec<EntityRef> =
            batch.iter().filter(|found| found.needs_store(fields)).map(|found| found.entity_ref.clone()).collect();
        let mut full: HashMap<EntityRef, Value> = HashMap::new();
        if !refs.is_empty() {
            for stored in store.entities(&refs).await? {
                if let Some(body) = stored.processed.and_then(|text| serde_json::from_str(&text).ok()) {
                    full.insert(stored.entity_ref, body);
                }
            }
        }
        for found in batch {
            let json = found.body.whole(full.get(&found.entity_ref));
            items.push(match fields {
                None => json,
                Some(fields) => project(&json, fields),
            });
        }
    }
    Ok(items)
}

fn project(json: &Bytes, fields: &FieldSet) -> Bytes {
    // What the index keeps was serialised by us.
    let body: Value = serde_json::from_slice(json).unwrap_or_default();
    serde_json::to_vec(&fields.project(&body)).unwrap_or_default().into()
}
