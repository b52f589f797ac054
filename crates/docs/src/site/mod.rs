//! A site: its configuration, navigation and pages, rendered one by one when they are asked for.

mod check;
mod files;
mod ignore;
mod links;
mod meta;
mod monorepo;
mod nav;
mod output;
mod search;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use crate::config::{self, Config, Settings, Yaml};
use crate::error::DocsError;
use crate::markdown::{self, Heading};
use crate::report::{Finding, Subject, Weight};
use crate::sanitize::{Sanitizer, is_safe_link};
use crate::tree::Tree;

use files::Mount;
pub(crate) use files::{Files, relative_url};
use links::{Dangling, Dependency, PageHost, ToAnchor};
pub(crate) use nav::{Nav, NavItem};
pub use output::Build;
pub use search::SearchDoc;

/// A page as it is shown.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its address relative to the site; empty for the first page.
    pub url: String,
    /// Its source, from the root of the source.
    pub source: String,
    /// Plain text.
    pub title: String,
    /// What stands in Material's `<article>`, with whatever HTML the source has: to publish, not to show.
    pub raw_html: String,
    pub toc: Vec<Heading>,
    pub edit_url: Option<String>,
    /// The data at the begin of the source.
    pub meta: serde_json::Value,
    pub previous: Option<PageLink>,
    pub next: Option<PageLink>,
}

impl Page {
    /// What stands in the `<article>`, safe to show.
    pub fn html(&self, sanitizer: &Sanitizer) -> String {
        sanitizer.clean(&self.raw_html)
    }
}

/// A page that another leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLink {
    pub url: String,
    pub title: String,
}

/// An entry of the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NavEntry {
    Page(PageLink),
    Section {
        title: String,
        children: Vec<NavEntry>,
    },
    /// Somewhere else.
    Link {
        title: String,
        url: String,
    },
}

/// Pages beyond this are data that somebody gave the wrong name.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What a page's source becomes, whatever surrounds it.
#[derive(Debug, Default)]
struct Content {
    html: String,
    toc: Vec<Heading>,
    title: Option<String>,
    meta: Yaml,
    dangling: Vec<Dangling>,
    to_anchors: Vec<ToAnchor>,
    dependencies: Vec<Dependency>,
    warnings: Vec<String>,
}

/// What the navigation shows beside the title of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// `new`, `deprecated` or a word of the site's own.
    pub status: Option<String>,
    pub subtitle: Option<String>,
}

/// A documentation site.
pub struct Site {
    tree: Arc<dyn Tree>,
    config: Config,
    mounts: Vec<Mount>,
    files: Files,
    nav: Nav,
    /// What each page is made of: equal keys, equal content.
    keys: Vec<[u8; 32]>,
    contents: Vec<OnceLock<Arc<Content>>>,
    /// What the navigation shows beside a title, from the data of each page.
    marks: Vec<OnceLock<Marks>>,
    findings: Vec<Finding>,
}

