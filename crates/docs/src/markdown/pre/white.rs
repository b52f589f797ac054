//! White space.

use super::super::block::TAB;
use super::super::document::{ETX, STX};

/// One kind of line end, spaces for tabs, no spaces on empty lines, and none of the signs that mark placeholders.
pub(super) fn normalize(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len() + 16);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let start = out.len();
        expand_into(&mut out, line);
        // The very first line keeps its spaces, as it always did.
        if number > 0 && out[start..].bytes().all(|byte| byte == b' ') {
            out.truncate(start);
        }
    }
    out.push_str("\n\n");
    out
}

fn expand_into(out: &mut String, line: &str) {
    let mut column = 0;
    for c in line.chars().filter(|c| *c != STX && *c != ETX) {
        if c == '\t' {
            let width = TAB - column % TAB;
            out.extend(std::iter::repeat_n(' ', width));
            column += width;
        } else {
            out.push(c);
            column += 1;
        }
    }
}
