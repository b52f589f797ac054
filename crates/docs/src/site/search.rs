//! `search/search_index.json` in the form of MkDocs, which the collator and the readers of TechDocs know.

use serde::Serialize;

use crate::markdown::Heading;
use crate::scan::{Met, walk};

/// One entry: a page, or what stands below one of its headings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SearchDoc {
    pub location: String,
    pub text: String,
    pub title: String,
}

#[derive(Serialize)]
struct Index<'a> {
    config: IndexConfig<'a>,
    docs: &'a [SearchDoc],
}

#[derive(Serialize)]
struct IndexConfig<'a> {
    indexing: &'a str,
    lang: [&'a str; 1],
    min_search_length: u8,
    prebuild_index: bool,
    separator: &'a str,
}

pub(super) fn index(docs: &[SearchDoc], language: &str) -> String {
    let config = IndexConfig {
        indexing: "full",
        lang: [language],
        min_search_length: 3,
        prebuild_index: false,
        separator: r"[\s\-]+",
    };
    serde_json::to_string(&Index { config, docs }).unwrap_or_default()
}

struct Section {
    id: Option<String>,
    text: Vec<String>,
}

/// The entries of one page.
pub(super) fn docs(url: &str, title: &str, html: &str, toc: &[Heading]) -> Vec<SearchDoc> {
    let mut all: Vec<String> = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    let mut in_header = false;
    // Words of code are marked for colours: they are still one text.
    let mut code: Option<String> = None;
    walk(html, |met| match met {
        Met::Start("code", _) => code = Some(String::new()),
        Met::Text(text) if code.is_some() => code.get_or_insert_default().push_str(text),
        Met::End("code") => {
            let text = code.take().unwrap_or_default();
            add(&text, &mut all, &mut sections, in_header);
        }
        Met::Start(tag, attrs) if is_header(tag) => {
            in_header = true;
            let id = attrs.iter().find(|(name, _)| name == "id").and_then(|(_, value)| value.clone());
            sections.push(Section { id, text: Vec::new() });
        }
        Met::End(tag) if is_header(tag) => in_header = false,
        Met::Text(text) => add(text, &mut all, &mut sections, in_header),
        _ => {}
    });
    let mut docs =
        vec![SearchDoc { location: url.to_owned(), text: squeeze(&all.join("\n")), title: title.to_owned() }];
    for section in sections {
        let Some(id) = section.id else { continue };
        if let Some(heading) = find(toc, &id) {
            docs.push(SearchDoc {
                location: format!("{url}#{id}"),
                text: squeeze(&section.text.join(" ")),
                title: heading.title.clone(),
            });
        }
    }
    docs
}

fn add(text: &str, all: &mut Vec<String>, sections: &mut [Section], in_header: bool) {
    if text.is_empty() {
        return;
    }
    all.push(text.to_owned());
    if let Some(section) = sections.last_mut().filter(|_| !in_header) {
        section.text.push(text.trim_end_matches('\n').to_owned());
    }
}

fn is_header(tag: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn find<'t>(toc: &'t [Heading], id: &str) -> Option<&'t Heading> {
    toc.iter().find_map(|heading| if heading.id == id { Some(heading) } else { find(&heading.children, id) })
}

/// Single spaces for all white space, no-break spaces included.
fn squeeze(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    let text = text.trim();
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c' | '\x0b') {
            space = true;
        } else {
            if space {
                out.push(' ');
                space = false;
            }
            out.push(c);
        }
    }
    out
}
