//! Blocks: the source, cut at empty lines, becomes a tree. Each block goes to the first rule that takes it; the order of
//! the rules is part of the language.

mod admonition;
mod code;
mod definition;
mod heading;
mod html;
mod list;
mod math;
mod meta;
mod paragraph;
mod quote;
mod slashes;
mod table;
mod tabs;

use std::collections::VecDeque;

use super::document::{Document, MAX_DEPTH, State};
use super::dom::NodeId;

pub(super) use admonition::capitalize;
pub(super) use slashes::OpenBlock;

/// Blocks that are still to be parsed, the next one first.
pub(super) type Blocks = VecDeque<String>;

/// A rule looks at the first block. It answers `false` and leaves the blocks as they were when it is not meant.
type Rule = fn(&mut Document, NodeId, &mut Blocks) -> bool;

/// The width of a tab, and of an indent where nothing else is said.
pub(super) const TAB: usize = 4;
/// The indent of nested lists.
pub(super) const LIST_TAB: usize = 2;

const RULES: &[Rule] = &[
    admonition::admonition,
    admonition::details,
    tabs::tabbed,
    html::markdown_in_html,
    paragraph::empty,
    list::indented_in_list,
    slashes::slashes,
    definition::indented_in_definition,
    code::indented,
    math::formula,
    table::table,
    heading::hash,
    heading::setext,
    heading::rule,
    list::ordered,
    list::unordered,
    definition::definition,
    quote::quote,
    meta::footnote,
    meta::abbreviation,
    meta::reference,
    paragraph::paragraph,
];

impl Document<'_> {
    /// Parses `text` into `parent`.
    pub(super) fn parse_chunk(&mut self, parent: NodeId, text: &str) {
        self.parse_blocks(parent, text.split("\n\n").map(str::to_owned).collect());
    }

    /// Parses `blocks` into `parent`.
    pub(super) fn parse_blocks(&mut self, parent: NodeId, mut blocks: Blocks) {
        if self.depth >= MAX_DEPTH {
            return self.plain_blocks(parent, blocks);
        }
        self.depth += 1;
        while let Some(length) = blocks.front().map(String::len) {
            if !self.pay(4 * length) {
                self.plain_blocks(parent, blocks);
                break;
            }
            if !RULES.iter().any(|rule| rule(self, parent, &mut blocks)) {
                blocks.pop_front();
            }
        }
        self.depth -= 1;
    }

    /// Shows `blocks` as they are written.
    fn plain_blocks(&mut self, parent: NodeId, blocks: Blocks) {
        for block in blocks {
            let paragraph = self.dom.sub(parent, "p");
            self.dom.get_mut(paragraph).text = block.into();
        }
    }

    pub(super) fn parse_block(&mut self, parent: NodeId, block: &str) {
        self.parse_blocks(parent, VecDeque::from([block.to_owned()]));
    }

    fn parse_block_in(&mut self, state: State, parent: NodeId, block: &str) {
        self.states.push(state);
        self.parse_block(parent, block);
        self.states.pop();
    }

    /// A text that stood directly in `item` becomes its first paragraph, as it does once a second block follows.
    fn wrap_text(&mut self, item: NodeId) {
        let text = std::mem::take(&mut self.dom.get_mut(item).text);
        if !text.is_empty() {
            let paragraph = self.dom.new_node("p");
            self.dom.get_mut(paragraph).text = text;
            self.dom.insert(item, 0, paragraph);
        }
    }

    /// As [`Self::wrap_text`], but behind what is in `item` already.
    fn wrap_text_last(&mut self, item: NodeId) {
        let text = std::mem::take(&mut self.dom.get_mut(item).text);
        let paragraph = self.dom.sub(item, "p");
        self.dom.get_mut(paragraph).text = text;
    }
}

/// Takes an indent of `width` off the lines that have it, up to the first that has not: what was taken, and the rest.
pub(super) fn detab(text: &str, width: usize) -> (String, String) {
    let mut inside = String::new();
    let mut consumed = 0;
    for (number, line) in text.split('\n').enumerate() {
        let line_inside = match strip_spaces(line, width) {
            Some(rest) => rest,
            None if line.trim().is_empty() => "",
            None => break,
        };
        if number > 0 {
            inside.push('\n');
        }
        inside.push_str(line_inside);
        consumed += line.len() + 1;
    }
    (inside, text.get(consumed..).unwrap_or_default().to_owned())
}

/// Takes `width` spaces off every line that has them.
pub(super) fn loose_detab(text: &str, width: usize) -> String {
    let lines: Vec<&str> = text.split('\n').map(|line| strip_spaces(line, width).unwrap_or(line)).collect();
    lines.join("\n")
}

/// `line` without `width` leading spaces, if it has as many.
pub(super) fn strip_spaces(line: &str, width: usize) -> Option<&str> {
    starts_with_spaces(line, width).then(|| &line[width..])
}

pub(super) fn starts_with_spaces(text: &str, width: usize) -> bool {
    text.len() >= width && text.as_bytes()[..width].iter().all(|byte| *byte == b' ')
}

pub(super) fn leading_spaces(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b' ').count()
}
