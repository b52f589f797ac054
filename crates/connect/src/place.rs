//! What an address of a file on a git host says: repository, ref and path.

use percent_encoding::percent_decode_str;
use url::Url;

/// A file or folder in a repository at a ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The repository as the host's API names it, for example `owner/name` or `group/subgroup/project`.
    pub(crate) repository: String,
    /// Branch, tag or commit; `None` is the default branch.
    pub(crate) at: Option<GitRef>,
    /// Decoded, without a leading slash; empty for the repository itself.
    pub(crate) path: String,
    /// The part of the address's own path that comes before the file's path, still encoded, without a slash at its end.
    pub(crate) root: String,
    /// Whether the address says `http`; only matters for hosts whose API has no configured address of its own.
    pub(crate) plain_http: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitRef {
    pub(crate) name: String,
    pub(crate) kind: RefKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefKind {
    Branch,
    Tag,
    Commit,
}

/// Why an address is no place in a repository.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misfit {
    #[error("it is not the address of a file in a repository, such as {0}")]
    NotAFile(String),
    #[error("path traversal is not allowed in the URL")]
    Traversal,
}

impl GitRef {
    pub(crate) fn branch(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: RefKind::Branch }
    }

    pub(crate) fn commit(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: RefKind::Commit }
    }

    /// A ref as people write it, with or without `refs/heads/` and `refs/tags/`.
    pub(crate) fn parse(name: &str) -> Self {
        if let Some(branch) = name.strip_prefix("refs/heads/") {
            return Self::branch(branch);
        }
        match name.strip_prefix("refs/tags/") {
            Some(tag) => Self { name: tag.to_owned(), kind: RefKind::Tag },
            None if is_commit(name) => Self::commit(name),
            None => Self::branch(name),
        }
    }
}

impl Place {
    /// Another file of the same repository.
    pub(crate) fn sibling(&self, path: &str, at: GitRef) -> Self {
        Self { path: path.to_owned(), at: Some(at), ..self.clone() }
    }

    pub(crate) fn ref_name(&self) -> Option<&str> {
        self.at.as_ref().map(|at| at.name.as_str())
    }
}

/// The segments of an address's path, still encoded.
pub(crate) fn segments(url: &Url) -> Vec<&str> {
    url.path().split('/').skip(1).collect()
}

/// Takes the ref from the front of `rest`, and the path from what follows. A branch with slashes cannot be told from a path
/// unless its slashes are encoded (`feature%2Fx`); `refs/heads/` and `refs/tags/` in front are understood.
pub(crate) fn ref_and_path(rest: &[&str]) -> Result<(Option<GitRef>, String, usize), Misfit> {
    let taken = match rest {
        [] | [""] => return Ok((None, String::new(), 0)),
        ["refs", "heads" | "tags", _, ..] => 3,
        _ => 1,
    };
    let name = rest[..taken].iter().map(|segment| decode(segment)).collect::<Vec<_>>().join("/");
    safe(&name)?;
    Ok((Some(GitRef::parse(&name)), path_of(&rest[taken..])?, taken))
}

/// Decodes and joins a file's path.
pub(crate) fn path_of(segments: &[&str]) -> Result<String, Misfit> {
    let path = segments.iter().map(|segment| decode(segment)).collect::<Vec<_>>().join("/");
    safe(&path)?;
    Ok(path.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/"))
}

/// `/a/b` of the first `count` segments, as they stand.
pub(crate) fn root_of(segments: &[&str], count: usize) -> String {
    segments[..count.min(segments.len())].iter().map(|segment| format!("/{segment}")).collect()
}

/// The address of a repository with these segments after its own, each encoded.
pub(crate) fn at_root(url: &Url, place: &Place, segments: &[&str]) -> Url {
    let mut root = url.clone();
    root.set_path(&place.root);
    root.set_query(None);
    root.set_fragment(None);
    if let Ok(mut path) = root.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    root
}

pub(crate) fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// Refuses `.` and `..` however often they are encoded: an API that decodes once more would leave the repository.
pub(crate) fn safe(path: &str) -> Result<(), Misfit> {
    let mut decoded = path.to_owned();
    loop {
        if decoded.split(['/', '\\']).any(|segment| segment == "." || segment == "..") || decoded.contains('\0') {
            return Err(Misfit::Traversal);
        }
        let next = decode(&decoded);
        if next == decoded {
            return Ok(());
        }
        decoded = next;
    }
}

/// Whether a ref is a full commit id.
pub(crate) fn is_commit(name: &str) -> bool {
    name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Whether an address names a commit somewhere: what it shows never changes, so there is nothing to edit.
pub(crate) fn names_commit(url: &str) -> bool {
    url.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(is_commit)
}
