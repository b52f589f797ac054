//! Watching folders: a saved file is read again within a moment. Events are gathered for a short while, since an editor
//! makes several of one save.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// Events are gathered for so long.
const GATHER: Duration = Duration::from_millis(100);

/// What happened on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    Paths(Vec<PathBuf>),
    /// More than could be told.
    Anything,
}

/// A folder to watch, with or without what lies below its sub-folders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Folder {
    path: PathBuf,
    deep: bool,
}

impl Folder {
    pub fn flat(path: PathBuf) -> Self {
        Self { path, deep: false }
    }

    pub fn deep(path: PathBuf) -> Self {
        Self { path, deep: true }
    }
}

/// Watches folders as long as it lives.
pub struct FileWatcher {
    watcher: RecommendedWatcher,
    /// Whether with all below.
    watched: BTreeMap<PathBuf, bool>,
    /// Folders that cannot be watched are told once.
    refused: BTreeSet<PathBuf>,
}

impl FileWatcher {
    /// Calls `on_change` with what changed.
    pub fn new(on_change: impl Fn(Changed) + Send + 'static) -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let paths = match event {
                Ok(event) if event.need_rescan() => None,
                Ok(event) if matters(&event.kind) => Some(event.paths),
                Ok(_) => return,
                Err(error) => return tracing::warn!(%error, "not every change of files is noticed at once"),
            };
            // The receiver lives as long as the watcher.
            let _ = sender.send(paths);
        })?;
        tokio::spawn(gather(events, on_change));
        Ok(Self { watcher, watched: BTreeMap::new(), refused: BTreeSet::new() })
    }

    /// Watches exactly these folders from now on; for one that is not there, the nearest above it. Answers which are new.
    pub fn watch(&mut self, folders: BTreeSet<Folder>) -> Vec<PathBuf> {
        let mut wanted: BTreeMap<PathBuf, bool> = BTreeMap::new();
        let deep: Vec<PathBuf> = folders.iter().filter(|f| f.deep && f.path.is_dir()).map(|f| f.path.clone()).collect();
        for folder in folders {
            let there = folder.path.ancestors().find(|path| path.is_dir()).map(Path::to_path_buf);
            let Some(there) = there else { continue };
            let recursive = folder.deep && there == folder.path;
            let covered = !recursive && deep.iter().any(|deep| there.starts_with(deep));
            if !covered {
                *wanted.entry(there).or_default() |= recursive;
            }
        }
        let old: Vec<PathBuf> = self
            .watched
            .iter()
            .filter(|(path, deep)| wanted.get(*path) != Some(deep))
            .map(|(path, _)| path.clone())
            .collect();
        for path in old {
            self.watched.remove(&path);
            // It may be gone already.
            let _ = self.watcher.unwatch(&path);
        }
        let mut added = Vec::new();
        let mut refused = Vec::new();
        for (path, deep) in wanted {
            if self.watched.contains_key(&path) || self.refused.contains(&path) {
                continue;
            }
            let mode = if deep { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
            match self.watcher.watch(&path, mode) {
                Ok(()) => {
                    self.watched.insert(path.clone(), deep);
                    added.push(path);
                }
                Err(error) => refused.push((path, error)),
            }
        }
        if let Some((path, error)) = refused.first() {
            let (path, count) = (path.display(), refused.len());
            tracing::warn!(%path, count, %error, "folders cannot be watched; their files are looked at now and then");
        }
        self.refused.extend(refused.into_iter().map(|(path, _)| path));
        added
    }

    /// A watched folder that changed itself, and all below it, may be others now; they are watched anew the next time. So is
    /// a folder watched with all below when a link came that leads on.
    pub fn forget(&mut self, changed: &Changed) {
        let Changed::Paths(paths) = changed else { return };
        for path in paths {
            let below = self.watched.range(path.clone()..).map(|(watched, _)| watched);
            let mut stale: Vec<PathBuf> = below.take_while(|watched| watched.starts_with(path)).cloned().collect();
            if path.is_symlink() && path.is_dir() {
                let deep = path.ancestors().filter(|above| self.watched.get(*above) == Some(&true));
                stale.extend(deep.map(Path::to_path_buf));
            }
            for path in stale {
                self.watched.remove(&path);
                // It may be gone already.
                let _ = self.watcher.unwatch(&path);
            }
            self.refused.remove(path);
        }
    }
}

/// Reading a file is an event too, and would lead to reading it again.
fn matters(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(access) => *access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

async fn gather(mut events: mpsc::UnboundedReceiver<Option<Vec<PathBuf>>>, on_change: impl Fn(Changed)) {
    while let Some(first) = events.recv().await {
        let mut lost = first.is_none();
        let mut paths: BTreeSet<PathBuf> = first.into_iter().flatten().collect();
        let end = tokio::time::Instant::now() + GATHER;
        while let Ok(Some(more)) = tokio::time::timeout_at(end, events.recv()).await {
            lost |= more.is_none();
            paths.extend(more.into_iter().flatten());
        }
        on_change(if lost { Changed::Anything } else { Changed::Paths(paths.into_iter().collect()) });
    }
}
