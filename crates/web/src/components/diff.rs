//! What differs between two texts, line by line.

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

use super::nothing;
use crate::i18n::Messages;

/// Lines around those that differ.
const AROUND: usize = 3;

/// Lines that came and went, with those around them.
pub fn text_diff(t: Messages, label: &str, old: &str, new: &str) -> Markup {
    let diff = TextDiff::from_lines(old, new);
    let groups = diff.grouped_ops(AROUND);
    html! {
        @if groups.is_empty() { (nothing(&t.text("no-difference"))) }
        @else {
            pre.code.diff tabindex="0" role="region" aria-label=(label) {
                @for (at, group) in groups.iter().enumerate() {
                    @if at > 0 { span.diff-gap { "⋯\n" } }
                    @for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                        @let (tag, sign) = match change.tag() {
                            ChangeTag::Delete => ("gone", "− "),
                            ChangeTag::Insert => ("new", "+ "),
                            ChangeTag::Equal => ("same", "  "),
                        };
                        span.diff-line data-change=(tag) { (sign) (change.value()) @if change.missing_newline() { "\n" } }
                    }
                }
            }
        }
    }
}
