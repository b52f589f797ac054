//! A site as the files that MkDocs writes: for readers that fetch them one by one, and to be written out.

use crate::shell::stylesheet;
use crate::{DocsError, Sanitizer, Site};

/// The file of a site's search index.
const SEARCH: &str = "search/search_index.json";

/// What a build says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stamp<'a> {
    /// Unix time in milliseconds.
    pub built_at: i64,
    /// The day, as `sitemap.xml` says it.
    pub day: &'a str,
    /// The version of the source.
    pub etag: Option<&'a str>,
}

impl Site {
    /// Every file of the site, in order.
    pub fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = self.urls().iter().map(|url| page_file(url)).collect();
        files.extend(self.assets().map(|(at, _)| at.to_owned()));
        files.extend(["404.html", "sitemap.xml", SEARCH, crate::published::METADATA].map(str::to_owned));
        files.push(stylesheet().0);
        files.sort_unstable();
        files.dedup();
        files
    }

    /// The content of a file of the site; `None` where there is none.
    ///
    /// # Errors
    /// If a source cannot be read.
    pub fn file(
        &self,
        path: &str,
        stamp: Stamp<'_>,
        sanitizer: Option<&Sanitizer>,
    ) -> Result<Option<Vec<u8>>, DocsError> {
        let (style, css) = stylesheet();
        let text = match path {
            "404.html" => self.not_found(),
            "sitemap.xml" => self.sitemap(stamp.day),
            SEARCH => self.search_index()?,
            crate::published::METADATA => self.metadata(stamp.built_at, &self.files(), stamp.etag).to_string(),
            path if path == style => css.to_owned(),
            path => {
                if let Some(url) = self.urls().into_iter().find(|url| page_file(url) == path) {
                    return Ok(Some(self.document(&url, sanitizer)?.into_bytes()));
                }
                let asset = self.assets().find(|(at, _)| *at == path).map(|(_, source)| source.to_owned());
                return asset.map(|source| self.read(&source)).transpose();
            }
        };
        Ok(Some(text.into_bytes()))
    }
}

/// The file of a page: `guide/` is `guide/index.html`.
fn page_file(url: &str) -> String {
    if url.is_empty() || url.ends_with('/') { format!("{url}index.html") } else { url.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::{MemoryTree, Settings};

    #[test]
    fn every_file_of_a_site_has_content() {
        let tree: MemoryTree =
            [("docs/index.md", "# A\n"), ("docs/g/b.md", "# B\n"), ("docs/i.png", "png")].into_iter().collect();
        let site = Site::load(Arc::new(tree), &Settings { site_name: "S".to_owned(), ..Settings::default() }).unwrap();
        let files = site.files();
        assert!(files.contains(&"g/b/index.html".to_owned()) && files.contains(&"i.png".to_owned()), "{files:?}");
        for file in &files {
            assert!(site.file(file, Stamp::default(), None).unwrap().is_some_and(|bytes| !bytes.is_empty()), "{file}");
        }
        assert!(site.file("none", Stamp::default(), None).unwrap().is_none());
        let page = String::from_utf8(site.file("g/b/index.html", Stamp::default(), None).unwrap().unwrap()).unwrap();
        assert!(page.contains("md-content__inner") && page.contains(&stylesheet().0), "{page}");
    }
}
