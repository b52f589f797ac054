//! The files of a site: which are pages, and where they will be.

use std::collections::{HashMap, HashSet};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::ignore::Ignore;
use crate::config::Config;
use crate::report::{Finding, Subject, Weight};
use crate::tree::{Tree, file_name, parent};

/// What Python's `quote` leaves as it is: letters, digits and `_.-~/`.
const QUOTED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'!')
    .add(b'"')
    .add(b'#')
    .add(b'$')
    .add(b'%')
    .add(b'&')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'*')
    .add(b'+')
    .add(b',')
    .add(b':')
    .add(b';')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A file of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Its path among the pages; links name it.
    pub uri: String,
    /// Its path in the source.
    pub source: String,
    /// Where it will be, relative to the site, percent-encoded; `./` for the first page.
    pub url: String,
    /// The file that is written for it.
    pub dest: String,
    pub in_nav: bool,
}

impl File {
    pub fn is_page(&self) -> bool {
        is_page(&self.uri)
    }

    /// `index` for the page of a folder.
    pub fn stem(&self) -> &str {
        stem(&self.uri)
    }
}

pub(crate) fn is_page(uri: &str) -> bool {
    let lower = uri.to_lowercase();
    [".markdown", ".mdown", ".mkdn", ".mkd", ".md"].iter().any(|extension| lower.ends_with(extension))
}

fn stem(uri: &str) -> &str {
    let name = file_name(uri);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem == "README" { "index" } else { stem }
}

/// The files of a site in the order MkDocs finds them, and by their path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    pub all: Vec<File>,
    by_uri: HashMap<String, usize>,
}

impl Files {
    pub fn get(&self, uri: &str) -> Option<&File> {
        self.by_uri.get(uri).map(|index| &self.all[*index])
    }

    pub fn index_of(&self, uri: &str) -> Option<usize> {
        self.by_uri.get(uri).copied()
    }

    /// Adds a page with directory URLs.
    pub fn push_page(&mut self, uri: &str, source: &str) {
        let dest = dest(uri, true);
        let url = url(&dest, true);
        self.by_uri.insert(uri.to_owned(), self.all.len());
        self.all.push(File { uri: uri.to_owned(), source: source.to_owned(), url, dest, in_nav: true });
    }
}

/// A folder of the source whose files are in the site, below a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    pub alias: String,
    pub folder: String,
    /// The configuration that named it.
    pub config: String,
}

pub(crate) fn list(tree: &dyn Tree, config: &Config, mounts: &[Mount], findings: &mut Vec<Finding>) -> Files {
    let exclude = Ignore::new(&format!(".*\n/templates/\n{}", config.exclude_docs.as_deref().unwrap_or_default()));
    let hidden = Ignore::new(config.not_in_nav.as_deref().unwrap_or_default());
    let mut sources: HashMap<String, String> = HashMap::new();
    let paths = tree.paths();
    for mount in mounts {
        for path in &paths {
            let Some(rest) = below(path, &mount.folder) else { continue };
            let uri = if mount.alias.is_empty() { rest.to_owned() } else { format!("{}/{rest}", mount.alias) };
            sources.insert(uri, path.clone());
        }
    }
    let mut uris: Vec<String> = sources.keys().filter(|uri| !exclude.matches(uri)).cloned().collect();
    uris.sort_by(|a, b| walk_order(a).cmp(&walk_order(b)));
    let mut taken: HashMap<String, String> = HashMap::new();
    let mut dropped: HashSet<String> = HashSet::new();
    let mut files = Vec::new();
    for uri in uris {
        let dest = dest(&uri, config.directory_urls);
        if let Some(first) = taken.insert(dest.clone(), uri.clone()) {
            let message = format!("'{first}' is left out: '{uri}' becomes the same page");
            findings.push(Finding::new(Weight::Warning, Subject::Navigation, &config.path, message));
            dropped.insert(first);
        }
        let source = sources.get(&uri).cloned().unwrap_or_default();
        let url = url(&dest, config.directory_urls);
        let in_nav = !hidden.matches(&uri);
        files.push(File { uri, source, url, dest, in_nav });
    }
    files.retain(|file| !dropped.contains(&file.uri));
    let by_uri = files.iter().enumerate().map(|(index, file)| (file.uri.clone(), index)).collect();
    Files { all: files, by_uri }
}

fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    match folder {
        "" => Some(path),
        folder => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

/// Files of a folder before its folders, and the page of a folder before its other files.
fn walk_order(uri: &str) -> Vec<(u8, bool, &str)> {
    let mut parts: Vec<(u8, bool, &str)> =
        parent(uri).split('/').filter(|part| !part.is_empty()).map(|part| (1, false, part)).collect();
    let name = file_name(uri);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    parts.push((0, !matches!(stem, "index" | "README"), name));
    parts
}

pub(crate) fn dest(uri: &str, directory_urls: bool) -> String {
    if !is_page(uri) {
        return uri.to_owned();
    }
    let folder = parent(uri);
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let stem = stem(uri);
    match !directory_urls || stem == "index" {
        true => format!("{prefix}{stem}.html"),
        false => format!("{prefix}{stem}/index.html"),
    }
}

fn url(dest: &str, directory_urls: bool) -> String {
    let url = match directory_urls && file_name(dest) == "index.html" {
        true => match parent(dest) {
            "" => "./".to_owned(),
            folder => format!("{folder}/"),
        },
        false => dest.to_owned(),
    };
    utf8_percent_encode(&url, QUOTED).to_string()
}

/// `url` as seen from `other`; both are relative to the site.
pub(crate) fn relative_url(url: &str, other: &str) -> String {
    let parts = |text: &str| -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part.to_owned()),
            }
        }
        parts
    };
    let other = match other.rsplit_once('/') {
        Some((folder, name)) if name.contains('.') => folder,
        None if other.contains('.') => "",
        _ => other,
    };
    let (from, to) = (parts(other), parts(url));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let path = up.chain(to[common..].iter().map(String::as_str)).collect::<Vec<_>>().join("/");
    let path = if path.is_empty() { ".".to_owned() } else { path };
    if url.ends_with('/') { format!("{path}/") } else { path }
}
