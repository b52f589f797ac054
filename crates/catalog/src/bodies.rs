//! Entities on their way out: whole or in parts, large texts fetched from the store when they are wanted.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use model::{EntityRef, fields::FieldSet};
use serde_json::Value;
use store::CatalogStore;

use crate::index::{Body, Index};
use crate::query::QueryError;

/// Large bodies are fetched this many at a time, so that few are in memory at once.
const BATCH: usize = 100;

/// Where large texts are, of the entities that an index shows.
#[derive(Clone)]
pub(crate) enum Bodies {
    /// As they are now.
    Now(Arc<dyn CatalogStore>),
    /// As they were at a position of the change feed.
    Past(Arc<dyn CatalogStore>, i64),
}

impl Bodies {
    pub fn store(&self) -> &Arc<dyn CatalogStore> {
        let (Self::Now(store) | Self::Past(store, _)) = self;
        store
    }

    /// Whole bodies, by reference.
    async fn whole(&self, refs: &[EntityRef]) -> Result<HashMap<EntityRef, Value>, QueryError> {
        let mut whole = HashMap::new();
        let mut take = |entity_ref, text: &str| {
            if let Ok(body) = serde_json::from_str(text) {
                whole.insert(entity_ref, body);
            }
        };
        match self {
            Self::Now(store) if !refs.is_empty() => {
                for stored in store.entities(refs).await? {
                    stored.processed.into_iter().for_each(|text| take(stored.entity_ref.clone(), &text));
                }
            }
            Self::Now(_) => {}
            Self::Past(store, position) => {
                for entity_ref in refs {
                    let version = store.version_at(entity_ref, *position).await?;
                    version.into_iter().for_each(|version| take(version.entity_ref, &version.body));
                }
            }
        }
        Ok(whole)
    }
}

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
    bodies: &Bodies,
    found: Vec<Found>,
    fields: Option<&FieldSet>,
) -> Result<Vec<Bytes>, QueryError> {
    let fields = fields.filter(|fields| !fields.is_everything());
    let mut items = Vec::with_capacity(found.len());
    for batch in found.chunks(BATCH) {
        let refs: Vec<EntityRef> =
            batch.iter().filter(|found| found.needs_store(fields)).map(|found| found.entity_ref.clone()).collect();
        let full = bodies.whole(&refs).await?;
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
