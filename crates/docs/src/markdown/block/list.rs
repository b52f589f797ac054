//! Lists. Items of a nested list are indented by two spaces; a list of the other kind begins a list of its own, and so
//! does an unordered one behind an empty line.

use super::super::document::{Document, State};
use super::super::dom::NodeId;
use super::{Blocks, LIST_TAB, leading_spaces, loose_detab, starts_with_spaces};

/// An indented block behind a list belongs to its last item, or to the item of the list inside that fits its indent.
pub(super) fn indented_in_list(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    indented(doc, parent, blocks, &["li"], &["ul", "ol"], "li")
}

pub(super) fn indented(
    doc: &mut Document,
    parent: NodeId,
    blocks: &mut Blocks,
    items: &[&str],
    lists: &[&str],
    new_item: &'static str,
) -> bool {
    let Some(block) = blocks.front() else { return false };
    let in_item = items.contains(&doc.dom.tag(parent));
    let behind_list = doc.dom.last_child(parent).is_some_and(|last| lists.contains(&doc.dom.tag(last)));
    if !starts_with_spaces(block, LIST_TAB) || doc.in_state(State::Detabbed) || !(in_item || behind_list) {
        return false;
    }
    let (level, sibling) = level_of(doc, parent, block, items, lists);
    let block = loose_detab(block, LIST_TAB * level);
    blocks.pop_front();
    doc.states.push(State::Detabbed);
    if in_item {
        let target = doc.dom.last_child(parent).filter(|last| lists.contains(&doc.dom.tag(*last))).unwrap_or(parent);
        doc.parse_block(target, &block);
    } else if items.contains(&doc.dom.tag(sibling)) {
        doc.parse_block(sibling, &block);
    } else if let Some(last) = doc.dom.last_child(sibling).filter(|last| items.contains(&doc.dom.tag(*last))) {
        doc.wrap_text(last);
        doc.parse_chunk(last, &block);
    } else {
        let item = doc.dom.sub(sibling, new_item);
        doc.parse_block(item, &block);
    }
    doc.states.pop();
    true
}

/// How many lists deep `block` is indented, and the innermost list or item that it reaches.
fn level_of(doc: &Document, parent: NodeId, block: &str, items: &[&str], lists: &[&str]) -> (usize, NodeId) {
    let indent = leading_spaces(block) / LIST_TAB;
    let mut level = usize::from(doc.in_state(State::List));
    let mut node = parent;
    while indent > level {
        let Some(last) = doc.dom.last_child(node) else { break };
        let is_list = lists.contains(&doc.dom.tag(last));
        if !is_list && !items.contains(&doc.dom.tag(last)) {
            break;
        }
        level += usize::from(is_list);
        node = last;
    }
    (level, node)
}

pub(super) fn ordered(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    list(doc, parent, blocks, "ol", ordered_item)
}

pub(super) fn unordered(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    list(doc, parent, blocks, "ul", bullet_item)
}

fn list(
    doc: &mut Document,
    parent: NodeId,
    blocks: &mut Blocks,
    tag: &'static str,
    item: fn(&str) -> Option<&str>,
) -> bool {
    let Some(block) = blocks.front() else { return false };
    let mut items = items_of(block, item);
    if items.is_empty() {
        return false;
    }
    blocks.pop_front();
    // An empty line ends an unordered list: what follows is a list of its own.
    let sibling = doc.dom.last_child(parent).filter(|last| tag == "ol" && doc.dom.tag(*last) == "ol");
    let list = match sibling {
        Some(list) => {
            // A block behind a numbered list continues it, with an empty line between: both items become paragraphs.
            if let Some(last) = doc.dom.last_child(list) {
                doc.wrap_text(last);
                if let Some(child) = doc.dom.last_child(last) {
                    let tail = std::mem::take(&mut doc.dom.get_mut(child).tail);
                    if !tail.is_empty() {
                        let paragraph = doc.dom.sub(last, "p");
                        doc.dom.get_mut(paragraph).text = tail.value.trim_start().into();
                    }
                }
            }
            let first = items.remove(0);
            let element = doc.dom.sub(list, "li");
            doc.parse_block_in(State::LooseList, element, &first);
            list
        }
        None if ["ol", "ul"].contains(&doc.dom.tag(parent)) => parent,
        None => doc.dom.sub(parent, tag),
    };
    doc.states.push(State::List);
    for text in items {
        let target = match doc.dom.last_child(list) {
            Some(last) if starts_with_spaces(&text, LIST_TAB) => last,
            _ => doc.dom.sub(list, "li"),
        };
        doc.parse_block(target, &text);
    }
    doc.states.pop();
    true
}

/// The items of a block that begins with one: lines that belong to nested lists stay together, indented.
fn items_of(block: &str, item: fn(&str) -> Option<&str>) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in block.split('\n') {
        if let Some(content) = item(line) {
            items.push(content.to_owned());
        } else if let Some(last) = items.last_mut() {
            if is_nested_item(line) && !starts_with_spaces(last, LIST_TAB) {
                items.push(line.to_owned());
            } else {
                last.push('\n');
                last.push_str(line);
            }
        } else {
            return items;
        }
    }
    items
}

fn is_nested_item(line: &str) -> bool {
    let indent = leading_spaces(line);
    let rest = &line[indent..];
    (LIST_TAB..2 * LIST_TAB).contains(&indent) && (after_number(rest).is_some() || after_bullet(rest).is_some())
}

fn ordered_item(line: &str) -> Option<&str> {
    let indent = leading_spaces(line);
    if indent >= LIST_TAB { None } else { after_number(&line[indent..]) }
}

fn bullet_item(line: &str) -> Option<&str> {
    let indent = leading_spaces(line);
    if indent >= LIST_TAB { None } else { after_bullet(&line[indent..]) }
}

fn after_number(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == text.len() {
        return None;
    }
    after_spaces(rest.strip_prefix('.')?)
}

fn after_bullet(text: &str) -> Option<&str> {
    after_spaces(text.strip_prefix(['*', '+', '-'])?)
}

fn after_spaces(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(' ');
    (rest.len() < text.len()).then_some(rest)
}
