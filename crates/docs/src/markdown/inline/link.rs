//! Links and images.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::{AMP, Document};
use super::super::dom::Text;
use super::{Found, Inline, Match};

static ANGLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^\(\s*(?:(<[^<>]*>)\s*(?:('[^']*'|"[^"]*")\s*)?\))?"#).expect("a valid pattern"));

static LABEL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s?\[([^\]]*)\]").expect("a valid pattern"));

static AUTOLINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)<((?:ht|f)tps?://[^<>]*)>").expect("a valid pattern"));

static AUTOMAIL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([^<> !]+@[^@<> ]+)>").expect("a valid pattern"));

static SPACES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s+").expect("a valid pattern"));

/// The bracket that opens a link or image, and where its text ends.
struct Bracket {
    start: usize,
    /// Behind the opening bracket.
    text: usize,
    /// At the closing bracket.
    close: usize,
}

/// Brackets from `from` on that are closed, of images or of links.
fn brackets(text: &str, from: usize, images: bool) -> Vec<Bracket> {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut closed = Vec::new();
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'[' => open.push(at),
            b']' => {
                if let Some(start) = open.pop() {
                    closed.push((start, at));
                }
            }
            _ => {}
        }
    }
    closed.sort_unstable();
    closed
        .into_iter()
        .filter(|(start, _)| {
            let image = *start > 0 && bytes[start - 1] == b'!';
            // The sign before a bracket counts only when the search has reached it.
            if images { image && *start > from } else { !image }
        })
        .map(|(start, close)| Bracket { start: start - usize::from(images), text: start + 1, close })
        .collect()
}

pub(super) fn link(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    for bracket in brackets(text, from, false) {
        if !doc.pay(0) {
            return None;
        }
        let Some((href, title, end)) = target(inline, doc, text, bracket.close + 1) else { continue };
        let element = doc.dom.new_node("a");
        doc.dom.get_mut(element).text = text[bracket.text..bracket.close].into();
        doc.dom.set_attr(element, "href", href);
        if let Some(title) = title {
            doc.dom.set_attr(element, "title", title);
        }
        return Match::new(Found::Element(element), bracket.start..end);
    }
    None
}

pub(super) fn image(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    for bracket in brackets(text, from, true) {
        if !doc.pay(0) {
            return None;
        }
        let Some((src, title, end)) = target(inline, doc, text, bracket.close + 1) else { continue };
        let element = doc.dom.new_node("img");
        doc.dom.set_attr(element, "src", src);
        if let Some(title) = title {
            doc.dom.set_attr(element, "title", title);
        }
        let alt = inline.plain(doc, &text[bracket.text..bracket.close]);
        doc.dom.set_attr(element, "alt", alt);
        return Match::new(Found::Element(element), bracket.start..end);
    }
    None
}

/// Address, title and end of a link whose text ends before `at`.
fn target(inline: &Inline, doc: &mut Document, text: &str, at: usize) -> Option<(String, Option<String>, usize)> {
    let rest = &text[at..];
    let open = ANGLE.captures(rest)?;
    let begin = open.get(0).map_or(0, |all| all.end());
    if let Some(address) = open.get(1) {
        let href = &address.as_str()[1..address.len() - 1];
        let title = open.get(2).map(|title| &title.as_str()[1..title.len() - 1]);
        return Some((
            inline.plain(doc, href.trim()).trim().to_owned(),
            title.map(|title| clean(inline, doc, title)),
            at + begin,
        ));
    }
    let plain = Parens::scan(rest, begin);
    doc.pay(2 * plain.as_ref().map_or(rest.len(), |plain| plain.end));
    let plain = plain?;
    let title = plain.title.map(|title| clean(inline, doc, &rest[title]));
    let href = inline.plain(doc, &rest[plain.href]).trim().to_owned();
    Some((href, title, at + plain.end))
}

fn clean(inline: &Inline, doc: &Document, title: &str) -> String {
    let title = inline.plain(doc, title.trim());
    let quoted = ['"', '\''].iter().find(|quote| title.starts_with(**quote) && title.ends_with(**quote));
    let title = match quoted {
        Some(_) if title.len() >= 2 => &title[1..title.len() - 1],
        Some(_) => "",
        None => title.as_str(),
    };
    title.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}

/// What stands between the parentheses of a link.
struct Parens {
    href: std::ops::Range<usize>,
    title: Option<std::ops::Range<usize>>,
    end: usize,
}

