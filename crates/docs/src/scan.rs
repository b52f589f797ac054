//! Walks over the HTML of a page.

use crate::markdown::pre::tags::{self, Attribute, Surroundings, Token};

/// What a walk meets.
pub(crate) enum Met<'a> {
    Start(&'a str, &'a [Attribute]),
    End(&'a str),
    /// Text with its character references resolved.
    Text(&'a str),
}

/// Tells `visit` every tag and text of `html`.
pub(crate) fn walk(html: &str, mut visit: impl FnMut(Met)) {
    let mut at = 0;
    let mut plain = 0;
    let mut raw: Option<String> = None;
    let text = |range: std::ops::Range<usize>, raw: bool, visit: &mut dyn FnMut(Met)| {
        if !range.is_empty() {
            match raw {
                true => visit(Met::Text(&html[range])),
                false => visit(Met::Text(&htmlize::unescape(&html[range]))),
            }
        }
    };
    while let Some(offset) = html[at..].find('<') {
        at += offset;
        let read = tags::read(html, at, Surroundings { raw: raw.as_deref(), declarations: true });
        let known = match &raw {
            Some(open) => matches!(&read.token, Token::End { tag } if tag == open),
            None => !matches!(read.token, Token::Text),
        };
        if known {
            text(plain..at, raw.is_some(), &mut visit);
            match &read.token {
                Token::Start { tag, attrs, closed } => {
                    visit(Met::Start(tag, attrs));
                    if *closed {
                        visit(Met::End(tag));
                    } else if tag == "script" || tag == "style" {
                        raw = Some(tag.clone());
                    }
                }
                Token::End { tag } => {
                    raw = None;
                    visit(Met::End(tag));
                }
                _ => {}
            }
            plain = read.end;
        }
        at = read.end.max(at + 1);
        if !html.is_char_boundary(at) {
            break;
        }
    }
    text(plain..html.len(), raw.is_some(), &mut visit);
}
