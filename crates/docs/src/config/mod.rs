//! `mkdocs.yml`: what of it has an effect, and what Backstage takes out of it (contract techdocs.md section 3.2).

mod extensions;
mod theme;
pub(crate) mod yaml;

use std::collections::BTreeMap;

use crate::error::DocsError;
use crate::markdown;
use crate::report::{Finding, Subject, Weight};
use crate::tree::{Tree, join, parent};

pub use theme::Theme;
pub use yaml::SyntaxError;
pub(crate) use yaml::Yaml;

/// What the portal says about a site, beside its own configuration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The title of the entity: the name of a site that has no configuration.
    pub site_name: String,
    /// Where the sources are, for sites that do not say so.
    pub repo_url: Option<String>,
    pub edit_uri: Option<String>,
    /// Keys, plugins and snippet options that are kept though Backstage would take them out.
    pub additional_keys: Vec<String>,
    pub additional_plugins: Vec<String>,
    /// Options of `pymdownx.snippets`; files outside of the source stay out of reach.
    pub snippet_options: bool,
    /// Plugins that every site has.
    pub default_plugins: Vec<String>,
    /// What `!ENV` may read.
    pub environment: BTreeMap<String, String>,
    /// Fences named `mermaid` are left for the reader to draw.
    pub mermaid: bool,
    /// `README.md` is the first page of a site that has no `index.md`.
    pub readme_as_index: bool,
}

/// An entry of the navigation as it is written: a title and a page, link or list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NavEntry {
    pub title: Option<String>,
    pub target: NavTarget,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NavTarget {
    Path(String),
    List(Vec<NavEntry>),
}

/// The configuration of a site.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it was read from; empty when there is none.
    pub path: String,
    pub site_name: String,
    pub site_url: Option<String>,
    pub site_description: Option<String>,
    pub site_author: Option<String>,
    pub repo_url: Option<String>,
    pub repo_name: Option<String>,
    pub edit_uri: Option<String>,
    pub edit_uri_template: Option<String>,
    pub copyright: Option<String>,
    /// Where the pages are, from the root of the source.
    pub docs_dir: String,
    pub directory_urls: bool,
    pub theme: Theme,
    pub markdown: markdown::Options,
    /// Old addresses of pages and where they lead to.
    pub redirects: Vec<(String, String)>,
    pub(crate) nav: Option<Vec<NavEntry>>,
    pub(crate) exclude_docs: Option<String>,
    pub(crate) not_in_nav: Option<String>,
    /// `extra`, as JSON.
    pub extra: serde_json::Value,
}

/// Root keys that are kept.
const KEYS: &[&str] = &[
    "site_name",
    "site_url",
    "site_description",
    "site_author",
    "repo_url",
    "repo_name",
    "edit_uri",
    "edit_uri_template",
    "docs_dir",
    "site_dir",
    "nav",
    "exclude_docs",
    "not_in_nav",
    "theme",
    "plugins",
    "markdown_extensions",
    "extra",
    "extra_css",
    "use_directory_urls",
    "strict",
    "dev_addr",
    "watch",
    "copyright",
    "remote_branch",
    "remote_name",
    "validation",
    "google_analytics",
];

/// Plugins that are built in.
const PLUGINS: &[&str] =
    &["techdocs-core", "search", "material/search", "redirects", "group", "material/group", "monorepo"];

/// Python names that stand for data and are never run.
const PYTHON_NAMES: &[&str] = &[
    "name:materialx.emoji.twemoji",
    "object.apply:materialx.emoji.to_svg",
    "name:materialx.emoji.to_svg",
    "object/apply:pymdownx.slugs.slugify",
    "name:material.extensions.emoji.twemoji",
    "name:material.extensions.emoji.to_svg",
    "name:pymdownx.emoji.twemoji",
    "name:pymdownx.emoji.to_svg",
    "name:pymdownx.slugs.uslugify",
    "name:pymdownx.slugs.uslugify_cased",
    "name:markdown.extensions.toc.slugify_unicode",
    "name:pymdownx.superfences.fence_code_format",
    "name:pymdownx.superfences.fence_div_format",
];

const MOST_PARENTS: usize = 10;

/// The configuration file of the source, `mkdocs.yaml` before `mkdocs.yml`.
pub(crate) fn find(tree: &dyn Tree) -> Option<String> {
    let paths = tree.paths();
    ["mkdocs.yaml", "mkdocs.yml"]
        .iter()
        .find(|name| paths.iter().any(|path| path == *name))
        .map(|name| (*name).to_owned())
}

/// Reads the configuration of the source, or makes one for a source that has none.
///
/// # Errors
/// If the file cannot be read, names Python code, or leads out of the source.
pub(crate) fn read(tree: &dyn Tree, settings: &Settings, findings: &mut Vec<Finding>) -> Result<Config, DocsError> {
    let path = find(tree).unwrap_or_default();
    let yaml = match path.as_str() {
        "" => Yaml::Map(vec![("site_name".to_owned(), Yaml::Text(settings.site_name.clone()))]),
        path => with_parents(tree, path, settings, findings)?,
    };
    if !matches!(yaml, Yaml::Map(_)) {
        return Err(DocsError::NotAConfig { path });
    }
    let mut reader = Reader { yaml: &yaml, path: &path, settings, findings, slashes: false };
    reader.config()
}

