//! `=== "Label"`: content tabs, switched by radio buttons so that they need no script.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::{Document, Pending};
use super::super::dom::NodeId;
use super::admonition::cut;
use super::{Blocks, TAB, detab, starts_with_spaces};

const SET: &str = "tabbed-set tabbed-alternate";

static START: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?:^|\n)={3}(\+|\+!|!\+|!)? +"(.*?)" *(?:\n|$)"#).expect("a valid pattern"));

pub(super) fn tabbed(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    if !doc.options.indented_boxes {
        return false;
    }
    let Some(block) = blocks.front() else { return false };
    let start = if block.contains("===") { START.captures(block) } else { None };
    let Some(start) = start else { return continue_tab(doc, parent, blocks) };
    let special = start.get(1).map(|special| special.as_str().to_owned()).unwrap_or_default();
    let label = start[2].to_owned();
    let (before, content, rest) = cut(block, start.get(0).map_or(0..0, |all| all.range()));
    blocks.pop_front();
    if let Some(before) = before {
        doc.parse_block(parent, &before);
    }
    let body = add_tab(doc, parent, &label, special.contains('!'), special.contains('+'));
    doc.parse_chunk(body, &content);
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}

/// A tab behind the tabs that `parent` ends with, or of a new set.
pub(super) fn add_tab(doc: &mut Document, parent: NodeId, label: &str, new_set: bool, selected: bool) -> NodeId {
    let sibling = doc.dom.last_child(parent).filter(|last| is_set(doc, *last) && !new_set);
    let set = sibling.unwrap_or_else(|| {
        doc.tab_groups += 1;
        let set = doc.dom.sub(parent, "div");
        doc.dom.set_attr(set, "class", SET);
        doc.dom.set_attr(set, "data-tabs", format!("{}:0", doc.tab_groups));
        let labels = doc.dom.sub(set, "div");
        doc.dom.set_attr(labels, "class", "tabbed-labels");
        let content = doc.dom.sub(set, "div");
        doc.dom.set_attr(content, "class", "tabbed-content");
        set
    });
    let numbers = doc.dom.attr(set, "data-tabs").unwrap_or_default().to_owned();
    let (group, count) = numbers.split_once(':').unwrap_or(("0", "0"));
    let count = count.parse::<usize>().unwrap_or(0) + 1;
    let name = format!("__tabbed_{group}");
    let inputs: Vec<NodeId> =
        doc.dom.get(set).children.iter().copied().filter(|child| doc.dom.tag(*child) == "input").collect();
    let input = doc.dom.new_node("input");
    doc.dom.set_attr(input, "name", name.as_str());
    doc.dom.set_attr(input, "type", "radio");
    doc.dom.set_attr(input, "id", format!("{name}_{count}"));
    if sibling.is_none() || selected {
        doc.dom.set_attr(input, "checked", "checked");
        for other in &inputs {
            doc.dom.remove_attr(*other, "checked");
        }
    }
    let part = |doc: &Document, class: &str| {
        let children = &doc.dom.get(set).children;
        children.iter().copied().find(|child| doc.dom.attr(*child, "class") == Some(class)).unwrap_or(set)
    };
    let (labels, content) = (part(doc, "tabbed-labels"), part(doc, "tabbed-content"));
    doc.dom.insert(set, inputs.len(), input);
    let element = doc.dom.sub(labels, "label");
    doc.dom.set_attr(element, "for", format!("{name}_{count}"));
    doc.dom.get_mut(element).text = label.into();
    let body = doc.dom.sub(content, "div");
    doc.dom.set_attr(body, "class", "tabbed-block");
    doc.dom.set_attr(set, "data-tabs", format!("{group}:{count}"));
    body
}

fn is_set(doc: &Document, node: NodeId) -> bool {
    doc.dom.tag(node) == "div" && doc.dom.attr(node, "class") == Some(SET)
}

fn is_list(doc: &Document, node: NodeId) -> bool {
    ["ul", "ol", "dl"].contains(&doc.dom.tag(node))
}

fn is_body(doc: &Document, node: NodeId) -> bool {
    doc.dom.tag(node) == "div" && doc.dom.attr(node, "class") == Some("tabbed-block")
}

/// An indented block behind tabs belongs into the last of them, or into the list item that it ends with.
fn continue_tab(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let Some((mut target, indent)) = target_for(doc, parent, block) else { return false };
    let (content, rest) = detab(block, indent);
    blocks.pop_front();
    if ["li", "dd"].contains(&doc.dom.tag(target)) && !doc.dom.get(target).text.is_empty() {
        doc.wrap_text_last(target);
    } else if is_set(doc, target) {
        target = last_body(doc, target).unwrap_or(target);
    }
    doc.parse_chunk(target, &content);
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}

fn last_body(doc: &Document, set: NodeId) -> Option<NodeId> {
    doc.dom.last_child(doc.dom.last_child(set)?)
}

fn target_for(doc: &Document, parent: NodeId, block: &str) -> Pending {
    let set = doc.dom.last_child(parent).filter(|last| is_set(doc, *last))?;
    let mut target = Some(set);
    let mut last = last_body(doc, set);
    let mut indent = 0;
    while let Some(mut node) = last {
        let here = is_list(doc, node) || is_body(doc, node);
        if target.is_none() || !here || !starts_with_spaces(&block[indent..], 2 * TAB) {
            break;
        }
        if is_body(doc, node) {
            match doc.dom.last_child(node) {
                Some(inner) if is_list(doc, inner) => node = inner,
                _ => break,
            }
        }
        target = doc.dom.last_child(node);
        last = target.and_then(|target| doc.dom.last_child(target));
        indent += TAB;
    }
    let target = target?;
    starts_with_spaces(&block[indent..], TAB).then_some((target, indent + TAB))
}
