//! `/api/techdocs`: documentation of entities (contract techdocs.md section 6).

mod metadata;
mod static_docs;
mod sync;

use axum::Router;
use axum::routing::get;
use model::EntityRef;

use crate::error::ApiError;
use crate::state::ApiState;

/// What needs the credentials of a caller.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/metadata/techdocs/{namespace}/{kind}/{name}", get(metadata::techdocs))
        .route("/metadata/entity/{namespace}/{kind}/{name}", get(metadata::entity))
        .route("/sync/{namespace}/{kind}/{name}", get(sync::handler))
        .route("/static/docs/{namespace}/{kind}/{name}/{*path}", get(static_docs::handler))
}

/// Whether a request loads what a browser loads without a header: its cookie will do.
pub fn takes_cookies(path: &str) -> bool {
    path.starts_with("/static/docs/") || path.starts_with("/sync/")
}

/// Namespace, kind and name, as an address has them.
type Triplet = (String, String, String);

fn reference((namespace, kind, name): &Triplet) -> EntityRef {
    EntityRef::new(kind, namespace, name)
}

/// Runs what reads the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(&error))?;
    done.map_err(|error| ApiError::internal(&error))
}
