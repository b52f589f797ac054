//! `{: #id .class key=value }` gives the element before it attributes.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::{NodeId, Text};
use super::super::pre::parse_attributes;
use super::super::serialize::is_block_level;

static BEHIND_HEADER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[ ]+\{:?[ ]*([^\}\n ][^\n]*)[ ]*\}[ ]*\n?$").expect("a valid pattern"));

static BELOW_BLOCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\n[ ]*\{:?[ ]*([^\}\n ][^\n]*)[ ]*\}[ ]*\n?$").expect("a valid pattern"));

static BEHIND_INLINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\{:?[ ]*([^\}\n ][^\n]*)[ ]*\}").expect("a valid pattern"));

static NOT_IN_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        "[^A-Z_a-z\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{2ff}\u{370}-\u{37d}\u{37f}-\u{1fff}\u{200c}-\u{200d}\
         \u{2070}-\u{218f}\u{2c00}-\u{2fef}\u{3001}-\u{d7ff}\u{f900}-\u{fdcf}\u{fdf0}-\u{fffd}\
         :\\-.0-9\u{b7}\u{300}-\u{36f}\u{203f}-\u{2040}]+",
    )
    .expect("a valid pattern")
});

fn is_header(tag: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

pub(super) fn assign(doc: &mut Document, root: NodeId) {
    for id in doc.dom.descendants(root) {
        let tag = doc.dom.tag(id).to_owned();
        if is_block_level(&tag) {
            let pattern: &Regex = if is_header(&tag) || matches!(tag.as_str(), "dt" | "td" | "th") {
                &BEHIND_HEADER
            } else {
                &BELOW_BLOCK
            };
            if let Some(place) = place_of(doc, id, &tag) {
                assign_block(doc, id, place, pattern, is_header(&tag));
            }
        } else if doc.dom.get(id).tail.value.starts_with('{') {
            let tail = doc.dom.get(id).tail.value.clone();
            if let Some(found) = BEHIND_INLINE.captures(&tail) {
                let (attrs, rest) = parse_attributes(&found[1]);
                set(doc, id, attrs);
                let end = found.get(0).map_or(0, |all| all.end());
                doc.dom.get_mut(id).tail = format!("{}{rest}", &tail[end..]).into();
            }
        }
    }
}

/// Where a block's attributes may stand: at the end of its text, or of the tail of one of its children.
#[derive(Clone, Copy)]
enum Place {
    Own,
    Tail(NodeId),
}

fn place_of(doc: &Document, id: NodeId, tag: &str) -> Option<Place> {
    let node = doc.dom.get(id);
    let tail = |child: NodeId| (!doc.dom.get(child).tail.is_empty()).then_some(Place::Tail(child));
    let own = || (!node.text.is_empty()).then_some(Place::Own);
    let Some(last) = node.children.last() else { return own() };
    if tag != "li" {
        return tail(*last).or_else(own);
    }
    let list = node.children.iter().position(|child| matches!(doc.dom.tag(*child), "ul" | "ol"));
    match list {
        None => tail(*last).or_else(own),
        Some(0) => own(),
        Some(at) => tail(node.children[at - 1]).or_else(own),
    }
}

fn assign_block(doc: &mut Document, id: NodeId, place: Place, pattern: &Regex, header: bool) {
    let text: &mut Text = match place {
        Place::Own => &mut doc.dom.get_mut(id).text,
        Place::Tail(child) => &mut doc.dom.get_mut(child).tail,
    };
    if !text.value.contains('{') {
        return;
    }
    let Some(found) = pattern.captures(&text.value) else { return };
    let (attrs, rest) = parse_attributes(&found[1]);
    if !rest.is_empty() {
        return;
    }
    let start = found.get(0).map_or(0, |all| all.start());
    text.value.truncate(start);
    if header {
        text.value = text.value.trim_end_matches('#').trim_end().to_owned();
    }
    set(doc, id, attrs);
}

fn set(doc: &mut Document, id: NodeId, attrs: Vec<(String, String)>) {
    for (name, value) in attrs {
        if name == "." {
            let classes = match doc.dom.attr(id, "class") {
                Some(classes) if !classes.is_empty() => format!("{classes} {value}"),
                _ => value,
            };
            doc.dom.set_attr(id, "class", classes);
        } else {
            let name = NOT_IN_NAMES.replace_all(&name, "_").into_owned();
            doc.dom.set_attr(id, name, value);
        }
    }
}
