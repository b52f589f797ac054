//! What `value.name` and `value[key]` give. Only what a value itself holds and the methods listed here can be reached: no
//! constructors, no prototypes.

use std::rc::Rc;

use crate::{error::Failure, function::Function, methods, text, value::Value};

pub(crate) fn lookup(value: &Value, key: &Value) -> Value {
    match value {
        Value::Text(content) | Value::Safe(content) => match index(key) {
            Some(at) => text::unit(content, at).map_or(Value::Undefined, Value::text),
            None if is(key, "length") => Value::count(text::length(content)),
            None => method(value, key, methods::TEXT),
        },
        Value::List(items) => match index(key) {
            Some(at) => items.borrow().get(at).cloned().unwrap_or_default(),
            None if is(key, "length") => Value::count(items.borrow().len()),
            None => method(value, key, methods::LIST),
        },
        Value::Map(map) => {
            let own = map.borrow().get(&key.to_text()).cloned();
            own.unwrap_or_else(|| method(value, key, methods::MAP))
        }
        Value::Number(_) => method(value, key, methods::NUMBER),
        Value::Regex(_) => method(value, key, methods::REGEX),
        Value::Bool(_) => method(value, key, methods::BOOL),
        Value::Undefined | Value::Null | Value::Function(_) => Value::Undefined,
    }
}

/// A member by a name with dots in it; only what maps and lists hold, and nothing of what is not there.
pub(crate) fn path(value: &Value, path: &Value) -> Result<Value, Failure> {
    let Some(names) = path.as_text() else { return own(value, path) };
    let mut value = value.clone();
    for name in names.split('.') {
        value = own(&value, &Value::text(name))?;
        // What is not there has no members, and to ask for them is no error.
        if matches!(value, Value::Undefined) {
            break;
        }
    }
    Ok(value)
}

/// A member for filters that name one, by its name as it stands.
pub(crate) fn attribute(value: &Value, name: &Value) -> Result<Value, Failure> {
    there(value, name)?;
    Ok(lookup(value, name))
}

/// What is not there has no members.
pub(crate) fn there(value: &Value, name: &Value) -> Result<(), Failure> {
    if value.is_nothing() {
        let (value, name) = (value.to_text(), name.to_text());
        return Err(Failure::new(format!("Cannot read properties of {value} (reading '{name}')")));
    }
    Ok(())
}

fn own(value: &Value, key: &Value) -> Result<Value, Failure> {
    there(value, key)?;
    Ok(match value {
        Value::Map(map) => map.borrow().get(&key.to_text()).cloned().unwrap_or_default(),
        Value::List(_) => lookup(value, key),
        _ => Value::Undefined,
    })
}

fn is(key: &Value, name: &str) -> bool {
    key.as_text().is_some_and(|key| &**key == name)
}

/// The key as a place in a list or text.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and not negative")]
fn index(key: &Value) -> Option<usize> {
    match key {
        Value::Number(number) if number.fract() == 0.0 && (0.0..4e9).contains(number) => Some(*number as usize),
        Value::Text(text) => text.parse().ok().filter(|number: &usize| number.to_string() == **text),
        _ => None,
    }
}

fn method(receiver: &Value, key: &Value, known: &[&str]) -> Value {
    let name = key.to_text();
    if !known.contains(&&*name) {
        return Value::Undefined;
    }
    Value::Function(Rc::new(Function::Method { receiver: receiver.clone(), name }))
}
