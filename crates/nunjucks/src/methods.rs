//! Methods of JavaScript's values that templates may call.

use std::{cell::RefCell, cmp::Ordering, rc::Rc};

use model::js;

use crate::{
    error::Failure,
    regex::Regex,
    run::Run,
    text,
    value::{Value, join},
};

pub(crate) const TEXT: &[&str] = &[
    "at",
    "charAt",
    "charCodeAt",
    "concat",
    "endsWith",
    "includes",
    "indexOf",
    "lastIndexOf",
    "localeCompare",
    "match",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "split",
    "startsWith",
    "substr",
    "substring",
    "toLowerCase",
    "toLocaleLowerCase",
    "toString",
    "toUpperCase",
    "toLocaleUpperCase",
    "trim",
    "trimEnd",
    "trimStart",
    "valueOf",
];
pub(crate) const LIST: &[&str] = &[
    "at",
    "concat",
    "every",
    "filter",
    "find",
    "findIndex",
    "flat",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "lastIndexOf",
    "map",
    "pop",
    "push",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toString",
    "unshift",
];
pub(crate) const MAP: &[&str] = &["hasOwnProperty", "toString"];
pub(crate) const NUMBER: &[&str] = &["toFixed", "toString", "valueOf"];
pub(crate) const BOOL: &[&str] = &["toString", "valueOf"];
pub(crate) const REGEX: &[&str] = &["exec", "test", "toString"];

/// Calls a method that [`crate::member::lookup`] has found.
pub(crate) fn call(run: &Run<'_>, receiver: &Value, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let value = match receiver {
        Value::Text(content) | Value::Safe(content) => of_text(run, content, name, arguments)?,
        Value::List(items) => of_list(run, receiver, items, name, arguments)?,
        Value::Map(map) if name == "hasOwnProperty" => {
            Value::Bool(map.borrow().contains_key(&argument(arguments, 0).to_text()))
        }
        Value::Number(number) if name == "toFixed" => to_fixed(*number, &argument(arguments, 0))?,
        Value::Number(number) if name == "toString" => to_radix(*number, &argument(arguments, 0))?,
        Value::Number(_) | Value::Bool(_) if name == "valueOf" => receiver.clone(),
        Value::Regex(regex) if name == "test" => {
            Value::Bool(!regex.matches(&argument(arguments, 0).to_text(), false)?.is_empty())
        }
        Value::Regex(regex) if name == "exec" => first_match(regex, &argument(arguments, 0).to_text())?,
        _ => Value::Text(receiver.to_text()),
    };
    run.room(value.as_text().map_or(16, |text| text.len()))?;
    Ok(value)
}

fn argument(arguments: &[Value], at: usize) -> Value {
    arguments.get(at).cloned().unwrap_or_default()
}

fn is_given(arguments: &[Value], at: usize) -> bool {
    !matches!(argument(arguments, at), Value::Undefined)
}

/// A number of the arguments made whole: what is none counts as nought.
fn whole(value: &Value) -> f64 {
    let number = value.to_number();
    if number.is_nan() { 0.0 } else { number.trunc() }
}

/// A place in something of a length: negative ones count from the end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the length"
)]
fn relative(number: f64, length: usize) -> usize {
    let length = length as f64;
    (if number < 0.0 { (length + number).max(0.0) } else { number.min(length) }) as usize
}

/// The place that an argument names, negative from the end; another value where it is left out.
fn place(arguments: &[Value], at: usize, length: usize, otherwise: usize) -> usize {
    if is_given(arguments, at) { relative(whole(&argument(arguments, at)), length) } else { otherwise }
}

/// The same without counting from the end.
fn clamped(arguments: &[Value], at: usize, length: usize, otherwise: usize) -> usize {
    if is_given(arguments, at) { relative(whole(&argument(arguments, at)).max(0.0), length) } else { otherwise }
}

