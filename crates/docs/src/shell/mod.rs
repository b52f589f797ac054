//! The page around an article, in the shape of Material: Backstage's reader and its addons look for these elements
//! (contract techdocs.md section 8).

mod nav;
mod words;

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::error::DocsError;
use crate::markdown::{self, Heading, escape_into};
use crate::sanitize::{Sanitizer, is_safe_link};
use crate::site::{Page, Site, relative_url};
use words::Words;

const STYLE: &str = include_str!("../../assets/main.css");

const MENU: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"M3 6h18v2H3zm0 5h18v2H3zm0 5h18v2H3z\"/></svg>";
const EDIT: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"M4 16v4h4L20 8l-4-4zM15 2l7 7 1-1-7-7z\"/></svg>";
const VIEW: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"M5 3h10l4 4v14H5zm2 2v14h10V9h-4V5z\"/></svg>";
const LEFT: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"m11 5-7 7 7 7v-5h9v-4h-9z\"/></svg>";
const RIGHT: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"m13 5 7 7-7 7v-5H4v-4h9z\"/></svg>";
const BOOK: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"M4 4h7v16H4zm9 0h7v16h-7z\"/></svg>";
const REPOSITORY: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"M6 3a3 3 0 0 1 1 5.8v6.4a3 3 0 1 1-2 0V8.8A3 3 0 0 1 6 3m12 3a3 3 0 0 1 1 5.8V14h-6v-2h4v-.2A3 3 0 0 1 18 6\"/></svg>";

/// The stylesheet of all sites: where it is in a site, and its text. Readers keep a stylesheet of this name only.
pub fn stylesheet() -> (String, &'static str) {
    let hash = hex::encode(Sha256::digest(STYLE));
    (format!("assets/stylesheets/main.{}.min.css", &hash[..8]), STYLE)
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

/// Names in a configuration may hold character references.
pub(crate) fn escape_name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    markdown::escape_name_into(&mut out, text);
    out
}

/// A page being written.
pub(crate) struct Shell<'a> {
    pub site: &'a Site,
    pub page: &'a Page,
    pub number: Option<usize>,
    pub words: &'static Words,
    pub out: String,
}

impl Site {
    /// The whole document of the page at `url`, its article cleaned by `sanitizer` if there is one.
    ///
    /// # Errors
    /// If there is no such page, or a source cannot be read.
    pub fn document(&self, url: &str, sanitizer: Option<&Sanitizer>) -> Result<String, DocsError> {
        let page = self.render(url)?;
        let article = match sanitizer {
            Some(sanitizer) => page.html(sanitizer),
            None => page.raw_html.clone(),
        };
        let language = self.config().theme.language.as_deref().unwrap_or("en");
        let number = self.page_at(&page.url);
        let shell = Shell { site: self, page: &page, number, words: words::of(language), out: String::new() };
        shell.document(&article)
    }

    /// The page for addresses that do not exist.
    pub fn not_found(&self) -> String {
        let title = escape(&self.config().site_name);
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body>\
             <div class=\"md-container\"><main class=\"md-main\"><div class=\"md-content\">\
             <article class=\"md-content__inner md-typeset\"><h1>404 - Not found</h1></article></div></main></div></body></html>\n"
        )
    }
}

