//! `/// note | Title` … `///`: boxes and tabs between slashes, in place of those by indent, where a site asks for them.
//!
//! A block goes on until its end, over everything that blocks are cut at; what stands in it is parsed as it comes.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::document::{Document, State};
use super::super::dom::NodeId;
use super::{Blocks, TAB, starts_with_spaces, tabs};
use crate::config::Yaml;

static START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|\n)[ ]{0,3}(/{3,})[ ]*([\w-]+)[ ]*(?:\|[ ]*(.*?)[ ]*)?(?:\n|$)").expect("a valid pattern")
});

static END: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)(?:^|\n)[ ]{0,3}(/{3,})[ ]*(?:\n|$)").expect("a valid pattern"));

/// Names of boxes; `details-` before one makes it a box that opens.
const TYPES: &[&str] = &[
    "new",
    "settings",
    "note",
    "abstract",
    "info",
    "tip",
    "success",
    "question",
    "warning",
    "failure",
    "danger",
    "bug",
    "example",
    "quote",
    "attention",
    "caution",
    "error",
    "hint",
    "important",
];

/// A block that is open.
#[derive(Clone, Debug)]
pub(in super::super) struct OpenBlock {
    /// How many slashes end it.
    length: usize,
    element: NodeId,
    /// Where what stands in it goes.
    target: NodeId,
    parent: NodeId,
    /// Whether it waits for more blocks.
    hungry: bool,
}

/// What the first lines of a block say.
struct Header {
    kind: Kind,
    title: Option<String>,
    attrs: Vec<(String, String)>,
}

enum Kind {
    Admonition { class: String },
    Details { class: String, open: bool },
    Tab { new: bool, select: bool },
}

pub(super) fn slashes(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    if !doc.options.block_syntax {
        return false;
    }
    if let Some(parent) = hungry_parent(doc, parent) {
        feed(doc, parent, blocks);
        return true;
    }
    let Some(block) = blocks.front() else { return false };
    let Some(found) = START.captures(block) else { return false };
    let range = found.get(0).map_or(0..0, |all| all.range());
    let length = found[1].len();
    let (options, rest) = split_header(&block[range.end..], length);
    let argument = found.get(3).map(|argument| argument.as_str());
    let Some(header) = options.and_then(|options| header(&found[2].to_lowercase(), argument, &options)) else {
        return false;
    };
    let before = block[..range.start].to_owned();
    blocks.pop_front();
    if range.start > 0 {
        doc.parse_block(parent, &before);
    }
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    let parent = hungry_parent(doc, parent).unwrap_or(parent);
    if ["li", "dd"].contains(&doc.dom.tag(parent)) && !doc.dom.get(parent).text.is_empty() {
        doc.wrap_text_last(parent);
    }
    let (element, target) = create(doc, parent, header);
    doc.open_blocks.push(OpenBlock { length, element, target, parent, hungry: false });
    parse(doc, parent, blocks);
    true
}

/// The element, at the end of `node` or of what it ends with, in which the innermost open block waits for more.
fn hungry_parent(doc: &Document, node: NodeId) -> Option<NodeId> {
    let open = doc.open_blocks.last().filter(|open| open.hungry)?;
    let mut at = Some(node);
    while let Some(node) = at {
        if open.parent == node {
            return Some(node);
        }
        at = doc.dom.last_child(node);
    }
    None
}

/// Gives the block that waits in `parent` what comes next.
fn feed(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) {
    let Some(at) = doc.open_blocks.iter().position(|open| open.hungry && open.parent == parent) else {
        blocks.pop_front();
        return;
    };
    let open = &mut doc.open_blocks[at];
    open.hungry = false;
    let (element, target) = (open.element, open.target);
    if let Some(last) = doc.dom.last_child(parent).filter(|last| *last != element) {
        doc.dom.remove(parent, last);
        doc.dom.append(target, last);
    }
    parse(doc, parent, blocks);
}

