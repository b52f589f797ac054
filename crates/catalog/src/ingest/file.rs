//! Reading files of `file` locations. They may not lead out of the folder of their origin, neither by `..` nor through
//! symbolic links, so that a checked-out repository cannot show what else lies on the machine.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use model::{LocationRef, Problem};
use walkdir::WalkDir;

use super::targets::{glob_base, normalise};

/// A walk looks at no more than so many files and folders.
const MAX_WALKED: usize = 2_000_000;
/// A glob yields no more than so many files.
pub const MAX_MATCHES: usize = 200_000;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{path} does not exist")]
    Missing { path: String },
    #[error("{path} lies outside {root}, the folder of its location, and is not read")]
    Outside { path: String, root: String },
    #[error("{path} has more than {limit} bytes")]
    TooLarge { path: String, limit: u64 },
    #[error("{path} could not be read, {reason}")]
    Unreadable { path: String, reason: String },
}

/// Reads a regular file below `root`, up to `limit` bytes.
pub fn read(path: &Path, root: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let shown = || path.display().to_string();
    let unreadable = |e: io::Error| match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing { path: shown() },
        _ => FileError::Unreadable { path: shown(), reason: e.to_string() },
    };
    let outside = || FileError::Outside { path: shown(), root: root.display().to_string() };
    if !normalise(path).starts_with(normalise(root)) {
        return Err(outside());
    }
    let real = path.canonicalize().map_err(unreadable)?;
    if !real.starts_with(root.canonicalize().map_err(unreadable)?) {
        return Err(outside());
    }
    let metadata = real.metadata().map_err(unreadable)?;
    // Opening a pipe would wait for somebody to write, and a device would never end.
    if !metadata.is_file() {
        return Err(FileError::Unreadable { path: shown(), reason: "it is not a file".to_owned() });
    }
    let file = File::open(&real).map_err(unreadable)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(limit)).unwrap_or(0));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { path: shown(), limit });
    }
    Ok(bytes)
}

/// What a glob matches.
#[derive(Debug, Default)]
pub struct Matches {
    /// Sorted by path.
    pub files: Vec<LocationRef>,
    /// Folders that could not be looked into; what lies there is not known.
    pub unread: Vec<PathBuf>,
    pub problems: Vec<Problem>,
}

/// The files that a glob matches. Hidden folders are only looked into where the pattern names them.
pub fn expand(pattern: &str, root: &Path) -> Result<Matches, Problem> {
    let refuse = |text: String| Problem::error("InputError", text);
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|e| refuse(format!("file {pattern} is not a valid glob, {e}")))?
        .compile_matcher();
    let base = glob_base(pattern);
    if !normalise(&base).starts_with(normalise(root)) {
        return Err(Problem::error(
            "NotAllowedError",
            format!("{pattern} lies outside {}, the folder of its location, and is not read", root.display()),
        ));
    }
    let real_root = root.canonicalize().ok();
    let inside = |path: &Path| match (&real_root, path.canonicalize()) {
        (Some(root), Ok(real)) => real.starts_with(root),
        _ => false,
    };
    let hidden_wanted =
        Path::new(pattern).strip_prefix(&base).is_ok_and(|rest| format!("/{}", rest.display()).contains("/."));
    let walk = WalkDir::new(&base).follow_links(true).into_iter().filter_entry(|entry| {
        let hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
        (!hidden || hidden_wanted) && (!entry.path_is_symlink() || inside(entry.path()))
    });
    let mut matches = Matches::default();
    let mut files: Vec<PathBuf> = Vec::new();
    for (walked, entry) in walk.enumerate() {
        if walked >= MAX_WALKED {
            return Err(refuse(format!("file {pattern} starts above more than {MAX_WALKED} files; narrow it")));
        }
        match entry {
            Ok(entry) if entry.file_type().is_file() && glob.is_match(entry.path()) => {
                files.push(entry.into_path());
                if files.len() > MAX_MATCHES {
                    return Err(refuse(format!("file {pattern} matches more than {MAX_MATCHES} files; narrow it")));
                }
            }
            Ok(_) => {}
            Err(error) => matches.could_not_read(&error),
        }
    }
    files.sort_unstable();
    matches.files = files.into_iter().map(|path| LocationRef::new("file", path.to_string_lossy())).collect();
    Ok(matches)
}

impl Matches {
    /// Takes note of a folder, unless it is gone in the meantime, or is a link that leads nowhere or in a circle.
    fn could_not_read(&mut self, error: &walkdir::Error) {
        let (Some(path), Some(reason)) = (error.path(), error.io_error()) else { return };
        if reason.kind() == io::ErrorKind::NotFound || path.is_symlink() {
            return;
        }
        let text = format!("folder {} cannot be read, {reason}; what was found there before stays", shortened(path));
        self.problems.push(Problem::warning("Error", text));
        self.unread.push(path.to_path_buf());
    }
}

/// Enough of a path to recognise it.
fn shortened(path: &Path) -> String {
    let shown = path.display().to_string();
    match shown.char_indices().nth(500) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn reads_stay_below_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(folder.path().join("secret.yaml"), "x").unwrap();
        fs::write(root.join("a/ok.yaml"), "ok").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.yaml"), root.join("link.yaml")).unwrap();
        std::os::unix::fs::symlink(root.join("a/ok.yaml"), root.join("inside.yaml")).unwrap();
        assert_eq!(read(&root.join("a/ok.yaml"), &root, 10).unwrap(), b"ok");
        assert_eq!(read(&root.join("inside.yaml"), &root, 10).unwrap(), b"ok");
        assert!(matches!(read(&root.join("../secret.yaml"), &root, 10), Err(FileError::Outside { .. })));
        assert!(matches!(read(&root.join("link.yaml"), &root, 10), Err(FileError::Outside { .. })));
        assert!(matches!(read(&root.join("none.yaml"), &root, 10), Err(FileError::Missing { .. })));
        assert!(matches!(read(&root.join("a/ok.yaml"), &root, 1), Err(FileError::TooLarge { .. })));
        assert!(matches!(read(&root.join("a"), &root, 10), Err(FileError::Unreadable { .. })));
    }

    #[test]
    fn globs_match_below_their_base_only() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["a/x.yaml", "a/b/x.yaml", ".git/x.yaml", "a/y.txt"] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "").unwrap();
        }
        let found = |pattern: &str| -> Vec<String> {
            let files = expand(&root.join(pattern).to_string_lossy(), root).unwrap();
            files.files.iter().map(|f| f.target.trim_start_matches(&*root.to_string_lossy()).to_owned()).collect()
        };
        assert_eq!(found("**/x.yaml"), ["/a/b/x.yaml", "/a/x.yaml"]);
        assert_eq!(found("a/*.{yaml,txt}"), ["/a/x.yaml", "/a/y.txt"]);
        assert!(found("none/*.yaml").is_empty());
        std::os::unix::fs::symlink("nowhere", root.join("a/z.yaml")).unwrap();
        std::os::unix::fs::symlink("..", root.join("a/up")).unwrap();
        let loose = expand(&root.join("**/x.yaml").to_string_lossy(), root).unwrap();
        assert_eq!((loose.files.len(), loose.problems.len()), (2, 0), "{loose:?}");
        assert!(expand("/*.yaml", root).is_err());
    }
}
