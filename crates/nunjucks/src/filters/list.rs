//! Filters of lists and objects.

use std::{cmp::Ordering, rc::Rc};

use super::Arguments;
use crate::{
    error::Failure,
    eval::entries,
    member::{self, attribute},
    methods::merge_sort,
    run::{Run, elements},
    tests,
    value::{Map, Value, join},
};

/// Nothing when the filter is none of these.
pub(super) fn apply(run: &Run<'_>, name: &str, value: &Value, arguments: Arguments) -> Result<Option<Value>, Failure> {
    let first = arguments.at(1);
    Ok(Some(match name {
        "batch" => batch(run, &present(value)?, &first, &arguments.at(2))?,
        "slice" => slices(run, value, &first, &arguments.at(2))?,
        "dictsort" => dictsort(value, &first, &arguments.at(2))?,
        "first" => attribute(value, &Value::Number(0.0))?,
        "last" => {
            attribute(value, &Value::Number(0.0))?;
            elements(value).pop().unwrap_or_default()
        }
        "groupby" => groupby(&present(value)?, &first)?,
        "join" => joined(value, &first, &arguments.at(2))?,
        "list" => listed(value)?,
        "random" => {
            let items = elements(value);
            rand::seq::IndexedRandom::choose(&*items, &mut run.environment.random()).cloned().unwrap_or_default()
        }
        "reject" => select(value, arguments, false)?,
        "select" => select(value, arguments, true)?,
        "rejectattr" => by_attribute(value, &first, false)?,
        "selectattr" => by_attribute(value, &first, true)?,
        "reverse" => match value {
            Value::Text(text) | Value::Safe(text) => value.like(text.chars().rev().collect::<String>()),
            other => Value::list(elements(other).into_iter().rev()),
        },
        "sort" => sort(arguments)?,
        "sum" => sum(run, value, &first, &arguments.at(2))?,
        _ => return Ok(None),
    }))
}

/// What can be gone over in something: nothing of it there is an error, and what has no items has none.
fn present(value: &Value) -> Result<Vec<Value>, Failure> {
    member::there(value, &Value::text("length"))?;
    Ok(elements(value))
}

