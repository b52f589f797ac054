//! Resolving references that descriptors hold, for hosts whose addresses carry the file's path in their own.

use url::Url;

use crate::place::Place;

/// The address of another file under `root`, with the rest of `url` kept.
pub(crate) fn with_path(url: &Url, root: &str, path: &str) -> String {
    let mut other = url.clone();
    other.set_path(root);
    if let Ok(mut segments) = other.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    other.set_fragment(None);
    other.to_string()
}

/// `/x` is relative to the repository's root, everything else to the file; the query (often the ref) is the base's.
pub(crate) fn by_path(reference: &str, base: &Url, place: Option<&Place>) -> Option<String> {
    let mut resolved = if reference.starts_with('/') {
        let root = place.map_or_else(|| base.path().trim_end_matches('/'), |place| place.root.as_str());
        let mut resolved = base.clone();
        resolved.set_fragment(None);
        resolved.set_path(&format!("{root}{reference}"));
        resolved
    } else {
        base.join(reference).ok()?
    };
    resolved.set_query(base.query());
    Some(resolved.to_string())
}
