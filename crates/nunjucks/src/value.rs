//! Values as JavaScript has them: what is true, how a value becomes text or a number, what equals what.

use std::{cell::RefCell, cmp::Ordering, rc::Rc};

use indexmap::IndexMap;
use model::js;
use serde_json::Value as Json;

use crate::{error::Failure, function::Function, regex::Regex};

/// Text that names a map as the keyword arguments of a call.
pub(crate) const KEYWORDS: &str = "__keywords";

/// Lists and maps nest at most this deep when they are turned into something else. They are mutable, so they can hold themselves.
const MAX_NESTING: usize = 256;

pub(crate) type Map = IndexMap<Rc<str>, Value>;

#[derive(Clone, Default)]
pub(crate) enum Value {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    /// Text that says it needs no escaping: to JavaScript an object, so always true.
    Safe(Rc<str>),
    List(Rc<RefCell<Vec<Self>>>),
    Map(Rc<RefCell<Map>>),
    Regex(Rc<Regex>),
    Function(Rc<Function>),
}

impl Value {
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(Rc::new(RefCell::new(items.into_iter().collect())))
    }

    pub fn map(entries: impl IntoIterator<Item = (Rc<str>, Self)>) -> Self {
        Self::Map(Rc::new(RefCell::new(entries.into_iter().collect())))
    }

    #[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
    pub fn count(count: usize) -> Self {
        Self::Number(count as f64)
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Safe(_) | Self::List(_) | Self::Map(_) | Self::Regex(_) | Self::Function(_) => true,
        }
    }

    /// The text, when this is one.
    pub fn as_text(&self) -> Option<&Rc<str>> {
        match self {
            Self::Text(text) | Self::Safe(text) => Some(text),
            _ => None,
        }
    }

    /// The same kind of text as this one with other content.
    pub fn like(&self, text: impl Into<Rc<str>>) -> Self {
        if matches!(self, Self::Safe(_)) { Self::Safe(text.into()) } else { Self::Text(text.into()) }
    }

    /// What `String(value)` gives.
    pub fn to_text(&self) -> Rc<str> {
        match self {
            Self::Text(text) | Self::Safe(text) => Rc::clone(text),
            Self::Undefined => "undefined".into(),
            Self::Null => "null".into(),
            Self::Bool(value) => value.to_string().into(),
            Self::Number(number) => js::number_text(*number).into(),
            Self::List(_) => join(self, ",", 0).into(),
            Self::Map(_) => "[object Object]".into(),
            Self::Regex(regex) => regex.to_string().into(),
            Self::Function(_) => "function".into(),
        }
    }

    /// What a template prints: nothing for what is not there.
    pub fn printed(&self) -> Rc<str> {
        if self.is_nothing() { "".into() } else { self.to_text() }
    }

    /// What `Number(value)` gives.
    pub fn to_number(&self) -> f64 {
        match self {
            Self::Undefined => f64::NAN,
            Self::Null => 0.0,
            Self::Bool(value) => f64::from(u8::from(*value)),
            Self::Number(number) => *number,
            _ => text_to_number(&self.to_text()),
        }
    }

    /// `===`
    pub fn strictly_equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Safe(a), Self::Safe(b)) => Rc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Map(a), Self::Map(b)) => Rc::ptr_eq(a, b),
            (Self::Regex(a), Self::Regex(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// `==`
    pub fn loosely_equals(&self, other: &Self) -> bool {
        if self.is_nothing() || other.is_nothing() {
            return self.is_nothing() && other.is_nothing();
        }
        match (self, other) {
            (Self::Bool(_) | Self::Number(_), _) | (_, Self::Bool(_) | Self::Number(_)) => {
                self.to_number() == other.to_number()
            }
            (Self::Text(text), object) | (object, Self::Text(text)) => *text == object.to_text(),
            _ => self.strictly_equals(other),
        }
    }

    /// How `<` and its like order the two; nothing when a number among them is none.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        let primitive = |value: &Self| match value {
            Self::Undefined | Self::Null | Self::Bool(_) | Self::Number(_) => None,
            object => Some(object.to_text()),
        };
        match (primitive(self), primitive(other)) {
            (Some(a), Some(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            _ => self.to_number().partial_cmp(&other.to_number()),
        }
    }

    /// `+`
    pub fn plus(&self, other: &Self) -> Self {
        let is_plain = |value: &Self| matches!(value, Self::Undefined | Self::Null | Self::Bool(_) | Self::Number(_));
        if is_plain(self) && is_plain(other) {
            return Self::Number(self.to_number() + other.to_number());
        }
        Self::text(format!("{}{}", self.to_text(), other.to_text()))
    }

    /// The value as JSON; nothing for what JSON cannot say.
    pub fn to_json(&self) -> Result<Option<Json>, Failure> {
        self.json_at(0)
    }

    fn json_at(&self, depth: usize) -> Result<Option<Json>, Failure> {
        if depth > MAX_NESTING {
            return Err(Failure::new("a value is nested too deeply to be written as JSON"));
        }
        Ok(Some(match self {
            Self::Undefined | Self::Function(_) => return Ok(None),
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(number) => js::number(*number),
            Self::Text(text) | Self::Safe(text) => Json::String(text.to_string()),
            Self::Regex(_) => Json::Object(serde_json::Map::new()),
            Self::List(items) => Json::Array(
                items.borrow().iter().map(|item| Ok(item.json_at(depth + 1)?.unwrap_or(Json::Null))).collect::<Result<
                    _,
                    Failure,
                >>(
                )?,
            ),
            Self::Map(map) => {
                let mut object = serde_json::Map::new();
                for (key, value) in ordered(&map.borrow()) {
                    if let Some(value) = value.json_at(depth + 1)? {
                        object.insert(key.to_string(), value);
                    }
                }
                Json::Object(object)
            }
        }))
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::text(text.as_str()),
            Json::Array(items) => Self::list(items.iter().map(Self::from)),
            Json::Object(object) => {
                Self::map(object.iter().map(|(key, value)| (key.as_str().into(), Self::from(value))))
            }
        }
    }
}

