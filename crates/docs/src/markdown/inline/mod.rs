//! Inline patterns: each runs over a whole text before the next does, and what it finds is put aside behind a
//! placeholder, so that later patterns see through it. The order of the patterns is part of the language.

mod code;
mod emoji;
mod emphasis;
mod html;
mod keys;
mod link;
mod magic;
mod marks;
mod shorthand;
mod smart;

use super::document::{Document, ETX, MAX_DEPTH};
use super::dom::{NodeId, Text};

use smart::smart_symbols;

pub(super) use emphasis::pattern;

/// What a pattern found at a range of the text.
pub(super) enum Found {
    Element(NodeId),
    Text(String),
    /// Nothing, but the search goes on behind it.
    Nothing,
}

pub(super) struct Match {
    found: Found,
    start: usize,
    end: usize,
}

impl Match {
    fn new(found: Found, range: std::ops::Range<usize>) -> Option<Self> {
        Some(Self { found, start: range.start, end: range.end })
    }
}

type Pattern = fn(&mut Inline, &mut Document, &str, usize) -> Option<Match>;

/// A pattern and the bytes one of which must be in a text for it to match.
struct Entry {
    find: Pattern,
    needs: &'static [u8],
    /// Links are not looked for inside links.
    not_in_links: bool,
    /// Whether what it finds may let it find something before: the search then begins anew.
    again: bool,
}

const fn entry(find: Pattern, needs: &'static [u8]) -> Entry {
    Entry { find, needs, not_in_links: false, again: true }
}

/// A pattern whose finds do not touch each other.
const fn once(find: Pattern, needs: &'static [u8]) -> Entry {
    Entry { find, needs, not_in_links: false, again: false }
}

const PATTERNS: &[Entry] = &[
    once(code::code, b"`\\"),
    entry(marks::math, b"$\\"),
    entry(keys::quoted, b"+"),
    once(marks::escape, b"\\"),
    once(marks::footnote, b"["),
    entry(link::reference, b"["),
    entry(link::link, b"["),
    entry(link::image, b"["),
    entry(link::image_reference, b"["),
    entry(link::short_reference, b"["),
    entry(link::short_image_reference, b"["),
    entry(link::autolink, b"<"),
    entry(link::automail, b"<"),
    once(marks::line_break, b"\n"),
    entry(html::tag, b"<"),
    Entry { find: magic::link, needs: b":.", not_in_links: true, again: false },
    Entry { find: magic::mail, needs: b"@", not_in_links: true, again: false },
    once(html::entity, b"&"),
    Entry { find: shorthand::shorthand, needs: b"@#!?0123456789abcdef", not_in_links: true, again: true },
    once(emoji::emoji, b":"),
    entry(keys::plain, b"+"),
    once(marks::lone_stars, b"*_"),
    once(marks::lone_tildes, b"~"),
    entry(emphasis::caret, b"^"),
    entry(emphasis::mark, b"="),
    entry(emphasis::tilde, b"~"),
    entry(emphasis::asterisk, b"*"),
    entry(emphasis::underscore, b"_"),
];

const SMART: &[Entry] = &[entry(smart_symbols, b"(+=/<-0123456789")];

/// Which bytes are, or were, in a text: a pattern is not tried where what it needs never was.
struct Bytes([u64; 4]);

impl Bytes {
    fn of(text: &str) -> Self {
        let mut bytes = Self([0; 4]);
        bytes.add(text);
        bytes
    }

    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
    }

    fn has_any(&self, needs: &[u8]) -> bool {
        needs.iter().any(|byte| self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0)
    }
}

const PREFIX: &str = "\u{2}klzzwxh:";

enum Put {
    Element(NodeId),
    Text(String),
}

/// One run of inline patterns over a tree.
pub(super) struct Inline {
    patterns: &'static [Entry],
    put: Vec<Put>,
    /// How many links the text at hand is in.
    links: usize,
    depth: usize,
    parents: std::collections::HashMap<NodeId, NodeId>,
}

impl Inline {
    pub(super) fn all() -> Self {
        Self::with(PATTERNS)
    }

    pub(super) fn smart() -> Self {
        Self::with(SMART)
    }

    fn with(patterns: &'static [Entry]) -> Self {
        Self { patterns, put: Vec::new(), links: 0, depth: 0, parents: Default::default() }
    }

