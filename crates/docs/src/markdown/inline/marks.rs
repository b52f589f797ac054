//! Escapes, footnote references, line breaks, formulas, and runs of signs that mean nothing.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::{Document, ETX, STX};
use super::super::dom::Text;
use super::{Found, Inline, Match};

/// Signs that a backslash takes their meaning from.
const ESCAPABLE: &str = "\\`*_{}[]()>#+-.!:^ =|~";

static FOOTNOTE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[\^([^\]]*)\]").expect("a valid pattern"));

pub(super) fn escape(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let start = from + text[from..].find('\\')?;
    let sign = text[start + 1..].chars().next()?;
    let end = start + 1 + sign.len_utf8();
    let escapes = match sign {
        '$' => doc.options.arithmatex.is_some(),
        '/' => doc.options.block_syntax,
        '@' => doc.options.shorthand.is_some(),
        sign => ESCAPABLE.contains(sign),
    };
    let found = match escapes {
        true => Found::Text(format!("{STX}{}{ETX}", u32::from(sign))),
        false => Found::Nothing,
    };
    Match::new(found, start..end)
}

pub(super) fn footnote(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    for found in FOOTNOTE.captures_iter(&text[from..]) {
        let Some(number) = doc.footnotes.iter().position(|(label, _)| *label == found[1]) else { continue };
        let separator = doc.options.footnote_separator.clone();
        let id = doc.unique_reference(format!("fnref{separator}{}", &found[1]));
        let sup = doc.dom.new_node("sup");
        doc.dom.set_attr(sup, "id", id);
        let link = doc.dom.sub(sup, "a");
        doc.dom.set_attr(link, "href", format!("#fn{separator}{}", &found[1]));
        doc.dom.set_attr(link, "class", "footnote-ref");
        doc.dom.get_mut(link).text = (number + 1).to_string().into();
        let range = found.get(0).map_or(0..0, |all| all.range());
        return Match::new(Found::Element(sup), from + range.start..from + range.end);
    }
    None
}

pub(super) fn line_break(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let start = from + text[from..].find("  \n")?;
    let element = doc.dom.new_node("br");
    Match::new(Found::Element(element), start..start + 3)
}

/// Stars and underscores with space on both sides are text.
pub(super) fn lone_stars(_: &mut Inline, _: &mut Document, text: &str, from: usize) -> Option<Match> {
    lone(text, from, b"*_")
}

pub(super) fn lone_tildes(_: &mut Inline, _: &mut Document, text: &str, from: usize) -> Option<Match> {
    lone(text, from, b"~")
}

fn lone(text: &str, from: usize, signs: &[u8]) -> Option<Match> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        let sign = bytes[at];
        if !signs.contains(&sign) {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|byte| **byte == sign).count();
        let before = text[..at].chars().next_back().is_none_or(char::is_whitespace);
        let after = text[end..].chars().next().is_none_or(char::is_whitespace);
        if before && after {
            return Match::new(Found::Text(text[at..end].to_owned()), at..end);
        }
        at = end;
    }
    None
}

/// `$…$` and `\(…\)`, where the site asks for it.
pub(super) fn math(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let generic = doc.options.arithmatex?;
    static MATH: LazyLock<fancy_regex::Regex> = LazyLock::new(|| {
        super::pattern(concat!(
            r"(?s)(?:(?<!\\)((?:\\{2})+)(?=\$)|(?<!\\)(\$)(?!\s)((?:\\.|[^\\$\x02\x03])+?)(?<!\s)(?:\$)",
            r"|(?<!\\)((?:\\{2})+?)(?=\\\()|(?<!\\)(\\\()((?:\\[^)]|[^\\\x02\x03])+?)(?:\\\)))"
        ))
    });
    let found = MATH.captures_from_pos(text, from).ok().flatten()?;
    let range = found.get(0)?.range();
    if let Some(escapes) = found.get(1).or_else(|| found.get(4)) {
        return Match::new(Found::Text("\u{2}92\u{3}".repeat(escapes.as_str().len() / 2)), range);
    }
    let formula = found.get(3).or_else(|| found.get(6))?.as_str();
    let span = doc.dom.new_node("span");
    doc.dom.set_attr(span, "class", "arithmatex");
    if generic {
        doc.dom.get_mut(span).text = Text::atomic(format!("\\({formula}\\)"));
    } else {
        let preview = doc.dom.sub(span, "span");
        doc.dom.set_attr(preview, "class", "MathJax_Preview");
        doc.dom.get_mut(preview).text = Text::atomic(formula);
        let script = doc.dom.sub(span, "script");
        doc.dom.set_attr(script, "type", "math/tex");
        doc.dom.get_mut(script).text = Text::atomic(formula);
    }
    Match::new(Found::Element(span), range)
}