fn of_text(run: &Run<'_>, content: &Rc<str>, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let length = text::length(content);
    run.work(1 + length / 64)?;
    let first = argument(arguments, 0);
    let given = first.to_text();
    let found_at =
        |byte: Option<usize>| byte.map_or(Value::Number(-1.0), |byte| Value::count(text::units_before(content, byte)));
    Ok(match name {
        "at" => signed(&first, length).and_then(|at| text::unit(content, at)).map_or(Value::Undefined, Value::text),
        "charAt" => Value::text(unit_at(content, &first).unwrap_or_default()),
        "charCodeAt" => {
            let unit = content.encode_utf16().nth(relative(whole(&first).max(0.0), length));
            Value::Number(unit.map_or(f64::NAN, f64::from))
        }
        "concat" => Value::text(arguments.iter().fold(content.to_string(), |all, next| all + &next.to_text())),
        "endsWith" => Value::Bool(text::slice(content, 0, clamped(arguments, 1, length, length)).ends_with(&*given)),
        "startsWith" => {
            Value::Bool(text::slice(content, clamped(arguments, 1, length, 0), length).starts_with(&*given))
        }
        "includes" => Value::Bool(text::slice(content, clamped(arguments, 1, length, 0), length).contains(&*given)),
        "indexOf" => {
            let from = text::byte_of(content, clamped(arguments, 1, length, 0));
            found_at(content[from..].find(&*given).map(|at| at + from))
        }
        "lastIndexOf" => found_at(content.rfind(&*given)),
        "localeCompare" => {
            Value::Number(match content.to_lowercase().cmp(&given.to_lowercase()).then(given.cmp(content)) {
                Ordering::Less => -1.0,
                Ordering::Equal => 0.0,
                Ordering::Greater => 1.0,
            })
        }
        "match" => matches(content, &first)?,
        "search" => {
            let regex = regex_of(&first)?;
            found_at(regex.matches(content, false)?.first().and_then(|groups| groups[0]).map(|(from, _)| from))
        }
        "padStart" | "padEnd" => pad(run, content, arguments, name == "padStart")?,
        "repeat" => {
            let times = whole(&first);
            if !(0.0..1e9).contains(&times) {
                return Err(Failure::new(format!("Invalid count value: {given}")));
            }
            let times = relative(times, usize::MAX);
            run.room(content.len().saturating_mul(times))?;
            Value::text(content.repeat(times))
        }
        "replace" | "replaceAll" => replace(run, content, &first, &argument(arguments, 1), name == "replaceAll")?,
        "slice" => {
            Value::text(text::slice(content, place(arguments, 0, length, 0), place(arguments, 1, length, length)))
        }
        "substring" => {
            let (a, b) = (clamped(arguments, 0, length, 0), clamped(arguments, 1, length, length));
            Value::text(text::slice(content, a.min(b), a.max(b)))
        }
        "substr" => {
            let from = place(arguments, 0, length, 0);
            Value::text(text::slice(content, from, from + clamped(arguments, 1, length - from, length - from)))
        }
        "split" => split(run, content, arguments)?,
        "toLowerCase" | "toLocaleLowerCase" => Value::text(content.to_lowercase()),
        "toUpperCase" | "toLocaleUpperCase" => Value::text(content.to_uppercase()),
        "trim" => Value::text(content.trim()),
        "trimStart" => Value::text(content.trim_start()),
        "trimEnd" => Value::text(content.trim_end()),
        _ => Value::Text(Rc::clone(content)),
    })
}

fn signed(value: &Value, length: usize) -> Option<usize> {
    let number = whole(value);
    let at = relative(number, length);
    (at < length && relative(-number, usize::MAX) <= length).then_some(at)
}

fn unit_at(content: &str, at: &Value) -> Option<String> {
    let number = whole(at);
    (number >= 0.0).then(|| text::unit(content, relative(number, usize::MAX)))?
}

fn pad(run: &Run<'_>, content: &str, arguments: &[Value], before: bool) -> Result<Value, Failure> {
    let length = text::length(content);
    let wanted = relative(whole(&argument(arguments, 0)).max(0.0), usize::MAX);
    let filler = if is_given(arguments, 1) { argument(arguments, 1).to_text() } else { " ".into() };
    if wanted <= length || filler.is_empty() {
        return Ok(Value::text(content));
    }
    let missing = wanted - length;
    run.room(missing)?;
    let padding = text::slice(&filler.repeat(missing / text::length(&filler) + 1), 0, missing);
    Ok(Value::text(if before { padding + content } else { content.to_owned() + &padding }))
}

fn regex_of(value: &Value) -> Result<Rc<Regex>, Failure> {
    match value {
        Value::Regex(regex) => Ok(Rc::clone(regex)),
        other => Ok(Rc::new(Regex::new(
            if other.is_nothing() { String::new() } else { other.to_text().to_string() },
            String::new(),
        )?)),
    }
}

fn matches(content: &str, pattern: &Value) -> Result<Value, Failure> {
    let regex = regex_of(pattern)?;
    if !regex.is_global() {
        return first_match(&regex, content);
    }
    let found = regex.matches(content, true)?;
    if found.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::list(found.iter().filter_map(|groups| groups[0]).map(|(from, to)| Value::text(&content[from..to]))))
}

fn first_match(regex: &Regex, content: &str) -> Result<Value, Failure> {
    let found = regex.matches(content, false)?;
    Ok(found.first().map_or(Value::Null, |groups| Value::list(texts_of(content, groups))))
}

