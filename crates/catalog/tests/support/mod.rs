//! A catalog over a folder, for tests that go from files to what readers see.
#![allow(dead_code, clippy::unwrap_used)]

pub mod faulty;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use catalog::{Catalog, CatalogOptions, ConfigLocation, ListRequest};
use config::{AllowedKind, Rule};
use model::{EntityRef, KindRegistry, LocationRef, ReadScope};
use parking_lot::Mutex;
use sdk::{Found, ReadError, ReadOptions, ReadOutcome, Resource, SearchResult, UrlReader};
use serde_json::Value;
use store::CatalogStore;
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};
use url::Url;

pub const HOST: &str = "http://127.0.0.1:8901/";

/// Serves a folder as if it were a plain web server.
pub struct FolderReader {
    pub folder: PathBuf,
    pub reads: AtomicUsize,
    /// What the addresses begin with that never answer.
    pub hanging: Mutex<HashSet<String>>,
    /// Hosts that ask to be left alone for an hour.
    pub limited: Mutex<HashSet<String>>,
    /// The address of every whole body that was sent.
    pub sent: Mutex<Vec<String>>,
}

impl FolderReader {
    pub fn new(folder: impl Into<PathBuf>) -> Arc<Self> {
        Arc::new(Self {
            folder: folder.into(),
            reads: AtomicUsize::new(0),
            hanging: Mutex::default(),
            limited: Mutex::default(),
            sent: Mutex::default(),
        })
    }
}

#[async_trait]
impl UrlReader for FolderReader {
    async fn read(&self, url: &Url, options: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let begins =
            |starts: &Mutex<HashSet<String>>| starts.lock().iter().any(|start| url.as_str().starts_with(start));
        if begins(&self.hanging) {
            std::future::pending::<()>().await;
        }
        if begins(&self.limited) {
            return Err(ReadError::RateLimited { url: url.to_string(), retry_after_seconds: 3600 });
        }
        let Some(path) = url.as_str().strip_prefix(HOST) else {
            return Err(ReadError::NotAllowed(format!("Reading from '{url}' is not allowed.")));
        };
        let body = std::fs::read(self.folder.join(path))
            .map_err(|_| ReadError::NotFound { url: url.to_string(), reason: "404 Not Found".to_owned() })?;
        let etag = Some(format!("{:x}", body.iter().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(*b)))));
        if etag == options.etag {
            return Ok(ReadOutcome::NotModified);
        }
        self.sent.lock().push(url.to_string());
        Ok(ReadOutcome::Read(Resource { body: body.into(), etag }))
    }

    async fn search(&self, url: &str, _: &ReadOptions) -> Result<Option<SearchResult>, ReadError> {
        let pattern = url.strip_prefix(HOST).unwrap_or_default();
        let glob = globset::Glob::new(pattern).unwrap().compile_matcher();
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&self.folder).sort_by_file_name().into_iter().flatten() {
            let path = entry.path().strip_prefix(&self.folder).unwrap().to_owned();
            if glob.is_match(&path) && entry.file_type().is_file() {
                let body = std::fs::read(entry.path()).unwrap().into();
                files.push(Found { url: format!("{HOST}{}", path.display()), body });
            }
        }
        Ok(Some(SearchResult { files, etag: None }))
    }

    fn resolve(&self, reference: &str, base: &str) -> Result<String, ReadError> {
        let base = Url::parse(base).map_err(|e| ReadError::NotSupported(e.to_string()))?;
        base.join(reference).map(Into::into).map_err(|e| ReadError::NotSupported(e.to_string()))
    }

    fn edit_url(&self, url: &str) -> Option<String> {
        url.starts_with("https://git.example/").then(|| url.replace("/blob/", "/edit/"))
    }

    fn same_repository(&self, a: &str, b: &str) -> bool {
        let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        host(a) == host(b)
    }
}

pub const ALL_KINDS: [&str; 9] =
    ["Component", "API", "Resource", "System", "Domain", "Group", "User", "Location", "Template"];

