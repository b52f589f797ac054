//! What handlers work with.

use std::sync::Arc;

use auth::Authority;
use catalog::CatalogReader;
use store::CatalogStore;

use crate::health::Lifecycle;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub catalog: CatalogReader,
    pub store: Arc<dyn CatalogStore>,
    pub auth: Arc<Authority>,
    pub lifecycle: Lifecycle,
}
