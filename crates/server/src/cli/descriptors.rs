//! Finds the descriptor files that `validate` is asked about.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use globset::GlobBuilder;
use model::KindRegistry;
use walkdir::{DirEntry, WalkDir};

/// How deep directories are searched.
const MAX_DEPTH: usize = 64;

/// A file to check.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub path: PathBuf,
    /// The user named it (or a glob did); otherwise it was met in a directory and may be something else.
    pub named: bool,
}

/// The files that `argument` means: itself, everything in the directory, or what the glob matches; ordered by path.
///
/// # Errors
/// There is no such file, the glob is none, or nothing is found.
pub(super) fn find(argument: &str) -> Result<Vec<Found>> {
    let path = Path::new(argument);
    if path.is_dir() {
        let found: Vec<Found> = walk(path)
            .filter(|entry| is_yaml(entry.path()))
            .map(|entry| Found { path: entry.into_path(), named: false })
            .collect();
        return Ok(found);
    }
    if path.exists() {
        return Ok(vec![Found { path: path.to_owned(), named: true }]);
    }
    if !argument.contains(['*', '?', '[', '{']) {
        bail!("{argument}: no such file or directory");
    }
    let matcher = GlobBuilder::new(argument.trim_start_matches("./"))
        .literal_separator(true)
        .build()
        .with_context(|| format!("{argument}: not a valid glob"))?
        .compile_matcher();
    let found: Vec<Found> = walk(&fixed_part(path))
        .map(|entry| entry.into_path())
        .map(|path| path.strip_prefix("./").map(Path::to_owned).unwrap_or(path))
        .filter(|path| matcher.is_match(path))
        .map(|path| Found { path, named: true })
        .collect();
    if found.is_empty() {
        bail!("{argument}: no file matches");
    }
    Ok(found)
}

/// At most `limit` bytes of a file and one more, so that a larger one is seen to be larger.
pub(super) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a YAML file met in a directory is a descriptor: it is called `catalog-info`, or one of its documents has a
/// kind and an API version of Backstage's or of a known kind. Kubernetes manifests have those two keys as well.
pub(super) fn is_descriptor(path: &Path, text: &str, kinds: &KindRegistry) -> bool {
    if path.file_stem().and_then(OsStr::to_str) == Some("catalog-info") {
        return true;
    }
    let known = |version: &str| kinds.iter().any(|known| known.definition.api_versions.iter().any(|v| v == version));
    let ours = |line: &str| {
        let version = line.strip_prefix("apiVersion:").map(|version| version.trim().trim_matches(['"', '\'']));
        version.is_some_and(|version| version.contains("backstage.io") || known(version))
    };
    text.lines().any(|line| line.starts_with("kind:")) && text.lines().any(ours)
}

/// Whether a descriptor is the skeleton of one: its metadata has a placeholder for a template to fill.
pub(super) fn is_skeleton(text: &str) -> bool {
    let metadata = text.lines().skip_while(|line| !line.starts_with("metadata:")).skip(1);
    metadata
        .take_while(|line| line.is_empty() || line.starts_with([' ', '#']))
        .any(|line| line.trim_start().starts_with("name:") && line.contains("{{"))
}

fn walk(root: &Path) -> impl Iterator<Item = DirEntry> {
    WalkDir::new(root)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry))
        // A directory that may not be read hides its files from the server as well.
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.file_type().is_dir() && (name.starts_with('.') || name == "node_modules")
}

fn is_yaml(path: &Path) -> bool {
    matches!(path.extension().and_then(OsStr::to_str), Some("yaml" | "yml"))
}

/// The leading directories of a glob that are no glob themselves.
fn fixed_part(glob: &Path) -> PathBuf {
    let is_plain = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    let fixed: PathBuf = glob.components().take_while(is_plain).collect();
    if fixed.as_os_str().is_empty() { PathBuf::from(".") } else { fixed }
}
