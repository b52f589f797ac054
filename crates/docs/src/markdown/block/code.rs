//! Code blocks by indent.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::{NodeId, Text};
use super::super::serialize::escape_code;
use super::{Blocks, TAB, detab, starts_with_spaces};

static FENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^([> ]*)\u{2}(wzxhzdk:[0-9]+)\u{3}$").expect("a valid pattern"));

pub(super) fn indented(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    if !blocks.front().is_some_and(|block| starts_with_spaces(block, TAB)) {
        return false;
    }
    let Some(block) = blocks.pop_front() else { return false };
    let block = take_back_fences(doc, &block);
    let (code, rest) = detab(&block, TAB);
    let code = escape_code(code.trim_end());
    match open_code(doc, parent) {
        Some(element) => {
            let text = format!("{}\n{code}\n", doc.dom.get(element).text.value);
            doc.dom.get_mut(element).text = Text::atomic(text);
        }
        None => {
            let pre = doc.dom.sub(parent, "pre");
            let element = doc.dom.sub(pre, "code");
            doc.dom.get_mut(element).text = Text::atomic(format!("{code}\n"));
        }
    }
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}

/// The code that `parent` ends with, which the next block may continue.
pub(super) fn open_code(doc: &Document, parent: NodeId) -> Option<NodeId> {
    let pre = doc.dom.last_child(parent).filter(|last| doc.dom.tag(*last) == "pre")?;
    doc.dom.first_child(pre).filter(|code| doc.dom.tag(*code) == "code")
}

/// Fences are found before blocks are; one inside an indented code block turns out to be code after all.
fn take_back_fences(doc: &mut Document, block: &str) -> String {
    if doc.fences.is_empty() || !block.contains("\u{2}wzxhzdk:") {
        return block.to_owned();
    }
    let mut lines = Vec::new();
    for line in block.split('\n') {
        let original = FENCE.captures(line).and_then(|found| {
            let (source, position) = doc.fences.remove(&found[2])?;
            Some((source, position.saturating_sub(found[1].len())))
        });
        match original {
            Some((source, cut)) => {
                let lines_of = source.split('\n').map(|line| line.get(cut..).unwrap_or_default());
                lines.extend(lines_of.map(str::to_owned));
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}