impl Shell<'_> {
    /// An address of the site as seen from the page.
    pub fn href(&self, url: &str) -> String {
        if !is_safe_link(url) {
            return "#".to_owned();
        }
        if url.contains("://") || url.starts_with(['#', '/', '?']) || url.starts_with("mailto:") {
            return escape(url);
        }
        let own = if self.page.url.is_empty() { "./" } else { &self.page.url };
        escape(&relative_url(url, own))
    }

    pub fn has(&self, feature: &str) -> bool {
        self.site.config().theme.has(feature)
    }

    fn hides(&self, part: &str) -> bool {
        let hide = self.page.meta.get("hide").and_then(serde_json::Value::as_array);
        hide.is_some_and(|hide| hide.iter().any(|hidden| hidden == part))
    }

    fn document(mut self, article: &str) -> Result<String, DocsError> {
        self.head();
        let skip = self
            .page
            .toc
            .first()
            .map(|first| format!("<a href=\"#{}\" class=\"md-skip\">{}</a>", escape(&first.id), self.words.skip));
        let _ = write!(
            self.out,
            "<input class=\"md-toggle\" data-md-toggle=\"drawer\" type=\"checkbox\" id=\"__drawer\" autocomplete=\"off\">\n\
             <input class=\"md-toggle\" data-md-toggle=\"search\" type=\"checkbox\" id=\"__search\" autocomplete=\"off\">\n\
             <label class=\"md-overlay\" for=\"__drawer\"></label>\n\
             <div data-md-component=\"skip\">{}</div>\n<div data-md-component=\"announce\"></div>\n",
            skip.unwrap_or_default()
        );
        self.header();
        self.out.push_str("<div class=\"md-container\" data-md-component=\"container\">\n");
        if self.has("navigation.tabs") {
            self.tabs()?;
        }
        self.out
            .push_str("<main class=\"md-main\" data-md-component=\"main\">\n<div class=\"md-main__inner md-grid\">\n");
        self.sidebar("primary", "navigation", "navigation");
        self.primary()?;
        self.out.push_str("</div></div></div>\n");
        if !self.has("toc.integrate") {
            self.sidebar("secondary", "toc", "toc");
            self.toc();
            self.out.push_str("</div></div></div>\n");
        }
        self.out.push_str(
            "<div class=\"md-content\" data-md-component=\"content\">\n<article class=\"md-content__inner md-typeset\">\n",
        );
        self.actions();
        self.out.push_str(article);
        self.out.push_str("\n</article>\n</div>\n</div>\n</main>\n");
        self.footer();
        self.out.push_str("</div>\n</body>\n</html>\n");
        Ok(self.out)
    }

    fn head(&mut self) {
        let config = self.site.config();
        let meta = |name: &str| self.page.meta.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let title = match meta("title") {
            Some(title) => format!("{title} - {}", config.site_name),
            None if self.page.url.is_empty() => config.site_name.clone(),
            None => format!("{} - {}", self.page.title, config.site_name),
        };
        let mut head = format!(
            "<!doctype html>\n<html lang=\"{}\" class=\"no-js\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n",
            escape(config.theme.language.as_deref().unwrap_or("en"))
        );
        let named = [
            ("description", meta("description").or_else(|| config.site_description.clone())),
            ("author", meta("author").or_else(|| config.site_author.clone())),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                let _ = writeln!(head, "<meta name=\"{name}\" content=\"{}\">", escape(&value));
            }
        }
        if let Some(base) = &config.site_url {
            let url = format!("{}/{}", base.trim_end_matches('/'), self.page.url);
            let _ = writeln!(head, "<link rel=\"canonical\" href=\"{}\">", escape(&url));
        }
        for (rel, link) in [("prev", &self.page.previous), ("next", &self.page.next)] {
            if let Some(link) = link {
                let _ = writeln!(head, "<link rel=\"{rel}\" href=\"{}\">", self.href(&link.url));
            }
        }
        if let Some(favicon) = &config.theme.favicon {
            let _ = writeln!(head, "<link rel=\"icon\" href=\"{}\">", self.href(favicon));
        }
        let _ = write!(
            head,
            "<title>{}</title>\n<link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body dir=\"{}\">\n",
            escape(&title),
            self.href(&stylesheet().0),
            escape(config.theme.direction.as_deref().unwrap_or("ltr"))
        );
        self.out.push_str(&head);
    }

    fn header(&mut self) {
        let config = self.site.config();
        let class = if self.has("navigation.tabs") { "md-header" } else { "md-header md-header--shadow" };
        let (name, home) = (escape_name(&config.site_name), self.href(""));
        let _ = write!(
            self.out,
            "<header class=\"{class}\" data-md-component=\"header\">\n\
             <nav class=\"md-header__inner md-grid\" aria-label=\"{}\">\n\
             <a href=\"{home}\" title=\"{name}\" class=\"md-header__button md-logo\" aria-label=\"{name}\" data-md-component=\"logo\">{}</a>\n\
             <label class=\"md-header__button md-icon\" for=\"__drawer\">{MENU}</label>\n\
             <div class=\"md-header__title\" data-md-component=\"header-title\"><div class=\"md-header__ellipsis\">\
             <div class=\"md-header__topic\"><span class=\"md-ellipsis\">{name}</span></div>\
             <div class=\"md-header__topic\" data-md-component=\"header-topic\"><span class=\"md-ellipsis\">{}</span></div>\
             </div></div>\n",
            self.words.header,
            self.logo(),
            escape(&self.page.title)
        );
        if let Some(source) = self.repository() {
            let _ = writeln!(self.out, "<div class=\"md-header__source\">{source}</div>");
        }
        self.out.push_str("</nav>\n</header>\n");
    }

    fn logo(&self) -> String {
        match &self.site.config().theme.logo {
            Some(logo) => format!("<img src=\"{}\" alt=\"logo\">", self.href(logo)),
            None => BOOK.to_owned(),
        }
    }

    fn repository(&self) -> Option<String> {
        let config = self.site.config();
        let url = config.repo_url.as_ref().filter(|url| is_safe_link(url))?;
        Some(format!(
            "<a href=\"{}\" title=\"{}\" class=\"md-source\" data-md-component=\"source\">\
             <div class=\"md-source__icon md-icon\">{REPOSITORY}</div>\
             <div class=\"md-source__repository\">{}</div></a>",
            escape(url),
            self.words.source,
            escape(config.repo_name.as_deref().unwrap_or_default())
        ))
    }

    fn sidebar(&mut self, side: &str, kind: &str, hides: &str) {
        let hidden = if self.hides(hides) { " hidden" } else { "" };
        let _ = writeln!(
            self.out,
            "<div class=\"md-sidebar md-sidebar--{side}\" data-md-component=\"sidebar\" data-md-type=\"{kind}\"{hidden}>\
             <div class=\"md-sidebar__scrollwrap\"><div class=\"md-sidebar__inner\">"
        );
    }

    fn actions(&mut self) {
        let Some(url) = &self.page.edit_url else { return };
        if self.has("content.action.edit") {
            let _ = writeln!(
                self.out,
                "<a href=\"{}\" title=\"{}\" class=\"md-content__button md-icon\" rel=\"edit\">{EDIT}</a>",
                escape(url),
                self.words.edit
            );
        }
        if self.has("content.action.view") {
            let part = if url.contains("/blob/") { "blob" } else { "edit" };
            let _ = writeln!(
                self.out,
                "<a href=\"{}\" title=\"{}\" class=\"md-content__button md-icon\">{VIEW}</a>",
                escape(&url.replace(part, "raw")),
                self.words.view
            );
        }
    }

    /// The headings below the title of the page.
    fn headings(&self) -> &[Heading] {
        match self.page.toc.first() {
            Some(first) if first.level == 1 => &first.children,
            _ => &self.page.toc,
        }
    }

    pub fn toc(&mut self) {
        let title = match self.site.config().markdown.toc_title.as_str() {
            "" => self.words.toc.to_owned(),
            title => escape(title),
        };
        let _ = writeln!(self.out, "<nav class=\"md-nav md-nav--secondary\" aria-label=\"{title}\">");
        let headings = self.headings().to_vec();
        if !headings.is_empty() {
            let _ = writeln!(
                self.out,
                "<label class=\"md-nav__title\" for=\"__toc\"><span class=\"md-nav__icon md-icon\"></span> {title}</label>\n\
                 <ul class=\"md-nav__list\" data-md-component=\"toc\" data-md-scrollfix>"
            );
            for heading in &headings {
                self.heading(heading);
            }
            self.out.push_str("</ul>\n");
        }
        self.out.push_str("</nav>\n");
    }

    fn heading(&mut self, heading: &Heading) {
        // Titles are HTML without tags already.
        let _ = writeln!(
            self.out,
            "<li class=\"md-nav__item\">\n<a href=\"#{}\" class=\"md-nav__link\"><span class=\"md-ellipsis\">{}</span></a>",
            escape(&heading.id),
            heading.title
        );
        if !heading.children.is_empty() {
            let label = heading.title.replace('"', "&quot;");
            let _ = writeln!(self.out, "<nav class=\"md-nav\" aria-label=\"{label}\"><ul class=\"md-nav__list\">");
            for child in &heading.children {
                self.heading(child);
            }
            self.out.push_str("</ul></nav>\n");
        }
        self.out.push_str("</li>\n");
    }

    fn footer(&mut self) {
        self.out.push_str("<footer class=\"md-footer\">\n");
        let links = [
            ("prev", self.words.previous, &self.page.previous, LEFT),
            ("next", self.words.next, &self.page.next, RIGHT),
        ];
        if self.has("navigation.footer") && links.iter().any(|(_, _, link, _)| link.is_some()) {
            let hidden = if self.hides("footer") { " hidden" } else { "" };
            let mut nav =
                format!("<nav class=\"md-footer__inner md-grid\" aria-label=\"{}\"{hidden}>\n", self.words.footer);
            for (side, word, link, icon) in links {
                let Some(link) = link else { continue };
                let (href, title) = (self.href(&link.url), escape(&link.title));
                let button = format!("<div class=\"md-footer__button md-icon\">{icon}</div>");
                let text = format!(
                    "<div class=\"md-footer__title\"><span class=\"md-footer__direction\">{word}</span>\
                     <div class=\"md-ellipsis\">{title}</div></div>"
                );
                let inside = if side == "prev" { button + &text } else { text + &button };
                let _ = writeln!(
                    nav,
                    "<a href=\"{href}\" class=\"md-footer__link md-footer__link--{side}\" aria-label=\"{word}: {title}\">{inside}</a>"
                );
            }
            self.out.push_str(&nav);
            self.out.push_str("</nav>\n");
        }
        let copyright = self.site.config().copyright.as_deref().map(|text| {
            // Configurations write it as HTML.
            format!("<div class=\"md-copyright__highlight\">{}</div>", Sanitizer::default().clean(text))
        });
        let _ = write!(
            self.out,
            "<div class=\"md-footer-meta md-typeset\"><div class=\"md-footer-meta__inner md-grid\">\
             <div class=\"md-copyright\">{}</div></div></div>\n</footer>\n",
            copyright.unwrap_or_default()
        );
    }
}
