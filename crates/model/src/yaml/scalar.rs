//! The core schema of YAML 1.2: which plain scalars are null, booleans and numbers.

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::Value;

use crate::js;

/// The value of a scalar. Only plain ones are looked into, unless a core tag asks for a type.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    match tag {
        None if style == ScalarStyle::Plain => plain(text),
        None => Value::String(text.to_owned()),
        Some(tag) => tagged(text, tag),
    }
}

/// A core tag turns the text into its type if it has that form; any other tag leaves text.
fn tagged(text: &str, tag: &Tag) -> Value {
    let value = plain(text);
    let fits = tag.is_yaml_core_schema()
        && match tag.suffix.as_str() {
            "null" => value.is_null(),
            "bool" => value.is_boolean(),
            "int" | "float" => value.is_number(),
            _ => false,
        };
    if fits { value } else { Value::String(text.to_owned()) }
}

fn plain(text: &str) -> Value {
    let value = match text.as_bytes() {
        [] | b"~" | b"null" | b"Null" | b"NULL" => Some(Value::Null),
        b"true" | b"True" | b"TRUE" => Some(Value::Bool(true)),
        b"false" | b"False" | b"FALSE" => Some(Value::Bool(false)),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => number(text),
        _ => None,
    };
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn number(text: &str) -> Option<Value> {
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        // JSON has no such numbers; JavaScript writes them as null.
        return Some(Value::Null);
    }
    if !is_decimal(unsigned.as_bytes()) {
        return None;
    }
    text.parse().ok().map(js::number)
}

/// Digits with an optional fraction and exponent; one side of the point may be empty, not both.
fn is_decimal(text: &[u8]) -> bool {
    let (mantissa, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    });
    let mut points = 0;
    let mut digits = 0;
    for byte in mantissa {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            _ => return false,
        }
    }
    exponent_fits && digits > 0 && points <= 1
}

fn radix(digits: &str, radix: u32) -> Option<Value> {
    if digits.is_empty() {
        return None;
    }
    let mut total = 0f64;
    for digit in digits.chars() {
        total = total * f64::from(radix) + f64::from(digit.to_digit(radix)?);
    }
    Some(js::number(total))
}
