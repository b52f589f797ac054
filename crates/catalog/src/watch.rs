//! Watching folders: a saved file is read again within a moment. Events are gathered for a short while, since an editor
//! makes several of one save.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// Events are gathered for so long.
const GATHER: Duration = Duration::from_millis(100);

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
    watched: HashMap<PathBuf, bool>,
    /// Folders that cannot be watched are told once.
    refused: BTreeSet<PathBuf>,
}

impl FileWatcher {
    /// Calls `on_change` with the paths that changed.
    pub fn new(on_change: impl Fn(Vec<PathBuf>) + Send + 'static) -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if let Ok(event) = event
                && matters(&event.kind)
            {
                // The receiver lives as long as the watcher.
                let _ = sender.send(event.paths);
            }
        })?;
        tokio::spawn(gather(events, on_change));
        Ok(Self { watcher, watched: HashMap::new(), refused: BTreeSet::new() })
    }

    /// Watches exactly these folders from now on; for one that is not there, the nearest above it. Answers which are new.
    pub fn watch(&mut self, folders: BTreeSet<Folder>) -> Vec<PathBuf> {
        let mut wanted: HashMap<PathBuf, bool> = HashMap::new();
        let deep: Vec<PathBuf> = folders.iter().filter(|f| f.deep).map(|f| f.path.clone()).collect();
        for folder in folders {
            let there = folder.path.ancestors().find(|path| path.is_dir()).map(Path::to_path_buf);
            let Some(there) = there else { continue };
            let recursive = folder.deep && there == folder.path;
            let covered = !recursive && deep.iter().any(|deep| there.starts_with(deep) && deep.is_dir());
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
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "cannot watch this folder; it is looked at now and then");
                    self.refused.insert(path);
                }
            }
        }
        added
    }

    /// A watched folder that changed itself may be another one now; it is watched anew the next time.
    pub fn forget(&mut self, paths: &[PathBuf]) {
        for path in paths {
            if self.watched.remove(path).is_some() {
                let _ = self.watcher.unwatch(path);
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

async fn gather(mut events: mpsc::UnboundedReceiver<Vec<PathBuf>>, on_change: impl Fn(Vec<PathBuf>)) {
    while let Some(first) = events.recv().await {
        let mut paths: BTreeSet<PathBuf> = first.into_iter().collect();
        let end = tokio::time::Instant::now() + GATHER;
        while let Ok(Some(more)) = tokio::time::timeout_at(end, events.recv()).await {
            paths.extend(more);
        }
        on_change(paths.into_iter().collect());
    }
}