/// What each group of a match holds.
fn texts_of(content: &str, groups: &[Option<(usize, usize)>]) -> Vec<Value> {
    groups.iter().map(|group| group.map_or(Value::Undefined, |(from, to)| Value::text(&content[from..to]))).collect()
}

fn replace(run: &Run<'_>, content: &str, old: &Value, new: &Value, all: bool) -> Result<Value, Failure> {
    let regex = match old {
        Value::Regex(regex) => Rc::clone(regex),
        other => Rc::new(Regex::new(
            fancy_regex::escape(&other.to_text()).into_owned(),
            if all { "g" } else { "" }.to_owned(),
        )?),
    };
    let Value::Function(function) = new else {
        return Ok(Value::text(regex.replace(content, &new.to_text(), regex.is_global())?));
    };
    let (mut result, mut end) = (String::new(), 0);
    for groups in regex.matches(content, regex.is_global())? {
        let Some((from, to)) = groups[0] else { continue };
        result.push_str(&content[end..from]);
        result.push_str(&run.call(function, texts_of(content, &groups))?.to_text());
        end = to;
    }
    Ok(Value::text(result + &content[end..]))
}

fn split(run: &Run<'_>, content: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let limit = if is_given(arguments, 1) { relative(whole(&argument(arguments, 1)), usize::MAX) } else { usize::MAX };
    let parts: Vec<Value> = match argument(arguments, 0) {
        Value::Undefined => vec![Value::text(content)],
        Value::Regex(regex) => {
            let (mut parts, mut end) = (Vec::new(), 0);
            for groups in regex.matches(content, true)? {
                let Some((from, to)) =
                    groups[0].filter(|(from, to)| to > from || (*from > end && *from < content.len()))
                else {
                    continue;
                };
                parts.push(Value::text(&content[end..from]));
                parts.extend(texts_of(content, &groups[1..]));
                end = to;
            }
            parts.push(Value::text(&content[end..]));
            parts
        }
        separator => {
            let separator = separator.to_text();
            if separator.is_empty() {
                content.chars().map(|char| Value::text(char.to_string())).collect()
            } else {
                content.split(&*separator).map(Value::text).collect()
            }
        }
    };
    run.work(parts.len())?;
    Ok(Value::list(parts.into_iter().take(limit)))
}

fn of_list(
    run: &Run<'_>,
    receiver: &Value,
    items: &RefCell<Vec<Value>>,
    name: &str,
    arguments: &[Value],
) -> Result<Value, Failure> {
    let length = items.borrow().len();
    run.work(1 + length)?;
    let first = argument(arguments, 0);
    Ok(match name {
        "at" => signed(&first, length).and_then(|at| items.borrow().get(at).cloned()).unwrap_or_default(),
        "concat" => {
            let mut all = items.borrow().clone();
            for more in arguments {
                match more {
                    Value::List(more) => all.extend(more.borrow().iter().cloned()),
                    other => all.push(other.clone()),
                }
            }
            run.work(all.len())?;
            Value::list(all)
        }
        "every" | "filter" | "find" | "findIndex" | "forEach" | "map" | "some" => each(run, items, name, &first)?,
        "flat" => {
            let depth = if is_given(arguments, 0) { relative(whole(&first).max(0.0), 100) } else { 1 };
            let mut all = Vec::new();
            flatten(run, &items.borrow(), depth, &mut all)?;
            Value::list(all)
        }
        "includes" => Value::Bool(items.borrow().iter().any(|item| item.strictly_equals(&first))),
        "indexOf" => found(items.borrow().iter().position(|item| item.strictly_equals(&first))),
        "lastIndexOf" => found(items.borrow().iter().rposition(|item| item.strictly_equals(&first))),
        "join" => Value::text(join(receiver, &if is_given(arguments, 0) { first.to_text() } else { ",".into() }, 0)),
        "pop" => items.borrow_mut().pop().unwrap_or_default(),
        "push" => {
            items.borrow_mut().extend(arguments.iter().cloned());
            Value::count(length + arguments.len())
        }
        "unshift" => {
            items.borrow_mut().splice(0..0, arguments.iter().cloned());
            Value::count(length + arguments.len())
        }
        "shift" => {
            if length == 0 {
                Value::Undefined
            } else {
                items.borrow_mut().remove(0)
            }
        }
        "reverse" => {
            items.borrow_mut().reverse();
            receiver.clone()
        }
        "slice" => {
            let (from, to) = (place(arguments, 0, length, 0), place(arguments, 1, length, length));
            Value::list(items.borrow().get(from..to).unwrap_or_default().to_vec())
        }
        "splice" => {
            let from = place(arguments, 0, length, 0);
            let count = clamped(arguments, 1, length - from, length - from);
            let new = arguments.get(2..).unwrap_or_default().to_vec();
            Value::list(items.borrow_mut().splice(from..from + count, new).collect::<Vec<_>>())
        }
        "sort" => {
            let mut sorted = items.borrow().clone();
            sort(run, &mut sorted, &first)?;
            *items.borrow_mut() = sorted;
            receiver.clone()
        }
        _ => Value::Text(receiver.to_text()),
    })
}

