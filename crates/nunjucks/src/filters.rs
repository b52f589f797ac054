//! The filters that every template has.

mod list;
mod text;

use std::{rc::Rc, sync::LazyLock};

use crate::{
    error::Failure,
    regex::Regex,
    run::{Run, take_keywords},
    text as units,
    value::{Value, parse_digits},
};

/// Applies a filter to its first argument, given the others.
pub(crate) fn apply(run: &Run<'_>, name: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
    let arguments = Arguments(arguments);
    let value = &arguments.at(0);
    run.work(size(value))?;
    match name {
        "abs" => Ok(Value::Number(value.to_number().abs())),
        "default" | "d" => Ok(default(value, &arguments)),
        "dump" => dump(run, value, &arguments.at(1)),
        "float" => Ok(float(value).map_or_else(|| arguments.at(1), Value::Number)),
        "int" => Ok(int(arguments)),
        "round" => Ok(round(value, &arguments)),
        "length" => Ok(length(value)),
        _ => match text::apply(run, name, value, &arguments)? {
            Some(value) => Ok(value),
            None => list::apply(run, name, value, arguments)?
                .ok_or_else(|| Failure::new(format!("filter not found: {name}"))),
        },
    }
}

/// What a filter was given: its value and what stands in the parentheses.
struct Arguments(Vec<Value>);

impl Arguments {
    fn at(&self, at: usize) -> Value {
        self.0.get(at).cloned().unwrap_or_default()
    }

    /// The arguments in the order of these names, whether they came by name or by position.
    fn named(mut self, names: &[&str]) -> Self {
        let Some(keywords) = take_keywords(&mut self.0) else { return self };
        let missing = names.get(self.0.len()..).unwrap_or_default();
        self.0.extend(missing.iter().map(|name| keywords.borrow().get(*name).cloned().unwrap_or_default()));
        self
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) | Value::Safe(text) => 1 + text.len() / 64,
        Value::List(items) => 1 + items.borrow().len(),
        Value::Map(map) => 1 + map.borrow().len(),
        _ => 1,
    }
}

/// The value as a text, with nothing for what is not there and for `false`.
fn normal(value: &Value) -> Result<Rc<str>, Failure> {
    match value {
        Value::Undefined | Value::Null | Value::Bool(false) => Ok("".into()),
        other => other.as_text().cloned().ok_or_else(|| Failure::new("the filter needs a text")),
    }
}

fn default(value: &Value, arguments: &Arguments) -> Value {
    let keeps = if arguments.at(2).is_truthy() { value.is_truthy() } else { !matches!(value, Value::Undefined) };
    if keeps { value.clone() } else { arguments.at(1) }
}

/// JSON, on one line or with an indentation of so many spaces or of a text.
fn dump(run: &Run<'_>, value: &Value, spaces: &Value) -> Result<Value, Failure> {
    let Some(json) = value.to_json()? else { return Ok(Value::Undefined) };
    let indent = match spaces {
        Value::Number(number) => {
            " ".repeat((1..=10).rev().find(|count| f64::from(*count) <= *number).unwrap_or(0).try_into().unwrap_or(0))
        }
        other => other.as_text().map_or_else(String::new, |text| text.chars().take(10).collect()),
    };
    let mut written = Vec::new();
    if indent.is_empty() {
        serde_json::to_writer(&mut written, &json)
    } else {
        let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
        serde::Serialize::serialize(&json, &mut serde_json::Serializer::with_formatter(&mut written, formatter))
    }
    .map_err(|error| Failure::new(error.to_string()))?;
    run.room(written.len())?;
    Ok(Value::text(String::from_utf8_lossy(&written).into_owned()))
}

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::fixed(r"^[+-]?(Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)", ""));

/// The number a text begins with, as `parseFloat` reads it.
fn float(value: &Value) -> Option<f64> {
    if let Value::Number(number) = value {
        return Some(*number).filter(|number| !number.is_nan());
    }
    let text = value.to_text();
    let text = text.trim_start();
    let end = NUMBER.matches(text, false).ok()?.first()?.first().copied().flatten()?.1;
    match &text[..end] {
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        number => number.parse().ok(),
    }
}

/// The whole number a text begins with, as `parseInt` reads it.
fn int(arguments: Arguments) -> Value {
    let arguments = arguments.named(&["value", "default", "base"]);
    let text = arguments.at(0).to_text();
    let text = text.trim_start();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let base =
        Some(arguments.at(2)).filter(|base| !matches!(base, Value::Undefined)).map_or(10.0, |base| base.to_number());
    let base = (2..=36).find(|known| f64::from(*known) == base).unwrap_or(10);
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).filter(|_| base == 16).unwrap_or(text);
    match parse_digits(digits, base) {
        Some((number, _)) => Value::Number(if negative { -number } else { number }),
        None => arguments.at(1),
    }
}

fn round(value: &Value, arguments: &Arguments) -> Value {
    let precision = arguments.at(1);
    let factor = 10f64.powf(if precision.is_truthy() { precision.to_number() } else { 0.0 });
    let number = value.to_number() * factor;
    let method = arguments.at(2);
    let whole = match method.as_text().map(|method| &**method) {
        Some("ceil") => number.ceil(),
        Some("floor") => number.floor(),
        // Halves go up, also below nought.
        _ => (number + 0.5).floor(),
    };
    Value::Number(whole / factor)
}

fn length(value: &Value) -> Value {
    match value {
        Value::Text(text) | Value::Safe(text) => Value::count(units::length(text)),
        Value::List(items) => Value::count(items.borrow().len()),
        Value::Map(map) => Value::count(map.borrow().len()),
        Value::Undefined | Value::Null | Value::Bool(false) => Value::Number(0.0),
        _ => Value::Undefined,
    }
}