    /// Runs the patterns over every text below `root`.
    pub(super) fn run(&mut self, doc: &mut Document, root: NodeId) {
        for node in doc.dom.descendants(root) {
            for child in &doc.dom.get(node).children {
                self.parents.insert(*child, node);
            }
        }
        let mut open = std::collections::VecDeque::from([(root, 0)]);
        while let Some((node, links)) = open.pop_front() {
            self.links = links + self.links_above(doc, node);
            let mut inserts: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
            let mut index = 0;
            // Children that are put behind the one at hand are looked at too, as if they had always stood there.
            while let Some(child) = doc.dom.get(node).children.get(index).copied() {
                index += 1;
                if !doc.dom.get(child).text.is_empty() && !doc.dom.get(child).text.atomic {
                    let is_link = usize::from(doc.dom.tag(child) == "a");
                    self.links += is_link;
                    let text = std::mem::take(&mut doc.dom.get_mut(child).text).value;
                    let text = self.apply(doc, text, 0);
                    let nodes = self.resolve(doc, &text, child, true);
                    for new in &nodes {
                        self.parents.insert(*new, child);
                        open.push_back((*new, self.links));
                    }
                    inserts.push((child, nodes));
                    self.links -= is_link;
                }
                if !doc.dom.get(child).tail.is_empty() {
                    let tail = std::mem::take(&mut doc.dom.get_mut(child).tail);
                    let text = if tail.atomic { tail.value } else { self.apply(doc, tail.value, 0) };
                    let holder = doc.dom.new_node("d");
                    let nodes = self.resolve(doc, &text, holder, false);
                    let mut rest = std::mem::take(&mut doc.dom.get_mut(holder).tail);
                    rest.atomic |= tail.atomic;
                    doc.dom.get_mut(child).tail = rest;
                    for (offset, new) in nodes.into_iter().enumerate() {
                        self.parents.insert(new, node);
                        doc.dom.insert(node, index + offset, new);
                    }
                }
                if !doc.dom.get(child).children.is_empty() {
                    self.parents.insert(child, node);
                    open.push_back((child, self.links));
                }
            }
            for (child, nodes) in inserts {
                for (at, new) in nodes.into_iter().enumerate() {
                    doc.dom.insert(child, at, new);
                }
            }
        }
    }

    fn links_above(&self, doc: &Document, node: NodeId) -> usize {
        let mut links = 0;
        let mut at = Some(node);
        let mut steps = 0;
        while let Some(node) = at.filter(|_| steps < 10_000) {
            links += usize::from(doc.dom.tag(node) == "a");
            at = self.parents.get(&node).copied();
            steps += 1;
        }
        links
    }

    /// Runs the patterns from number `first` on over `text`.
    fn apply(&mut self, doc: &mut Document, text: String, first: usize) -> String {
        if self.depth >= MAX_DEPTH {
            return text;
        }
        self.depth += 1;
        let mut text = text;
        let mut seen = Bytes::of(&text);
        for (number, pattern) in self.patterns.iter().enumerate().skip(first) {
            if pattern.not_in_links && self.links > 0 {
                continue;
            }
            let mut start = 0;
            while seen.has_any(pattern.needs) && doc.pay(text.len()) {
                let Some(found) = (pattern.find)(self, doc, &text, start) else { break };
                let put = match found.found {
                    Found::Nothing => {
                        start = found.end;
                        continue;
                    }
                    Found::Text(text) => Put::Text(text),
                    Found::Element(element) => {
                        self.apply_inside(doc, element, number);
                        Put::Element(element)
                    }
                };
                self.put.push(put);
                let placeholder = format!("{PREFIX}{:04}{ETX}", self.put.len() - 1);
                text.replace_range(found.start..found.end, &placeholder);
                seen.add(&placeholder);
                start = if pattern.again { 0 } else { found.start + placeholder.len() };
            }
        }
        self.depth -= 1;
        text
    }

    /// Runs the patterns behind number `number` over the text of a new element and its children, and those from it on
    /// over what stands between the children.
    fn apply_inside(&mut self, doc: &mut Document, element: NodeId, number: usize) {
        if doc.dom.get(element).text.atomic {
            return;
        }
        let nodes: Vec<NodeId> = std::iter::once(element).chain(doc.dom.get(element).children.clone()).collect();
        for node in nodes {
            let text = std::mem::take(&mut doc.dom.get_mut(node).text);
            if text.atomic || text.is_empty() {
                doc.dom.get_mut(node).text = text;
            } else {
                let is_link = usize::from(doc.dom.tag(node) == "a");
                self.links += is_link;
                let value = self.apply(doc, text.value, number + 1);
                self.links -= is_link;
                doc.dom.get_mut(node).text = value.into();
            }
            let tail = std::mem::take(&mut doc.dom.get_mut(node).tail);
            if tail.atomic || tail.is_empty() {
                doc.dom.get_mut(node).tail = tail;
            } else {
                doc.dom.get_mut(node).tail = self.apply(doc, tail.value, number).into();
            }
        }
    }

