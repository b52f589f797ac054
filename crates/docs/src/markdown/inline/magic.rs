//! Addresses that nobody marked as links.

use std::sync::LazyLock;

use super::super::document::Document;
use super::super::dom::Text;
use super::emphasis::pattern;
use super::link::veiled;
use super::{Found, Inline, Match};

static LINK: LazyLock<fancy_regex::Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)((?:\b|(?<=_))(?:(?:ht|f)tps?://[^_\W](?:[-\w]|\.(?!=$))*|(w{3}\.)[^_\W](?:[-\w]|\.(?!=$))*)",
        r##"/?[-\w.?,!'(){}\[\]/+&@%$#=:"|~;]*(?:[^_\W]|[-/#@$+=]))"##
    ))
});

static MAIL: LazyLock<fancy_regex::Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)((?<![-/\+@a-z\d_])(?:[-+a-z\d_]([-a-z\d_+]|\.(?!\.))*)(?<!\.)@(?:[-a-z\d_]+\.)",
        r"(?:(?:[-a-z\d_]|(?<!\.)\.(?!\.))*)[a-z]\b(?![-@]))"
    ))
});

pub(super) fn link(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    // No match begins before the first of these, less the longest protocol.
    let rest = &text[from..];
    let first = rest.find("://").map(|at| at.saturating_sub("https".len()));
    let www = rest.as_bytes().windows(4).position(|window| window.eq_ignore_ascii_case(b"www."));
    let mut start = from + first.into_iter().chain(www).min()?;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let found = LINK.captures_from_pos(text, start).ok().flatten()?;
    let address = found.get(1)?;
    let href = match found.get(2) {
        Some(_) => format!("http://{}", address.as_str()),
        None => address.as_str().to_owned(),
    };
    let element = doc.dom.new_node("a");
    doc.dom.get_mut(element).text = Text::atomic(address.as_str());
    let href = inline.plain(doc, href.trim());
    doc.dom.set_attr(element, "href", href);
    Match::new(Found::Element(element), address.range())
}

pub(super) fn mail(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let sign = from + text[from..].find('@')?;
    let local = |byte: &u8| byte.is_ascii_alphanumeric() || b"-+_.".contains(byte) || !byte.is_ascii();
    let start = sign - text.as_bytes()[from..sign].iter().rev().take_while(|byte| local(byte)).count();
    let found = MAIL.captures_from_pos(text, start).ok().flatten()?;
    let address = found.get(1)?;
    let plain = inline.plain(doc, address.as_str());
    let element = doc.dom.new_node("a");
    doc.dom.get_mut(element).text = Text::atomic(veiled(&plain));
    doc.dom.set_attr(element, "href", veiled(&format!("mailto:{plain}")));
    Match::new(Found::Element(element), address.range())
}
