//! The catalog: what is read becomes raw entities, processing makes entities of them, one commit door keeps them,
//! and an index in memory answers every read.
//!
//! ```text
//! ingest ─► process (pure) ─► engine (commit) ─► index ─► reader
//! ```

pub mod analyze;
mod bodies;
pub mod engine;
pub mod history;
pub mod index;
pub mod ingest;
pub mod inspect;
pub mod kinds;
mod memo;
pub mod offline;
mod parallel;
pub mod preview;
pub mod process;
mod projection;
pub mod providers;
pub mod query;
pub mod reader;
mod replica;
pub mod watch;

use std::sync::Arc;

pub use analyze::Analysis;
pub use engine::{
    CatalogOptions, ConfigLocation, EngineError, EngineHandle, EngineStatus, ProviderStatus, Push, Pushed, SetStatus,
    SourceStatus, Tally, Trouble,
};
pub use history::{Activity, Blamed, Difference, History, Moment, PastVersion};
pub use inspect::Inspection;
pub use preview::Previewed;
pub use query::{
    Affected, Ancestor, EntityHit, EntityName, FacetValue, Facets, Graph, GraphEdge, GraphNode, GraphRequest, Impact,
    ImpactRequest, List, ListRequest, Membership, OrderField, Page, PageRequest, QueryError, Suggestion, TextFilter,
    Via,
};
pub use reader::CatalogReader;

/// The catalog of one process: what answers reads and what changes it.
#[derive(Clone)]
pub struct Catalog {
    pub reader: CatalogReader,
    pub engine: EngineHandle,
}

impl Catalog {
    /// Loads the last state, which is served from then on, and starts to look at the sources.
    ///
    /// # Errors
    /// The store cannot be read, or the rules of the options cannot be used.
    pub async fn start(
        store: Arc<dyn store::CatalogStore>,
        urls: Arc<dyn sdk::UrlReader>,
        options: CatalogOptions,
        kinds: Arc<model::KindRegistry>,
    ) -> Result<Self, EngineError> {
        Self::start_with(store, urls, options, kinds, Vec::new()).await
    }

    /// The same with providers of entities beside the locations.
    ///
    /// # Errors
    /// As for [`Catalog::start`].
    pub async fn start_with(
        store: Arc<dyn store::CatalogStore>,
        urls: Arc<dyn sdk::UrlReader>,
        options: CatalogOptions,
        kinds: Arc<model::KindRegistry>,
        providers: Vec<Arc<dyn sdk::EntityProvider>>,
    ) -> Result<Self, EngineError> {
        let index = Arc::new(parking_lot::RwLock::new(index::Index::default()));
        let engine = engine::start(store.clone(), urls, options, kinds, index.clone(), providers).await?;
        Ok(Self { reader: CatalogReader::of(index, store), engine })
    }

    /// The catalog of one of several processes on one database. With `may_lead`, this one looks at the sources whenever no other
    /// does.
    ///
    /// # Errors
    /// As for [`Catalog::start`].
    pub async fn start_shared(
        store: Arc<dyn store::CatalogStore>,
        replicas: Arc<dyn store::ReplicaStore>,
        urls: Arc<dyn sdk::UrlReader>,
        options: CatalogOptions,
        kinds: Arc<model::KindRegistry>,
        may_lead: bool,
    ) -> Result<Self, EngineError> {
        let index = Arc::new(parking_lot::RwLock::new(index::Index::default()));
        let (shown, reads) = (index.clone(), store.clone());
        let engine = replica::start(store, replicas, urls, options, kinds, shown, Vec::new(), may_lead).await?;
        Ok(Self { reader: CatalogReader::of(index, reads), engine })
    }
}