/// The entries in JavaScript's order: keys that are array indices first, by number, then the others as they were put in.
pub(crate) fn ordered(map: &Map) -> Vec<(Rc<str>, Value)> {
    let index = |key: &str| key.parse::<u32>().ok().filter(|number| number.to_string() == key);
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (Rc::clone(key), value.clone())).collect();
    entries.sort_by_key(|(key, _)| index(key).map_or((1, 0), |number| (0, number)));
    entries
}

/// `list.join(separator)`
pub(crate) fn join(value: &Value, separator: &str, depth: usize) -> String {
    let Value::List(items) = value else { return value.to_text().to_string() };
    // A list that holds itself prints as nothing there.
    if depth > MAX_NESTING {
        return String::new();
    }
    let text = |item: &Value| match item {
        Value::Undefined | Value::Null => String::new(),
        Value::List(_) => join(item, ",", depth + 1),
        other => other.to_text().to_string(),
    };
    items.borrow().iter().map(text).collect::<Vec<_>>().join(separator)
}

/// `parseFloat`-free reading of a whole text as a number.
fn text_to_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    let radix = |prefix: [&str; 2], radix| {
        let digits = text.strip_prefix(prefix[0]).or_else(|| text.strip_prefix(prefix[1]))?;
        Some(parse_digits(digits, radix).filter(|(_, rest)| rest.is_empty()).map_or(f64::NAN, |(number, _)| number))
    };
    if let Some(number) = radix(["0x", "0X"], 16).or_else(|| radix(["0o", "0O"], 8)).or_else(|| radix(["0b", "0B"], 2))
    {
        return number;
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust knows more names for what is not finite than JavaScript.
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// The number that digits of a base begin with, and what follows them; nothing without a digit.
pub(crate) fn parse_digits(text: &str, radix: u32) -> Option<(f64, &str)> {
    let end = text.find(|digit: char| !digit.is_digit(radix)).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let number = digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |number, digit| number * f64::from(radix) + f64::from(digit));
    Some((number, rest))
}
