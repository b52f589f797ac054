//! The targets of a `Location` entity, made absolute (contract catalog.md section 5).

use std::collections::HashSet;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use model::{Entity, LocationRef, Problem};
use sdk::UrlReader;
use serde_json::Value;

/// One `Location` may name so many targets; the rest is refused.
pub const MAX_TARGETS: usize = 10_000;

/// Bytes of a location, its type included; no store keeps one of any length.
const MAX_LOCATION: usize = 2048;

/// How a target is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetKind {
    File,
    FileGlob,
    Url,
    UrlGlob,
}

/// Something that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    pub location: LocationRef,
    pub kind: TargetKind,
}

impl Target {
    /// The target behind a location reference; `None` for types nobody reads.
    pub fn of(location: LocationRef) -> Option<Self> {
        let kind = match location.kind.as_str() {
            "file" if is_file_glob(&location.target) => TargetKind::FileGlob,
            "file" => TargetKind::File,
            "url" if is_url_glob(&location.target) => TargetKind::UrlGlob,
            "url" => TargetKind::Url,
            _ => return None,
        };
        Some(Self { location, kind })
    }

    /// Whether it lies on the disk.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, TargetKind::File | TargetKind::FileGlob)
    }
}

/// What a `Location` entity asks for.
#[derive(Debug, Default)]
pub struct LocationTargets {
    pub targets: Vec<Target>,
    /// `presence: optional`: what is not there is no error.
    pub optional: bool,
    pub problems: Vec<Problem>,
}

/// Reads `spec.target` and `spec.targets` of a `Location` that was read from `place`.
pub fn targets_of(entity: &Entity, place: &LocationRef, urls: &dyn UrlReader) -> LocationTargets {
    let mut found =
        LocationTargets { optional: entity.spec_text("presence") == Some("optional"), ..LocationTargets::default() };
    let kind = entity.spec_text("type").unwrap_or(&place.kind);
    if kind != place.kind && kind != "url" {
        found.problems.push(Problem::error("InputError", "Registered locations must be of an allowed type [\"url\"]"));
        return found;
    }
    let spec = entity.spec();
    let single = spec.and_then(|spec| spec.get("target")).and_then(Value::as_str);
    let many = spec.and_then(|spec| spec.get("targets")).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if many.len() > MAX_TARGETS {
        let text = format!("a Location may have {MAX_TARGETS} targets, this one has {}; split it", many.len());
        found.problems.push(Problem::error("InputError", text));
    }
    let mut seen = HashSet::new();
    for written in single.into_iter().chain(many.iter().filter_map(Value::as_str)).take(MAX_TARGETS) {
        match resolve(kind, written, place, urls) {
            Ok(target) if !seen.insert(target.location.target.clone()) => {}
            Ok(target) => found.targets.push(target),
            Err(problem) => found.problems.push(problem),
        }
    }
    found
}

fn resolve(kind: &str, written: &str, place: &LocationRef, urls: &dyn UrlReader) -> Result<Target, Problem> {
    let absolute = match (kind, place.kind == kind) {
        ("file", true) => {
            if written.ends_with(MAIN_SEPARATOR) || written.ends_with('/') {
                let text = format!(
                    "LocationEntityProcessor cannot handle {kind} type location with target {written} that ends with a \
                     path separator"
                );
                return Err(Problem::error("InputError", text));
            }
            let folder = Path::new(&place.target).parent().unwrap_or(Path::new("/"));
            normalise(&folder.join(written)).to_string_lossy().into_owned()
        }
        ("url", true) => urls
            .resolve(written, &place.target)
            .map_err(|e| Problem::error("InputError", format!("Unable to resolve target {written} of {place}, {e}")))?,
        _ => written.to_owned(),
    };
    let location = LocationRef::new(kind, absolute);
    check_length(&location)?;
    Target::of(location)
        .ok_or_else(|| Problem::error("Error", format!("No processor was able to handle reading of {kind}:{written}")))
}

/// Refuses a location that is too long to be kept.
///
/// # Errors
/// Says how long it is.
pub fn check_length(location: &LocationRef) -> Result<(), Problem> {
    let length = location.kind.len() + 1 + location.target.len();
    if length <= MAX_LOCATION {
        return Ok(());
    }
    let shown: String = location.target.chars().take(100).collect();
    let text = format!("the target {shown}… has {length} bytes; {MAX_LOCATION} are allowed");
    Err(Problem::error("InputError", text))
}

/// The folder that files of a `file` location may be read from: where the origin lies, for a glob where it starts.
pub fn root_folder(origin: &LocationRef) -> Option<PathBuf> {
    if origin.kind != "file" {
        return None;
    }
    if is_file_glob(&origin.target) {
        return Some(glob_base(&origin.target));
    }
    Path::new(&origin.target).parent().map(Path::to_path_buf)
}

/// The folder below which everything that a glob matches lies.
pub fn glob_base(pattern: &str) -> PathBuf {
    let fixed = Path::new(pattern).components().take_while(|part| !is_file_glob(&part.as_os_str().to_string_lossy()));
    fixed.collect()
}

/// Removes `.` and `..` without looking at the disk.
pub fn normalise(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

fn is_file_glob(target: &str) -> bool {
    target.contains(['*', '?', '[', '{'])
}

fn is_url_glob(target: &str) -> bool {
    target.split(['?', '#']).next().is_some_and(|path| path.contains('*'))
}
