//! What `is` asks.

use std::cmp::Ordering;

use crate::{error::Failure, value::Value};

/// Whether the first argument is what the name says, given the others.
pub(crate) fn holds(name: &str, arguments: &[Value]) -> Result<bool, Failure> {
    let undefined = Value::Undefined;
    let value = arguments.first().unwrap_or(&undefined);
    let other = arguments.get(1).unwrap_or(&undefined);
    let compared = |wanted: fn(Ordering) -> bool| value.order(other).is_some_and(wanted);
    let letters = || value.as_text().ok_or_else(|| Failure::new(format!("`is {name}` needs a text")));
    Ok(match name {
        "callable" => matches!(value, Value::Function(_)),
        "defined" => !matches!(value, Value::Undefined),
        "undefined" => matches!(value, Value::Undefined),
        "divisibleby" => value.to_number() % other.to_number() == 0.0,
        "escaped" => matches!(value, Value::Safe(_)),
        "eq" | "equalto" | "sameas" => value.strictly_equals(other),
        "ne" => !value.strictly_equals(other),
        "even" => value.to_number() % 2.0 == 0.0,
        "odd" => value.to_number() % 2.0 == 1.0,
        "falsy" => !value.is_truthy(),
        "truthy" => value.is_truthy(),
        "ge" => compared(Ordering::is_ge),
        "gt" | "greaterthan" => compared(Ordering::is_gt),
        "le" => compared(Ordering::is_le),
        "lt" | "lessthan" => compared(Ordering::is_lt),
        "lower" => letters()?.to_lowercase() == **letters()?,
        "upper" => letters()?.to_uppercase() == **letters()?,
        "null" => matches!(value, Value::Null),
        "number" => matches!(value, Value::Number(_)),
        "string" => matches!(value, Value::Text(_)),
        "iterable" if value.is_nothing() => {
            return Err(Failure::new(format!("`is iterable` asked of {}", value.to_text())));
        }
        "iterable" => matches!(value, Value::Text(_) | Value::Safe(_) | Value::List(_)),
        "mapping" => matches!(value, Value::Map(_) | Value::Safe(_) | Value::Regex(_)),
        _ => return Err(Failure::new(format!("test not found: {name}"))),
    })
}
