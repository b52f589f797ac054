//! Entities that stand in no file the catalog was told of: locations of the configuration, an organisation's directory, what
//! a program pushes (contract catalog.md section 6.1).
//!
//! A provider is asked for everything it has, in rounds of one page or many. What a round had is added or brought up to
//! date; when it ends, whatever the provider had before and no page of the round named goes. So a provider keeps no books:
//! a round that breaks off removes nothing and is gone on with. What changes between rounds is told as a [`Delta`].

use std::time::Duration;

use async_trait::async_trait;
use model::{Entity, EntityRef, LocationRef};

/// An entity as a provider hands it in.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub entity: Entity,
    /// Where it comes from. Both managed-by annotations say so, and nobody who names another place may change the entity
    /// (contract catalog.md section 6.2).
    pub location: LocationRef,
}

/// A part of what a provider has.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub offers: Vec<Offer>,
    /// Where to go on; `None` on the last page.
    pub next: Option<String>,
}

/// What changed since the last round.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    /// New entities, and those that are otherwise now.
    pub added: Vec<Offer>,
    pub removed: Vec<EntityRef>,
}

/// When a provider is asked by itself; it is always asked at the start and on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Not at all.
    OnRequest,
    /// So long after the last round ended, give or take, so that not all are asked at once.
    Every(Duration),
}

/// Why a provider has no answer now. Told to people; what it had stays, and it is asked again after a while.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProviderError(pub String);

/// A provider of entities.
#[async_trait]
pub trait EntityProvider: Send + Sync {
    /// Its name, which tells its entities from those of others. Under another name it is another provider, and what it had
    /// before goes.
    fn name(&self) -> &str;

    fn rhythm(&self) -> Rhythm;

    /// Whether `catalog.rules` hold for what it hands in, as for files. For definitions of kinds they do in any case.
    fn is_judged(&self) -> bool {
        false
    }

    /// A page of what it has: the first, or the one that follows what an earlier page named as `next`.
    ///
    /// # Errors
    /// It cannot answer now.
    async fn page(&self, from: Option<&str>) -> Result<Page, ProviderError>;
}
