//! A tree as XHTML text, with attributes in the order of their names.

use std::sync::LazyLock;

use regex::Regex;

use super::dom::{Dom, NodeId};

/// Elements that have no content and no end tag.
const VOID: &[&str] = &[
    "area", "base", "basefont", "br", "col", "embed", "frame", "hr", "img", "input", "isindex", "link", "meta",
    "param", "source", "track", "wbr",
];

/// Elements that stand on their own, between which white space does not matter.
const BLOCK_LEVEL: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
    "canvas",
    "colgroup",
    "dd",
    "body",
    "dt",
    "group",
    "html",
    "iframe",
    "li",
    "legend",
    "math",
    "map",
    "noscript",
    "output",
    "object",
    "option",
    "progress",
    "script",
    "style",
    "summary",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "video",
    "center",
];

static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^&(?:#[0-9]+|#x[0-9a-f]+|[0-9a-z]+);").expect("a valid pattern"));

pub(crate) fn is_void(tag: &str) -> bool {
    VOID.iter().any(|void| void.eq_ignore_ascii_case(tag))
}

pub(crate) fn is_block_level(tag: &str) -> bool {
    let tag = tag.trim_end_matches('/');
    BLOCK_LEVEL.iter().any(|block| block.eq_ignore_ascii_case(tag))
}

/// Appends `text` with `<`, `>` and every `&` that does not begin a character reference escaped.
pub(crate) fn escape_into(out: &mut String, text: &str, quotes: bool) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' if quotes => "&quot;",
            b'&' if !REFERENCE.is_match(&text[at..]) => "&amp;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escaped);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

/// Escapes the text of code: every `&`, `<` and `>`.
pub(crate) fn escape_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    escape_into_code(&mut out, text);
    out
}

/// Appends the text of code.
pub(crate) fn escape_into_code(out: &mut String, text: &str) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escaped);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

/// `id`, everything below it and its tail.
pub(crate) fn serialize(dom: &Dom, id: NodeId) -> String {
    let mut out = String::new();
    write(dom, id, &mut out);
    out
}

/// What is inside `id`.
pub(crate) fn serialize_inner(dom: &Dom, id: NodeId) -> String {
    let mut out = String::new();
    let node = dom.get(id);
    escape_into(&mut out, &node.text.value, false);
    for child in &node.children {
        write(dom, *child, &mut out);
    }
    out
}

fn write(dom: &Dom, id: NodeId, out: &mut String) {
    let node = dom.get(id);
    let tag = node.tag.as_ref();
    out.push('<');
    out.push_str(tag);
    let mut attrs: Vec<_> = node.attrs.iter().collect();
    attrs.sort();
    for (name, value) in attrs {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape_into(out, value, true);
        out.push('"');
    }
    if is_void(tag) {
        out.push_str(" />");
    } else {
        out.push('>');
        if tag.eq_ignore_ascii_case("script") || tag.eq_ignore_ascii_case("style") {
            out.push_str(&node.text.value);
        } else {
            escape_into(out, &node.text.value, false);
        }
        for child in &node.children {
            write(dom, *child, out);
        }
        out.push_str("</");
        out.push_str(tag);
        out.push('>');
    }
    escape_into(out, &node.tail.value, false);
}
