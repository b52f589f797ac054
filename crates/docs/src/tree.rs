//! The files of a documentation source. Paths are relative to its root, with `/` between parts, and cannot leave it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Why a source, or a file of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    #[error("cannot read {path}: {source}")]
    Read {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} is a link that leaves the source; links may only lead to files inside it")]
    Escapes { path: String },
    #[error("the source has more than {most} files")]
    TooMany { most: usize },
    #[error("{path} is not a file of the source")]
    Missing { path: String },
}

/// A documentation source.
pub trait Tree: Send + Sync {
    /// Every file, in the order of the paths.
    fn paths(&self) -> Vec<String>;

    /// The content of a file.
    ///
    /// # Errors
    /// [`TreeError::Missing`] if there is no such file.
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError>;
}

/// A source in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryTree {
    /// Adds a file; `false` if its path leaves the source, and nothing is added then.
    pub fn insert(&mut self, path: &str, content: impl Into<Vec<u8>>) -> bool {
        match join("", path) {
            Some(path) if !path.is_empty() => {
                self.files.insert(path, content.into());
                true
            }
            _ => false,
        }
    }

    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }
}

impl<P: AsRef<str>, C: Into<Vec<u8>>> FromIterator<(P, C)> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        let mut tree = Self::default();
        for (path, content) in files {
            tree.insert(path.as_ref(), content);
        }
        tree
    }
}

impl Tree for MemoryTree {
    fn paths(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        self.files.get(path).cloned().ok_or_else(|| TreeError::Missing { path: path.to_owned() })
    }
}

/// More files than any documentation has.
const MOST_FILES: usize = 200_000;

/// A source on disk. Symbolic links are followed inside the folder and are an error where they leave it.
#[derive(Clone, Debug)]
pub struct DirTree {
    root: PathBuf,
    paths: BTreeSet<String>,
}

impl DirTree {
    /// Lists the files under `root`, leaving out what tools put there.
    ///
    /// # Errors
    /// If a folder cannot be read, a link leaves `root`, or there are too many files.
    pub fn open(root: &Path) -> Result<Self, TreeError> {
        let read = |path: &Path, source| TreeError::Read { path: path.display().to_string(), source };
        let root = root.canonicalize().map_err(|source| read(root, source))?;
        let mut paths = BTreeSet::new();
        let mut seen = BTreeSet::from([root.clone()]);
        let mut open = vec![(root.clone(), String::new())];
        while let Some((folder, prefix)) = open.pop() {
            let entries = std::fs::read_dir(&folder).map_err(|source| read(&folder, source))?;
            for entry in entries {
                let entry = entry.map_err(|source| read(&folder, source))?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                let kind = entry.file_type().map_err(|source| read(&folder, source))?;
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
                // Only links lead elsewhere, and looking where is not free.
                let target = match kind.is_symlink() {
                    false => folder.join(&name),
                    true => match entry.path().canonicalize() {
                        Ok(target) => target,
                        // A link to nothing is like no file.
                        Err(_) => continue,
                    },
                };
                let is_dir = kind.is_dir() || (kind.is_symlink() && target.is_dir());
                if is_dir && is_no_source(&name, &target) {
                    continue;
                }
                if !target.starts_with(&root) {
                    return Err(TreeError::Escapes { path });
                }
                if is_dir {
                    if seen.insert(target.clone()) {
                        open.push((target, path));
                    }
                } else {
                    paths.insert(path);
                    if paths.len() > MOST_FILES {
                        return Err(TreeError::TooMany { most: MOST_FILES });
                    }
                }
            }
        }
        Ok(Self { root, paths })
    }
}

/// Whether a folder holds what tools put there: hidden ones, packages, and what marks itself as a cache. A repository is full
/// of them, and MkDocs leaves hidden files out as well.
fn is_no_source(name: &str, folder: &Path) -> bool {
    name.starts_with('.') || name == "node_modules" || folder.join("CACHEDIR.TAG").exists()
}

impl Tree for DirTree {
    fn paths(&self) -> Vec<String> {
        self.paths.iter().cloned().collect()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        if !self.paths.contains(path) {
            return Err(TreeError::Missing { path: path.to_owned() });
        }
        let read = |source| TreeError::Read { path: path.to_owned(), source };
        // Looked at again: what a link leads to may have changed since the files were listed.
        let file = self.root.join(path).canonicalize().map_err(read)?;
        if !file.starts_with(&self.root) {
            return Err(TreeError::Escapes { path: path.to_owned() });
        }
        std::fs::read(file).map_err(read)
    }
}

/// `path` seen from the folder `base`, without `.` and `..`; none if it leaves the root.
pub(crate) fn join(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { base };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder that `path` is in; empty at the root.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The last part of `path`.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
