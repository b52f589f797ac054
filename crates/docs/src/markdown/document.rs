//! What the passes over one page share: its tree, what was put aside, and what was defined on the way.

use std::collections::HashMap;

use super::Host;
use super::block::OpenBlock;
use super::dom::{Dom, NodeId};
use super::options::Options;

/// Marks the begin and end of a placeholder. Neither survives in a source: both are taken out first.
pub(crate) const STX: char = '\u{2}';
pub(crate) const ETX: char = '\u{3}';

/// Stands for `&` where the serializer must not escape it.
pub(crate) const AMP: &str = "\u{2}amp\u{3}";

/// How deep blocks may stand in each other. Deeper ones stay text, so that no source can exhaust the stack.
pub(crate) const MAX_DEPTH: usize = 60;

/// What inline patterns may cost in one page, in bytes looked at. A page of 100 kB takes about a hundredth.
const INLINE_BUDGET: u64 = 700_000_000;

/// HTML that is put aside until the tree is text, or an element with Markdown inside that waits for its place.
#[derive(Clone, Debug)]
pub(crate) enum Stashed {
    Html(String),
    Element(NodeId),
}

/// Why a block is parsed: some rules hold only in some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Detabbed,
    List,
    LooseList,
    Quote,
    Slashes,
}

/// A place that the next indented block goes to, and how far it is indented.
pub(crate) type Pending = Option<(NodeId, usize)>;

pub(crate) struct Document<'a> {
    pub options: &'a Options,
    pub host: &'a dyn Host,
    pub dom: Dom,
    pub stash: Vec<Stashed>,
    pub states: Vec<State>,
    pub depth: usize,
    pub references: HashMap<String, (String, Option<String>)>,
    /// Label and text, in the order of definition.
    pub footnotes: Vec<(String, String)>,
    /// How often the anchor of a reference was given out.
    pub footnote_refs: HashMap<String, usize>,
    pub used_refs: std::collections::HashSet<String>,
    pub abbreviations: Vec<(String, String)>,
    /// The source of each fenced block and how far it was indented: an indented code block takes it back.
    pub fences: HashMap<String, (String, usize)>,
    pub critic: Vec<String>,
    pub tab_groups: usize,
    pub open_blocks: Vec<OpenBlock>,
    pub code_blocks: usize,
    budget: u64,
    /// What the author should know, in the order it was found.
    pub warnings: Vec<String>,
}

impl<'a> Document<'a> {
    pub fn new(options: &'a Options, host: &'a dyn Host) -> Self {
        Self {
            options,
            host,
            dom: Dom::default(),
            stash: Vec::new(),
            states: Vec::new(),
            depth: 0,
            references: HashMap::new(),
            footnotes: Vec::new(),
            footnote_refs: HashMap::new(),
            used_refs: Default::default(),
            abbreviations: options.glossary.clone(),
            fences: HashMap::new(),
            critic: Vec::new(),
            tab_groups: 0,
            open_blocks: Vec::new(),
            code_blocks: 0,
            budget: INLINE_BUDGET,
            warnings: Vec::new(),
        }
    }

    /// Puts HTML aside and gives the placeholder that stands for it.
    pub fn store(&mut self, html: impl Into<String>) -> String {
        self.stash.push(Stashed::Html(html.into()));
        placeholder(self.stash.len() - 1)
    }

    pub fn store_element(&mut self, element: NodeId) -> String {
        self.stash.push(Stashed::Element(element));
        placeholder(self.stash.len() - 1)
    }

    pub fn in_state(&self, state: State) -> bool {
        self.states.last() == Some(&state)
    }

    /// Pays for looking at `bytes`; `false` once the page has cost all it may.
    pub fn pay(&mut self, bytes: usize) -> bool {
        if self.budget == 0 {
            return false;
        }
        self.budget = self.budget.saturating_sub(bytes as u64 + 1);
        if self.budget == 0 {
            self.warnings.push("the page is too costly to render: the rest of it is shown as it is written".to_owned());
        }
        self.budget > 0
    }
}

pub(crate) fn placeholder(index: usize) -> String {
    format!("{STX}wzxhzdk:{index}{ETX}")
}

/// The number in a stash placeholder that `text` begins with, and the length of the placeholder.
pub(crate) fn leading_placeholder(text: &str) -> Option<(usize, usize)> {
    let rest = text.strip_prefix("\u{2}wzxhzdk:")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || !rest[digits..].starts_with(ETX) {
        return None;
    }
    Some((rest[..digits].parse().ok()?, text.len() - rest.len() + digits + 1))
}
