//! `/api/techdocs`: documentation of entities (contract techdocs.md section 6).

mod metadata;
mod static_docs;
mod sync;

use axum::Router;
use std::sync::Arc;

use axum::routing::get;
use docs::published::Published;
use docs::{Build, DocsError, Library, LibraryError, Sanitizer, TreeError};
use model::{Entity, EntityRef, ReadScope};
use sha2::{Digest, Sha256};

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

/// Where documentation comes from.
pub struct TechDocs {
    /// What was published to a folder. It goes before what is rendered here.
    pub published: Published,
    pub library: Arc<Library>,
}

/// A file of a site.
struct SiteBytes {
    bytes: Vec<u8>,
    /// Without quotes.
    etag: String,
    /// Unix time in seconds, where it is known.
    modified: Option<u64>,
}

impl TechDocs {
    /// A file of an entity's site; `None` where there is none. It reads the disk.
    fn file(&self, triplet: &Triplet, entity: &Entity, path: &str) -> Result<Option<SiteBytes>, LibraryError> {
        let broken = |source| TreeError::Read { path: path.to_owned(), source };
        let folder = self.published.folder((&triplet.0, &triplet.1, &triplet.2));
        if let Some(file) = self.published.open(&folder, path).map_err(broken)? {
            let (etag, length, modified) = (file.etag.clone(), file.length, file.modified);
            let bytes = file.read(0, length).map_err(broken)?;
            return Ok(Some(SiteBytes { bytes, etag, modified: Some(modified) }));
        }
        // A site that was published is not mixed with one that is rendered.
        if folder.exists() {
            return Ok(None);
        }
        let site = match self.library.site(entity) {
            Ok(site) => site,
            Err(LibraryError::External | LibraryError::Source(_) | LibraryError::Elsewhere(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let bytes = match site.file(path, &Build::default(), Some(&Sanitizer::default())) {
            Err(DocsError::NoPage { .. }) => return Ok(None),
            read => read?,
        };
        Ok(Some(SiteBytes { etag: hex::encode(&Sha256::digest(&bytes)[..12]), bytes, modified: None }))
    }
}

/// Namespace, kind and name, as an address has them.
type Triplet = (String, String, String);

fn reference((namespace, kind, name): &Triplet) -> EntityRef {
    EntityRef::new(kind, namespace, name)
}

/// A file of the site of an entity that the caller may see.
async fn file(state: &ApiState, entity: Entity, triplet: Triplet, path: String) -> Result<Option<SiteBytes>, ApiError> {
    let docs = Arc::clone(&state.docs);
    let read = tokio::task::spawn_blocking(move || docs.file(&triplet, &entity, &path));
    let read = read.await.map_err(|error| ApiError::internal(&error))?;
    // What its author has to put right is told on the portal's page of it; here it is not there.
    read.or_else(|error| {
        tracing::info!(%error, "documentation cannot be rendered");
        Ok(None)
    })
}

/// The entity of an address, if the caller may see it.
async fn entity(state: &ApiState, scope: &ReadScope, triplet: &Triplet) -> Result<Option<Entity>, ApiError> {
    let Some(hit) = state.catalog.by_ref(scope, &reference(triplet)).await? else { return Ok(None) };
    // What is kept was serialised by us.
    serde_json::from_slice(&hit.json).map(Some).map_err(|error| ApiError::internal(&error))
}
