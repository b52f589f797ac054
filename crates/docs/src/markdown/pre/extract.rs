//! HTML blocks are put aside before blocks are looked for; those that ask for it (`markdown="1"`) get their content
//! rendered, and wait as elements.

use super::super::document::{Document, MAX_DEPTH, Stashed};
use super::super::dom::NodeId;
use super::super::serialize::is_block_level;
use super::tags::{self, Attribute, Surroundings, Token};

/// Elements whose content is text when Markdown is asked for.
const SPAN: &[&str] =
    &["address", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "legend", "li", "p", "summary", "td", "th"];

/// Elements whose content is never Markdown.
const RAW: &[&str] = &["canvas", "math", "option", "pre", "script", "style", "textarea"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Block,
    Span,
    Off,
}

struct Extractor<'d, 'a> {
    doc: &'d mut Document<'a>,
    source: &'d str,
    /// Where the token at hand begins.
    at: usize,
    in_raw: bool,
    in_tail: bool,
    stack: Vec<String>,
    cache: String,
    clean: Vec<String>,
    /// Open elements with Markdown inside: tag, how it is read, whether nothing stands in it yet.
    open: Vec<(String, How, bool)>,
    builder: Builder,
}

/// Replaces blocks of HTML by placeholders.
pub(super) fn put_aside(doc: &mut Document, source: &str) -> String {
    if !source.contains(['<', '&']) {
        return source.to_owned();
    }
    let mut extractor = Extractor {
        doc,
        source,
        at: 0,
        in_raw: false,
        in_tail: false,
        stack: Vec::new(),
        cache: String::new(),
        clean: Vec::new(),
        open: Vec::new(),
        builder: Builder::default(),
    };
    extractor.run();
    extractor.clean.concat()
}

impl Extractor<'_, '_> {
    fn run(&mut self) {
        let source = self.source;
        let mut cdata: Option<String> = None;
        while self.at < source.len() {
            let next = match &cdata {
                Some(tag) => end_of_raw(&source[self.at..], tag),
                None => source[self.at..].find(['<', '&']),
            };
            let Some(next) = next else { break };
            if next > 0 {
                self.data(&source[self.at..self.at + next]);
            }
            self.at += next;
            if !self.doc.pay(0) {
                break;
            }
            let declarations = self.at_line_start() || self.in_tail || !self.open.is_empty();
            let read = tags::read(source, self.at, Surroundings { raw: cdata.as_deref(), declarations });
            self.doc.pay(4 * read.looked);
            let text = &source[self.at..read.end];
            match read.token {
                Token::Text => self.data(text),
                Token::Special { text, block } => self.empty_tag(&text, block),
                Token::End { tag } => {
                    cdata = None;
                    self.end_tag(&tag, text, read.end);
                }
                Token::Start { tag, attrs, closed: true } => self.closed_tag(&tag, attrs, text, read.end),
                Token::Start { tag, attrs, closed: false } => {
                    let raw = tag == "script" || tag == "style";
                    self.start_tag(&tag, attrs, text, read.end);
                    // Outside of raw HTML its content is read like any other.
                    let kept = self.in_raw || self.open.last().is_some_and(|(open, ..)| *open == tag);
                    cdata = (raw && kept).then_some(tag);
                }
            }
            self.at = read.end;
        }
        if self.at < source.len() {
            self.data(&source[self.at..]);
            self.at = source.len();
        }
        if !self.cache.is_empty() {
            let cache = std::mem::take(&mut self.cache);
            let placeholder = self.doc.store(cache);
            self.clean.push(placeholder);
        }
        if let Some((tag, ..)) = self.open.first().cloned() {
            self.in_raw = false;
            self.end_tag(&tag, "", source.len());
        }
    }

    fn at_line_start(&self) -> bool {
        let near = self.at.saturating_sub(4);
        let before = &self.source.as_bytes()[near..self.at];
        match before.iter().rposition(|byte| *byte == b'\n') {
            Some(line) => before[line + 1..].iter().all(u8::is_ascii_whitespace),
            None => near == 0 && before.len() <= 3 && before.iter().all(u8::is_ascii_whitespace),
        }
    }

    fn blank_line_at(&self, at: usize) -> bool {
        let mut rest = &self.source[at..];
        for _ in 0..2 {
            match rest.trim_start_matches(' ').strip_prefix('\n') {
                Some(next) => rest = next,
                None => return false,
            }
        }
        true
    }

    fn how(&self, tag: &str, attrs: &[(String, String)]) -> Option<How> {
        let asked = attrs.iter().find(|(name, _)| name == "markdown").map_or("0", |(_, value)| value.as_str());
        let asked = if asked == "markdown" { "1" } else { asked };
        let asked = match self.open.last().map(|(_, how, _)| *how) {
            Some(How::Off) => "off",
            Some(How::Span) if asked != "0" => "span",
            _ => asked,
        };
        let span = SPAN.contains(&tag);
        let block = is_block_level(tag) && !span && !RAW.contains(&tag) && tag != "hr";
        match asked {
            "1" if block => Some(How::Block),
            "block" if block || span => Some(How::Block),
            "1" if span => Some(How::Span),
            "span" if block || span => Some(How::Span),
            _ if is_block_level(tag) => Some(How::Off),
            _ => None,
        }
    }