/// The items of a list; nothing else will do.
fn items(value: &Value) -> Result<Vec<Value>, Failure> {
    match value {
        Value::List(items) => Ok(items.borrow().clone()),
        other => Err(Failure::new(format!("{} is not a list", other.to_text()))),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of items, saturating")]
fn count(value: &Value) -> usize {
    value.to_number().max(0.0) as usize
}

fn batch(run: &Run<'_>, items: &[Value], size: &Value, fill: &Value) -> Result<Value, Failure> {
    let size = count(size);
    let mut rows: Vec<Vec<Value>> =
        items.chunks(if size == 0 { usize::MAX } else { size }).map(<[Value]>::to_vec).collect();
    if let Some(last) = rows.last_mut().filter(|last| fill.is_truthy() && last.len() < size) {
        run.work(size - last.len())?;
        last.resize(size, fill.clone());
    }
    Ok(Value::list(rows.into_iter().map(Value::list)))
}

/// So many parts of a list or text, the longer ones first.
fn slices(run: &Run<'_>, value: &Value, number: &Value, fill: &Value) -> Result<Value, Failure> {
    let all = present(value)?;
    let number = count(number);
    if number > 0 && !matches!(value, Value::List(_)) && (value.as_text().is_none() || fill.is_truthy()) {
        return Err(Failure::new("the slice filter needs a list"));
    }
    run.work(number)?;
    let mut rest = all.as_slice();
    let mut parts = Vec::new();
    for at in 0..number {
        let extra = at < all.len() % number;
        let (part, after) = rest.split_at(all.len() / number + usize::from(extra));
        rest = after;
        let mut part = part.to_vec();
        if fill.is_truthy() && !extra {
            part.push(fill.clone());
        }
        let part = Value::list(part);
        parts.push(if value.as_text().is_some() { Value::text(join(&part, "", 0)) } else { part });
    }
    Ok(Value::list(parts))
}

fn dictsort(value: &Value, case_sensitive: &Value, by: &Value) -> Result<Value, Failure> {
    if !matches!(value, Value::Map(_)) {
        return Err(Failure::new("dictsort filter: val must be an object"));
    }
    let at = match by.as_text().map(|by| &**by) {
        Some("value") => 1,
        Some("key") => 0,
        None if matches!(by, Value::Undefined) => 0,
        _ => return Err(Failure::new("dictsort filter: You can only sort by either key or value")),
    };
    let upper = |value: Value| match value.as_text().filter(|_| !case_sensitive.is_truthy()) {
        Some(text) => Value::text(text.to_uppercase()),
        None => value,
    };
    let mut pairs: Vec<Value> =
        entries(value).into_iter().map(|(key, value)| Value::list([Value::Text(key), value])).collect();
    merge_sort(&mut pairs, &mut |a, b| {
        let of = |pair: &Value| upper(member::lookup(pair, &Value::count(at)));
        of(a).order(&of(b)).unwrap_or(Ordering::Less)
    });
    Ok(Value::list(pairs))
}

fn groupby(items: &[Value], by: &Value) -> Result<Value, Failure> {
    let mut groups: Map = Map::new();
    for item in items {
        let key = member::path(item, by)?.to_text();
        let group = groups.entry(key).or_insert_with(|| Value::list([]));
        if let Value::List(group) = group {
            group.borrow_mut().push(item.clone());
        }
    }
    Ok(Value::map(groups))
}

fn joined(value: &Value, separator: &Value, by: &Value) -> Result<Value, Failure> {
    let separator = if separator.is_truthy() { separator.to_text() } else { "".into() };
    let list = if by.is_truthy() {
        Value::list(elements(value).iter().map(|item| attribute(item, by)).collect::<Result<Vec<_>, _>>()?)
    } else {
        Value::list(items(value)?)
    };
    Ok(Value::text(join(&list, &separator, 0)))
}

fn listed(value: &Value) -> Result<Value, Failure> {
    match value {
        Value::Text(_) | Value::Safe(_) => Ok(Value::list(elements(value))),
        Value::Map(_) => {
            let pair = |(key, value)| Value::map([("key".into(), Value::Text(key)), ("value".into(), value)]);
            Ok(Value::list(entries(value).into_iter().map(pair)))
        }
        Value::List(_) => Ok(value.clone()),
        _ => Err(Failure::new("list filter: type not iterable")),
    }
}

fn select(value: &Value, arguments: Arguments, wanted: bool) -> Result<Value, Failure> {
    let test = if matches!(arguments.at(1), Value::Undefined) { Rc::from("truthy") } else { arguments.at(1).to_text() };
    let second = arguments.at(2);
    let mut kept = Vec::new();
    for item in present(value)? {
        if tests::holds(&test, &[item.clone(), second.clone()])? == wanted {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn by_attribute(value: &Value, name: &Value, wanted: bool) -> Result<Value, Failure> {
    let mut kept = Vec::new();
    for item in items(value)? {
        if attribute(&item, name)?.is_truthy() == wanted {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn sort(arguments: Arguments) -> Result<Value, Failure> {
    let arguments = arguments.named(&["value", "reverse", "case_sensitive", "attribute"]);
    let (reverse, case_sensitive, by) = (arguments.at(1).is_truthy(), arguments.at(2).is_truthy(), arguments.at(3));
    let key = |item: Value| {
        let value = if by.is_truthy() { member::path(&item, &by)? } else { item.clone() };
        let value = match &value {
            Value::Text(text) if !case_sensitive => Value::text(text.to_lowercase()),
            _ => value,
        };
        Ok(Value::list([value, item]))
    };
    // What is undefined goes last, whatever the order.
    let (missing, present): (Vec<_>, Vec<_>) =
        elements(&arguments.at(0)).into_iter().partition(|item| matches!(item, Value::Undefined));
    let mut pairs = present.into_iter().map(key).collect::<Result<Vec<_>, Failure>>()?;
    let of = |pair: &Value, at: usize| member::lookup(pair, &Value::count(at));
    merge_sort(&mut pairs, &mut |a, b| {
        let order = of(a, 0).order(&of(b, 0)).unwrap_or(Ordering::Equal);
        if reverse { order.reverse() } else { order }
    });
    Ok(Value::list(pairs.iter().map(|pair| of(pair, 1)).chain(missing)))
}

fn sum(run: &Run<'_>, value: &Value, by: &Value, start: &Value) -> Result<Value, Failure> {
    let mut total = Value::Number(0.0);
    for item in if by.is_truthy() { elements(value) } else { items(value)? } {
        run.work(1)?;
        total = total.plus(&if by.is_truthy() { attribute(&item, by)? } else { item });
        run.room(total.as_text().map_or(0, |text| text.len()))?;
    }
    let start = if matches!(start, Value::Undefined) { Value::Number(0.0) } else { start.clone() };
    Ok(start.plus(&total))
}
