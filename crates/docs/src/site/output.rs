//! A site as the files that MkDocs would write, each made when it is asked for.

use std::fmt::Write;

use super::Site;
use super::files::{dest, is_page, relative_url};
use crate::error::DocsError;
use crate::sanitize::Sanitizer;
use crate::shell::{escape, stylesheet};

/// What a build says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The day, as `2026-01-31`.
    pub date: String,
    /// The version of the source.
    pub etag: Option<String>,
}

const SEARCH: &str = "search/search_index.json";
const SITEMAP: &str = "sitemap.xml";
const NOT_FOUND: &str = "404.html";
const METADATA: &str = "techdocs_metadata.json";

impl Site {
    /// Every file of the site, in the order of the paths.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.files.all.iter().map(|file| file.dest.clone()).collect();
        paths.extend(self.redirects().into_iter().map(|(path, _)| path));
        paths.extend([SEARCH, SITEMAP, NOT_FOUND, METADATA].map(str::to_owned));
        paths.push(stylesheet().0);
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// One of [`Site::paths`]; the articles of pages are cleaned by `sanitizer` if there is one.
    ///
    /// # Errors
    /// If there is no such file, or a source cannot be read.
    pub fn file(&self, path: &str, build: &Build, sanitizer: Option<&Sanitizer>) -> Result<Vec<u8>, DocsError> {
        if let Some(file) = self.files.all.iter().find(|file| file.dest == path) {
            return match file.is_page() {
                true => Ok(self.document(if file.url == "./" { "" } else { &file.url }, sanitizer)?.into_bytes()),
                false => self.read(&file.source),
            };
        }
        if let Some((_, target)) = self.redirects().into_iter().find(|(from, _)| from == path) {
            return Ok(redirect(&target).into_bytes());
        }
        let (style, css) = stylesheet();
        let text = match path {
            SEARCH => self.search_index()?,
            SITEMAP => self.sitemap(&build.date),
            NOT_FOUND => self.not_found(),
            METADATA => self.metadata(build.timestamp, &self.paths(), build.etag.as_deref()).to_string(),
            path if path == style => css.to_owned(),
            path => return Err(DocsError::NoPage { url: path.to_owned() }),
        };
        Ok(text.into_bytes())
    }

    /// Files at the old addresses of pages, and where each leads to.
    fn redirects(&self) -> Vec<(String, String)> {
        let mut redirects = Vec::new();
        for (old, new) in &self.config.redirects {
            if !is_page(old) {
                continue;
            }
            let from = dest(old, self.config.directory_urls);
            let (page, fragment) = match new.split_once('#') {
                Some((page, fragment)) => (page, format!("#{fragment}")),
                None => (new.as_str(), String::new()),
            };
            let external = new.to_lowercase().starts_with("http://") || new.to_lowercase().starts_with("https://");
            let target = match self.files.get(page) {
                _ if external => new.clone(),
                Some(file) => relative_url(&file.url, &from) + &fragment,
                None => continue,
            };
            redirects.push((from, target));
        }
        redirects
    }
}

fn redirect(target: &str) -> String {
    let target = escape(target);
    let mut html = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = write!(
        html,
        "<title>Redirecting...</title>\n<link rel=\"canonical\" href=\"{target}\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={target}\">\n</head>\n<body>\n\
         You're being redirected to a <a href=\"{target}\">new destination</a>.\n</body>\n</html>\n"
    );
    html
}
