//! The index as a projection of what is kept: it can be thrown away and filled anew, and follows the change feed.

use std::sync::Arc;

use model::{Entity, EntityRef};
use parking_lot::RwLock;
use store::{CatalogStore, StoreError, StoredFinal};

use crate::index::{FinalEntity, Index, Prepared};
use crate::parallel::map_parts;

/// Entities read from the store at once.
const PAGE: u32 = 2000;
/// Entities put into the index at once; readers wait no longer than that takes.
const INDEX_CHUNK: usize = 1000;

/// What readers see.
#[derive(Clone)]
pub struct Projection {
    index: Arc<RwLock<Index>>,
}

impl Projection {
    pub fn new(index: Arc<RwLock<Index>>) -> Self {
        Self { index }
    }

    pub fn index(&self) -> &RwLock<Index> {
        &self.index
    }

    /// Shows everything that is kept. While a page is made ready the next is read and the one before is shown: none of these
    /// waits for another.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn fill(&self, store: &dyn CatalogStore) -> Result<(), StoreError> {
        let mut page = store.finals_after(None, PAGE).await?;
        let mut showing = tokio::task::spawn_blocking(|| ());
        while let Some(last) = page.last() {
            let next = store.finals_after(Some(last.id), PAGE);
            let (prepared, next) = tokio::join!(prepare_all(page), next);
            page = next?;
            // Ends early only when the process does.
            let _ = showing.await;
            let projection = self.clone();
            showing = tokio::task::spawn_blocking(move || projection.show(prepared, &[]));
        }
        let _ = showing.await;
        Ok(())
    }

    /// Shows what another process committed.
    pub async fn follow(&self, finals: Vec<StoredFinal>, gone: Vec<EntityRef>) {
        let (prepared, projection) = (prepare_all(finals).await, self.clone());
        // Ends early only when the process does.
        let _ = tokio::task::spawn_blocking(move || projection.show(prepared, &gone)).await;
    }

    /// Puts entities before readers and takes others away, in parts so that readers never wait long.
    pub fn show(&self, mut puts: Vec<Prepared>, removals: &[EntityRef]) {
        // The index takes new ids cheaply at its end alone, so no part may hold ids from before the last one's.
        puts.sort_unstable_by_key(|put| put.id);
        if !removals.is_empty() {
            self.index.write().apply(Vec::new(), removals);
        }
        let mut puts = puts.into_iter();
        while puts.len() > 0 {
            let part: Vec<Prepared> = puts.by_ref().take(INDEX_CHUNK).collect();
            self.index.write().apply(part, &[]);
        }
    }
}

/// Makes entities ready for the index, on all processors. One that cannot be read is left out.
async fn prepare_all(finals: Vec<StoredFinal>) -> Vec<Prepared> {
    let prepare = |finals: Vec<StoredFinal>| finals.into_iter().filter_map(prepare).collect::<Vec<_>>();
    map_parts(finals, prepare).await.into_iter().flatten().collect()
}

fn prepare(kept: StoredFinal) -> Option<Prepared> {
    let StoredFinal { id, entity_ref, parent, body, cuts, .. } = kept;
    let told = |reason: &dyn std::fmt::Display| {
        tracing::error!(entity = %entity_ref, %reason, "what is kept of the entity cannot be shown; refresh it");
    };
    let body = serde_json::from_str(&body).map_err(|error| told(&error)).ok()?;
    let entity = FinalEntity { id, entity_ref: entity_ref.clone(), body: Entity(body), parent };
    Prepared::shortened(entity, &cuts).map_err(|problem| told(&problem.message)).ok()
}