fn parse(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) {
    while let (Some(open), false) = (doc.open_blocks.last().cloned(), blocks.is_empty()) {
        let Some(block) = blocks.pop_front() else { break };
        if !doc.pay(block.len()) {
            break;
        }
        let depth = if doc.open_blocks.len() > 1 { items_above(doc, parent, open.element) } else { 0 };
        let (block, after) = detab(&block, depth * TAB);
        if !after.is_empty() {
            blocks.push_front(after);
        }
        let (inside, after, ends) = split_end(&block, open.length);
        if let Some(after) = after {
            blocks.push_front(after);
        }
        if let Some(inside) = inside {
            doc.states.push(State::Slashes);
            doc.parse_chunk(open.target, &inside);
            doc.states.pop();
        }
        if ends {
            doc.open_blocks.pop();
        }
    }
    if let Some(open) = doc.open_blocks.last_mut() {
        open.hungry = true;
    }
}

/// How many list items `element` stands in, below `root`.
fn items_above(doc: &mut Document, root: NodeId, element: NodeId) -> usize {
    let nodes = doc.dom.descendants(root);
    doc.pay(nodes.len());
    let mut parents = HashMap::new();
    for node in nodes {
        parents.extend(doc.dom.get(node).children.iter().map(|child| (*child, node)));
    }
    let mut count = 0;
    let mut at = element;
    while let Some(parent) = parents.get(&at) {
        count += usize::from(["li", "dd"].contains(&doc.dom.tag(*parent)));
        at = *parent;
    }
    count
}

/// As [`super::detab`], but all of `text` if not even its first line is indented.
fn detab(text: &str, width: usize) -> (String, String) {
    let first = text.split('\n').next().unwrap_or_default();
    match starts_with_spaces(first, width) || first.trim().is_empty() {
        true => super::detab(text, width),
        false => (text.to_owned(), String::new()),
    }
}

/// The end of a block of `length` slashes.
fn find_end(block: &str, length: usize) -> Option<std::ops::Range<usize>> {
    let ends = END.captures_iter(block).find(|found| found[1].len() == length);
    ends.and_then(|found| found.get(0).map(|all| all.range()))
}

/// What stands before the end, what behind it, and whether there is one.
fn split_end(block: &str, length: usize) -> (Option<String>, Option<String>, bool) {
    let Some(end) = find_end(block, length) else { return (Some(block.to_owned()), None, false) };
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let before = &block[..end.start];
    (
        text(before.strip_suffix('\n').unwrap_or(before)).or_else(|| (!before.is_empty()).then(String::new)),
        text(&block[end.end..]),
        true,
    )
}

/// The options below the first line, none if they cannot be read, and the rest.
fn split_header(block: &str, length: usize) -> (Option<Yaml>, String) {
    let end = find_end(block, length).map_or(block.len(), |end| end.start);
    let (head, tail) = block.split_at(end);
    let mut options = 0;
    for line in head.split_inclusive('\n') {
        let text = line.trim_start_matches(' ');
        if line.len() - text.len() < TAB || text.trim().is_empty() || text.starts_with(char::is_whitespace) {
            break;
        }
        options += line.len();
    }
    let join = |rest: &str| if tail.is_empty() { rest.to_owned() } else { format!("{rest}\n{tail}") };
    if options == 0 {
        return (Some(Yaml::Null), join(head));
    }
    let indent = head[..options].lines().map(super::leading_spaces).min().unwrap_or(0);
    let text: String = head[..options].lines().map(|line| format!("{}\n", &line[indent..])).collect();
    let yaml = match crate::config::yaml::parse(&text) {
        Ok(yaml @ (Yaml::Map(_) | Yaml::Null)) => Some(yaml),
        _ => None,
    };
    (yaml, join(&head[options..]))
}