    fn start_tag(&mut self, tag: &str, attrs: Vec<Attribute>, text: &str, end: usize) {
        if tag == "hr" && (self.at_line_start() || self.in_tail) {
            let data = without_markdown(tag, &attrs).unwrap_or_else(|| text.to_owned());
            self.empty_tag_ending(&data, true, end);
            return;
        }
        let started = self.open.last().is_some_and(|(_, _, started)| *started);
        if is_block_level(tag) && (self.at_line_start() || self.in_tail || started) {
            let mut attrs: Vec<(String, String)> =
                attrs.into_iter().map(|(name, value)| (name.clone(), value.unwrap_or(name))).collect();
            let how = self.how(tag, &attrs);
            let deep = self.open.len() >= MAX_DEPTH;
            if self.in_raw || deep || (matches!(how, None | Some(How::Off)) && self.open.is_empty()) {
                self.plain_start_tag(tag, text, end);
                return;
            }
            if self.open.iter().any(|(open, ..)| open == "p") {
                self.end_tag("p", "", end);
            }
            let how = how.unwrap_or(How::Off);
            self.open.push((tag.to_owned(), how, true));
            attrs.retain(|(name, _)| name != "markdown");
            let word = match how {
                How::Block => "block",
                How::Span => "span",
                How::Off => "off",
            };
            attrs.push(("markdown".to_owned(), word.to_owned()));
            self.builder.start(self.doc, tag, attrs);
        } else if self.in_raw {
            self.plain_start_tag(tag, text, end);
        } else {
            self.inline_tag(text);
        }
    }

    /// A tag in the text: kept as it is where its surroundings are not Markdown.
    fn inline_tag(&mut self, text: &str) {
        if self.open.last().is_some_and(|(_, how, _)| *how == How::Off) {
            let placeholder = self.doc.store(text);
            self.data(&placeholder);
        } else {
            self.data(text);
        }
    }

    fn plain_start_tag(&mut self, tag: &str, text: &str, end: usize) {
        if tag == "hr" {
            self.empty_tag_ending(text, true, end);
            return;
        }
        if is_block_level(tag) && (self.in_tail || (self.at_line_start() && !self.in_raw)) {
            self.in_raw = true;
            self.clean.push("\n".to_owned());
        }
        if self.in_raw {
            self.stack.push(tag.to_owned());
            self.cache.push_str(text);
        } else {
            self.clean.push(text.to_owned());
        }
    }

    fn end_tag(&mut self, tag: &str, text: &str, end: usize) {
        if self.in_raw {
            self.raw_end_tag(tag, text, end);
        } else if is_block_level(tag) && self.open.iter().any(|(open, ..)| open == tag) {
            while let Some((open, ..)) = self.open.pop() {
                self.builder.end(self.doc);
                if open == tag {
                    break;
                }
            }
            if self.open.is_empty()
                && let Some(element) = self.builder.finish(self.doc)
            {
                self.separate();
                self.flatten(element);
                let placeholder = self.doc.store_element(element);
                self.clean.push(placeholder);
                self.clean.push("\n\n".to_owned());
                if !self.blank_line_at(end) {
                    self.in_tail = true;
                }
            }
        } else {
            self.inline_tag(text);
        }
    }

    fn raw_end_tag(&mut self, tag: &str, text: &str, end: usize) {
        self.cache.push_str(text);
        if let Some(at) = self.stack.iter().rposition(|open| open == tag) {
            self.stack.truncate(at);
        }
        if self.stack.is_empty() {
            if self.blank_line_at(end) {
                self.cache.push('\n');
            } else {
                self.in_tail = true;
            }
            self.in_raw = false;
            let cache = std::mem::take(&mut self.cache);
            let placeholder = self.doc.store(cache);
            self.clean.push(placeholder);
            self.clean.push("\n\n".to_owned());
        }
    }

    fn separate(&mut self) {
        let last = self.clean.last().map(String::as_str).unwrap_or_default();
        if !last.ends_with("\n\n") && last.ends_with('\n') {
            self.clean.push("\n".to_owned());
        }
    }

