//! The navigation beside an article, and the tabs above it.

use std::fmt::Write;

use super::{Shell, escape, escape_name};
use crate::error::DocsError;
use crate::site::NavItem;

/// Where an item stands.
#[derive(Clone, Copy)]
struct At<'p> {
    path: &'p str,
    level: usize,
    in_active: bool,
}

impl Shell<'_> {
    fn is_active(&self, item: &NavItem) -> bool {
        match item {
            NavItem::Page(page) => Some(*page) == self.number,
            NavItem::Section { children, .. } => children.iter().any(|child| self.is_active(child)),
            NavItem::Link { .. } => false,
        }
    }

    /// The address and title of a page or link; those of the first page below a section.
    fn target(&self, item: &NavItem) -> Result<(String, String), DocsError> {
        Ok(match item {
            NavItem::Page(page) => {
                let link = self.site.link_to(*page)?;
                (self.href(&link.url), escape(&link.title))
            }
            NavItem::Link { title, url } => (self.href(url), escape(title.as_deref().unwrap_or(url))),
            NavItem::Section { title, children } => {
                let href = match children.first() {
                    Some(first) => self.target(first)?.0,
                    None => String::new(),
                };
                (href, escape(title))
            }
        })
    }

    /// The title of an item, with what its page says beside it.
    fn content(&self, item: &NavItem, title: &str) -> Result<String, DocsError> {
        let marks = match item {
            NavItem::Page(page) => self.site.marks(*page)?.clone(),
            _ => Default::default(),
        };
        let subtitle = marks.subtitle.map(|text| format!("<br><small>{}</small>", escape(&text))).unwrap_or_default();
        let mut content = format!("<span class=\"md-ellipsis\">{title}{subtitle}</span>");
        if let Some(status) = marks.status {
            let word = self.site.config().extra["status"][status.as_str()].as_str();
            let title = word.map(|word| format!(" title=\"{}\"", escape(word))).unwrap_or_default();
            let status = escape(&status);
            let _ = write!(content, "<span class=\"md-status md-status--{status}\"{title}></span>");
        }
        Ok(content)
    }

    pub fn tabs(&mut self) -> Result<(), DocsError> {
        let _ = write!(
            self.out,
            "<nav class=\"md-tabs\" aria-label=\"{}\" data-md-component=\"tabs\">\n<div class=\"md-grid\"><ul class=\"md-tabs__list\">\n",
            self.words.tabs
        );
        let site = self.site;
        for item in &site.nav().items {
            let (href, title) = self.target(item)?;
            let active = if self.is_active(item) { " md-tabs__item--active" } else { "" };
            let _ = writeln!(
                self.out,
                "<li class=\"md-tabs__item{active}\"><a href=\"{href}\" class=\"md-tabs__link\">{title}</a></li>"
            );
        }
        self.out.push_str("</ul></div>\n</nav>\n");
        Ok(())
    }

    pub fn primary(&mut self) -> Result<(), DocsError> {
        let mut class = "md-nav md-nav--primary".to_owned();
        for (feature, modifier) in [("navigation.tabs", "lifted"), ("toc.integrate", "integrated")] {
            if self.has(feature) {
                let _ = write!(class, " md-nav--{modifier}");
            }
        }
        let (name, home) = (escape_name(&self.site.config().site_name), self.href(""));
        let _ = write!(
            self.out,
            "<nav class=\"{class}\" aria-label=\"{}\" data-md-level=\"0\">\n\
             <label class=\"md-nav__title\" for=\"__drawer\">\
             <a href=\"{home}\" title=\"{name}\" class=\"md-nav__button md-logo\" aria-label=\"{name}\" data-md-component=\"logo\">{}</a> {name}</label>\n",
            self.words.nav,
            self.logo()
        );
        if let Some(source) = self.repository() {
            let _ = writeln!(self.out, "<div class=\"md-nav__source\">{source}</div>");
        }
        self.out.push_str("<ul class=\"md-nav__list\" data-md-scrollfix>\n");
        let site = self.site;
        for (index, item) in site.nav().items.iter().enumerate() {
            let path = format!("__nav_{}", index + 1);
            self.item(item, At { path: &path, level: 1, in_active: false })?;
        }
        self.out.push_str("</ul>\n</nav>\n");
        Ok(())
    }

    fn item(&mut self, item: &NavItem, at: At) -> Result<(), DocsError> {
        let active = self.is_active(item);
        let class = if active { "md-nav__item md-nav__item--active" } else { "md-nav__item" };
        match item {
            NavItem::Section { title, children } if !children.is_empty() => {
                return self.section(title, children, class, active, at);
            }
            NavItem::Page(page) if Some(*page) == self.number => {
                let (href, title) = self.target(item)?;
                let content = self.content(item, &title)?;
                let _ = writeln!(
                    self.out,
                    "<li class=\"{class}\">\n<input class=\"md-nav__toggle md-toggle\" type=\"checkbox\" id=\"__toc\">"
                );
                let has_toc = !self.headings().is_empty();
                if has_toc {
                    let _ = writeln!(
                        self.out,
                        "<label class=\"md-nav__link md-nav__link--active\" for=\"__toc\">{content} <span class=\"md-nav__icon md-icon\"></span></label>"
                    );
                }
                let _ =
                    writeln!(self.out, "<a href=\"{href}\" class=\"md-nav__link md-nav__link--active\">{content}</a>");
                if has_toc {
                    self.toc();
                }
                self.out.push_str("</li>\n");
            }
            item => {
                let (href, title) = self.target(item)?;
                let _ = writeln!(
                    self.out,
                    "<li class=\"{class}\"><a href=\"{href}\" class=\"md-nav__link\">{}</a></li>",
                    self.content(item, &title)?
                );
            }
        }
        Ok(())
    }

    fn section(
        &mut self,
        title: &str,
        children: &[NavItem],
        class: &str,
        active: bool,
        at: At,
    ) -> Result<(), DocsError> {
        let index = children.iter().position(|child| self.has("navigation.indexes") && self.is_index(child));
        let sections = self.has("navigation.sections");
        let is_section = match self.has("navigation.tabs") {
            true => (at.level == 1 && active) || (sections && at.level == 2 && at.in_active),
            false => sections && at.level == 1,
        };
        let section_class = if is_section { " md-nav__item--section" } else { "" };
        if self.has("navigation.prune") && !is_section && !active {
            let (href, title) = (self.target(&children[0])?.0, escape(title));
            let _ = writeln!(
                self.out,
                "<li class=\"{class} md-nav__item--pruned md-nav__item--nested\"><a href=\"{href}\" class=\"md-nav__link\">\
                 <span class=\"md-ellipsis\">{title}</span> <span class=\"md-nav__icon md-icon\"></span></a></li>"
            );
            return Ok(());
        }
        let checked = if active { " checked" } else { "" };
        let toggle = if self.has("navigation.expand") && !active { " md-toggle--indeterminate" } else { "" };
        let tabindex = if is_section { "" } else { "0" };
        let (path, title) = (at.path, escape(title));
        let content = format!("<span class=\"md-ellipsis\">{title}</span>");
        let icon = "<span class=\"md-nav__icon md-icon\"></span>";
        let _ = writeln!(
            self.out,
            "<li class=\"{class}{section_class} md-nav__item--nested\">\n\
             <input class=\"md-nav__toggle md-toggle{toggle}\" type=\"checkbox\" id=\"{path}\"{checked}>"
        );
        match index {
            None => {
                let _ = writeln!(
                    self.out,
                    "<label class=\"md-nav__link\" for=\"{path}\" id=\"{path}_label\" tabindex=\"{tabindex}\">{content} {icon}</label>"
                );
            }
            Some(index) => {
                let here = if self.is_active(&children[index]) { " md-nav__link--active" } else { "" };
                let href = self.target(&children[index])?.0;
                let label = match children.len() > 1 {
                    true => format!(
                        "<label class=\"md-nav__link{here}\" for=\"{path}\" id=\"{path}_label\" tabindex=\"{tabindex}\">{icon}</label>"
                    ),
                    false => String::new(),
                };
                let _ = writeln!(
                    self.out,
                    "<div class=\"md-nav__link md-nav__container\"><a href=\"{href}\" class=\"md-nav__link{here}\">{content}</a>{label}</div>"
                );
            }
        }
        let _ = writeln!(
            self.out,
            "<nav class=\"md-nav\" data-md-level=\"{}\" aria-labelledby=\"{path}_label\" aria-expanded=\"{active}\">\n\
             <label class=\"md-nav__title\" for=\"{path}\"><span class=\"md-nav__icon md-icon\"></span> {title}</label>\n\
             <ul class=\"md-nav__list\" data-md-scrollfix>",
            at.level
        );
        for (number, child) in children.iter().enumerate() {
            if Some(number) != index {
                let path = format!("{path}_{}", number + 1);
                self.item(child, At { path: &path, level: at.level + 1, in_active: active })?;
            }
        }
        self.out.push_str("</ul>\n</nav>\n</li>\n");
        Ok(())
    }

    fn is_index(&self, item: &NavItem) -> bool {
        matches!(item, NavItem::Page(page) if self.site.is_index(*page))
    }
}
