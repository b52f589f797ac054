//! Showing what another process commits.

use std::collections::HashSet;
use std::sync::Arc;

use model::kind::DEFINITION_KIND;
use model::{Entity, EntityRef};
use store::StoreError;

use super::in_time;
use crate::engine::run::Parts;

/// Changes read at once.
const PAGE: u32 = 2000;

impl Parts {
    /// Shows everything that is kept, and knows from then on what it shows.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn show_all(&self) -> Result<(), StoreError> {
        // What is committed while the pages are read is shown in part, and wholly with what follows.
        let position = self.store.newest_seq().await?;
        self.projection.fill(&*self.store).await?;
        self.reached(position);
        self.take_kinds().await?;
        self.catch_up().await
    }

    /// Shows what was committed since.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn catch_up(&self) -> Result<(), StoreError> {
        loop {
            let position = *self.position.borrow();
            let changes = in_time(self.store.changes_after(position, PAGE)).await?;
            let Some(last) = changes.last() else { return Ok(()) };
            let changed: HashSet<&EntityRef> = changes.iter().map(|change| &change.entity_ref).collect();
            let refs: Vec<EntityRef> = changed.into_iter().cloned().collect();
            let finals = in_time(self.store.finals(&refs)).await?;
            let there: HashSet<&EntityRef> = finals.iter().map(|shown| &shown.entity_ref).collect();
            let gone = refs.iter().filter(|entity_ref| !there.contains(entity_ref)).cloned().collect();
            let define = refs.iter().any(|entity_ref| entity_ref.kind().eq_ignore_ascii_case(DEFINITION_KIND));
            self.projection.follow(finals, gone).await;
            if define {
                self.take_kinds().await?;
            }
            self.reached(last.seq);
            self.status.send_modify(|status| status.flushes += 1);
        }
    }

    /// Takes over the kinds that entities define now.
    async fn take_kinds(&self) -> Result<(), StoreError> {
        let kind = DEFINITION_KIND.to_lowercase();
        let refs: Vec<EntityRef> = self.projection.index().read().refs_of_kind(&kind);
        let defined = in_time(self.store.entities(&refs)).await?.into_iter().filter_map(|row| {
            let body = serde_json::from_str(&row.processed?).ok()?;
            self.built_in.define(&Entity(body)).ok().map(Arc::new)
        });
        self.worker.kinds.store(Arc::new(self.built_in.with(defined)));
        Ok(())
    }
}
