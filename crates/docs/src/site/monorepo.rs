//! Sites made of several: `!include path/mkdocs.yml` and `*include` with a pattern in the navigation.

use globset::GlobBuilder;
use unicode_normalization::UnicodeNormalization;

use super::files::Mount;
use crate::config::{self, Config, NavEntry, NavTarget, Settings, Yaml};
use crate::error::DocsError;
use crate::tree::{Tree, TreeError, file_name, join, parent};

const INCLUDE: &str = "!include ";
const WILDCARD: &str = "*include ";

/// The navigation with what it includes, and the folders whose pages it shows.
pub(super) struct Merged {
    pub nav: Option<Vec<NavEntry>>,
    pub mounts: Vec<Mount>,
}

struct Includes<'a> {
    tree: &'a dyn Tree,
    settings: &'a Settings,
    config: &'a str,
    mounts: Vec<Mount>,
}

pub(super) fn merge(tree: &dyn Tree, config: &Config, settings: &Settings) -> Result<Merged, DocsError> {
    let root = Mount { alias: String::new(), folder: config.docs_dir.clone(), config: config.path.clone() };
    let Some(nav) = &config.nav else { return Ok(Merged { nav: None, mounts: vec![root] }) };
    let mut includes = Includes { tree, settings, config: &config.path, mounts: vec![root] };
    let nav = includes.resolve(nav)?;
    for (index, mount) in includes.mounts.iter().enumerate() {
        if includes.mounts[..index].iter().any(|other| !other.alias.is_empty() && other.alias == mount.alias) {
            let message = format!("two included sites are named '{}'; give each site_name once", mount.alias);
            return Err(includes.error(&mount.config, message));
        }
    }
    Ok(Merged { nav, mounts: includes.mounts })
}

impl Includes<'_> {
    fn error(&self, path: &str, message: impl Into<String>) -> DocsError {
        DocsError::Include { path: path.to_owned(), message: message.into() }
    }

    /// None if a pattern matches nothing: the navigation is then made from the files.
    fn resolve(&mut self, nav: &[NavEntry]) -> Result<Option<Vec<NavEntry>>, DocsError> {
        let mut entries = Vec::new();
        for entry in nav {
            let target = match &entry.target {
                NavTarget::List(list) => match self.resolve(list)? {
                    Some(list) => NavTarget::List(list),
                    None => return Ok(None),
                },
                NavTarget::Path(path) => {
                    if let Some(path) = path.strip_prefix(INCLUDE) {
                        NavTarget::List(self.include(path.trim())?)
                    } else if let Some(pattern) = path.strip_prefix(WILDCARD) {
                        match self.include_all(pattern.trim())? {
                            Some(list) => NavTarget::List(list),
                            None => return Ok(None),
                        }
                    } else {
                        entry.target.clone()
                    }
                }
            };
            entries.push(NavEntry { title: entry.title.clone(), target });
        }
        Ok(Some(entries))
    }

    fn include_all(&mut self, pattern: &str) -> Result<Option<Vec<NavEntry>>, DocsError> {
        if !is_yaml(pattern) {
            let message = format!("the wildcard include path {pattern} does not end with .yml (or .yaml)");
            return Err(self.error(self.config, message));
        }
        let full = join(parent(self.config), pattern).unwrap_or_else(|| pattern.to_owned());
        let glob = GlobBuilder::new(&full).literal_separator(true).build();
        let glob = glob.map_err(|error| self.error(self.config, error.to_string()))?.compile_matcher();
        let mut paths: Vec<String> = self.tree.paths().into_iter().filter(|path| glob.is_match(path)).collect();
        paths.sort_by(|a, b| a.split('/').cmp(b.split('/')));
        let mut entries = Vec::new();
        for path in paths {
            let yaml = config::read_yaml(self.tree, &path, self.settings)?;
            let Some(title) = yaml.get("site_name").and_then(Yaml::to_text) else {
                return Err(self.no_site_name(&path));
            };
            let list = self.include_yaml(&path, &yaml)?;
            entries.push(NavEntry { title: Some(title), target: NavTarget::List(list) });
        }
        Ok((!entries.is_empty()).then_some(entries))
    }

    fn include(&mut self, path: &str) -> Result<Vec<NavEntry>, DocsError> {
        if !is_yaml(path) {
            let message = format!("the included file path {path} does not point to a .yml (or .yaml) file");
            return Err(self.error(self.config, message));
        }
        let full = join(parent(self.config), path).ok_or_else(|| DocsError::Escapes {
            path: self.config.to_owned(),
            key: "nav",
            value: path.to_owned(),
        })?;
        let yaml = match config::read_yaml(self.tree, &full, self.settings) {
            Err(DocsError::Tree(TreeError::Missing { .. })) => {
                return Err(self.error(self.config, format!("the included file {full} does not exist")));
            }
            other => other?,
        };
        self.include_yaml(&full, &yaml)
    }

    fn no_site_name(&self, path: &str) -> DocsError {
        self.error(path, "the included file has no 'site_name', which says where its pages go")
    }

    fn include_yaml(&mut self, path: &str, yaml: &Yaml) -> Result<Vec<NavEntry>, DocsError> {
        let site_name = yaml.get("site_name").and_then(Yaml::to_text).ok_or_else(|| self.no_site_name(path))?;
        let alias = alias_of(&site_name);
        let docs = yaml.get("docs_dir").and_then(Yaml::to_text).unwrap_or_else(|| "docs".to_owned());
        let folder = join(parent(path), &docs).ok_or_else(|| DocsError::Escapes {
            path: path.to_owned(),
            key: "docs_dir",
            value: docs.clone(),
        })?;
        let prefix = format!("{folder}/");
        if !self.tree.paths().iter().any(|file| file.starts_with(&prefix)) {
            return Err(self.error(path, format!("the folder {folder} has no files, or does not exist")));
        }
        let nav = match yaml.get("nav").and_then(Yaml::as_list) {
            Some(items) => config::nav(items),
            None => nav_of_folder(self.tree, &folder),
        };
        let nav = self.prefixed(path, &alias, nav)?;
        self.mounts.push(Mount { alias, folder, config: path.to_owned() });
        Ok(nav)
    }

    fn prefixed(&self, path: &str, alias: &str, nav: Vec<NavEntry>) -> Result<Vec<NavEntry>, DocsError> {
        nav.into_iter()
            .map(|entry| {
                let target = match entry.target {
                    NavTarget::List(list) => NavTarget::List(self.prefixed(path, alias, list)?),
                    NavTarget::Path(target) if target.starts_with(INCLUDE) || target.starts_with(WILDCARD) => {
                        return Err(self.error(path, "nested !include statements are not supported"));
                    }
                    NavTarget::Path(target) => {
                        let external = target.starts_with("//") || url::Url::parse(&target).is_ok();
                        NavTarget::Path(if external { target } else { format!("{alias}/{target}") })
                    }
                };
                Ok(NavEntry { title: entry.title, target })
            })
            .collect()
    }
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