/// What a first line and its options mean; none if it is no block.
fn header(name: &str, argument: Option<&str>, options: &Yaml) -> Option<Header> {
    let mut attrs = Vec::new();
    let mut flags: HashMap<&str, bool> = HashMap::new();
    let mut class = None;
    let allowed: &[&str] = match name {
        "admonition" => &["type"],
        "details" => &["open", "type"],
        "tab" => &["new", "select"],
        name if name.starts_with("details-") => &["open"],
        _ => &[],
    };
    for (key, value) in options.entries() {
        match key.as_str() {
            "attrs" => {
                for (name, value) in value.entries() {
                    attrs.push((name.to_lowercase(), value.as_text()?.to_owned()));
                }
            }
            key if !allowed.contains(&key) => return None,
            "type" => class = Some(value.as_text()?.to_owned()),
            _ => {
                let key = allowed.iter().find(|allowed| *allowed == key)?;
                flags.insert(key, value.as_bool()?);
            }
        }
    }
    let on = |key| flags.get(key).copied().unwrap_or(false);
    let (kind, class) = match name {
        "tab" => {
            let title = argument.filter(|title| !title.is_empty())?.to_owned();
            let kind = Kind::Tab { new: on("new"), select: on("select") };
            return Some(Header { kind, title: Some(title), attrs });
        }
        "admonition" => {
            let class = class.unwrap_or_default();
            (Kind::Admonition { class: class.clone() }, class)
        }
        "details" => {
            let class = class.unwrap_or_default();
            (Kind::Details { class: class.clone(), open: on("open") }, class)
        }
        name => match name.strip_prefix("details-") {
            Some(name) if TYPES.contains(&name) => {
                (Kind::Details { class: name.to_owned(), open: on("open") }, name.to_owned())
            }
            None if TYPES.contains(&name) => (Kind::Admonition { class: name.to_owned() }, name.to_owned()),
            _ => return None,
        },
    };
    let title = match argument {
        None if class.is_empty() => None,
        None => Some(title_of(&class)),
        Some("") => None,
        Some(title) => Some(title.to_owned()),
    };
    Some(Header { kind, title, attrs })
}

fn title_of(class: &str) -> String {
    let words = class.split(['_', '-']).filter(|word| !word.is_empty()).map(super::capitalize);
    words.collect::<Vec<_>>().join(" ")
}

/// The element of a block, and where its content goes.
fn create(doc: &mut Document, parent: NodeId, header: Header) -> (NodeId, NodeId) {
    let (element, target) = match &header.kind {
        Kind::Tab { new, select } => {
            let title = header.title.as_deref().unwrap_or_default();
            let body = tabs::add_tab(doc, parent, title, *new, *select);
            (doc.dom.last_child(parent).unwrap_or(body), body)
        }
        Kind::Admonition { class } => {
            let div = doc.dom.sub(parent, "div");
            doc.dom.set_attr(div, "class", format!("admonition {class}").trim_end());
            if let Some(title) = &header.title {
                let paragraph = doc.dom.sub(div, "p");
                doc.dom.set_attr(paragraph, "class", "admonition-title");
                doc.dom.get_mut(paragraph).text = title.as_str().into();
            }
            (div, div)
        }
        Kind::Details { class, open } => {
            let details = doc.dom.sub(parent, "details");
            if !class.is_empty() {
                doc.dom.set_attr(details, "class", class.as_str());
            }
            if *open {
                doc.dom.set_attr(details, "open", "open");
            }
            if let Some(title) = &header.title {
                let summary = doc.dom.sub(details, "summary");
                doc.dom.get_mut(summary).text = title.as_str().into();
            }
            (details, details)
        }
    };
    for (name, value) in header.attrs {
        match name.as_str() {
            "class" => {
                let classes = doc.dom.attr(element, "class").unwrap_or_default();
                let classes = classes.split(' ').chain(value.split(' ')).filter(|class| !class.is_empty());
                let classes = classes.collect::<Vec<_>>().join(" ");
                doc.dom.set_attr(element, "class", classes);
            }
            _ => doc.dom.set_attr(element, name, value),
        }
    }
    (element, target)
}
