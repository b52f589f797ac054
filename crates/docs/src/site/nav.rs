//! The navigation of a site: sections, pages and links.

use super::files::{File, Files};
use super::monorepo::folder_title;
use crate::config::{NavEntry, NavTarget};
use crate::report::{Finding, Subject, Weight};
use crate::tree::{join, parent};

/// An entry of the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NavItem {
    /// A page, by its number.
    Page(usize),
    Section {
        title: String,
        children: Vec<NavItem>,
    },
    Link {
        title: Option<String>,
        url: String,
    },
}

/// A page of the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its file.
    pub file: usize,
    /// Its title, where the navigation gives one.
    pub title: Option<String>,
    pub in_nav: bool,
    /// Whether it stands in no section.
    pub top_level: bool,
    pub previous: Option<usize>,
    pub next: Option<usize>,
}

/// The navigation, and all pages in the order of the files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nav {
    pub items: Vec<NavItem>,
    pub pages: Vec<Entry>,
}

pub(super) fn build(nav: Option<&[NavEntry]>, files: &Files, config: &str, findings: &mut Vec<Finding>) -> Nav {
    let pages = files.all.iter().enumerate().filter(|(_, file)| file.is_page());
    let pages = pages.map(|(file, _)| Entry { file, top_level: true, ..Entry::default() }).collect();
    let mut built = Nav { items: Vec::new(), pages };
    let mut order = Vec::new();
    built.items = match nav {
        Some(entries) => given(entries, files, &mut built.pages, &mut order, 0, config, findings),
        None => from_files(files, &mut built.pages, &mut order),
    };
    for (at, page) in order.iter().enumerate() {
        built.pages[*page].previous = at.checked_sub(1).map(|before| order[before]);
        built.pages[*page].next = order.get(at + 1).copied();
    }
    if nav.is_some() {
        for entry in built.pages.iter().filter(|entry| !entry.in_nav) {
            let file = &files.all[entry.file];
            if file.in_nav {
                let message = format!("the page {} is not in the nav", file.uri);
                findings.push(Finding::new(Weight::Note, Subject::Navigation, config, message));
            }
        }
    }
    built
}

fn given(
    entries: &[NavEntry],
    files: &Files,
    pages: &mut [Entry],
    order: &mut Vec<usize>,
    depth: usize,
    config: &str,
    findings: &mut Vec<Finding>,
) -> Vec<NavItem> {
    let mut items = Vec::new();
    for entry in entries {
        let path = match &entry.target {
            NavTarget::List(list) => {
                let children = given(list, files, pages, order, depth + 1, config, findings);
                items.push(NavItem::Section { title: entry.title.clone().unwrap_or_default(), children });
                continue;
            }
            NavTarget::Path(path) => path,
        };
        let file = join("", path).and_then(|path| files.index_of(&path));
        let page = file.and_then(|file| pages.iter().position(|entry| entry.file == file));
        let Some(page) = page else {
            let url = path.clone();
            if !url.contains("://") && !url.starts_with("mailto:") && file.is_none() {
                let message = format!("nav: '{url}' is not among the pages");
                findings.push(Finding::new(Weight::Warning, Subject::Navigation, config, message));
            }
            items.push(NavItem::Link { title: entry.title.clone(), url });
            continue;
        };
        if !pages[page].in_nav {
            // A page that is named twice keeps its first title, and its last place.
            pages[page].title.clone_from(&entry.title);
            pages[page].in_nav = true;
        }
        pages[page].top_level = depth == 0;
        order.push(page);
        items.push(NavItem::Page(page));
    }
    items
}

/// All pages by their folders, where no navigation is given.
fn from_files(files: &Files, pages: &mut [Entry], order: &mut Vec<usize>) -> Vec<NavItem> {
    fn key(file: &File) -> (Vec<&str>, bool, &str) {
        let folders = parent(&file.uri).split('/').filter(|part| !part.is_empty()).collect();
        (folders, file.stem() != "index", crate::tree::file_name(&file.uri))
    }
    let mut sorted: Vec<usize> = (0..pages.len()).filter(|page| files.all[pages[*page].file].in_nav).collect();
    sorted.sort_by(|a, b| key(&files.all[pages[*a].file]).cmp(&key(&files.all[pages[*b].file])));
    let mut items: Vec<NavItem> = Vec::new();
    for page in sorted {
        let uri = &files.all[pages[page].file].uri;
        let folders: Vec<&str> = parent(uri).split('/').filter(|part| !part.is_empty()).collect();
        put(&mut items, &folders, page);
        pages[page].in_nav = true;
        pages[page].top_level = !uri.contains('/');
    }
    flatten(&items, order);
    items
}

/// Puts a page below the sections of its folders.
fn put(items: &mut Vec<NavItem>, folders: &[&str], page: usize) {
    let Some((first, rest)) = folders.split_first() else {
        items.push(NavItem::Page(page));
        return;
    };
    let title = folder_title(first);
    for item in items.iter_mut() {
        if let NavItem::Section { title: known, children } = item
            && *known == title
        {
            return put(children, rest, page);
        }
    }
    let mut children = Vec::new();
    put(&mut children, rest, page);
    items.push(NavItem::Section { title, children });
}

fn flatten(items: &[NavItem], order: &mut Vec<usize>) {
    for item in items {
        match item {
            NavItem::Page(page) => order.push(*page),
            NavItem::Section { children, .. } => flatten(children, order),
            NavItem::Link { .. } => {}
        }
    }
}
