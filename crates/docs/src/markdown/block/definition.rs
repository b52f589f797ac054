//! Definition lists: terms, and definitions behind a colon.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::{Document, State};
use super::super::dom::NodeId;
use super::{Blocks, LIST_TAB, detab, leading_spaces, list};

static DEFINITION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(^|\n)[ ]{0,3}:[ ]{1,3}(.*?)(\n|$)").expect("a valid pattern"));

pub(super) fn indented_in_definition(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    list::indented(doc, parent, blocks, &["dd", "li"], &["dl", "ol", "ul"], "dd")
}

pub(super) fn definition(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let found = if block.contains(": ") { DEFINITION.captures(block) } else { None };
    let Some(found) = found else { return false };
    let range = found.get(0).map_or(0..0, |all| all.range());
    let term_lines = block[..range.start].split('\n').map(str::trim).filter(|term| !term.is_empty());
    let mut terms: Vec<String> = term_lines.map(str::to_owned).collect();
    let sibling = doc.dom.last_child(parent);
    if terms.is_empty() && sibling.is_none() {
        return false;
    }
    let after = &block[range.end..];
    let indent = leading_spaces(after);
    // A line that goes on without an indent belongs to the definition too.
    let lazy = indent < LIST_TAB && after[indent..].chars().next().is_some_and(|c| c != ' ' && c != ':');
    let (content, rest) = if lazy { (after.to_owned(), String::new()) } else { detab(after, LIST_TAB) };
    let first = &found[2];
    let text = if content.is_empty() { first.to_owned() } else { format!("{first}\n{content}") };

    let mut state = State::List;
    let mut sibling = sibling;
    if terms.is_empty()
        && let Some(paragraph) = sibling.filter(|last| doc.dom.tag(*last) == "p")
    {
        state = State::LooseList;
        terms = doc.dom.get(paragraph).text.value.split('\n').map(str::to_owned).collect();
        doc.dom.remove(parent, paragraph);
        sibling = doc.dom.last_child(parent);
    }
    let list = match sibling.filter(|last| doc.dom.tag(*last) == "dl") {
        Some(list) => {
            let follows_blocks = doc
                .dom
                .last_child(list)
                .is_some_and(|last| doc.dom.tag(last) == "dd" && !doc.dom.get(last).children.is_empty());
            if terms.is_empty() && follows_blocks {
                state = State::LooseList;
            }
            list
        }
        None => doc.dom.sub(parent, "dl"),
    };
    for term in terms {
        let element = doc.dom.sub(list, "dt");
        doc.dom.get_mut(element).text = term.into();
    }
    let element = doc.dom.sub(list, "dd");
    blocks.pop_front();
    doc.parse_block_in(state, element, &text);
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}
