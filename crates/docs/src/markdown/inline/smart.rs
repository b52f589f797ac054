//! Symbols that are typed as signs: `(c)`, `-->`, `1/2`, `2nd`.

use std::sync::LazyLock;

use super::super::document::Document;
use super::emphasis::pattern;
use super::{Found, Inline, Match};

/// The pattern of each symbol, in the order they run in.
static SYMBOLS: LazyLock<Vec<(&'static str, fancy_regex::Regex)>> = LazyLock::new(|| {
    [
        ("(", r"\(tm\)"),
        ("(", r"\(c\)"),
        ("(", r"\(r\)"),
        ("+/-", r"\+/-"),
        ("--", r"(<-{2}>|(?<!-)-{2}>|<-{2}(?!-))"),
        ("=/=", r"=/="),
        ("/", r"(?<!\d)(1/4|1/2|3/4|1/3|2/3|1/5|2/5|3/5|4/5|1/6|5/6|1/8|3/8|5/8|7/8)(?!\d)"),
        ("", r"\b((?:[1-9][0-9]*)?)((?<=1)(?:1|2|3)th|1st|2nd|3rd|[04-9]th)\b"),
        ("c/o", r"\bc/o\b"),
    ]
    .into_iter()
    .map(|(needs, text)| (needs, pattern(text)))
    .collect()
});

/// Whether a digit stands before the end of an ordinal number.
fn has_ordinal(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(3).any(|w| w[0].is_ascii_digit() && matches!(&w[1..], b"th" | b"st" | b"nd" | b"rd"))
}

pub(super) fn smart_symbols(_: &mut Inline, doc: &mut Document, text: &str, _: usize) -> Option<Match> {
    for (needs, symbol) in SYMBOLS.iter() {
        if !text.contains(needs) || (needs.is_empty() && !has_ordinal(text)) {
            continue;
        }
        let Some(found) = symbol.captures(text).ok().flatten() else { continue };
        let all = found.get(0)?;
        let html = match all.as_str() {
            "(tm)" => "&trade;".to_owned(),
            "(c)" => "&copy;".to_owned(),
            "(r)" => "&reg;".to_owned(),
            "+/-" => "&plusmn;".to_owned(),
            "=/=" => "&ne;".to_owned(),
            "-->" => "&rarr;".to_owned(),
            "<--" => "&larr;".to_owned(),
            "<-->" => "&harr;".to_owned(),
            "c/o" => "&#8453;".to_owned(),
            "1/4" => "&frac14;".to_owned(),
            "1/2" => "&frac12;".to_owned(),
            "3/4" => "&frac34;".to_owned(),
            "1/3" => "&#8531;".to_owned(),
            "2/3" => "&#8532;".to_owned(),
            "1/5" => "&#8533;".to_owned(),
            "2/5" => "&#8534;".to_owned(),
            "3/5" => "&#8535;".to_owned(),
            "4/5" => "&#8536;".to_owned(),
            "1/6" => "&#8537;".to_owned(),
            "5/6" => "&#8538;".to_owned(),
            "1/8" => "&#8539;".to_owned(),
            "3/8" => "&#8540;".to_owned(),
            "5/8" => "&#8541;".to_owned(),
            "7/8" => "&#8542;".to_owned(),
            _ => {
                let tail = found.get(2)?.as_str();
                let (number, suffix) = tail.split_at(tail.len() - 2);
                format!("{}{number}<sup>{suffix}</sup>", found.get(1).map_or("", |leading| leading.as_str()))
            }
        };
        let placeholder = doc.store(html);
        return Match::new(Found::Text(placeholder), all.range());
    }
    None
}