impl Site {
    /// Reads the configuration and lists the pages; nothing is rendered yet.
    ///
    /// # Errors
    /// If the configuration cannot be read or leads out of the source.
    pub fn load(tree: Arc<dyn Tree>, settings: &Settings) -> Result<Self, DocsError> {
        let mut findings = Vec::new();
        let config = config::read(tree.as_ref(), settings, &mut findings)?;
        let merged = monorepo::merge(tree.as_ref(), &config, settings)?;
        let mut files = files::list(tree.as_ref(), &config, &merged.mounts, &mut findings);
        if settings.readme_as_index {
            files.add_readme(tree.as_ref());
        }
        if files.all.is_empty() && !config.path.is_empty() {
            return Err(DocsError::NoDocs { path: config.path, docs_dir: config.docs_dir });
        }
        let nav = nav::build(merged.nav.as_deref(), &files, &config.path, &mut findings);
        let surroundings = surroundings(&config, &files);
        let mut keys = Vec::with_capacity(nav.pages.len());
        for entry in &nav.pages {
            let file = &files.all[entry.file];
            let mut hasher = Sha256::new();
            hasher.update(surroundings);
            hasher.update(file.uri.as_bytes());
            hasher.update([0]);
            hasher.update(tree.read(&file.source)?);
            keys.push(hasher.finalize().into());
        }
        let contents = keys.iter().map(|_| OnceLock::new()).collect();
        let marks = keys.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { tree, config, mounts: merged.mounts, files, nav, keys, contents, marks, findings })
    }

    /// As [`Site::load`], taking over from `previous` every page that is made of the same as before.
    ///
    /// # Errors
    /// As for [`Site::load`].
    pub fn load_after(previous: &Site, tree: Arc<dyn Tree>, settings: &Settings) -> Result<Self, DocsError> {
        let site = Self::load(tree, settings)?;
        let known: HashMap<&[u8; 32], usize> =
            previous.keys.iter().enumerate().map(|(page, key)| (key, page)).collect();
        for (page, key) in site.keys.iter().enumerate() {
            let Some(content) = known.get(key).and_then(|page| previous.contents[*page].get()) else { continue };
            let same = content
                .dependencies
                .iter()
                .all(|(path, hash_then)| site.tree.read(path).ok().as_deref().map(hash) == *hash_then);
            if same {
                let _ = site.contents[page].set(Arc::clone(content));
            }
        }
        Ok(site)
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Addresses of all pages, in the order of the files.
    pub fn urls(&self) -> Vec<String> {
        (0..self.nav.pages.len()).map(|page| self.url(page)).collect()
    }

    /// How many pages are rendered already.
    pub fn rendered(&self) -> usize {
        self.contents.iter().filter(|content| content.get().is_some()).count()
    }

    /// Renders the page at `url`, as [`Site::urls`] gives it; a trailing `index.html` may stand behind it.
    ///
    /// # Errors
    /// If there is no such page, or its source cannot be read.
    pub fn render(&self, url: &str) -> Result<Page, DocsError> {
        let wanted = url.strip_suffix("index.html").unwrap_or(url);
        let page = (0..self.nav.pages.len())
            .find(|page| self.url(*page) == wanted || self.url(*page) == url)
            .ok_or_else(|| DocsError::NoPage { url: url.to_owned() })?;
        let entry = &self.nav.pages[page];
        let content = self.content(page)?;
        let title = self.title(page)?;
        let has_heading = content.html.contains("<h1");
        let html = match has_heading {
            true => content.html.clone(),
            false => {
                let mut html = String::from("<h1>");
                markdown::escape_into(&mut html, &title);
                html + "</h1>\n" + &content.html
            }
        };
        let link = |page: Option<usize>| {
            page.map(|page| Ok::<_, DocsError>(PageLink { url: self.url(page), title: self.title(page)? })).transpose()
        };
        Ok(Page {
            url: self.url(page),
            source: self.files.all[entry.file].source.clone(),
            raw_html: html,
            toc: content.toc.clone(),
            edit_url: self.edit_url(page),
            meta: content.meta.to_json(),
            previous: link(entry.previous)?,
            next: link(entry.next)?,
            title,
        })
    }

    /// The search index, as a file of the site.
    ///
    /// # Errors
    /// If a page's source cannot be read.
    pub fn search_index(&self) -> Result<String, DocsError> {
        let language = self.config.theme.language.as_deref().unwrap_or("en");
        Ok(search::index(&self.search_docs()?, language))
    }

    /// The entries of the search index.
    ///
    /// # Errors
    /// If a page's source cannot be read.
    pub fn search_docs(&self) -> Result<Vec<SearchDoc>, DocsError> {
        let mut docs = Vec::new();
        for page in 0..self.nav.pages.len() {
            let content = self.content(page)?;
            docs.extend(search::docs(&self.url(page), &self.title_html(page)?, &content.html, &content.toc));
        }
        Ok(docs)
    }

    /// `techdocs_metadata.json`: what MkDocs writes, and what publishing adds to it. The time counts milliseconds.
    pub fn metadata(&self, build_timestamp: i64, files: &[String], etag: Option<&str>) -> serde_json::Value {
        let mut metadata = serde_json::json!({
            "site_name": self.config.site_name,
            // Without a description, Python's word for nothing.
            "site_description": self.config.site_description.as_deref().unwrap_or("None"),
            "build_timestamp": build_timestamp,
            "files": files,
        });
        if let Some(etag) = etag {
            metadata["etag"] = etag.into();
        }
        metadata
    }

    /// The navigation, with the titles of pages.
    ///
    /// # Errors
    /// If a page's source cannot be read.
    pub fn navigation(&self) -> Result<Vec<NavEntry>, DocsError> {
        self.entries(&self.nav.items)
    }

    fn entries(&self, items: &[NavItem]) -> Result<Vec<NavEntry>, DocsError> {
        let entry = |item: &NavItem| {
            Ok(match item {
                NavItem::Page(page) => NavEntry::Page(self.link_to(*page)?),
                NavItem::Section { title, children } => {
                    NavEntry::Section { title: title.clone(), children: self.entries(children)? }
                }
                NavItem::Link { title, url } => {
                    NavEntry::Link { title: title.clone().unwrap_or_else(|| url.clone()), url: url.clone() }
                }
            })
        };
        items.iter().map(entry).collect()
    }

    /// `sitemap.xml`; without pages if the site does not know its own address. `date` is the day of the build.
    pub fn sitemap(&self, date: &str) -> String {
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">",
        );
        if let Some(base) = &self.config.site_url {
            for page in 0..self.nav.pages.len() {
                let mut url = String::new();
                markdown::escape_into(&mut url, &format!("{}/{}", base.trim_end_matches('/'), self.url(page)));
                xml.push_str(&format!(
                    "\n    <url>\n         <loc>{url}</loc>\n         <lastmod>{date}</lastmod>\n    </url>"
                ));
            }
        }
        xml + "\n</urlset>\n"
    }

    /// Files of the source that are in the site as they are: where each will be, and where it is in the source.
    pub fn assets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.all.iter().filter(|file| !file.is_page()).map(|file| (file.dest.as_str(), file.source.as_str()))
    }

    /// The content of a file of the source.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn read(&self, source: &str) -> Result<Vec<u8>, DocsError> {
        Ok(self.tree.read(source)?)
    }

    /// What is known without rendering: keys, plugins and extensions that have no effect, and the navigation.
    pub fn report(&self) -> &[Finding] {
        &self.findings
    }

    /// Everything that is wrong: the report, and all links, images and anchors that lead nowhere.
    ///
    /// # Errors
    /// If a page's source cannot be read.
    pub fn check(&self) -> Result<Vec<Finding>, DocsError> {
        let mut findings = self.findings.clone();
        findings.extend(check::pages(self)?);
        Ok(findings)
    }

    fn url(&self, page: usize) -> String {
        let url = &self.files.all[self.nav.pages[page].file].url;
        if url == "./" { String::new() } else { url.clone() }
    }

    pub(crate) fn nav(&self) -> &Nav {
        &self.nav
    }

    pub(crate) fn page_at(&self, url: &str) -> Option<usize> {
        (0..self.nav.pages.len()).find(|page| self.url(*page) == url)
    }

    pub(crate) fn link_to(&self, page: usize) -> Result<PageLink, DocsError> {
        Ok(PageLink { url: self.url(page), title: self.title(page)? })
    }

    /// Reads the data of the page alone: nothing is rendered for it.
    pub(crate) fn marks(&self, page: usize) -> Result<&Marks, DocsError> {
        if let Some(marks) = self.marks[page].get() {
            return Ok(marks);
        }
        let (meta, _, _) = meta::split(&self.source(page)?);
        let text = |key| meta.get(key).and_then(Yaml::to_text);
        let marks = Marks { status: text("status"), subtitle: text("subtitle") };
        Ok(self.marks[page].get_or_init(|| marks))
    }

    pub(crate) fn is_index(&self, page: usize) -> bool {
        self.files.all[self.nav.pages[page].file].stem() == "index"
    }

    fn content(&self, page: usize) -> Result<Arc<Content>, DocsError> {
        if let Some(content) = self.contents[page].get() {
            return Ok(Arc::clone(content));
        }
        let content = Arc::new(self.make(page)?);
        Ok(Arc::clone(self.contents[page].get_or_init(|| content)))
    }

    fn source(&self, page: usize) -> Result<String, DocsError> {
        let bytes = self.tree.read(&self.files.all[self.nav.pages[page].file].source)?;
        // One page in another encoding does not keep the others from being read.
        let text =
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    fn make(&self, page: usize) -> Result<Content, DocsError> {
        let (meta, text, _) = meta::split(&self.source(page)?);
        let host = PageHost::new(self.tree.as_ref(), &self.files, self.nav.pages[page].file);
        if text.len() > MOST_BYTES {
            let warnings = vec![format!("the page is larger than {MOST_BYTES} bytes and is not rendered")];
            return Ok(Content { meta, warnings, ..Content::default() });
        }
        let mut rendered = markdown::render(&text, &self.config.markdown, &host);
        if text.contains('\u{fffd}') {
            rendered.warnings.push("the page is not UTF-8, or has signs that were lost before".to_owned());
        }
        Ok(Content {
            html: rendered.html,
            toc: rendered.toc,
            title: rendered.title.filter(|title| !title.is_empty()),
            meta,
            dangling: host.dangling.into_inner(),
            to_anchors: host.anchors.into_inner(),
            dependencies: host.dependencies.into_inner(),
            warnings: rendered.warnings,
        })
    }

    /// The title of a page as plain text.
    fn title(&self, page: usize) -> Result<String, DocsError> {
        Ok(htmlize::unescape(self.title_html(page)?.as_str()).into_owned())
    }

    /// The title as MkDocs has it: text from a heading is HTML already.
    fn title_html(&self, page: usize) -> Result<String, DocsError> {
        let entry = &self.nav.pages[page];
        if let Some(title) = &entry.title {
            return Ok(title.clone());
        }
        let content = self.content(page)?;
        if let Some(title) = content.meta.get("title").and_then(Yaml::to_text) {
            return Ok(title);
        }
        if let Some(title) = &content.title {
            return Ok(title.clone());
        }
        let file = &self.files.all[entry.file];
        if entry.top_level && file.stem() == "index" && matches!(file.url.as_str(), "./" | "index.html") {
            return Ok("Home".to_owned());
        }
        Ok(monorepo::folder_title(file.stem()))
    }

    fn edit_url(&self, page: usize) -> Option<String> {
        self.edit_address(page).filter(|url| is_safe_link(url))
    }

    fn edit_address(&self, page: usize) -> Option<String> {
        let file = &self.files.all[self.nav.pages[page].file];
        let mount = self.mounts.iter().rev().find(|mount| !mount.alias.is_empty() && in_mount(&file.uri, mount));
        let config = &self.config;
        match mount {
            Some(mount) => mount.edit_url(self.tree.as_ref(), config, &file.source),
            None => {
                let path = match (&config.edit_uri_template, &config.edit_uri) {
                    (Some(template), _) => {
                        let stem = file.uri.rsplit_once('.').map_or(file.uri.as_str(), |(stem, _)| stem);
                        template.replace("{path}", &file.uri).replace("{path_noext}", stem)
                    }
                    (None, Some(uri)) => format!("{uri}{}", file.uri),
                    (None, None) => return None,
                };
                Some(match &config.repo_url {
                    Some(repo) if path.starts_with(['?', '#']) => format!("{repo}{path}"),
                    Some(repo) => format!("{}/{}", repo.trim_end_matches('/'), path.trim_start_matches('/')),
                    None => path,
                })
            }
        }
    }
}

