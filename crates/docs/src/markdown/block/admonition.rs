//! `!!! note "Title"` and `??? note "Title"`: boxes whose content is indented.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::{Document, Pending};
use super::super::dom::NodeId;
use super::{Blocks, TAB, detab, starts_with_spaces};

static ADMONITION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|\n)!!! ?([\w\-]+(?: +[\w\-]+)*)(?: +"(.*?)")? *(?:\n|$)"#).expect("a valid pattern")
});

static DETAILS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|\n)\?{3}(\+)? ?(?:([\w\-]+(?: +[\w\-]+)*?)?(?: +"(.*?)")|([\w\-]+(?: +[\w\-]+)*?)) *(?:\n|$)"#)
        .expect("a valid pattern")
});

pub(super) fn admonition(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    if !doc.options.indented_boxes {
        return false;
    }
    let Some(block) = blocks.front() else { return false };
    let start = if block.contains("!!!") { ADMONITION.captures(block) } else { None };
    let Some(start) = start else {
        let is_box = |doc: &Document, node| {
            doc.dom.tag(node) == "div" && doc.dom.attr(node, "class").is_some_and(|class| class.contains("admonition"))
        };
        return continue_box(doc, parent, blocks, is_box);
    };
    let classes = words(&start[1]);
    let title = match start.get(2).map(|title| title.as_str()) {
        None => Some(capitalize(classes.split(' ').next().unwrap_or_default())),
        Some("") => None,
        Some(title) => Some(title.to_owned()),
    };
    let (before, content, rest) = cut(block, start.get(0).map_or(0..0, |all| all.range()));
    blocks.pop_front();
    if let Some(before) = before {
        doc.parse_block(parent, &before);
    }
    let div = doc.dom.sub(parent, "div");
    doc.dom.set_attr(div, "class", format!("admonition {classes}"));
    if let Some(title) = title {
        let paragraph = doc.dom.sub(div, "p");
        doc.dom.set_attr(paragraph, "class", "admonition-title");
        doc.dom.get_mut(paragraph).text = title.into();
    }
    doc.parse_chunk(div, &content);
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}

pub(super) fn details(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    if !doc.options.indented_boxes {
        return false;
    }
    let Some(block) = blocks.front() else { return false };
    let start = if block.contains("???") { DETAILS.captures(block) } else { None };
    let Some(start) = start else {
        return continue_box(doc, parent, blocks, |doc, node| doc.dom.tag(node) == "details");
    };
    let open = start.get(1).is_some();
    let (classes, title) = match start.get(4) {
        Some(classes) => {
            let classes = words(classes.as_str());
            let title = capitalize(classes.split(' ').next().unwrap_or_default());
            (classes, title)
        }
        None => {
            let classes = start.get(2).map(|classes| words(classes.as_str())).unwrap_or_default();
            (classes, start.get(3).map(|title| title.as_str().to_owned()).unwrap_or_default())
        }
    };
    let (before, content, rest) = cut(block, start.get(0).map_or(0..0, |all| all.range()));
    blocks.pop_front();
    if let Some(before) = before {
        doc.parse_block(parent, &before);
    }
    let element = doc.dom.sub(parent, "details");
    if open {
        doc.dom.set_attr(element, "open", "open");
    }
    if !classes.is_empty() {
        doc.dom.set_attr(element, "class", classes);
    }
    let summary = doc.dom.sub(element, "summary");
    doc.dom.get_mut(summary).text = title.into();
    doc.parse_chunk(element, &content);
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}

/// What stands before the first line of a box, its indented content, and what follows.
pub(super) fn cut(block: &str, start: std::ops::Range<usize>) -> (Option<String>, String, String) {
    let before = (start.start > 0).then(|| block[..start.start].to_owned());
    let (content, rest) = detab(&block[start.end..], TAB);
    (before, content, rest)
}

/// An indented block behind a box belongs into the box, or into the list item that the box ends with.
fn continue_box(
    doc: &mut Document,
    parent: NodeId,
    blocks: &mut Blocks,
    is_box: impl Fn(&Document, NodeId) -> bool,
) -> bool {
    let Some(block) = blocks.front() else { return false };
    let Some((target, indent)) = box_for(doc, parent, block, is_box) else { return false };
    let (content, rest) = detab(block, indent);
    blocks.pop_front();
    if ["li", "dd"].contains(&doc.dom.tag(target)) && !doc.dom.get(target).text.is_empty() {
        doc.wrap_text_last(target);
    }
    doc.parse_chunk(target, &content);
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}

fn box_for(doc: &Document, parent: NodeId, block: &str, is_box: impl Fn(&Document, NodeId) -> bool) -> Pending {
    let mut target = doc.dom.last_child(parent).filter(|last| is_box(doc, *last))?;
    let mut indent = 0;
    while let Some(last) = doc.dom.last_child(target) {
        let deeper = starts_with_spaces(&block[indent..], 2 * TAB) && ["ul", "ol", "dl"].contains(&doc.dom.tag(last));
        if !deeper {
            break;
        }
        target = doc.dom.last_child(last)?;
        indent += TAB;
    }
    starts_with_spaces(&block[indent..], TAB).then_some((target, indent + TAB))
}

/// Classes in lower case with one space between them.
fn words(text: &str) -> String {
    text.to_lowercase().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

pub(in super::super) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}
