//! The sample corpus: real catalogs, docs and recorded exchanges that live beside the repository, not in it.

use std::path::{Path, PathBuf};

/// A folder or file of the corpus. `None`, with a printed word, where the corpus is not on this machine.
pub fn corpus(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CALLBOARD_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: the sample corpus is not here ({part}); set CALLBOARD_CORPUS to its folder");
    None
}
