//! Configuration files are watched; what can change while the process runs does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use config::{Config, Loader};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::compose;
use crate::live::Live;

/// Editors write in several steps; one change is taken when they have been quiet for this long.
const QUIET: Duration = Duration::from_millis(200);

/// Watches the files of the configuration for as long as the answer is kept.
pub fn watch(loader: Loader, live: Arc<Live>) -> Result<RecommendedWatcher> {
    let (changed, mut changes) = mpsc::unbounded_channel::<PathBuf>();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event
            && !event.kind.is_access()
        {
            for path in event.paths {
                // The receiver is gone only when the process ends.
                let _ = changed.send(path);
            }
        }
    })
    .context("the configuration files cannot be watched")?;
    for folder in folders(&loader.current()) {
        // A folder rather than its files: editors replace files.
        if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
            tracing::warn!(folder = %folder.display(), %error, "configuration is not watched here");
        }
    }
    tokio::spawn(async move {
        while let Some(path) = changes.recv().await {
            let mut touched = vec![path];
            while let Ok(Some(path)) = tokio::time::timeout(QUIET, changes.recv()).await {
                touched.push(path);
            }
            let files = watched(&loader.current());
            if touched.iter().any(|path| files.contains(path)) {
                reload(&loader, &live).await;
            }
        }
    });
    Ok(watcher)
}

async fn reload(loader: &Loader, live: &Live) {
    let settings = match loader.reload() {
        Ok(config) => compose::settings(&config),
        Err(error) => Err(error.into()),
    };
    match settings {
        Err(error) => tracing::error!(error = format!("{error:#}"), "the changed configuration is not used"),
        Ok(settings) => match live.apply(settings).await {
            Ok(()) => tracing::info!("the changed configuration is in force"),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "the changed configuration is not wholly in force")
            }
        },
    }
}

/// The files whose change matters, those that may yet appear included.
fn watched(config: &Config) -> BTreeSet<PathBuf> {
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    config.files().iter().chain(config.missing_files()).map(absolute).collect()
}

fn folders(config: &Config) -> BTreeSet<PathBuf> {
    watched(config).iter().filter_map(|file| file.parent().map(Path::to_path_buf)).collect()
}
