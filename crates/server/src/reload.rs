//! Configuration is watched; what can change while the process runs does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use config::Loader;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::compose;
use crate::live::Live;

/// Editors write in several steps; one change is taken when they have been quiet for this long.
const QUIET: Duration = Duration::from_millis(200);

/// How often addresses are asked, which nobody can watch (contract platform-services section 1).
const POLL: Duration = Duration::from_secs(60);

/// The most links one path is followed through.
const MAX_LINKS: usize = 40;

/// Watches the configuration for as long as the process lives.
///
/// # Errors
/// The operating system has no watches left.
pub fn watch(loader: Loader, live: Arc<Live>) -> Result<()> {
    let (changed, mut changes) = mpsc::unbounded_channel::<PathBuf>();
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
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
    let mut watched = Watched { watcher, folders: BTreeSet::new(), paths: BTreeSet::new() };
    watched.follow(&files(&loader, &live));
    let mut poll = loader.options().has_remote_targets().then(|| tokio::time::interval(POLL));
    if let Some(poll) = &mut poll {
        // The first look was the start.
        poll.reset();
    }
    tokio::spawn(async move {
        loop {
            tokio::select! {
                path = changes.recv() => {
                    let Some(path) = path else { return };
                    if !watched.paths.contains(&path) {
                        continue;
                    }
                    settle(&mut changes, &watched.paths).await;
                }
                () = tick(&mut poll) => {}
            }
            // Before as well: a folder that is new has to be watched before what is in it is read.
            watched.follow(&files(&loader, &live));
            reload(&loader, &live).await;
            watched.follow(&files(&loader, &live));
        }
    });
    Ok(())
}

/// Waits until what matters has been quiet; what else happens in the same folders does not count.
async fn settle(changes: &mut mpsc::UnboundedReceiver<PathBuf>, paths: &BTreeSet<PathBuf>) {
    let mut until = tokio::time::Instant::now() + QUIET;
    while let Ok(Some(path)) = tokio::time::timeout_at(until, changes.recv()).await {
        if paths.contains(&path) {
            until = tokio::time::Instant::now() + QUIET;
        }
    }
}

async fn tick(poll: &mut Option<tokio::time::Interval>) {
    match poll {
        Some(poll) => drop(poll.tick().await),
        None => std::future::pending().await,
    }
}

/// The configuration's files, and those of the policies it names.
fn files(loader: &Loader, live: &Live) -> Vec<PathBuf> {
    let mut files = loader.files().to_vec();
    files.extend(live.settings().typed.permission.watched_files());
    files
}

async fn reload(loader: &Loader, live: &Live) {
    let settings = match loader.reload() {
        Ok(None) => match compose::settings(&loader.current()) {
            Ok(settings) if settings.typed.permission == live.settings().typed.permission => return,
            settings => settings,
        },
        Ok(Some(config)) => compose::settings(&config),
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

/// What is watched: folders rather than files, for editors replace files.
struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    /// The files, and every link on the way to one.
    paths: BTreeSet<PathBuf>,
}

impl Watched {
    /// Watches these files from now on, and no others.
    fn follow(&mut self, files: &[PathBuf]) {
        self.paths = files.iter().flat_map(|file| path_and_links(file)).collect();
        let folders: BTreeSet<PathBuf> =
            self.paths.iter().filter_map(|path| path.parent()).map(Path::to_path_buf).collect();
        for gone in self.folders.difference(&folders) {
            // Fails where the folder itself is gone, and its watch with it.
            let _ = self.watcher.unwatch(gone);
        }
        for folder in folders.iter().filter(|folder| folder.exists()) {
            // Again, where it was watched before: a folder that was replaced has lost its watch.
            if let Err(error) = self.watcher.watch(folder, RecursiveMode::NonRecursive)
                && !self.folders.contains(folder)
            {
                tracing::warn!(folder = %folder.display(), %error, "configuration is not watched here");
            }
        }
        self.folders = folders;
    }
}

/// A path as it is named, and each link that is followed to reach what it names: mounted configuration is changed by
/// turning such a link (`app-config.yaml` leads through `..data` to the folder of one version).
fn path_and_links(path: &Path) -> Vec<PathBuf> {
    let named = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut found = vec![named.clone()];
    let mut at = named;
    for _ in 0..MAX_LINKS {
        let Some((link, target)) = first_link(&at) else { break };
        let rest = at.strip_prefix(&link).unwrap_or(Path::new("")).to_owned();
        let folder = link.parent().unwrap_or(Path::new("/")).to_owned();
        found.push(link);
        at = if rest.as_os_str().is_empty() { folder.join(target) } else { folder.join(target).join(rest) };
        found.push(at.clone());
    }
    // What does not exist yet appears from above.
    found.extend(at.ancestors().skip(1).take_while(|folder| !folder.exists()).map(Path::to_path_buf));
    found
}

/// The first part of a path that is a link, and where it leads.
fn first_link(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let mut parts: Vec<&Path> = path.ancestors().collect();
    parts.reverse();
    parts.into_iter().find_map(|part| Some((part.to_owned(), std::fs::read_link(part).ok()?)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_link_on_the_way_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir(root.join("..v1")).unwrap();
        fs::write(root.join("..v1/a.yaml"), "").unwrap();
        symlink("..v1", root.join("..data")).unwrap();
        symlink("..data/a.yaml", root.join("a.yaml")).unwrap();
        let found: BTreeSet<PathBuf> = path_and_links(&root.join("a.yaml")).into_iter().collect();
        for expected in ["a.yaml", "..data", "..data/a.yaml", "..v1/a.yaml"] {
            assert!(found.contains(&root.join(expected)), "{expected}: {found:?}");
        }
        symlink("loop", root.join("loop")).unwrap();
        assert!(path_and_links(&root.join("loop")).len() > MAX_LINKS);
        let missing = ["none/deep/x.yaml", "none/deep", "none"].map(|path| root.join(path));
        assert_eq!(path_and_links(&missing[0]), missing);
    }
}
