//! What is left: nothing, and text.

use super::super::document::{Document, State};
use super::super::dom::{NodeId, Text};
use super::Blocks;
use super::code::open_code;

/// Empty lines count inside a code block only.
pub(super) fn empty(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    if !block.is_empty() && !block.starts_with('\n') {
        return false;
    }
    let Some(block) = blocks.pop_front() else { return false };
    let rest = block.get(1..).unwrap_or_default();
    if !rest.is_empty() {
        blocks.push_front(rest.to_owned());
    }
    if let Some(code) = open_code(doc, parent) {
        let filler = if block.is_empty() { "\n\n" } else { "\n" };
        let text = format!("{}{filler}", doc.dom.get(code).text.value);
        doc.dom.get_mut(code).text = Text::atomic(text);
    }
    true
}

pub(super) fn paragraph(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.pop_front() else { return false };
    if block.trim().is_empty() {
        return true;
    }
    if !doc.in_state(State::List) {
        let paragraph = doc.dom.sub(parent, "p");
        doc.dom.get_mut(paragraph).text = block.trim_start().into();
        return true;
    }
    match doc.dom.last_child(parent) {
        Some(last) => {
            let tail = &mut doc.dom.get_mut(last).tail;
            *tail = format!("{}\n{block}", tail.value).into();
        }
        None => {
            let text = &mut doc.dom.get_mut(parent).text;
            *text = match text.is_empty() {
                true => block.trim_start().into(),
                false => format!("{}\n{block}", text.value).into(),
            };
        }
    }
    true
}
