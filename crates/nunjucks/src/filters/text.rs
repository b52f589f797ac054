//! Filters of texts.

use std::sync::LazyLock;

use model::js::COMPONENT;
use percent_encoding::utf8_percent_encode;

use super::{Arguments, normal};
use crate::{error::Failure, eval::entries, member::attribute, regex::Regex, run::Run, text as units, value::Value};

/// Nothing when the filter is none of these.
pub(super) fn apply(run: &Run<'_>, name: &str, value: &Value, arguments: &Arguments) -> Result<Option<Value>, Failure> {
    Ok(Some(match name {
        "capitalize" => value.like(capitalized(&normal(value)?)),
        "center" => center(run, value, &arguments.at(1))?,
        "escape" | "e" => match value {
            Value::Safe(_) => value.clone(),
            other => Value::Safe(units::escape(&other.printed()).into()),
        },
        "forceescape" => Value::Safe(units::escape(&value.printed()).into()),
        "safe" => Value::Safe(value.printed()),
        "indent" => indent(run, value, arguments)?,
        "lower" => Value::text(normal(value)?.to_lowercase()),
        "upper" => Value::text(normal(value)?.to_uppercase()),
        "nl2br" if value.is_nothing() => Value::text(""),
        "nl2br" => value.like(text(value)?.replace("\r\n", "\n").replace('\n', "<br />\n")),
        "replace" => replace(value, arguments)?,
        "string" if value.is_nothing() => {
            return Err(Failure::new(format!("Cannot read properties of {}", value.to_text())));
        }
        "string" => value.like(value.to_text()),
        "striptags" => striptags(value, arguments.at(1).is_truthy())?,
        "title" => value.like(normal(value)?.split(' ').map(capitalized).collect::<Vec<_>>().join(" ")),
        "trim" => value.like(text(value)?.trim()),
        "truncate" => truncate(value, arguments)?,
        "urlencode" => Value::text(urlencode(value)?),
        "urlize" => Value::text(urlize(&text(value)?, arguments)?),
        "wordcount" => wordcount(value)?,
        _ => return Ok(None),
    }))
}

/// The text itself: what is none has no methods of one.
fn text(value: &Value) -> Result<std::rc::Rc<str>, Failure> {
    value.as_text().cloned().ok_or_else(|| Failure::new("the filter needs a text"))
}