    /// Elements inside `element` go aside on their own, so that the text around them can be cut into blocks.
    fn flatten(&mut self, element: NodeId) {
        let mut open = std::collections::VecDeque::from([element]);
        while let Some(node) = open.pop_front() {
            let children = std::mem::take(&mut self.doc.dom.get_mut(node).children);
            let mut text = std::mem::take(&mut self.doc.dom.get_mut(node).text.value);
            for child in children {
                let tail = std::mem::take(&mut self.doc.dom.get_mut(child).tail).value;
                let tail = if tail == "\n" { tail } else { format!("\n{}", tail.trim_end_matches('\n')) };
                if !text.ends_with("\n\n") {
                    text.truncate(text.trim_end_matches('\n').len());
                    text.push_str("\n\n");
                }
                if matches!(self.doc.dom.attr(child, "markdown"), Some("span" | "block")) {
                    open.push_back(child);
                } else {
                    for inner in self.doc.dom.descendants(child) {
                        self.doc.dom.remove_attr(inner, "markdown");
                    }
                }
                self.doc.stash.push(Stashed::Element(child));
                text.push_str(&super::super::document::placeholder(self.doc.stash.len() - 1));
                text.push_str(&tail);
            }
            self.doc.dom.get_mut(node).text.value = text;
        }
    }

    fn closed_tag(&mut self, tag: &str, attrs: Vec<Attribute>, text: &str, end: usize) {
        let data = match tag {
            "hr" => without_markdown(tag, &attrs).unwrap_or_else(|| text.to_owned()),
            _ => text.to_owned(),
        };
        self.empty_tag_ending(&data, is_block_level(tag), end);
    }

    fn data(&mut self, data: &str) {
        if self.in_tail && data.contains('\n') {
            self.in_tail = false;
        }
        if self.in_raw {
            self.cache.push_str(data);
        } else if let Some((_, _, started)) = self.open.last_mut() {
            *started = false;
            self.builder.data(data);
        } else {
            self.clean.push(data.to_owned());
        }
    }

    fn empty_tag(&mut self, data: &str, block: bool) {
        self.empty_tag_ending(data, block, self.at + data.len());
    }

    fn empty_tag_ending(&mut self, data: &str, block: bool, end: usize) {
        if !self.in_raw && !self.open.is_empty() {
            if self.at_line_start() && block {
                let placeholder = self.doc.store(data);
                self.data(&format!("\n{placeholder}\n\n"));
            } else {
                self.inline_tag(data);
            }
        } else if self.in_raw || self.in_tail {
            self.cache.push_str(data);
        } else if self.at_line_start() && block {
            let mut data = data.to_owned();
            if self.blank_line_at(end.min(self.source.len())) {
                data.push('\n');
            } else {
                self.in_tail = true;
            }
            self.separate();
            let placeholder = self.doc.store(data);
            self.clean.push(placeholder);
            self.clean.push("\n\n".to_owned());
        } else {
            self.clean.push(data.to_owned());
        }
    }
}

/// Where the end tag of an open `<script>` or `<style>` begins.
fn end_of_raw(text: &str, tag: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find("</")?;
        let rest = text[at + 2..].trim_start();
        let name = rest.get(..tag.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag));
        if name && rest[tag.len()..].trim_start().starts_with('>') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// The tag without its `markdown` attribute, if it has one.
fn without_markdown(tag: &str, attrs: &[Attribute]) -> Option<String> {
    attrs.iter().find(|(name, _)| name == "markdown")?;
    let mut text = format!("<{tag}");
    for (name, value) in attrs.iter().filter(|(name, _)| name != "markdown") {
        let value = value.as_deref().unwrap_or(name).replace('&', "&amp;").replace('"', "&quot;");
        text.push_str(&format!(" {name}=\"{value}\""));
    }
    Some(text + ">")
}

/// Builds an element from its tags and texts.
#[derive(Default)]
struct Builder {
    open: Vec<NodeId>,
    /// The element that text goes into, or behind.
    last: Option<(NodeId, bool)>,
    data: String,
    root: Option<NodeId>,
}

impl Builder {
    fn flush(&mut self, doc: &mut Document) {
        let data = std::mem::take(&mut self.data);
        match self.last {
            Some((node, true)) => doc.dom.get_mut(node).tail.value.push_str(&data),
            Some((node, false)) => doc.dom.get_mut(node).text.value.push_str(&data),
            None => {}
        }
    }

    fn start(&mut self, doc: &mut Document, tag: &str, attrs: Vec<(String, String)>) {
        self.flush(doc);
        let node = doc.dom.new_node(tag.to_owned());
        for (name, value) in attrs {
            doc.dom.set_attr(node, name, value);
        }
        match self.open.last() {
            Some(parent) => doc.dom.append(*parent, node),
            None => self.root = Some(node),
        }
        self.open.push(node);
        self.last = Some((node, false));
    }

    fn end(&mut self, doc: &mut Document) {
        self.flush(doc);
        self.last = self.open.pop().map(|node| (node, true));
    }

    fn data(&mut self, data: &str) {
        self.data.push_str(data);
    }

    fn finish(&mut self, doc: &mut Document) -> Option<NodeId> {
        self.flush(doc);
        self.last = None;
        self.root.take()
    }
}