fn in_mount(uri: &str, mount: &Mount) -> bool {
    uri.strip_prefix(mount.alias.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

impl Mount {
    /// Where a page of an included site is edited: its own configuration may say so, else that of the site around it.
    fn edit_url(&self, tree: &dyn Tree, root: &Config, source: &str) -> Option<String> {
        let yaml = config::read_yaml(tree, &self.config, &Settings::default()).unwrap_or(Yaml::Null);
        let repo = yaml.get("repo_url").and_then(Yaml::to_text).or_else(|| root.repo_url.clone())?;
        let uri = match yaml.get("edit_uri").and_then(Yaml::to_text) {
            Some(uri) => uri,
            None => root.edit_uri.clone().unwrap_or_default().replace(&root.docs_dir, &self.folder),
        };
        let path = source.strip_prefix(self.folder.as_str())?.trim_start_matches('/');
        let separator = |text: &str| if text.is_empty() || text.ends_with('/') { "" } else { "/" };
        let repo_end = if uri.is_empty() || uri.starts_with(['?', '#']) { "" } else { separator(&repo) };
        Some(format!("{repo}{repo_end}{uri}{}{path}", separator(&uri)))
    }
}

impl Files {
    /// The readme of the source as the first page, where there is none.
    fn add_readme(&mut self, tree: &dyn Tree) {
        if self.get("index.md").is_some() || self.get("README.md").is_some() {
            return;
        }
        let paths = tree.paths();
        let readme = ["readme.md", "README.md"].iter().find(|name| paths.iter().any(|path| path == *name));
        if let Some(readme) = readme {
            self.push_page("index.md", readme);
        }
    }
}

/// What the content of every page depends on.
fn surroundings(config: &Config, files: &Files) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(format!("{:?}", config.markdown));
    for file in &files.all {
        hasher.update(file.uri.as_bytes());
        hasher.update([0]);
        hasher.update(file.url.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().into()
}

fn hash(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

fn note(page_path: &str, message: &str, line: Option<usize>) -> Finding {
    Finding::new(Weight::Warning, Subject::Content, page_path, message).at(line)
}
