//! `mkdocs.yml` as PyYAML reads it: version 1.1 words, merge keys, and tags that MkDocs gives a meaning.
//!
//! It is read apart from descriptors because tags matter here: `!ENV` asks for a variable and `!!python/name:` names a
//! function, and neither may be lost or run.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

/// A value of a configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Yaml {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
    /// A tag and what it stands before.
    Tagged(String, Box<Yaml>),
}

/// Where and why a configuration cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct SyntaxError {
    pub message: String,
    pub line: usize,
    pub column: usize,
}

const MOST_BYTES: usize = 4 * 1024 * 1024;
const MOST_NODES: usize = 500_000;
const MOST_DEPTH: usize = 60;

impl Yaml {
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Yaml]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn entries(&self) -> &[(String, Yaml)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// As text, where a scalar is meant.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Bool(value) => Some(if *value { "True" } else { "False" }.to_owned()),
            Self::Int(value) => Some(value.to_string()),
            Self::Float(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// As JSON; tags are dropped.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::from(*value),
            Self::Float(value) => Value::from(*value),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(entries) => {
                Value::Object(entries.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
            }
            Self::Tagged(_, value) => value.to_json(),
        }
    }

    /// Lays `over` over this: mappings key by key, anything else as a whole.
    pub fn merge(self, over: Yaml) -> Yaml {
        match (self, over) {
            (Self::Map(mut base), Self::Map(over)) => {
                for (name, value) in over {
                    match base.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, old)) => *old = std::mem::replace(old, Self::Null).merge(value),
                        None => base.push((name, value)),
                    }
                }
                Self::Map(base)
            }
            (_, over) => over,
        }
    }
}

/// The first document of `text`.
pub(crate) fn parse(text: &str) -> Result<Yaml, SyntaxError> {
    if text.len() > MOST_BYTES {
        return Err(SyntaxError { message: "the file is too large".to_owned(), line: 1, column: 1 });
    }
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| SyntaxError {
            message: error.info().to_owned(),
            line: error.marker().line(),
            column: error.marker().col() + 1,
        })?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        builder.event(event).map_err(|message| SyntaxError {
            message: message.to_owned(),
            line: span.start.line(),
            column: span.start.col() + 1,
        })?;
    }
    Ok(builder.root.unwrap_or(Yaml::Null))
}

struct Frame {
    value: Yaml,
    key: Option<String>,
    anchor: usize,
    tag: Option<String>,
}

#[derive(Default)]
struct Builder {
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Yaml, usize)>,
    nodes: usize,
    root: Option<Yaml>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let name = tag.as_deref().and_then(tag_name);
                let value = match style == ScalarStyle::Plain && tag.as_deref().is_none_or(|t| t.is_yaml_core_schema())
                {
                    true if name.is_none() => plain(&text),
                    _ => Yaml::Text(text.into_owned()),
                };
                let value = tagged(name, value);
                self.count(1)?;
                self.keep(anchor, &value, 1);
                self.place(value)
            }
            Event::SequenceStart(anchor, tag) => self.open(Yaml::List(Vec::new()), anchor, tag.as_deref()),
            Event::MappingStart(anchor, tag) => self.open(Yaml::Map(Vec::new()), anchor, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.frames.pop() else { return Ok(()) };
                let value = tagged(frame.tag, frame.value);
                let size = if frame.anchor == 0 { 0 } else { size(&value) };
                self.keep(frame.anchor, &value, size);
                self.place(value)
            }
            Event::Alias(anchor) => {
                let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err("this alias refers to a value that contains it");
                };
                self.count(size)?;
                self.place(value)
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize) -> Result<(), &'static str> {
        self.nodes += nodes;
        if self.nodes > MOST_NODES { Err("the file has too many values") } else { Ok(()) }
    }

    fn open(&mut self, value: Yaml, anchor: usize, tag: Option<&Tag>) -> Result<(), &'static str> {
        self.count(1)?;
        if self.frames.len() >= MOST_DEPTH {
            return Err("lists and mappings are nested too deep");
        }
        self.frames.push(Frame { value, key: None, anchor, tag: tag.and_then(tag_name) });
        Ok(())
    }

    fn keep(&mut self, anchor: usize, value: &Yaml, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    fn place(&mut self, value: Yaml) -> Result<(), &'static str> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match &mut frame.value {
            Yaml::List(items) => items.push(value),
            Yaml::Map(entries) => match frame.key.take() {
                None => match value {
                    Yaml::Null => frame.key = Some(String::new()),
                    value => frame.key = Some(value.to_text().ok_or("a mapping or list cannot be a key")?),
                },
                Some(key) if key == "<<" => merge_into(entries, value),
                Some(key) => match entries.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, old)) => *old = value,
                    None => entries.push((key, value)),
                },
            },
            _ => {}
        }
        Ok(())
    }
}

fn merge_into(entries: &mut Vec<(String, Yaml)>, value: Yaml) {
    let maps = match value {
        Yaml::List(items) => items,
        other => vec![other],
    };
    for (name, value) in maps.into_iter().flat_map(|map| map.entries().to_vec()) {
        if !entries.iter().any(|(known, _)| *known == name) {
            entries.push((name, value));
        }
    }
}

fn tagged(tag: Option<String>, value: Yaml) -> Yaml {
    match tag {
        Some(tag) => Yaml::Tagged(tag, Box::new(value)),
        None => value,
    }
}

/// A tag as people write it: `!ENV`, `!!python/name:x.y`; none for those of the core schema.
fn tag_name(tag: &Tag) -> Option<String> {
    let core = ["str", "int", "float", "bool", "null", "seq", "map"];
    if tag.is_yaml_core_schema() {
        return (!core.contains(&tag.suffix.as_str())).then(|| format!("!!{}", tag.suffix));
    }
    Some(format!("{}{}", tag.handle, tag.suffix))
}

fn size(value: &Yaml) -> usize {
    match value {
        Yaml::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Yaml::Map(entries) => 1 + entries.iter().map(|(_, value)| size(value)).sum::<usize>(),
        Yaml::Tagged(_, value) => size(value),
        _ => 1,
    }
}

fn plain(text: &str) -> Yaml {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Yaml::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Yaml::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Yaml::Bool(false),
        _ => {}
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    if numeric && let Ok(number) = text.replace('_', "").parse::<i64>() {
        return Yaml::Int(number);
    }
    if numeric
        && text.contains('.')
        && text.contains(|c: char| c.is_ascii_digit())
        && let Ok(number) = text.parse::<f64>()
    {
        return Yaml::Float(number);
    }
    Yaml::Text(text.to_owned())
}
