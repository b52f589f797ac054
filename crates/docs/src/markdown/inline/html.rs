//! HTML inside a line.

use super::super::document::Document;
use super::super::serialize::serialize;
use super::super::unescape;
use super::{Found, Inline, Match, Put};

/// Tags, comments and instructions.
pub(super) fn tag(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let mut at = from;
    loop {
        at += text[at..].find('<')?;
        // Comments and instructions are looked for to the end.
        let far = text[at + 1..].starts_with(['!', '?']);
        if !doc.pay(if far { 2 * (text.len() - at) } else { 0 }) {
            return None;
        }
        if let Some(length) = tag_length(&text[at..]) {
            return put_aside(inline, doc, text, at..at + length);
        }
        at += 1;
    }
}

/// Character references.
pub(super) fn entity(inline: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let mut at = from;
    loop {
        at += text[at..].find('&')?;
        if let Some(length) = entity_length(&text.as_bytes()[at..]) {
            return put_aside(inline, doc, text, at..at + length);
        }
        at += 1;
    }
}

fn put_aside(inline: &Inline, doc: &mut Document, text: &str, range: std::ops::Range<usize>) -> Option<Match> {
    let raw = inline.expand(&text[range.clone()], &|put| match put {
        // What was put aside as text was an escape: inside a tag its backslash stands for itself.
        Put::Text(text) => format!("\\{text}"),
        Put::Element(element) => inline.expand_html(doc, *element),
    });
    let placeholder = doc.store(unescape(&raw));
    Match::new(Found::Text(placeholder), range)
}

impl Inline {
    fn expand_html(&self, doc: &Document, element: super::NodeId) -> String {
        self.expand(&serialize(&doc.dom, element), &|put| match put {
            Put::Text(text) => format!("\\{text}"),
            Put::Element(element) => serialize(&doc.dom, *element),
        })
    }
}

fn tag_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = &text[1..];
    if let Some(content) = rest.strip_prefix("!--") {
        return enclosed(content, "<!--", "-->").map(|length| 4 + length);
    }
    if let Some(content) = rest.strip_prefix('?') {
        return enclosed(content, "<?", "?>").map(|length| 2 + length);
    }
    if let Some(content) = rest.strip_prefix("![CDATA[") {
        return enclosed(content, "<![CDATA[", "]]>").map(|length| 9 + length);
    }
    let name = 1 + usize::from(bytes.get(1) == Some(&b'/'));
    if !bytes.get(name).is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let mut at = name + 1;
    while !matches!(bytes.get(at), None | Some(b'<' | b'>' | b'@' | b' ')) {
        at += 1;
    }
    if bytes.get(at) == Some(&b' ') {
        at += 1;
        while !matches!(bytes.get(at), None | Some(b'<' | b'>')) {
            at += 1;
        }
    }
    (bytes.get(at) == Some(&b'>')).then_some(at + 1)
}

/// The length of `content` with its end, if nothing of the kind begins inside.
fn enclosed(content: &str, begin: &str, end: &str) -> Option<usize> {
    let at = content.find(end)?;
    (!content[..at].contains(begin)).then_some(at + end.len())
}

fn entity_length(bytes: &[u8]) -> Option<usize> {
    let digits: (usize, fn(&u8) -> bool) = match bytes.get(1..3) {
        Some([b'#', b'x']) => (3, u8::is_ascii_hexdigit),
        Some([b'#', _]) => (2, u8::is_ascii_digit),
        _ => (1, u8::is_ascii_alphanumeric),
    };
    let (start, accepts) = digits;
    let count = bytes[start.min(bytes.len())..].iter().take_while(|byte| accepts(byte)).count();
    (count > 0 && bytes.get(start + count) == Some(&b';')).then_some(start + count + 1)
}
