//! Code between backticks.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::{NodeId, Text};
use super::super::highlight;
use super::super::serialize::escape_code;
use super::{Found, Inline, Match};

static LANGUAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)^(?::{3,}|#!)([\w#.+-]*)\s+(.+)$").expect("a valid pattern"));

pub(super) fn code(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let bytes = text.as_bytes();
    let mut at = from;
    // Where no run of a length follows any more, so that a text of many runs is not searched once for each.
    let mut missing: Vec<usize> = Vec::new();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                let run = run_of(bytes, at, b'\\');
                let escaped = at > 0 && bytes[at - 1] == b'\\';
                let end = at + run;
                if !escaped && bytes.get(end) == Some(&b'`') && run >= 2 {
                    if run.is_multiple_of(2) {
                        return Match::new(Found::Text("\u{2}92\u{3}".repeat(run / 2)), at..end);
                    }
                    // The last backslash escapes the first backtick.
                    at = end + 1;
                } else if bytes.get(end) == Some(&b'`') {
                    at = end + 1;
                } else {
                    at = end;
                }
            }
            b'`' => {
                let run = run_of(bytes, at, b'`');
                for length in (1..=run).rev() {
                    if missing.contains(&length) {
                        continue;
                    }
                    match closing(bytes, at + run, length) {
                        Some(close) => {
                            let element = element(doc, &text[at + length..close]);
                            return Match::new(Found::Element(element), at..close + length);
                        }
                        None => missing.push(length),
                    }
                }
                at += run;
            }
            _ => at += 1,
        }
    }
    None
}

fn run_of(bytes: &[u8], at: usize, byte: u8) -> usize {
    bytes[at..].iter().take_while(|b| **b == byte).count()
}

/// The first run of exactly `length` backticks from `from` on.
fn closing(bytes: &[u8], from: usize, length: usize) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        if bytes[at] == b'`' {
            let run = run_of(bytes, at, b'`');
            if run == length {
                return Some(at);
            }
            at += run;
        } else {
            at += 1;
        }
    }
    None
}

fn element(doc: &mut Document, content: &str) -> NodeId {
    let element = doc.dom.new_node("code");
    let language = LANGUAGE.captures(content).filter(|found| !found[1].is_empty());
    let html = match language {
        Some(found) => {
            let name = highlight::known_language(&found[1]);
            let class = match doc.options.language_class && doc.options.pygments {
                true => format!("language-{name} highlight"),
                false if doc.options.pygments => "highlight".to_owned(),
                false => format!("language-{} highlight", &found[1]),
            };
            doc.dom.set_attr(element, "class", class);
            highlight::words(&found[2], name, doc.options)
        }
        None => {
            let plain = LANGUAGE.captures(content).map(|found| found[2].to_owned());
            escape_code(plain.as_deref().unwrap_or(content).trim())
        }
    };
    let placeholder = doc.store(html);
    doc.dom.get_mut(element).text = Text::from(placeholder);
    element
}
