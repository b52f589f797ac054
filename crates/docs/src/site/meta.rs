//! The data at the begin of a page: YAML between `---` lines, or lines of `key: value` as MultiMarkdown has them.

use std::sync::LazyLock;

use regex::Regex;

use crate::config::{Yaml, yaml};

static FENCED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)^-{3}[ \t]*\n(.*?\n)(?:\.{3}|-{3})[ \t]*\n").expect("a valid pattern"));

static KEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[ ]{0,3}([A-Za-z0-9_-]+):\s*(.*)").expect("a valid pattern"));

static MORE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(?:[ ]{4}|\t)\s*(.*)").expect("a valid pattern"));

/// The data, the text behind it, and the line that the text begins on, from 1.
pub(super) fn split(source: &str) -> (Yaml, String, usize) {
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    if let Some(found) = FENCED.captures(&source) {
        let end = found.get(0).map_or(0, |all| all.end());
        return match yaml::parse(&found[1]) {
            Ok(data @ Yaml::Map(_)) => {
                let text = source[end..].trim_start_matches('\n');
                (data, text.to_owned(), line_of(&source, text))
            }
            // What cannot be read is text.
            _ => (Yaml::Null, source, 1),
        };
    }
    let mut data: Vec<(String, Yaml)> = Vec::new();
    let mut key: Option<usize> = None;
    let mut rest = source.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.trim().is_empty() {
            rest = after;
            break;
        }
        if let Some(found) = KEY.captures(line) {
            let name = found[1].to_lowercase();
            let value = found[2].trim();
            let index = data.iter().position(|(known, _)| *known == name);
            key = Some(index.unwrap_or(data.len()));
            match index {
                Some(index) => append(&mut data[index].1, value),
                None => data.push((name, Yaml::Text(value.to_owned()))),
            }
        } else if let (Some(found), Some(index)) = (MORE.captures(line), key) {
            append(&mut data[index].1, found[1].trim());
        } else {
            break;
        }
        rest = after;
    }
    let text = rest.trim_start_matches('\n');
    (Yaml::Map(data), text.to_owned(), line_of(&source, text))
}

fn append(value: &mut Yaml, more: &str) {
    if let Yaml::Text(text) = value {
        text.push(' ');
        text.push_str(more);
    }
}

fn line_of(source: &str, rest: &str) -> usize {
    source[..source.len() - rest.len()].matches('\n').count() + 1
}