/// Options over some locations that allow every kind and do nothing by the clock.
pub fn options<'a>(locations: impl IntoIterator<Item = (&'a str, String)>) -> CatalogOptions {
    let location =
        |(kind, target): (&str, String)| ConfigLocation { location: LocationRef::new(kind, target), rules: Vec::new() };
    CatalogOptions {
        locations: locations.into_iter().map(location).collect(),
        rules: vec![Rule {
            allow: ALL_KINDS.map(|kind| AllowedKind { kind: kind.to_owned(), spec_type: None }).to_vec(),
            locations: None,
        }],
        processing_interval: None,
        orphan_interval: Duration::from_millis(20),
        watch: false,
        ..CatalogOptions::default()
    }
}

pub fn file(path: &Path) -> (&'static str, String) {
    ("file", path.to_string_lossy().into_owned())
}

pub async fn memory() -> Arc<dyn CatalogStore> {
    Arc::new(SqlStore::open(&DatabaseOptions::new(DatabaseLocation::Memory)).await.unwrap())
}

/// Starts a catalog and waits until it has looked at everything.
pub async fn start(store: Arc<dyn CatalogStore>, urls: Arc<FolderReader>, options: CatalogOptions) -> Catalog {
    let catalog = Catalog::start(store, urls, options, Arc::new(KindRegistry::builtin())).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    catalog
}

pub async fn over(options: CatalogOptions) -> Catalog {
    start(memory().await, FolderReader::new("/nonexistent"), options).await
}

/// Everything that readers see, by reference.
pub async fn entities(catalog: &Catalog) -> BTreeMap<String, Value> {
    let list = catalog.reader.list(&ReadScope::All, &ListRequest::default()).await.unwrap();
    let parse = |json: &bytes::Bytes| {
        let value: Value = serde_json::from_slice(json).unwrap();
        (model::Entity(value.clone()).entity_ref().to_string(), value)
    };
    list.items.iter().map(parse).collect()
}

/// The same without what is made anew for each catalog.
pub async fn stable(catalog: &Catalog) -> BTreeMap<String, Value> {
    let mut all = entities(catalog).await;
    for entity in all.values_mut() {
        entity["metadata"].as_object_mut().unwrap().remove("uid");
    }
    all
}

pub async fn get(catalog: &Catalog, entity_ref: &str) -> Option<Value> {
    let entity_ref = EntityRef::parse_full(entity_ref).unwrap();
    let hit = catalog.reader.by_ref(&ReadScope::All, &entity_ref).await.unwrap()?;
    Some(serde_json::from_slice(&hit.json).unwrap())
}

/// Looks at every source again and waits for what follows.
pub async fn look_again(catalog: &Catalog) {
    for source in catalog.engine.sources().await.unwrap() {
        for location in &source.named_by {
            catalog.engine.refresh(location).await.unwrap();
        }
    }
    catalog.engine.wait_idle().await.unwrap();
}

/// Waits until a condition on what readers see holds, driven by what the engine shows.
pub async fn until<F: AsyncFn() -> bool>(catalog: &Catalog, holds: F) {
    let mut status = catalog.engine.watch_status();
    let waiting = async {
        while !holds().await {
            status.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("it never became true");
}

pub fn component(name: &str, owner: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n\
         spec: {{type: service, lifecycle: production, owner: {owner}}}\n"
    )
}

pub fn group(name: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: {name}}}\nspec: {{type: team, children: []}}\n"
    )
}

pub fn location(name: &str, targets: &[impl AsRef<str>]) -> String {
    let targets: Vec<&str> = targets.iter().map(AsRef::as_ref).collect();
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: {name}}}\nspec: {{targets: {}}}\n",
        serde_json::json!(targets)
    )
}

pub fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The sample catalogs, if they are there.
pub fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    #[allow(clippy::disallowed_methods)]
    let root = std::env::var_os("CALLBOARD_CORPUS").map_or(root, PathBuf::from);
    let found = root.is_dir().then(|| root.canonicalize().unwrap());
    if found.is_none() {
        println!("skipped: the sample corpus is not there");
    }
    found
}
