//! Sites on disk, laid out as `techdocs-cli` publishes them: `<root>/<namespace>/<kind>/<name>/<file>` (contract techdocs.md
//! section 5).

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use model::EntityRef;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The file that says what a site is.
pub const METADATA: &str = "techdocs_metadata.json";

/// The most bytes of a site's metadata.
const MAX_METADATA: u64 = 16 << 20;

/// Where sites are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    root: PathBuf,
    /// Folders are named as entities are written, not in lower case.
    as_written: bool,
}

/// A file of a site, not read yet.
#[derive(Debug)]
pub struct SiteFile {
    file: File,
    pub length: u64,
    /// Changes with the file. Without quotes.
    pub etag: String,
    /// Unix time in seconds.
    pub modified: u64,
}

impl Published {
    pub fn new(root: PathBuf, as_written: bool) -> Self {
        Self { root, as_written }
    }

    /// The folder of a site. `written` are namespace, kind and name as an address has them.
    pub fn folder(&self, written: (&str, &str, &str)) -> PathBuf {
        let part = |text: &str| if self.as_written { text.to_owned() } else { text.to_lowercase() };
        let (namespace, kind, name) = written;
        [namespace, kind, name].into_iter().fold(self.root.clone(), |path, text| path.join(safe(&part(text))))
    }

    /// The folder of an entity's site.
    pub fn folder_of(&self, entity: &EntityRef) -> PathBuf {
        self.folder((entity.namespace(), entity.kind(), entity.name()))
    }

    /// Opens a file below a site's folder; `None` where there is none, or the path or a link leads out of the folder.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn open(&self, folder: &Path, path: &str) -> io::Result<Option<SiteFile>> {
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) || path.contains('\0') {
            return Ok(None);
        }
        let gone = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput => Ok(None),
            _ => Err(error),
        };
        let (root, real) = match (folder.canonicalize(), folder.join(relative).canonicalize()) {
            (Ok(root), Ok(real)) => (root, real),
            (Err(error), _) | (_, Err(error)) => return gone(error),
        };
        if !real.starts_with(&root) {
            return Ok(None);
        }
        let file = match File::open(&real) {
            Ok(file) => file,
            Err(error) => return gone(error),
        };
        let metadata = file.metadata()?;
        Ok(metadata.is_file().then(|| SiteFile {
            etag: etag(&real, &metadata),
            length: metadata.len(),
            modified: seconds(&metadata),
            file,
        }))
    }

    /// What a site says of itself; `None` where there is none, or it says nothing that can be read.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn metadata(&self, folder: &Path) -> io::Result<Option<Value>> {
        let Some(file) = self.open(folder, METADATA)?.filter(|file| file.length <= MAX_METADATA) else {
            return Ok(None);
        };
        let length = file.length;
        Ok(serde_json::from_slice(&file.read(0, length)?).ok())
    }
}

impl SiteFile {
    /// The bytes from one position, at most so many.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn read(mut self, from: u64, length: u64) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        self.file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A text as the name of one folder.
fn safe(text: &str) -> String {
    let plain = text.replace(['/', '\\', '\0'], "_");
    if matches!(plain.as_str(), "" | "." | "..") { "_".to_owned() } else { plain }
}

fn seconds(metadata: &Metadata) -> u64 {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    modified.map_or(0, |since| since.as_secs())
}

fn etag(path: &Path, metadata: &Metadata) -> String {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanos = modified.map_or(0, |since| since.as_nanos());
    let text = format!("{}\n{}\n{nanos}", path.display(), metadata.len());
    hex::encode(&Sha256::digest(text)[..12])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn site() -> (tempfile::TempDir, Published) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("sites/default/component/a");
        fs::create_dir_all(folder.join("guide")).unwrap();
        fs::write(folder.join("guide/index.html"), "0123456789").unwrap();
        fs::write(folder.join(METADATA), r#"{"site_name": "A"}"#).unwrap();
        fs::write(root.path().join("secret"), "x").unwrap();
        let published = Published::new(root.path().join("sites"), false);
        (root, published)
    }

    #[test]
    fn files_are_found_by_entity_and_path() {
        let (_root, published) = site();
        let folder = published.folder(("Default", "Component", "A"));
        assert_eq!(folder, published.folder_of(&EntityRef::new("component", "default", "a")));
        let file = published.open(&folder, "guide/index.html").unwrap().unwrap();
        assert_eq!(file.length, 10);
        assert_eq!(file.read(2, 3).unwrap(), b"234");
        assert_eq!(published.metadata(&folder).unwrap().unwrap()["site_name"], "A");
        for missing in ["guide", "nope", "", "guide/index.html/x"] {
            assert!(published.open(&folder, missing).unwrap().is_none(), "{missing}");
        }
    }

    #[test]
    fn nothing_outside_is_opened() {
        let (root, published) = site();
        let folder = published.folder(("default", "component", "a"));
        for path in ["../../../../secret", "/etc/passwd", "guide/../../b", "./x", "a\0b"] {
            assert!(published.open(&folder, path).unwrap().is_none(), "{path}");
        }
        std::os::unix::fs::symlink(root.path().join("secret"), folder.join("link")).unwrap();
        assert!(published.open(&folder, "link").unwrap().is_none());
        assert!(published.folder(("..", "..", "secret")).ends_with("sites/_/_/secret"));
    }

    #[test]
    fn a_changed_file_has_another_tag() {
        let (_root, published) = site();
        let folder = published.folder(("default", "component", "a"));
        let tag = || published.open(&folder, "guide/index.html").unwrap().unwrap().etag;
        let before = tag();
        assert_eq!(before, tag());
        fs::write(folder.join("guide/index.html"), "longer than before").unwrap();
        assert_ne!(before, tag());
    }
}