fn capitalized(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut chars = lower.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn number_or(value: &Value, otherwise: f64) -> f64 {
    if value.is_truthy() { value.to_number() } else { otherwise }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of characters, saturating")]
fn count(number: f64) -> usize {
    number.max(0.0) as usize
}

/// What nunjucks measures by: texts and lists have a length, other things none.
fn length_of(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => Some(items.borrow().len()),
        other => other.as_text().map(|text| units::length(text)),
    }
}

fn or_empty(value: &Value) -> Value {
    if value.is_nothing() || matches!(value, Value::Bool(false)) { Value::text("") } else { value.clone() }
}

/// As nunjucks centers: of an odd number of spaces, one is left out before.
fn center(run: &Run<'_>, value: &Value, width: &Value) -> Result<Value, Failure> {
    let given = or_empty(value);
    let width = count(number_or(width, 80.0));
    let spaces = match length_of(&given) {
        Some(length) if length >= width => return Ok(given),
        Some(length) => width - length,
        None => 0,
    };
    run.room(width)?;
    // Repeating by a half rounds up there.
    let half = spaces.div_ceil(2);
    let before = if spaces % 2 == 1 { half.saturating_sub(1) } else { half };
    Ok(given.like(format!("{}{}{}", " ".repeat(before), given.to_text(), " ".repeat(half))))
}

fn indent(run: &Run<'_>, value: &Value, arguments: &Arguments) -> Result<Value, Failure> {
    let text = normal(value)?;
    if text.is_empty() {
        return Ok(Value::text(""));
    }
    let width = count(number_or(&arguments.at(1), 4.0));
    run.room(text.matches('\n').count().saturating_add(1).saturating_mul(width))?;
    let spaces = " ".repeat(width);
    let first = if arguments.at(2).is_truthy() { &*spaces } else { "" };
    Ok(value.like(format!("{first}{}", text.replace('\n', &format!("\n{spaces}")))))
}

fn replace(value: &Value, arguments: &Arguments) -> Result<Value, Failure> {
    let (old, new) = (arguments.at(1), arguments.at(2));
    let old = match old {
        Value::Regex(regex) => {
            return Ok(Value::text(regex.replace(&text(value)?, &new.to_text(), regex.is_global())?));
        }
        Value::Number(_) => old.to_text(),
        Value::Text(old) => old,
        _ => return Ok(value.clone()),
    };
    let content = match value {
        Value::Number(_) => value.to_text(),
        other => match other.as_text() {
            Some(text) => std::rc::Rc::clone(text),
            None => return Ok(value.clone()),
        },
    };
    let new = new.to_text();
    if old.is_empty() {
        let parts: Vec<String> = content.chars().map(String::from).collect();
        return Ok(value.like(format!("{new}{}{new}", parts.join(&new))));
    }
    let limit = match arguments.at(3) {
        Value::Undefined => usize::MAX,
        limit if limit.to_number() < 0.0 => usize::MAX,
        limit => count(limit.to_number()),
    };
    if limit == 0 || !content.contains(&*old) {
        return Ok(if matches!(value, Value::Number(_)) { Value::Text(content) } else { value.clone() });
    }
    Ok(value.like(content.replacen(&*old, &new, limit)))
}

static TAGS: LazyLock<Regex> = LazyLock::new(|| Regex::fixed(r"<\/?([a-z][a-z0-9]*)\b[^>]*>|<!--[\s\S]*?-->", "i"));
static SPACES: LazyLock<Regex> = LazyLock::new(|| Regex::fixed(r"\s+", ""));
static SPACES_AT_EDGES: LazyLock<Regex> = LazyLock::new(|| Regex::fixed("^ +| +$", "m"));
static SPACES_IN_LINE: LazyLock<Regex> = LazyLock::new(|| Regex::fixed(" +", ""));
static EMPTY_LINES: LazyLock<Regex> = LazyLock::new(|| Regex::fixed(r"\n\n\n+", ""));

fn striptags(value: &Value, keeps_lines: bool) -> Result<Value, Failure> {
    let text = TAGS.replace(&normal(value)?, "", true)?;
    let text = text.trim();
    if !keeps_lines {
        return Ok(value.like(SPACES.replace(text, " ", true)?));
    }
    let text = SPACES_AT_EDGES.replace(text, "", true)?;
    let text = SPACES_IN_LINE.replace(&text, " ", true)?.replace("\r\n", "\n");
    Ok(value.like(EMPTY_LINES.replace(&text, "\n\n", true)?))
}

fn truncate(value: &Value, arguments: &Arguments) -> Result<Value, Failure> {
    let given = or_empty(value);
    let length = count(number_or(&arguments.at(1), 255.0));
    if length_of(&given).is_some_and(|own| own <= length) {
        return Ok(given);
    }
    let text = text(&given)?;
    let mut cut = units::slice(&text, 0, length);
    if !arguments.at(2).is_truthy() {
        // A space right behind the length still ends a word.
        let reach = units::slice(&text, 0, length + 1);
        if let Some(space) = reach.rfind(' ') {
            cut = reach[..space].to_owned();
        }
    }
    let end = arguments.at(3);
    let end = if end.is_nothing() { "...".into() } else { end.to_text() };
    Ok(value.like(format!("{cut}{end}")))
}

fn urlencode(value: &Value) -> Result<String, Failure> {
    let encoded = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
    let pair = |key: &Value, value: &Value| format!("{}={}", encoded(&key.to_text()), encoded(&value.to_text()));
    match value {
        Value::Text(text) | Value::Safe(text) => Ok(encoded(text)),
        Value::List(items) => {
            let parts = items
                .borrow()
                .iter()
                .map(|item| Ok(pair(&attribute(item, &Value::Number(0.0))?, &attribute(item, &Value::Number(1.0))?)))
                .collect::<Result<Vec<_>, Failure>>()?;
            Ok(parts.join("&"))
        }
        other => Ok(entries(other)
            .iter()
            .map(|(key, value)| pair(&Value::text(&**key), value))
            .collect::<Vec<_>>()
            .join("&")),
    }
}

static AROUND: LazyLock<Regex> = LazyLock::new(|| Regex::fixed(r"^(?:\(|<|&lt;)?(.*?)(?:\.|,|\)|\n|&gt;)?$", ""));
static MAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::fixed(r"^[\w.!#$%&'*+\-\/=?\^`{|}~]+@[a-z\d\-]+(\.[a-z\d\-]+)+$", "i"));
static DOMAIN: LazyLock<Regex> = LazyLock::new(|| Regex::fixed(r"\.(?:org|net|com)(?:\:|\/|$)", ""));

/// Makes links of what looks like an address.
fn urlize(text: &str, arguments: &Arguments) -> Result<String, Failure> {
    let length = arguments.at(1).to_number();
    let length = if length.is_nan() { usize::MAX } else { count(length) };
    let nofollow = if matches!(arguments.at(2), Value::Bool(true)) { " rel=\"nofollow\"" } else { "" };
    let mut result = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let is_space = rest.starts_with(char::is_whitespace);
        let end = rest.find(|char: char| char.is_whitespace() != is_space).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        let inner = AROUND.matches(word, false)?.first().and_then(|groups| groups.get(1).copied().flatten());
        let url = inner.map_or(word, |(from, to)| &word[from..to]);
        let shown = units::slice(url, 0, length);
        if is_space {
            result.push_str(word);
        } else if url.starts_with("http://") || url.starts_with("https://") {
            result.push_str(&format!("<a href=\"{url}\"{nofollow}>{shown}</a>"));
        } else if url.starts_with("www.") {
            result.push_str(&format!("<a href=\"http://{url}\"{nofollow}>{shown}</a>"));
        } else if !MAIL.matches(url, false)?.is_empty() {
            result.push_str(&format!("<a href=\"mailto:{url}\">{url}</a>"));
        } else if !DOMAIN.matches(url, false)?.is_empty() {
            result.push_str(&format!("<a href=\"http://{url}\"{nofollow}>{shown}</a>"));
        } else {
            result.push_str(word);
        }
    }
    Ok(result)
}

fn wordcount(value: &Value) -> Result<Value, Failure> {
    if !value.is_truthy() {
        return Ok(Value::Null);
    }
    let text = normal(value)?;
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let words = text.split(|char| !is_word(char)).filter(|word| !word.is_empty()).count();
    Ok(if words == 0 { Value::Null } else { Value::count(words) })
}
