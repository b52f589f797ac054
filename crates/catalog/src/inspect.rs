//! Why an entity is what it is: what its source said, what processing made of it, who keeps it alive and how fresh it is.

use std::collections::HashMap;

use model::relation::RelationEdge;
use model::{EntityRef, Problem};
use serde_json::Value;
use store::{CatalogStore, Change, Parent, StoreError};
use uuid::Uuid;

use crate::engine::state::{Conflict, ParentId, Processing, State};
use crate::engine::{SourceStatus, claims::MAX_CHAIN};

/// Changes told of one entity.
const CHANGES: u32 = 50;

/// Everything known about one entity, visible or not.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Inspection {
    pub entity_ref: EntityRef,
    pub uid: Uuid,
    /// Whether readers see it.
    pub visible: bool,
    pub orphan: bool,
    /// As its source wrote it.
    pub unprocessed: Option<Value>,
    /// The last good body.
    pub processed: Option<Value>,
    /// From its parent up; the last may be a provider.
    pub parents: Vec<Parent>,
    pub location_key: Option<String>,
    /// Hash of what its source wrote, in hex.
    pub unprocessed_hash: String,
    /// Hash of what the newest processing made of it.
    pub result_hash: Option<String>,
    /// Line of its document, if known.
    pub line: Option<u32>,
    pub refresh_keys: Vec<String>,
    pub problems: Vec<Problem>,
    /// Relations it states, also of others.
    pub relations: Vec<RelationEdge>,
    pub processing: bool,
    /// Unix time in milliseconds of its last change.
    pub updated_at: i64,
    pub source: Option<SourceStatus>,
    /// Writes of other sources that were dropped for it.
    pub conflicts: Vec<Conflict>,
    /// Newest first.
    pub changes: Vec<Change>,
}

/// The part that is in memory.
pub(crate) fn inspect(state: &State, entity_ref: &EntityRef) -> Option<Inspection> {
    let id = state.graph.find(entity_ref)?;
    let record = state.record(id)?;
    let mut parents = Vec::new();
    let mut at = Some(record);
    while let Some(record) = at.filter(|_| parents.len() < MAX_CHAIN) {
        parents.extend(state.parent_of(record));
        at = match &record.parent {
            Some(ParentId::Entity(parent)) => state.record(*parent),
            _ => None,
        };
    }
    let bodies = state.bodies.get(&id);
    Some(Inspection {
        entity_ref: entity_ref.clone(),
        uid: record.uid,
        visible: record.final_hash.is_some(),
        orphan: record.parent.is_none(),
        unprocessed: bodies.and_then(|b| b.unprocessed.as_deref()).and_then(|text| serde_json::from_str(text).ok()),
        processed: bodies.and_then(|b| b.processed.as_ref()).map(|(_, entity)| entity.0.clone()),
        parents,
        location_key: record.location_key.as_deref().map(str::to_owned),
        unprocessed_hash: hex::encode(record.unprocessed_hash),
        result_hash: record.result_hash.as_deref().map(str::to_owned),
        line: (record.line > 0).then_some(record.line),
        refresh_keys: record.refresh_keys.iter().map(ToString::to_string).collect(),
        problems: state.problems_of(id).into_iter().chain(state.unindexed.get(&id).cloned()).collect(),
        relations: state.graph.originated(id),
        processing: record.processing != Processing::No,
        updated_at: record.updated_at,
        source: record.target.and_then(|target| state.source_status(target)),
        conflicts: state.conflicts.get(&id).into_iter().flatten().map(|(_, conflict)| conflict.clone()).collect(),
        changes: Vec::new(),
    })
}

/// Fills in what only the store has.
pub(crate) async fn complete(mut inspection: Inspection, store: &dyn CatalogStore) -> Result<Inspection, StoreError> {
    inspection.changes = store.changes_of(&inspection.entity_ref, CHANGES).await?;
    fill_bodies(std::slice::from_mut(&mut inspection), store).await?;
    Ok(inspection)
}

/// Fills in the bodies that only the store has.
pub(crate) async fn fill_bodies(inspections: &mut [Inspection], store: &dyn CatalogStore) -> Result<(), StoreError> {
    let refs: Vec<EntityRef> = inspections.iter().map(|inspection| inspection.entity_ref.clone()).collect();
    let rows = store.entities(&refs).await?;
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.entity_ref.clone(), row)).collect();
    for inspection in inspections {
        let Some(row) = rows.remove(&inspection.entity_ref) else { continue };
        let parse = |text: &str| serde_json::from_str(text).ok();
        inspection.unprocessed = inspection.unprocessed.take().or_else(|| parse(&row.unprocessed));
        inspection.processed = inspection.processed.take().or_else(|| row.processed.as_deref().and_then(parse));
    }
    Ok(())
}