/// Reads one file, with the tags that have a meaning resolved.
pub(crate) fn read_yaml(tree: &dyn Tree, path: &str, settings: &Settings) -> Result<Yaml, DocsError> {
    let text = String::from_utf8(tree.read(path)?).map_err(|_| DocsError::NotText { path: path.to_owned() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let yaml = yaml::parse(text).map_err(|error| DocsError::Syntax { path: path.to_owned(), error })?;
    resolve_tags(yaml, path, settings)
}

/// A file laid over the one it inherits from.
fn with_parents(
    tree: &dyn Tree,
    path: &str,
    settings: &Settings,
    findings: &mut Vec<Finding>,
) -> Result<Yaml, DocsError> {
    let mut layers = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next.take() {
        let yaml = read_yaml(tree, &path, settings)?;
        if let Some(base) = yaml.get("INHERIT").and_then(Yaml::as_text) {
            let base_path = join(parent(&path), base).ok_or_else(|| DocsError::Escapes {
                path: path.clone(),
                key: "INHERIT",
                value: base.to_owned(),
            })?;
            if layers.len() < MOST_PARENTS {
                next = Some(base_path);
            } else {
                findings.push(Finding::new(Weight::Error, Subject::Key, &path, "INHERIT leads in a circle"));
            }
        }
        layers.push(yaml);
    }
    let merged = layers.into_iter().rev().reduce(Yaml::merge).unwrap_or(Yaml::Null);
    Ok(match merged {
        Yaml::Map(entries) => Yaml::Map(entries.into_iter().filter(|(name, _)| name != "INHERIT").collect()),
        other => other,
    })
}

fn resolve_tags(yaml: Yaml, path: &str, settings: &Settings) -> Result<Yaml, DocsError> {
    Ok(match yaml {
        Yaml::List(items) => {
            Yaml::List(items.into_iter().map(|item| resolve_tags(item, path, settings)).collect::<Result<_, _>>()?)
        }
        Yaml::Map(entries) => Yaml::Map(
            entries
                .into_iter()
                .map(|(name, value)| Ok((name, resolve_tags(value, path, settings)?)))
                .collect::<Result<_, DocsError>>()?,
        ),
        Yaml::Tagged(tag, value) => match tag.as_str() {
            "!ENV" => environment(&value, settings),
            _ => match tag.strip_prefix("!!python/").or_else(|| tag.strip_prefix("tag:yaml.org,2002:python/")) {
                Some(name) if PYTHON_NAMES.contains(&name) => Yaml::Tagged(tag, value),
                Some(_) => return Err(DocsError::PythonTag { path: path.to_owned(), tag }),
                None => resolve_tags(*value, path, settings)?,
            },
        },
        other => other,
    })
}

/// `!ENV NAME` and `!ENV [NAME, OTHER, default]`.
fn environment(value: &Yaml, settings: &Settings) -> Yaml {
    let look = |name: &Yaml| {
        let text = settings.environment.get(name.as_text()?)?;
        Some(yaml::parse(text).unwrap_or_else(|_| Yaml::Text(text.clone())))
    };
    match value {
        Yaml::List(items) => match items.split_last() {
            Some((default, [])) => look(default).unwrap_or(Yaml::Null),
            Some((default, names)) => names.iter().find_map(look).unwrap_or_else(|| default.clone()),
            None => Yaml::Null,
        },
        name => look(name).unwrap_or(Yaml::Null),
    }
}

struct Reader<'a> {
    yaml: &'a Yaml,
    path: &'a str,
    settings: &'a Settings,
    findings: &'a mut Vec<Finding>,
    /// Boxes and tabs are written between slashes.
    slashes: bool,
}

impl Reader<'_> {
    fn find(&mut self, weight: Weight, subject: Subject, message: String) {
        self.findings.push(Finding::new(weight, subject, self.path, message));
    }

    fn text(&self, key: &str) -> Option<String> {
        self.yaml.get(key).and_then(Yaml::to_text).filter(|text| !text.is_empty())
    }

    fn config(&mut self) -> Result<Config, DocsError> {
        for (key, _) in self.yaml.entries() {
            if !KEYS.contains(&key.as_str()) && !self.settings.additional_keys.contains(key) {
                self.find(Weight::Warning, Subject::Key, format!("the key {key} has no effect here"));
            }
        }
        let folder = parent(self.path);
        let docs = self.text("docs_dir").unwrap_or_else(|| "docs".to_owned());
        let escapes =
            |key, value: &str| DocsError::Escapes { path: self.path.to_owned(), key, value: value.to_owned() };
        if docs.starts_with('/') {
            return Err(escapes("docs_dir", &docs));
        }
        let docs_dir = join(folder, &docs).ok_or_else(|| escapes("docs_dir", &docs))?;
        if docs_dir == folder && !self.path.is_empty() {
            return Err(DocsError::DocsIsSource { path: self.path.to_owned() });
        }
        let site_name = self.text("site_name").unwrap_or_else(|| self.settings.site_name.clone());
        let repo_url = self.text("repo_url").or_else(|| self.settings.repo_url.clone());
        let edit_uri = match self.yaml.get("edit_uri") {
            Some(value) => value.to_text(),
            None => self.settings.edit_uri.clone().or_else(|| default_edit_uri(repo_url.as_deref())),
        };
        let edit_uri = edit_uri.filter(|uri| !uri.is_empty()).map(|uri| format!("{}/", uri.trim_end_matches('/')));
        let redirects = self.plugins();
        let mut markdown = extensions::options(self);
        if self.slashes {
            markdown.block_syntax = true;
            markdown.indented_boxes = false;
        }
        let theme = theme::read(self.yaml);
        Ok(Config {
            path: self.path.to_owned(),
            site_url: self.text("site_url"),
            site_description: self.text("site_description"),
            site_author: self.text("site_author"),
            repo_name: self.text("repo_name").or_else(|| repo_url.as_deref().map(repo_name)),
            edit_uri_template: self.text("edit_uri_template"),
            copyright: self.text("copyright"),
            directory_urls: self.yaml.get("use_directory_urls").and_then(Yaml::as_bool).unwrap_or(true),
            nav: self.yaml.get("nav").and_then(Yaml::as_list).map(nav),
            exclude_docs: self.text("exclude_docs"),
            not_in_nav: self.text("not_in_nav"),
            extra: self.yaml.get("extra").map(Yaml::to_json).unwrap_or_default(),
            site_name,
            repo_url,
            edit_uri,
            docs_dir,
            theme,
            markdown,
            redirects,
        })
    }

    /// Names what plugins are missing, and gives the old addresses of pages.
    fn plugins(&mut self) -> Vec<(String, String)> {
        let mut redirects = Vec::new();
        let plugins = self.yaml.get("plugins").cloned().unwrap_or(Yaml::Null);
        let mut open = named_options(&plugins);
        while let Some((name, options)) = open.pop() {
            if name == "group" || name == "material/group" {
                open.extend(options.get("plugins").map(named_options).unwrap_or_default());
            } else if name == "redirects" {
                let maps = options.get("redirect_maps").map(Yaml::entries).unwrap_or_default();
                redirects.extend(maps.iter().filter_map(|(from, to)| Some((from.clone(), to.to_text()?))));
            } else if name == "techdocs-core" {
                self.slashes = options.get("use_pymdownx_blocks").and_then(Yaml::as_bool).unwrap_or(false);
            } else if !PLUGINS.contains(&name.as_str()) {
                let allowed =
                    self.settings.additional_plugins.contains(&name) || self.settings.default_plugins.contains(&name);
                let message = match allowed {
                    true => format!("the plugin {name} is allowed but not built in: build this site with MkDocs"),
                    false => format!("the plugin {name} is not built in and is left out"),
                };
                self.find(Weight::Warning, Subject::Plugin, message);
            }
        }
        redirects
    }
}

