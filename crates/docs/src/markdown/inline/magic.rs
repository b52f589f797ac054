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
    let likely = text.contains("://") || text.contains("www.") || text.contains("WWW.");
    let found = if likely { LINK.captures_from_pos(text, from).ok().flatten()? } else { return None };
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
    let found = MAIL.captures_from_pos(text, from).ok().flatten()?;
    let address = found.get(1)?;
    let plain = inline.plain(doc, address.as_str());
    let element = doc.dom.new_node("a");
    doc.dom.get_mut(element).text = Text::atomic(veiled(&plain));
    doc.dom.set_attr(element, "href", veiled(&format!("mailto:{plain}")));
    Match::new(Found::Element(element), address.range())
}
