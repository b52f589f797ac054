//! Values as JavaScript has them: the wire was defined by a JavaScript server, and texts made from values show it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::Value;

/// What `encodeURIComponent` encodes: everything but these.
pub const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The largest integer up to which every integer has its own JavaScript number: 2^53.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// A JSON number that prints as JavaScript's does: integral values are integers, what is not finite is `null`.
pub fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() <= MAX_EXACT_INTEGER {
        Value::from(value as i64)
    } else {
        // `None` for infinities and NaN, which JSON.stringify writes as null.
        serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

/// JavaScript's `String(value)`.
pub fn js_string(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) if integer.unsigned_abs() <= MAX_EXACT_INTEGER as u64 => integer.to_string(),
            _ => number.as_f64().map_or_else(|| number.to_string(), number_text),
        },
        Value::Array(items) => {
            let parts: Vec<String> =
                items.iter().map(|item| if item.is_null() { String::new() } else { js_string(item) }).collect();
            parts.join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
    }
}

/// ECMAScript's Number::toString: the shortest digits that read back, laid out by the size of the exponent.
pub fn number_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    // The decimal point stands after this many digits.
    let point = exponent + 1;
    let count = digits.len() as i32;
    let text = if count <= point && point <= 21 {
        format!("{digits}{}", "0".repeat((point - count) as usize))
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{whole}.{fraction}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", "0".repeat(-point as usize))
    } else {
        let (first, fraction) = digits.split_at(1);
        let dot = if fraction.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{fraction}e{sign}{}", exponent.unsigned_abs())
    };
    if value < 0.0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_print_as_in_javascript() {
        for (value, expected) in [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (-1.5, "-1.5"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1.5e-7, "1.5e-7"),
            (0.000_001, "0.000001"),
            (1.25e300, "1.25e+300"),
            (12_345.678, "12345.678"),
        ] {
            assert_eq!(js_string(&number(value)), expected);
        }
        assert_eq!(js_string(&json!(9_007_199_254_740_993_u64)), "9007199254740992");
        assert_eq!(js_string(&json!(1.0)), "1");
    }

    #[test]
    fn integral_floats_become_integers() {
        assert_eq!(number(3.0), json!(3));
        assert_eq!(number(-0.0), json!(0));
        assert_eq!(number(f64::INFINITY), Value::Null);
    }

    #[test]
    fn other_values_print_as_in_javascript() {
        assert_eq!(js_string(&json!([1, null, ["a", true], {}])), "1,,a,true,[object Object]");
        assert_eq!(js_string(&json!(null)), "null");
    }
}