/// Names with their options, as plugins and extensions are listed: a list of names and mappings, or one mapping.
fn named_options(yaml: &Yaml) -> Vec<(String, Yaml)> {
    match yaml {
        Yaml::List(items) => items
            .iter()
            .flat_map(|item| match item {
                Yaml::Map(entries) => entries.clone(),
                item => item.to_text().map(|name| (name, Yaml::Null)).into_iter().collect(),
            })
            .collect(),
        Yaml::Map(entries) => entries.clone(),
        _ => Vec::new(),
    }
}

/// The entries of a navigation.
pub(crate) fn nav(items: &[Yaml]) -> Vec<NavEntry> {
    let mut entries = Vec::new();
    for item in items {
        match item {
            Yaml::Map(map) => {
                for (title, value) in map {
                    let target = match value {
                        Yaml::List(items) => NavTarget::List(nav(items)),
                        value => match value.to_text() {
                            Some(path) => NavTarget::Path(path),
                            None => continue,
                        },
                    };
                    entries.push(NavEntry { title: Some(title.clone()), target });
                }
            }
            item => {
                if let Some(path) = item.to_text() {
                    entries.push(NavEntry { title: None, target: NavTarget::Path(path) });
                }
            }
        }
    }
    entries
}

fn host_of(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_lowercase)).unwrap_or_default()
}

fn default_edit_uri(repo_url: Option<&str>) -> Option<String> {
    match host_of(repo_url?).as_str() {
        "github.com" | "gitlab.com" => Some("edit/master/docs/".to_owned()),
        "bitbucket.org" => Some("src/default/docs/".to_owned()),
        _ => None,
    }
}

fn repo_name(repo_url: &str) -> String {
    match host_of(repo_url).as_str() {
        "github.com" => "GitHub".to_owned(),
        "bitbucket.org" => "Bitbucket".to_owned(),
        "gitlab.com" => "GitLab".to_owned(),
        host => {
            let name = host.split('.').next().unwrap_or_default();
            let mut chars = name.chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}
