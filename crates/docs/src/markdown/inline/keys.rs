//! `++ctrl+alt+del++`: keys to press, where the site asks for it.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::Text;
use super::{Found, Inline, Match};

type Names = HashMap<&'static str, &'static str>;

/// Names of keys with their labels, and other names with the first.
static KEYS: LazyLock<(Names, Names)> = LazyLock::new(|| {
    let lines = include_str!("../../../data/keys.txt").lines().filter(|line| !line.starts_with('#'));
    let (aliases, labels): (Vec<_>, Vec<_>) = lines
        .filter_map(|line| line.split_once(' '))
        .partition(|(name, rest)| rest.starts_with("= ") && *name != "equal");
    (
        labels.into_iter().collect(),
        aliases.into_iter().map(|(name, rest)| (name, rest.trim_start_matches("= "))).collect(),
    )
});

static QUOTED: LazyLock<fancy_regex::Regex> = LazyLock::new(|| {
    super::pattern(concat!(
        r#"(?:(?<!\\)((?:\\{2})+)(?=\+)|(?<!\\)\+{2}((?:(?:[\w\-]+|"(?:\\.|[^"])+"|'(?:\\.|[^'])+')\+)*?"#,
        r#"(?:[\w\-]+|"(?:\\.|[^"])+"|'(?:\\.|[^'])+'))\+{2})"#
    ))
});

static PLAIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\+{2}([\w\-]+(?:\+[\w\-]+)*?)\+{2}").expect("a valid pattern"));

static PIECE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"[\w\-]+|"(?:\\.|[^"])+"|'(?:\\.|[^'])+'"#).expect("a valid pattern"));

static ESCAPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\(.)").expect("a valid pattern"));

/// Keys of which one is in quotes: those are looked for before escapes are.
pub(super) fn quoted(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    if !doc.options.keys {
        return None;
    }
    let mut at = from;
    while let Some(found) = QUOTED.captures_from_pos(text, at).ok().flatten() {
        let range = found.get(0)?.range();
        if let Some(escapes) = found.get(1) {
            return Match::new(Found::Text("\u{2}92\u{3}".repeat(escapes.as_str().len() / 2)), range);
        }
        let keys: Vec<&str> = PIECE.find_iter(found.get(2)?.as_str()).map(|key| key.as_str()).collect();
        if keys.iter().any(|key| key.starts_with(['"', '\'']))
            && let Some(found) = element(doc, &keys)
        {
            return Match::new(found, range);
        }
        at = range.end;
    }
    None
}

pub(super) fn plain(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    if !doc.options.keys {
        return None;
    }
    let mut at = from;
    while let Some(found) = PLAIN.captures_at(text, at) {
        let range = found.get(0)?.range();
        let keys: Vec<&str> = found.get(1)?.as_str().split('+').collect();
        if let Some(found) = element(doc, &keys) {
            return Match::new(found, range);
        }
        at = range.end;
    }
    None
}

/// None if one of the keys is unknown.
fn element(doc: &mut Document, keys: &[&str]) -> Option<Found> {
    let (labels, aliases) = &*KEYS;
    let keys = keys.iter().map(|key| {
        if key.starts_with(['"', '\'']) {
            let label = ESCAPE.replace_all(&key[1..key.len() - 1], "$1");
            return Some((None, htmlize::unescape(label).trim().to_owned()));
        }
        let name = aliases.get(key).unwrap_or(key);
        labels.get(name).map(|label| (Some(*name), (*label).to_owned()))
    });
    let keys: Vec<_> = keys.collect::<Option<_>>()?;
    let span = doc.dom.new_node("span");
    doc.dom.set_attr(span, "class", "keys");
    for (index, (name, label)) in keys.into_iter().enumerate() {
        if index > 0 {
            let plus = doc.dom.sub(span, "span");
            doc.dom.get_mut(plus).text = Text::atomic("+");
        }
        let key = doc.dom.sub(span, "kbd");
        if let Some(name) = name {
            doc.dom.set_attr(key, "class", format!("key-{name}"));
        }
        doc.dom.get_mut(key).text = Text::atomic(label);
    }
    Some(Found::Element(span))
}
