//! Documentation of entities, rendered from its source when somebody reads it. Nobody waits for what did not change: pages that
//! were rendered are kept, and a changed file costs the pages that are made of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Entity, EntityRef};
use parking_lot::Mutex;

use crate::source::{self, Source, SourceError};
use crate::{DirTree, DocsError, Settings, Site, TreeError};

/// How long a source is believed to be unchanged.
const FRESH: Duration = Duration::from_secs(1);

/// The most sites that are kept; of more, those nobody read for the longest time are read anew.
const MAX_SITES: usize = 200;

/// The documentation that is rendered here.
pub struct Library {
    /// `techdocs.builder` is `local`.
    builds: bool,
    sites: Mutex<HashMap<EntityRef, Held>>,
}

struct Held {
    site: Arc<Site>,
    /// When the source was looked at.
    looked: Instant,
    /// When somebody read it.
    read: Instant,
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(
        "{0} is not read: documentation in folders is rendered here, other documentation is published to the portal"
    )]
    Elsewhere(String),
    #[error("documentation is published by others here (techdocs.builder: external)")]
    External,
    #[error("the folder of the documentation cannot be read: {0}")]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Docs(#[from] DocsError),
}

impl Library {
    pub fn new(builds: bool) -> Self {
        Self { builds, sites: Mutex::default() }
    }

    /// The site of an entity, as its source is now. It reads the disk.
    ///
    /// # Errors
    /// The entity names no source that is rendered here, or the source cannot be read.
    pub fn site(&self, entity: &Entity) -> Result<Arc<Site>, LibraryError> {
        if !self.builds {
            return Err(LibraryError::External);
        }
        let entity_ref = entity.entity_ref();
        let known = {
            let mut sites = self.sites.lock();
            sites.get_mut(&entity_ref).map(|held| {
                held.read = Instant::now();
                (Arc::clone(&held.site), held.looked.elapsed() < FRESH)
            })
        };
        if let Some((site, true)) = &known {
            return Ok(Arc::clone(site));
        }
        let folder = match source::of(entity)? {
            Source::Folder(folder) => folder,
            Source::Url(url) => return Err(LibraryError::Elsewhere(url)),
        };
        let name = entity.title().map_or_else(|| entity_ref.name().to_owned(), str::to_owned);
        let settings = Settings { site_name: name, mermaid: true, readme_as_index: true, ..Settings::default() };
        let tree = Arc::new(DirTree::open(&folder)?);
        let site = match &known {
            Some((previous, _)) => Site::load_after(previous, tree, &settings)?,
            None => Site::load(tree, &settings)?,
        };
        let site = Arc::new(site);
        let now = Instant::now();
        let mut sites = self.sites.lock();
        if sites.len() >= MAX_SITES && !sites.contains_key(&entity_ref) {
            let oldest = sites.iter().min_by_key(|(_, held)| held.read).map(|(oldest, _)| oldest.clone());
            oldest.and_then(|oldest| sites.remove(&oldest));
        }
        sites.insert(entity_ref, Held { site: Arc::clone(&site), looked: now, read: now });
        Ok(site)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn entity(folder: &std::path::Path) -> Entity {
        let location = format!("file:{}/catalog-info.yaml", folder.display());
        Entity(json!({ "kind": "Component", "metadata": { "name": "a", "annotations": {
            source::REF: "dir:.", model::entity::MANAGED_BY_LOCATION: location } } }))
    }

    #[test]
    fn a_site_is_read_from_beside_the_descriptor_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("docs")).unwrap();
        std::fs::write(folder.path().join("docs/index.md"), "# Hello\n").unwrap();
        let library = Library::new(true);
        let site = library.site(&entity(folder.path())).unwrap();
        assert_eq!(site.render("").unwrap().title, "Hello");
        assert!(Arc::ptr_eq(&site, &library.site(&entity(folder.path())).unwrap()));
    }

    #[test]
    fn what_is_not_rendered_here_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let external = Library::new(false).site(&entity(folder.path()));
        assert!(matches!(external, Err(LibraryError::External)));
        let mut elsewhere = entity(folder.path());
        elsewhere.0["metadata"]["annotations"][source::REF] = json!("url:https://h/x");
        assert!(matches!(Library::new(true).site(&elsewhere), Err(LibraryError::Elsewhere(_))));
        let missing = entity(&folder.path().join("none"));
        assert!(matches!(Library::new(true).site(&missing), Err(LibraryError::Tree(_))));
    }
}