    /// Gives the elements that the placeholders in `text` stand for, each with the text behind it as its tail; the text
    /// before the first goes to `parent`.
    fn resolve(&mut self, doc: &mut Document, text: &str, parent: NodeId, into_text: bool) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> = Vec::new();
        let mut start = 0;
        let push = |doc: &mut Document, nodes: &[NodeId], text: &str| {
            let target: &mut Text = match nodes.last() {
                Some(last) => &mut doc.dom.get_mut(*last).tail,
                None if into_text => &mut doc.dom.get_mut(parent).text,
                None => &mut doc.dom.get_mut(parent).tail,
            };
            target.value.push_str(text);
        };
        while let Some(offset) = text[start..].find(PREFIX) {
            let at = start + offset;
            let digits = text[at + PREFIX.len()..].bytes().take_while(u8::is_ascii_digit).count();
            let number = text[at + PREFIX.len()..at + PREFIX.len() + digits].parse::<usize>().ok();
            let end = at + PREFIX.len() + digits;
            let known = number.filter(|number| *number < self.put.len() && text[end..].starts_with(ETX));
            let Some(number) = known else {
                push(doc, &nodes, &text[start..at + PREFIX.len()]);
                start = at + PREFIX.len();
                continue;
            };
            push(doc, &nodes, &text[start..at]);
            start = end + 1;
            match &self.put[number] {
                Put::Text(value) => {
                    let value = value.clone();
                    push(doc, &nodes, &value);
                }
                Put::Element(element) => {
                    let element = *element;
                    self.resolve_inside(doc, element);
                    nodes.push(element);
                }
            }
        }
        push(doc, &nodes, &text[start..]);
        nodes
    }

    fn resolve_inside(&mut self, doc: &mut Document, element: NodeId) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let nodes: Vec<NodeId> = std::iter::once(element).chain(doc.dom.get(element).children.clone()).collect();
        for node in nodes {
            if node != element && !doc.dom.get(node).tail.is_blank() {
                let tail = std::mem::take(&mut doc.dom.get_mut(node).tail);
                let new = self.resolve(doc, &tail.value, node, false);
                doc.dom.get_mut(node).tail.atomic = tail.atomic;
                let at = doc.dom.get(element).children.iter().position(|child| *child == node).map_or(0, |at| at + 1);
                for (offset, new) in new.into_iter().enumerate() {
                    doc.dom.insert(element, at + offset, new);
                }
            }
            if !doc.dom.get(node).text.is_blank() {
                let text = std::mem::take(&mut doc.dom.get_mut(node).text);
                let new = self.resolve(doc, &text.value, node, true);
                doc.dom.get_mut(node).text.atomic = text.atomic;
                for (offset, new) in new.into_iter().enumerate() {
                    doc.dom.insert(node, offset, new);
                }
            }
        }
        self.depth -= 1;
    }

    /// `text` with the text of what its placeholders stand for.
    fn plain(&self, doc: &Document, text: &str) -> String {
        self.expand(text, &|put| match put {
            Put::Text(text) => text.clone(),
            Put::Element(element) => doc.dom.inner_text(*element),
        })
    }

    fn expand(&self, text: &str, with: &dyn Fn(&Put) -> String) -> String {
        if !text.contains(PREFIX) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(PREFIX) {
            let digits = rest[at + PREFIX.len()..].bytes().take_while(u8::is_ascii_digit).count();
            let end = at + PREFIX.len() + digits;
            let put = rest[at + PREFIX.len()..end].parse::<usize>().ok().and_then(|number| self.put.get(number));
            match put.filter(|_| rest[end..].starts_with(ETX)) {
                Some(put) => {
                    out.push_str(&rest[..at]);
                    out.push_str(&with(put));
                    rest = &rest[end + 1..];
                }
                None => {
                    out.push_str(&rest[..at + PREFIX.len()]);
                    rest = &rest[at + PREFIX.len()..];
                }
            }
        }
        out.push_str(rest);
        out
    }
}
