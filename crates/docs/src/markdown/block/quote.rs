//! Quotes.

use super::super::document::{Document, State};
use super::super::dom::NodeId;
use super::{Blocks, leading_spaces};

pub(super) fn quote(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    if !block.contains('>') {
        return false;
    }
    let mut start = 0;
    let mut found = false;
    for line in block.split('\n') {
        if quoted(line).is_some() {
            found = true;
            break;
        }
        start += line.len() + 1;
    }
    if !found {
        return false;
    }
    let before = block[..start.saturating_sub(1)].to_owned();
    let lines = block[start..].split('\n').map(|line| match line.trim() {
        ">" => "",
        _ => quoted(line).unwrap_or(line),
    });
    let content = lines.collect::<Vec<_>>().join("\n");
    blocks.pop_front();
    doc.parse_block(parent, &before);
    let sibling = doc.dom.last_child(parent).filter(|last| doc.dom.tag(*last) == "blockquote");
    let quote = sibling.unwrap_or_else(|| doc.dom.sub(parent, "blockquote"));
    doc.states.push(State::Quote);
    doc.parse_chunk(quote, &content);
    doc.states.pop();
    true
}

/// What is quoted in a line that begins with `>`.
fn quoted(line: &str) -> Option<&str> {
    let indent = leading_spaces(line);
    if indent > 3 {
        return None;
    }
    let rest = line[indent..].strip_prefix('>')?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}