fn found(at: Option<usize>) -> Value {
    at.map_or(Value::Number(-1.0), Value::count)
}

fn flatten(run: &Run<'_>, items: &[Value], depth: usize, all: &mut Vec<Value>) -> Result<(), Failure> {
    for item in items {
        run.work(1)?;
        match item {
            Value::List(inner) if depth > 0 => run.deeper(|| flatten(run, &inner.borrow(), depth - 1, all))?,
            other => all.push(other.clone()),
        }
    }
    Ok(())
}

fn each(run: &Run<'_>, items: &RefCell<Vec<Value>>, name: &str, function: &Value) -> Result<Value, Failure> {
    let Value::Function(function) = function else {
        return Err(Failure::new(format!("{} is not a function", function.to_text())));
    };
    // A copy, because the function may change the list it is called for.
    let items = items.borrow().clone();
    let mut results = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        results.push(run.call(function, vec![item.clone(), Value::count(at)])?);
    }
    let first = results.iter().position(Value::is_truthy);
    Ok(match name {
        "every" => Value::Bool(results.iter().all(Value::is_truthy)),
        "some" => Value::Bool(first.is_some()),
        "find" => first.map_or(Value::Undefined, |at| items[at].clone()),
        "findIndex" => found(first),
        "filter" => {
            Value::list(items.into_iter().zip(results).filter(|(_, keeps)| keeps.is_truthy()).map(|(item, _)| item))
        }
        "map" => Value::list(results),
        _ => Value::Undefined,
    })
}

/// Sorts as texts, or as a function says; what is undefined goes last.
fn sort(run: &Run<'_>, items: &mut [Value], by: &Value) -> Result<(), Failure> {
    let mut failure = None;
    let mut order = |a: &Value, b: &Value| {
        if let Value::Function(function) = by {
            let number = run.call(function, vec![a.clone(), b.clone()]).map(|value| value.to_number());
            return number
                .unwrap_or_else(|error| {
                    failure.get_or_insert(error);
                    0.0
                })
                .partial_cmp(&0.0)
                .unwrap_or(Ordering::Equal);
        }
        a.to_text().encode_utf16().cmp(b.to_text().encode_utf16())
    };
    // A function of the template may contradict itself, which sorting by comparison must survive.
    merge_sort(items, &mut order);
    failure.map_or(Ok(()), Err)
}

/// A merge sort: stable, and indifferent to an order that is none.
pub(crate) fn merge_sort(items: &mut [Value], order: &mut dyn FnMut(&Value, &Value) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let (left, right) = items.split_at_mut(items.len() / 2);
    merge_sort(left, order);
    merge_sort(right, order);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        if order(&right[r], &left[l]).is_lt() {
            merged.push(right[r].clone());
            r += 1;
        } else {
            merged.push(left[l].clone());
            l += 1;
        }
    }
    merged.extend_from_slice(&left[l..]);
    merged.extend_from_slice(&right[r..]);
    items.clone_from_slice(&merged);
}

fn to_fixed(number: f64, digits: &Value) -> Result<Value, Failure> {
    let digits = whole(digits);
    if !(0.0..=100.0).contains(&digits) {
        return Err(Failure::new("toFixed() digits argument must be between 0 and 100"));
    }
    if number.abs() >= 1e21 || number.is_nan() {
        return Ok(Value::text(js::number_text(number)));
    }
    Ok(Value::text(format!("{number:.*}", relative(digits, 100))))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and within 2^53")]
fn to_radix(number: f64, radix: &Value) -> Result<Value, Failure> {
    let radix = if radix.is_nothing() { 10.0 } else { whole(radix) };
    if !(2.0..=36.0).contains(&radix) {
        return Err(Failure::new("toString() radix must be between 2 and 36"));
    }
    if (radix - 10.0).abs() < f64::EPSILON || number.fract() != 0.0 || number.abs() > 9e15 {
        return Ok(Value::text(js::number_text(number)));
    }
    let (radix, mut rest, mut digits) = (radix as u32, number.abs() as u64, Vec::new());
    while rest > 0 || digits.is_empty() {
        digits.push(char::from_digit((rest % u64::from(radix)) as u32, radix).unwrap_or('0'));
        rest /= u64::from(radix);
    }
    if number < 0.0 {
        digits.push('-');
    }
    Ok(Value::text(digits.into_iter().rev().collect::<String>()))
}