/// The folder that the pages of an included site go to.
fn alias_of(site_name: &str) -> String {
    if site_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte)) && !site_name.is_empty() {
        return site_name.to_owned();
    }
    let ascii: String = site_name.nfkd().filter(char::is_ascii).collect();
    let words = ascii.to_lowercase().replace('\'', "");
    words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// The navigation of an included site that has none: its folders and pages, folders first.
fn nav_of_folder(tree: &dyn Tree, folder: &str) -> Vec<NavEntry> {
    let prefix = format!("{folder}/");
    let paths = tree.paths();
    let pages: Vec<&str> =
        paths.iter().filter_map(|path| path.strip_prefix(&prefix)).filter(|path| path.ends_with(".md")).collect();
    list_folder(&pages, "")
}

fn list_folder(pages: &[&str], at: &str) -> Vec<NavEntry> {
    let mut folders: Vec<&str> = Vec::new();
    let mut here: Vec<&str> = Vec::new();
    for page in pages.iter().filter_map(|page| page.strip_prefix(at)) {
        match page.split_once('/') {
            Some((folder, _)) if !folders.contains(&folder) => folders.push(folder),
            Some(_) => {}
            None => here.push(page),
        }
    }
    folders.sort_unstable();
    here.sort_unstable();
    let folders = folders.into_iter().map(|folder| NavEntry {
        title: Some(folder_title(folder)),
        target: NavTarget::List(list_folder(pages, &format!("{at}{folder}/"))),
    });
    let here = here.into_iter().map(|page| NavEntry { title: None, target: NavTarget::Path(format!("{at}{page}")) });
    folders.chain(here).collect()
}

/// A folder's name as a title.
pub(super) fn folder_title(name: &str) -> String {
    let title = file_name(name).replace(['-', '_'], " ");
    if title.to_lowercase() == title {
        let mut chars = title.chars();
        return chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    }
    title
}
