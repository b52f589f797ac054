//! Markdown to HTML, as Python-Markdown with the extensions of TechDocs does it (contract techdocs.md section 4).
//!
//! Its block rules are not CommonMark's and its inline rules are not anybody else's, so this has its architecture: a
//! source is prepared, cut into blocks, built into a tree by block rules, walked by inline patterns and tree passes,
//! written as text, and gets back what was put aside on the way. The order within each step is part of the language.

mod block;
mod document;
mod dom;
mod highlight;
mod inline;
mod lexer;
mod options;
mod post;
pub(crate) mod pre;
mod serialize;
mod tree;

use document::Document;

pub use options::{CodeHost, CustomFence, EmojiIndex, NumberStyle, Options, Permalink, Shorthand, Slugs};

/// What Markdown asks of the site around it.
pub trait Host {
    /// The text of a file of the source that a snippet names, by its path from the root of the source.
    fn snippet(&self, path: &str) -> Option<String>;

    /// Where a link or image that is written as `url` leads to from the page.
    fn link(&self, url: &str) -> String;
}

/// A site of one text: no snippets, and links as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Host for Alone {
    fn snippet(&self, _: &str) -> Option<String> {
        None
    }

    fn link(&self, url: &str) -> String {
        url.to_owned()
    }
}

/// A heading with those below it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Heading {
    pub level: u8,
    /// The anchor.
    pub id: String,
    /// As HTML without tags.
    pub title: String,
    pub children: Vec<Heading>,
}

/// A text that was rendered.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub html: String,
    pub toc: Vec<Heading>,
    /// The text of the heading that the page begins with, as HTML without tags.
    pub title: Option<String>,
    /// What the author should know.
    pub warnings: Vec<String>,
}

/// Renders `source`. The HTML holds whatever HTML the source has: it is not safe to show before it is sanitised.
pub fn render(source: &str, options: &Options, host: &dyn Host) -> Rendered {
    if source.trim().is_empty() {
        return Rendered::default();
    }
    let mut doc = Document::new(options, host);
    let text = pre::prepare(&mut doc, source);
    let root = doc.dom.new_node("div");
    doc.parse_chunk(root, &text);
    let finished = tree::finish(&mut doc, root);
    let html = serialize::serialize_inner(&doc.dom, root);
    let html = post::restore(&doc, html.trim());
    Rendered { html: html.trim().to_owned(), toc: finished.toc, title: finished.title, warnings: doc.warnings }
}

/// Appends `text` as HTML, with the character references that it has.
pub(crate) fn escape_name_into(out: &mut String, text: &str) {
    serialize::escape_into(out, text, true);
}

/// Appends `text` as HTML.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    out.push_str(&serialize::escape_code(text).replace('"', "&quot;"));
}

fn unescape(text: &str) -> String {
    tree::unescape_text(text)
}
