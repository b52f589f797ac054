//! What links in a page lead to.

use std::cell::RefCell;

use percent_encoding::percent_decode_str;

use super::files::{File, Files, relative_url};
use crate::markdown::Host;
use crate::tree::{Tree, join, parent};

/// A link whose target is not among the files of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dangling {
    pub url: String,
    pub problem: Problem,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The path has an extension and there is no such file.
    Missing,
    /// It may be a page, but not the way it is written.
    Unrecognized,
    /// It begins with a slash: it leaves the site.
    Absolute,
}

/// A link to a place in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ToAnchor {
    pub url: String,
    /// The page, among the files.
    pub target: usize,
    pub anchor: String,
}

/// A snippet that was read, with the hash of what it was; none if it was missing.
pub(super) type Dependency = (String, Option<[u8; 32]>);

/// The site around a page while it is rendered.
pub(super) struct PageHost<'a> {
    pub tree: &'a dyn Tree,
    pub files: &'a Files,
    pub file: usize,
    pub dangling: RefCell<Vec<Dangling>>,
    pub anchors: RefCell<Vec<ToAnchor>>,
    pub dependencies: RefCell<Vec<Dependency>>,
}

impl<'a> PageHost<'a> {
    pub fn new(tree: &'a dyn Tree, files: &'a Files, file: usize) -> Self {
        Self {
            tree,
            files,
            file,
            dangling: RefCell::default(),
            anchors: RefCell::default(),
            dependencies: RefCell::default(),
        }
    }

    fn own(&self) -> &File {
        &self.files.all[self.file]
    }

    fn dangle(&self, url: &str, problem: Problem, suggestion: Option<String>) {
        self.dangling.borrow_mut().push(Dangling { url: url.to_owned(), problem, suggestion });
    }

    /// Other ways to read a path of which one is a file.
    fn suggest(&self, parts: &Parts, path: &str) -> Option<String> {
        let own = self.own();
        let mut guesses: Vec<String> = Vec::new();
        for base in [parent(&own.uri), own.url.trim_end_matches('/')] {
            let Some(target) = join(base, path) else { continue };
            let extension = target.rsplit('/').next().is_some_and(|name| name.contains('.'));
            guesses.push(target.clone());
            if !extension {
                guesses.push(join(&target, "index.md")?);
                guesses.push(join(&target, "README.md")?);
            }
            if !path.ends_with(".md") {
                guesses.push(format!("{}.md", target.strip_suffix(".html").unwrap_or(&target)));
            }
        }
        let found = guesses.iter().find(|guess| self.files.get(guess).is_some())?;
        let path =
            if *found == own.uri && !parts.fragment.is_empty() { String::new() } else { relative_url(found, &own.uri) };
        Some(parts.with_path(&path))
    }
}

/// An address taken apart.
struct Parts<'a> {
    path: &'a str,
    query: Option<&'a str>,
    fragment: &'a str,
}

impl<'a> Parts<'a> {
    /// None for addresses of other hosts.
    fn split(url: &'a str) -> Option<Self> {
        let external = url.starts_with("//")
            || url.split_once(':').is_some_and(|(scheme, _)| {
                scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                    && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
            });
        if external {
            return None;
        }
        let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query).filter(|query| !query.is_empty())),
            None => (rest, None),
        };
        Some(Self { path, query, fragment })
    }

    fn with_path(&self, path: &str) -> String {
        let mut url = path.to_owned();
        if let Some(query) = self.query {
            url.push('?');
            url.push_str(query);
        }
        if !self.fragment.is_empty() {
            url.push('#');
            url.push_str(self.fragment);
        }
        url
    }
}

impl Host for PageHost<'_> {
    fn snippet(&self, path: &str) -> Option<String> {
        let path = join("", path.trim_start_matches('/'))?;
        let content = self.tree.read(&path).ok();
        let hash = content.as_deref().map(super::hash);
        self.dependencies.borrow_mut().push((path, hash));
        let text = String::from_utf8(content?).ok()?;
        Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    fn link(&self, url: &str) -> String {
        let Some(parts) = Parts::split(url) else { return url.to_owned() };
        if url.starts_with(['/', '\\']) {
            self.dangle(url, Problem::Absolute, None);
            return url.to_owned();
        }
        let to_anchor = |target: usize| {
            if !parts.fragment.is_empty() {
                let anchor = parts.fragment.to_owned();
                self.anchors.borrow_mut().push(ToAnchor { url: url.to_owned(), target, anchor });
            }
        };
        if parts.path.is_empty() {
            to_anchor(self.file);
            return url.to_owned();
        }
        let path = percent_decode_str(parts.path).decode_utf8_lossy();
        let target = join(parent(&self.own().uri), &path).and_then(|target| self.files.index_of(&target));
        match target {
            Some(target) => {
                to_anchor(target);
                parts.with_path(&relative_url(&self.files.all[target].url, &self.own().url))
            }
            None => {
                let extension = path.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'));
                let problem = if extension { Problem::Missing } else { Problem::Unrecognized };
                self.dangle(url, problem, self.suggest(&parts, &path));
                url.to_owned()
            }
        }
    }
}
