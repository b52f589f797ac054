//! What happens to the text that a tree has become: what was put aside comes back.

use super::document::{AMP, Document, ETX, Stashed};
use super::serialize::{is_block_level, serialize};

/// Stands for the sign of a link back from a footnote.
pub(super) const BACKLINK: &str = "\u{2}zz1337820767766393qq\u{3}";
/// Stands for the space before it.
pub(super) const NO_BREAK: &str = "\u{2}qq3936677670287331zz\u{3}";

const PREFIX: &str = "\u{2}wzxhzdk:";
const MOST_DEPTH: usize = 200;

pub(super) fn restore(doc: &Document, html: &str) -> String {
    if !html.contains('\u{2}') {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len() * 2);
    restore_into(doc, html, &mut out, 0);
    let out = super::pre::restore_critic(doc, &out);
    let out = out.replace(BACKLINK, &doc.options.backlink_text).replace(NO_BREAK, "&#160;");
    out.replace(AMP, "&")
}

fn restore_into(doc: &Document, html: &str, out: &mut String, depth: usize) {
    let mut rest = html;
    while let Some(at) = rest.find(PREFIX) {
        let digits = rest[at + PREFIX.len()..].bytes().take_while(u8::is_ascii_digit).count();
        let end = at + PREFIX.len() + digits;
        let stashed = rest[at + PREFIX.len()..end].parse::<usize>().ok().and_then(|number| doc.stash.get(number));
        let Some(stashed) = stashed.filter(|_| rest[end..].starts_with(ETX) && depth < MOST_DEPTH) else {
            out.push_str(&rest[..at + PREFIX.len()]);
            rest = &rest[at + PREFIX.len()..];
            continue;
        };
        let after = &rest[end + 1..];
        let content = match stashed {
            Stashed::Html(html) => std::borrow::Cow::Borrowed(html.as_str()),
            Stashed::Element(element) => std::borrow::Cow::Owned(serialize(&doc.dom, *element)),
        };
        let wrapped = rest[..at].ends_with("<p>") && after.starts_with("</p>");
        if wrapped && is_block(&content) {
            out.push_str(&rest[..at - 3]);
            restore_into(doc, &content, out, depth + 1);
            rest = &after[4..];
        } else {
            out.push_str(&rest[..at]);
            restore_into(doc, &content, out, depth + 1);
            rest = after;
        }
    }
    out.push_str(rest);
}

/// Whether HTML is a block, which needs no paragraph around it.
fn is_block(html: &str) -> bool {
    let Some(rest) = html.strip_prefix('<') else { return false };
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let name = rest.split([' ', '>']).next().unwrap_or_default();
    match name.chars().next() {
        Some('!' | '?' | '@' | '%') => true,
        Some(_) => is_block_level(name),
        None => false,
    }
}
