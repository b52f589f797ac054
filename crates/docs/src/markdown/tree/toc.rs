//! Anchors for headings, the table of contents, and the title of the page.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::super::document::{AMP, Document};
use super::super::dom::NodeId;
use super::super::options::{Permalink, Slugs};
use super::super::serialize::escape_into;
use super::super::{Heading, post};
use super::{pretty, rendered_inner, unescape_text};

static COUNTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?s)^(.*)_([0-9]+)$").expect("a valid pattern"));
static NO_WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\w\s-]").expect("a valid pattern"));

/// Gives headings their anchors and returns them, nested.
pub(super) fn run(doc: &mut Document, root: NodeId) -> Vec<Heading> {
    let nodes = doc.dom.descendants(root);
    let mut anchors = Anchors::new(nodes.iter().filter_map(|node| doc.dom.attr(*node, "id")).map(str::to_owned));
    let mut found = Vec::new();
    for id in nodes {
        let Some(level) = level_of(doc.dom.tag(id)) else { continue };
        let level = (level + doc.options.base_level - 1).min(6);
        doc.dom.get_mut(id).tag = format!("h{level}").into();
        let plain = without_references(doc, id);
        let html = rendered_inner(doc, plain);
        // Nothing is left that could begin a tag; should it ever be, it is text.
        let mut name = strip_tags(&html).replace('<', "&lt;");
        if doc.dom.attr(id, "id").is_none() {
            let anchor = slug(&htmlize::unescape(name.as_str()), &doc.options.separator, doc.options.slugs);
            doc.dom.set_attr(id, "id", anchors.unique(anchor));
        }
        if let Some(label) = doc.dom.remove_attr(id, "data-toc-label") {
            let label = strip_tags(post::restore(doc, &unescape_text(&label)).trim());
            name = String::new();
            escape_into(&mut name, &label, false);
        }
        let anchor = unescape_text(doc.dom.attr(id, "id").unwrap_or_default());
        if (doc.options.toc_depth.0..=doc.options.toc_depth.1).contains(&level) {
            found.push(Heading { level, id: anchor, title: name, children: Vec::new() });
        }
        add_permalink(doc, id);
    }
    let toc = nest(found);
    replace_marker(doc, root, &toc);
    toc
}

