//! What handlers work with.

use std::sync::Arc;

use auth::Authority;
use catalog::ingest::SourceReader;
use catalog::{CatalogReader, EngineHandle};
use store::CatalogStore;

use crate::health::Lifecycle;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub catalog: CatalogReader,
    pub engine: EngineHandle,
    /// Reads what placeholders in an entity under validation refer to.
    pub sources: Arc<SourceReader>,
    pub store: Arc<dyn CatalogStore>,
    pub auth: Arc<Authority>,
    pub lifecycle: Lifecycle,
}
