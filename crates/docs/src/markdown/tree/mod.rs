//! What happens to the tree once all blocks are in it, in the order it happens.

mod abbreviations;
mod attributes;
mod code;
mod footnotes;
mod pretty;
mod tab_slugs;
mod tasks;
mod toc;

use std::sync::LazyLock;

use regex::Regex;

use super::document::Document;
use super::dom::NodeId;
use super::inline::Inline;
use super::{Heading, serialize, unescape};

/// What is known about a page once its tree is finished.
pub(super) struct Finished {
    pub toc: Vec<Heading>,
    pub title: Option<String>,
}

/// Runs every pass over `root`.
pub(super) fn finish(doc: &mut Document, root: NodeId) -> Finished {
    footnotes::add(doc, root);
    code::highlight_indented(doc, root);
    tasks::mark(doc, root);
    Inline::all().run(doc, root);
    footnotes::link_duplicates(doc, root);
    pretty::run(doc, root);
    attributes::assign(doc, root);
    abbreviations::mark(doc, root);
    Inline::smart().run(doc, root);
    let toc = toc::run(doc, root);
    tab_slugs::run(doc, root);
    let title = toc::title(doc, root);
    resolve_escapes(doc, root);
    resolve_links(doc, root);
    Finished { toc, title }
}

static ESCAPE: LazyLock<Regex> = LazyLock::new(|| Regex::new("\u{2}([0-9]+)\u{3}").expect("a valid pattern"));

pub(super) fn unescape_text(text: &str) -> String {
    if !text.contains('\u{2}') {
        return text.to_owned();
    }
    let sign = |found: &regex::Captures| {
        let code = found[1].parse().ok().and_then(char::from_u32);
        code.map(String::from).unwrap_or_default()
    };
    ESCAPE.replace_all(text, sign).into_owned()
}

/// Escaped signs stand for themselves from here on.
fn resolve_escapes(doc: &mut Document, root: NodeId) {
    for id in doc.dom.descendants(root) {
        let node = doc.dom.get_mut(id);
        if node.tag != "code" && node.text.value.contains('\u{2}') {
            node.text.value = unescape(&node.text.value);
        }
        if node.tail.value.contains('\u{2}') {
            node.tail.value = unescape(&node.tail.value);
        }
        for (_, value) in &mut node.attrs {
            if value.contains('\u{2}') {
                *value = unescape(value);
            }
        }
    }
}

/// Links between sources become links between pages.
fn resolve_links(doc: &mut Document, root: NodeId) {
    for id in doc.dom.descendants(root) {
        let key = match doc.dom.tag(id) {
            "a" => "href",
            "img" => "src",
            _ => continue,
        };
        let Some(url) = doc.dom.attr(id, key).map(str::to_owned) else { continue };
        if !url.contains(super::document::AMP) {
            let resolved = doc.host.link(&url);
            doc.dom.set_attr(id, key, resolved);
        }
    }
}

/// What is inside `id`, as it will stand in the page.
fn rendered_inner(doc: &Document, id: NodeId) -> String {
    let html = unescape(&serialize::serialize_inner(&doc.dom, id));
    super::post::restore(doc, html.trim()).trim().to_owned()
}
