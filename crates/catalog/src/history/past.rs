//! The whole catalog as it was: its own index, made of what the store kept. It is made when somebody asks and kept for a short
//! while, so that a question in several pages costs it once.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use model::relation::RelationEdge;
use model::{Entity, EntityRef};
use parking_lot::RwLock;
use store::{CatalogStore, StoreError, Version};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::bodies::Bodies;
use crate::index::{FinalEntity, Index, Prepared};
use crate::parallel::map_parts;
use crate::process::stable::stable_hash;
use crate::process::{complete, identify};
use crate::projection::Projection;
use crate::reader::CatalogReader;

/// Versions read from the store at once.
const PAGE: u32 = 2000;
/// A past that nobody asks about any more is forgotten after this.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The past that was asked about last. There is one at a time: each takes as much memory as the catalog itself.
#[derive(Default)]
pub(crate) struct Past(Mutex<Option<Shown>>);

struct Shown {
    position: i64,
    reader: CatalogReader,
    asked: Instant,
}

impl Past {
    /// A reader of the catalog as it was at a position. Whoever asks about another waits for those before.
    pub async fn at(
        self: &Arc<Self>,
        position: i64,
        store: &Arc<dyn CatalogStore>,
    ) -> Result<CatalogReader, StoreError> {
        let mut shown = self.0.lock().await;
        let asked = Instant::now();
        if let Some(shown) = shown.as_mut().filter(|shown| shown.position == position) {
            shown.asked = asked;
            return Ok(shown.reader.clone());
        }
        // Before the next is made, so that there are never two.
        *shown = None;
        let index = Arc::new(RwLock::new(load(&**store, position).await?));
        let reader = CatalogReader::new(index, Bodies::Past(store.clone(), position));
        *shown = Some(Shown { position, reader: reader.clone(), asked });
        drop(shown);
        tokio::spawn(forget(Arc::downgrade(self)));
        Ok(reader)
    }
}

/// Frees the memory when nobody has asked for a while.
async fn forget(past: Weak<Past>) {
    loop {
        tokio::time::sleep(KEPT_FOR).await;
        let Some(past) = past.upgrade() else { return };
        let mut shown = past.0.lock().await;
        if shown.as_ref().is_none_or(|shown| shown.asked.elapsed() >= KEPT_FOR) {
            *shown = None;
            return;
        }
    }
}

/// Everything as it was: first what relates to what, then the bodies with it.
async fn load(store: &dyn CatalogStore, position: i64) -> Result<Index, StoreError> {
    let mut relations = Relations::default();
    let mut page = store.versions_at(position, None, PAGE).await?;
    while let Some(last) = page.last().map(|version| version.entity_ref.clone()) {
        page.iter().for_each(|version| relations.state(&version.relations));
        page = store.versions_at(position, Some(&last), PAGE).await?;
    }
    let mut prepared = Vec::new();
    let mut page = store.versions_at(position, None, PAGE).await?;
    while let Some(last) = page.last().map(|version| version.entity_ref.clone()) {
        let related = |version: Version| (relations.of(&version.entity_ref), version);
        let related: Vec<_> = page.into_iter().map(related).collect();
        prepared.extend(map_parts(related, prepare_part).await.into_iter().flatten());
        page = store.versions_at(position, Some(&last), PAGE).await?;
    }
    let projection = Projection::new(Arc::new(RwLock::new(Index::default())));
    let shown = projection.clone();
    // It only fails together with everything else.
    let _ = tokio::task::spawn_blocking(move || shown.show(prepared, &[])).await;
    let mut index = projection.index().write();
    Ok(std::mem::take(&mut index))
}

fn prepare_part(versions: Vec<(Vec<(String, String)>, Version)>) -> Vec<Prepared> {
    versions.into_iter().filter_map(|(relations, version)| prepare(&version, &relations)).collect()
}

fn prepare(version: &Version, relations: &[(String, String)]) -> Option<Prepared> {
    let told = |reason: &dyn std::fmt::Display| {
        tracing::error!(entity = %version.entity_ref, %reason, "what is kept of an entity's past cannot be shown");
    };
    let entity = as_shown(version, relations).map_err(|error| told(&error)).ok()?;
    Prepared::new(entity).map_err(|problem| told(&problem.message)).ok()
}

/// A version as readers saw it, with what was related to it. What was wrong with it then is not kept.
pub(super) fn as_shown(version: &Version, relations: &[(String, String)]) -> Result<FinalEntity, serde_json::Error> {
    let mut body = Entity(serde_json::from_str(&version.body)?);
    complete(&mut body, false, relations, &[]);
    let hash = stable_hash(&body.0);
    identify(&mut body, version.id, &hash);
    Ok(FinalEntity { id: version.id, entity_ref: version.entity_ref.clone(), body, parent: version.parent.clone() })
}

/// What relates to what, by the entity that shows it.
#[derive(Default)]
pub(super) struct Relations(HashMap<EntityRef, Vec<(String, EntityRef)>>);

impl Relations {
    pub fn state(&mut self, edges: &[RelationEdge]) {
        for RelationEdge { source_ref, kind, target_ref } in edges {
            self.0.entry(source_ref.clone()).or_default().push((kind.clone(), target_ref.clone()));
        }
    }

    /// Type and target of each relation of an entity, in their order.
    pub fn of(&self, entity_ref: &EntityRef) -> Vec<(String, String)> {
        let stated = self.0.get(entity_ref).into_iter().flatten();
        let mut pairs: Vec<_> = stated.map(|(kind, target)| (kind.clone(), target.to_string())).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}