fn level_of(tag: &str) -> Option<u8> {
    match tag.as_bytes() {
        [b'h' | b'H', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

fn add_permalink(doc: &mut Document, heading: NodeId) {
    let text = match &doc.options.permalink {
        Permalink::No => return,
        Permalink::Sign => format!("{AMP}para;"),
        Permalink::Text(text) => text.clone(),
    };
    let anchor = format!("#{}", doc.dom.attr(heading, "id").unwrap_or_default());
    let link = doc.dom.new_node("a");
    doc.dom.get_mut(link).text = text.into();
    doc.dom.set_attr(link, "href", anchor);
    doc.dom.set_attr(link, "class", doc.options.permalink_class.as_str());
    if !doc.options.permalink_title.is_empty() {
        doc.dom.set_attr(link, "title", doc.options.permalink_title.as_str());
    }
    if doc.options.permalink_leading {
        doc.dom.get_mut(link).tail = std::mem::take(&mut doc.dom.get_mut(heading).text);
        doc.dom.insert(heading, 0, link);
    } else {
        doc.dom.append(heading, link);
    }
}

/// The heading without its references to footnotes: itself, or a copy.
fn without_references(doc: &mut Document, heading: NodeId) -> NodeId {
    let is_reference = |doc: &Document, node: NodeId| {
        doc.dom.tag(node) == "sup" && doc.dom.attr(node, "id").is_some_and(|id| id.starts_with("fnref"))
    };
    if !doc.dom.descendants(heading).iter().any(|node| is_reference(doc, *node)) {
        return heading;
    }
    let copy = doc.dom.deep_copy(heading);
    for node in doc.dom.descendants(copy) {
        replace_children(doc, node, |doc, child| is_reference(doc, child).then(String::new));
    }
    copy
}

/// Puts text in the place of those children for which `text` gives some.
fn replace_children(doc: &mut Document, parent: NodeId, text: impl Fn(&Document, NodeId) -> Option<String>) {
    let children = std::mem::take(&mut doc.dom.get_mut(parent).children);
    let mut kept: Vec<NodeId> = Vec::new();
    for child in children {
        match text(doc, child) {
            Some(text) => {
                let text = format!("{text}{}", doc.dom.get(child).tail.value);
                match kept.last() {
                    Some(last) => doc.dom.get_mut(*last).tail.value.push_str(&text),
                    None => doc.dom.get_mut(parent).text.value.push_str(&text),
                }
            }
            None => kept.push(child),
        }
    }
    doc.dom.get_mut(parent).children = kept;
}

fn nest(headings: Vec<Heading>) -> Vec<Heading> {
    // A heading is a child of the nearest one before it that is higher; where levels are skipped, of the one before.
    fn take(headings: &mut std::iter::Peekable<std::vec::IntoIter<Heading>>, above: u8) -> Vec<Heading> {
        let mut list: Vec<Heading> = Vec::new();
        while let Some(next) = headings.peek() {
            if next.level <= above {
                break;
            }
            let Some(mut heading) = headings.next() else { break };
            heading.children = take(headings, heading.level);
            list.push(heading);
        }
        list
    }
    take(&mut headings.into_iter().peekable(), 0)
}

/// Puts the table of contents where the page asks for it.
fn replace_marker(doc: &mut Document, root: NodeId, toc: &[Heading]) {
    let marker = doc.options.toc_marker.clone();
    if marker.is_empty() {
        return;
    }
    let mut open = vec![root];
    let mut places = Vec::new();
    while let Some(parent) = open.pop() {
        for (at, child) in doc.dom.get(parent).children.iter().copied().enumerate() {
            let tag = doc.dom.tag(child);
            if level_of(tag).is_some() || tag == "pre" || tag == "code" {
                continue;
            }
            let node = doc.dom.get(child);
            if node.children.is_empty() && node.text.value.trim() == marker {
                places.push((parent, at));
            } else {
                open.push(child);
            }
        }
    }
    for (parent, at) in places {
        let div = doc.dom.new_node("div");
        doc.dom.set_attr(div, "class", "toc");
        if !doc.options.toc_title.is_empty() {
            let title = doc.dom.sub(div, "span");
            doc.dom.set_attr(title, "class", "toctitle");
            doc.dom.get_mut(title).text = doc.options.toc_title.as_str().into();
        }
        build_list(doc, div, toc);
        pretty::blocks(doc, div);
        doc.dom.get_mut(parent).children[at] = div;
    }
}

fn build_list(doc: &mut Document, parent: NodeId, toc: &[Heading]) {
    let list = doc.dom.sub(parent, "ul");
    for heading in toc {
        let item = doc.dom.sub(list, "li");
        let link = doc.dom.sub(item, "a");
        doc.dom.get_mut(link).text = heading.title.as_str().into();
        doc.dom.set_attr(link, "href", format!("#{}", heading.id));
        if !heading.children.is_empty() {
            build_list(doc, item, &heading.children);
        }
    }
}

/// The text of the first heading, if the page begins with one of the first level.
pub(super) fn title(doc: &mut Document, root: NodeId) -> Option<String> {
    let first = doc.dom.first_child(root).filter(|first| doc.dom.tag(*first) == "h1")?;
    let copy = doc.dom.deep_copy(first);
    let is_anchor = |doc: &Document, node| doc.dom.attr(node, "class") == Some("headerlink");
    if doc.dom.last_child(copy).is_some_and(|last| doc.dom.tag(last) == "a" && is_anchor(doc, last)) {
        doc.dom.get_mut(copy).children.pop();
    }
    let copy = without_references(doc, copy);
    for node in doc.dom.descendants(copy) {
        replace_children(doc, node, |doc, child| match doc.dom.tag(child) {
            "img" => doc.dom.attr(child, "alt").filter(|alt| !alt.is_empty()).map(str::to_owned),
            _ => None,
        });
    }
    Some(strip_tags(&rendered_inner(doc, copy)))
}

/// `html` without comments and tags, with single spaces.
pub(crate) fn strip_tags(html: &str) -> String {
    let text = cut(html, "<!--", "-->");
    let text = cut(&text, "<", ">");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str, begin: &str, end: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(begin) {
        let Some(length) = rest[start..].find(end) else { break };
        out.push_str(&rest[..start]);
        rest = &rest[start + length + end.len()..];
    }
    out.push_str(rest);
    out
}

/// An anchor made from a text.
pub(super) fn slug(text: &str, separator: &str, slugs: Slugs) -> String {
    if slugs != Slugs::Ascii {
        let text: String = text.nfc().collect();
        static NO_LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\w\- ]").expect("a valid pattern"));
        let text = NO_LETTER.replace_all(&cut(&text, "<", ">"), "").trim().to_owned();
        let text = if slugs == Slugs::Unicode { text.to_lowercase() } else { text };
        return text.replace(' ', separator);
    }
    let text: String = text.nfkd().filter(char::is_ascii).collect();
    let text = NO_WORD.replace_all(&text, "");
    let text = text.trim().to_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut between = false;
    for c in text.chars() {
        if c.is_whitespace() || separator.contains(c) {
            between = true;
            continue;
        }
        if between {
            out.push_str(separator);
            between = false;
        }
        out.push(c);
    }
    if between {
        out.push_str(separator);
    }
    out
}

/// Anchors that are taken, and the number that each was given last.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    taken: HashSet<String>,
    last: HashMap<String, u64>,
}

impl Anchors {
    pub fn new(taken: impl Iterator<Item = String>) -> Self {
        Self { taken: taken.collect(), last: HashMap::new() }
    }

    /// `id`, or with the lowest number behind it that makes it the only one.
    pub fn unique(&mut self, id: String) -> String {
        let wanted = id;
        let mut id = match self.last.get(&wanted) {
            // All lower numbers are taken: they are not tried again.
            Some(number) => format!("{}_{number}", COUNTED.replace(&wanted, "$1")),
            None => wanted.clone(),
        };
        let mut number = None;
        while id.is_empty() || self.taken.contains(&id) {
            let counted = COUNTED.captures(&id).and_then(|found| found[2].parse::<u64>().ok().zip(found.get(1)));
            let next = counted.as_ref().map_or(1, |(number, _)| number.saturating_add(1));
            id = match counted {
                Some((_, name)) => format!("{}_{next}", name.as_str()),
                None => format!("{id}_1"),
            };
            number = Some(next);
        }
        if let Some(number) = number {
            self.last.insert(wanted, number);
        }
        self.taken.insert(id.clone());
        id
    }
}
