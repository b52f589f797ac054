//! Builds the JSON value of one document from parser events, without recursion and within [`Limits`].

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScanError, Span};
use serde_json::{Map, Value};

use super::split::Chunk;
use super::tabs::forgiving;
use super::{Limits, YamlError, saturate, scalar};
use crate::js::js_string;

/// A document and where its content starts.
pub(super) struct Built {
    pub value: Value,
    pub line: u32,
}

/// An open mapping or list.
enum Frame {
    List { items: Vec<Value>, anchor: usize },
    Mapping { entries: Map<String, Value>, key: Option<String>, anchor: usize },
}

/// A value that aliases may ask for, with what a copy of it costs.
struct Anchored {
    value: Value,
    size: Size,
}

#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    text: usize,
    depth: usize,
}

struct Builder<'l> {
    limits: &'l Limits,
    lines_before: u32,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    copied: Size,
    root: Option<Value>,
    line: Option<u32>,
}

pub(super) fn build(chunk: &Chunk<'_>, limits: &Limits) -> Result<Built, YamlError> {
    forgiving(chunk.text, |text| read(text, chunk.lines_before, limits))
        .unwrap_or_else(|error| Err(scan_error(&error, chunk.lines_before)))
}

/// The outer error is the parser's, the inner one ours.
fn read(text: &str, lines_before: u32, limits: &Limits) -> Result<Result<Built, YamlError>, ScanError> {
    let mut builder = Builder {
        limits,
        lines_before,
        frames: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        copied: Size::default(),
        root: None,
        line: None,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event?;
        if let Err(error) = builder.event(event, &span) {
            return Ok(Err(error));
        }
    }
    let line = builder.line.unwrap_or(lines_before + 1);
    Ok(Ok(Built { value: builder.root.unwrap_or(Value::Null), line }))
}

fn scan_error(error: &ScanError, lines_before: u32) -> YamlError {
    let mark = error.marker();
    let message = match error.info() {
        "recursion limit exceeded" => "lists and mappings are nested too deep",
        info => info,
    };
    YamlError::new(message, lines_before + saturate(mark.line()), saturate(mark.col() + 1))
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(self.error("a second document must start with '---' on a line of its own", span))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(span)?;
                let value = scalar::resolve(&text, style, tag.as_deref());
                self.keep_anchor(anchor, &value, span)?;
                self.place(value, span)
            }
            Event::SequenceStart(anchor, _) => self.open(Frame::List { items: Vec::new(), anchor }, span),
            Event::MappingStart(anchor, _) => {
                self.open(Frame::Mapping { entries: Map::new(), key: None, anchor }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn error(&self, message: impl Into<String>, span: &Span) -> YamlError {
        YamlError::new(message, self.lines_before + saturate(span.start.line()), saturate(span.start.col() + 1))
    }

    fn count(&mut self, span: &Span) -> Result<(), YamlError> {
        if self.line.is_none() {
            self.line = Some(self.lines_before + saturate(span.start.line()));
        }
        self.nodes += 1;
        if self.nodes > self.limits.max_nodes {
            return Err(self.error(format!("more than {} values in one document", self.limits.max_nodes), span));
        }
        Ok(())
    }

    fn open(&mut self, frame: Frame, span: &Span) -> Result<(), YamlError> {
        self.count(span)?;
        if matches!(self.frames.last(), Some(Frame::Mapping { key: None, .. })) {
            return Err(self.error(
                "a mapping or list cannot be a key; if this is a template expression such as {{ name }}, put it in quotes",
                span,
            ));
        }
        if self.frames.len() >= self.limits.max_depth {
            return Err(self.error(format!("nested deeper than {} levels", self.limits.max_depth), span));
        }
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self, span: &Span) -> Result<(), YamlError> {
        let (value, anchor) = match self.frames.pop() {
            Some(Frame::List { items, anchor }) => (Value::Array(items), anchor),
            Some(Frame::Mapping { entries, anchor, .. }) => (Value::Object(entries), anchor),
            None => return Ok(()),
        };
        self.keep_anchor(anchor, &value, span)?;
        self.place(value, span)
    }

    fn keep_anchor(&mut self, anchor: usize, value: &Value, span: &Span) -> Result<(), YamlError> {
        if anchor == 0 {
            return Ok(());
        }
        let size = measure(value);
        self.charge(size, span)?;
        self.anchors.insert(anchor, Anchored { value: value.clone(), size });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: &Span) -> Result<(), YamlError> {
        self.count(span)?;
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(self.error("this alias refers to a value that contains it", span));
        };
        let size = anchored.size;
        if self.frames.len() + size.depth > self.limits.max_depth {
            return Err(self.error(format!("nested deeper than {} levels", self.limits.max_depth), span));
        }
        self.charge(size, span)?;
        let Some(value) = self.anchors.get(&anchor).map(|anchored| anchored.value.clone()) else { return Ok(()) };
        self.place(value, span)
    }

    /// Accounts for a copy before it is made.
    fn charge(&mut self, size: Size, span: &Span) -> Result<(), YamlError> {
        self.copied.nodes += size.nodes;
        self.copied.text += size.text;
        if self.copied.nodes > self.limits.max_copied_nodes || self.copied.text > self.limits.max_bytes {
            return Err(self.error("anchors and aliases expand to more than is allowed", span));
        }
        Ok(())
    }

    fn place(&mut self, value: Value, span: &Span) -> Result<(), YamlError> {
        match self.frames.last_mut() {
            None => self.root = Some(value),
            Some(Frame::List { items, .. }) => items.push(value),
            Some(Frame::Mapping { entries, key, .. }) => match key.take() {
                Some(name) => {
                    entries.insert(name, value);
                }
                None => {
                    let name = match value {
                        Value::String(text) => text,
                        Value::Null => String::new(),
                        Value::Array(_) | Value::Object(_) => {
                            return Err(self.error("a mapping or list cannot be a key", span));
                        }
                        other => js_string(&other),
                    };
                    if entries.contains_key(&name) {
                        let message = format!("the key '{name}' is given twice in this mapping; keys must be unique");
                        return Err(self.error(message, span));
                    }
                    *key = Some(name);
                }
            },
        }
        Ok(())
    }
}

/// What a copy of the value costs. Recursion is bounded by the depth limit that the value was built under.
fn measure(value: &Value) -> Size {
    let mut size = Size { nodes: 1, ..Size::default() };
    let mut add = |item: &Value| {
        let inner = measure(item);
        size.nodes += inner.nodes;
        size.text += inner.text;
        size.depth = size.depth.max(inner.depth);
    };
    match value {
        Value::String(text) => size.text = text.len(),
        Value::Array(items) => {
            items.iter().for_each(&mut add);
            size.depth += 1;
        }
        Value::Object(entries) => {
            let keys: usize = entries.keys().map(String::len).sum();
            entries.values().for_each(&mut add);
            size.text += keys;
            size.depth += 1;
        }
        _ => {}
    }
    size
}
