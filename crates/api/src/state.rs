//! What handlers work with.

use std::ops::Deref;
use std::sync::Arc;

use auth::audit::Auditor;
use auth::{Authority, Permissions, SignIn};
use catalog::ingest::SourceReader;
use catalog::{CatalogReader, EngineHandle};
use store::CatalogStore;

use crate::health::Lifecycle;
use crate::proxy::Proxies;
use crate::techdocs::TechDocs;

/// Shared by all handlers. Every request clones it several times, so that is one count.
#[derive(Clone)]
pub struct ApiState(Arc<Services>);

impl ApiState {
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl Deref for ApiState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

/// What handlers call.
pub struct Services {
    pub catalog: CatalogReader,
    pub engine: EngineHandle,
    /// Reads what placeholders in an entity under validation refer to.
    pub sources: Arc<SourceReader>,
    pub store: Arc<dyn CatalogStore>,
    pub auth: Arc<Authority>,
    pub permissions: Arc<Permissions>,
    pub sign_in: Arc<SignIn>,
    pub audit: Auditor,
    /// Documentation of entities, as files.
    pub docs: Arc<TechDocs>,
    /// Services behind the portal's address.
    pub proxies: Proxies,
    pub lifecycle: Lifecycle,
}