impl Parens {
    /// Finds the closing parenthesis. Quotes may hold parentheses; where a quote is never closed, they count after all.
    fn scan(text: &str, begin: usize) -> Option<Self> {
        let (mut open, mut inside) = (1_i64, 1_i64);
        let mut fallback = None;
        let mut quote: Option<(char, usize)> = None;
        let mut alternative: Option<(char, usize)> = None;
        let (mut quote_end, mut alternative_end) = (None, None);
        let mut last = '\0';
        for (offset, c) in text[begin..].char_indices() {
            let at = begin + offset;
            let next = at + c.len_utf8();
            let in_quotes = quote.is_some();
            match c {
                '(' if !in_quotes => open += 1,
                '(' => inside -= i64::from(inside > 0),
                ')' => {
                    let closes = |end: Option<usize>, quote: Option<(char, usize)>| {
                        end.is_some() && quote.is_some_and(|(sign, _)| sign == last)
                    };
                    if closes(quote_end, quote) || closes(alternative_end, alternative) {
                        open = 0;
                    } else if !in_quotes {
                        open -= 1;
                    } else if inside > 0 {
                        inside -= 1;
                        if inside == 0 {
                            fallback = Some(next);
                        }
                    }
                }
                '\'' | '"' => match (quote, alternative) {
                    (None, _) => {
                        inside = open;
                        open = 1;
                        quote = Some((c, next));
                    }
                    (Some((sign, _)), None) if c != sign => alternative = Some((c, next)),
                    (Some((sign, _)), _) if c == sign => quote_end = Some(next),
                    (_, Some((sign, _))) if c == sign => alternative_end = Some(next),
                    _ => {}
                },
                _ => {}
            }
            if open == 0 {
                let titled =
                    [(quote, quote_end), (alternative, alternative_end)].into_iter().find_map(|(quote, end)| {
                        let ((sign, start), end) = (quote?, end?);
                        (sign == last).then_some((start, end))
                    });
                return Some(match titled {
                    Some((start, end)) => Self {
                        href: begin..(start - 1).max(begin),
                        title: Some(start..(end - 1).max(start)),
                        end: next,
                    },
                    None => Self { href: begin..at, title: None, end: next },
                });
            }
            if c != ' ' {
                last = c;
            }
        }
        if inside == 0 {
            let end = fallback?;
            return Some(Self { href: begin..end - 1, title: None, end });
        }
        None
    }
}

pub(super) fn reference(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    by_label(doc, text, from, false, false).map(|found| found.build(doc, text))
}

pub(super) fn short_reference(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    by_label(doc, text, from, false, true).map(|found| found.build(doc, text))
}

pub(super) fn image_reference(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    by_label(doc, text, from, true, false).map(|found| found.build_image(inline, doc, text))
}

pub(super) fn short_image_reference(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    by_label(doc, text, from, true, true).map(|found| found.build_image(inline, doc, text))
}

/// A link that names its target by a label; one whose label is unknown is text.
struct ByLabel {
    bracket: Bracket,
    end: usize,
    target: Option<(String, Option<String>)>,
}

fn by_label(doc: &Document, text: &str, from: usize, images: bool, short: bool) -> Option<ByLabel> {
    for bracket in brackets(text, from, images) {
        let label = text[bracket.text..bracket.close].to_lowercase();
        let (label, end) = match short {
            true => (label, bracket.close + 1),
            false => {
                let Some(found) = LABEL.captures(&text[bracket.close + 1..]) else { continue };
                let end = bracket.close + 1 + found.get(0).map_or(0, |all| all.end());
                (if found[1].is_empty() { label } else { found[1].to_lowercase() }, end)
            }
        };
        let label = SPACES.replace_all(&label, " ");
        let target = doc.references.get(label.as_ref()).cloned();
        return Some(ByLabel { bracket, end, target });
    }
    None
}

impl ByLabel {
    fn build(self, doc: &mut Document, text: &str) -> Match {
        let Some((href, title)) = self.target else {
            return Match { found: Found::Nothing, start: self.bracket.start, end: self.end };
        };
        let element = doc.dom.new_node("a");
        doc.dom.set_attr(element, "href", href);
        if let Some(title) = title {
            doc.dom.set_attr(element, "title", title);
        }
        doc.dom.get_mut(element).text = text[self.bracket.text..self.bracket.close].into();
        Match { found: Found::Element(element), start: self.bracket.start, end: self.end }
    }

    fn build_image(self, inline: &Inline, doc: &mut Document, text: &str) -> Match {
        let Some((src, title)) = self.target else {
            return Match { found: Found::Nothing, start: self.bracket.start, end: self.end };
        };
        let element = doc.dom.new_node("img");
        doc.dom.set_attr(element, "src", src);
        if let Some(title) = title {
            doc.dom.set_attr(element, "title", title);
        }
        let alt = inline.plain(doc, &text[self.bracket.text..self.bracket.close]);
        doc.dom.set_attr(element, "alt", alt);
        Match { found: Found::Element(element), start: self.bracket.start, end: self.end }
    }
}

pub(super) fn autolink(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let found = AUTOLINK.captures_at(text, from)?;
    let element = doc.dom.new_node("a");
    let href = inline.plain(doc, &found[1]);
    doc.dom.set_attr(element, "href", href);
    doc.dom.get_mut(element).text = Text::atomic(&found[1]);
    Match::new(Found::Element(element), found.get(0)?.range())
}

pub(super) fn automail(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let found = AUTOMAIL.captures_at(text, from)?;
    let address = inline.plain(doc, &found[1]);
    let address = address.strip_prefix("mailto:").unwrap_or(&address);
    let element = doc.dom.new_node("a");
    doc.dom.get_mut(element).text = Text::atomic(veiled(address));
    doc.dom.set_attr(element, "href", veiled(&format!("mailto:{address}")));
    Match::new(Found::Element(element), found.get(0)?.range())
}

/// Every letter as a character reference, which most collectors of addresses do not read.
pub(super) fn veiled(text: &str) -> String {
    text.chars().map(|c| format!("{AMP}#{};", u32::from(c))).collect()
}
