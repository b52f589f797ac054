//! Links through the pages of a list.

use maud::{Markup, html};

use super::icon::Icon;
use crate::i18n::Messages;

/// Where one is in a list.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    /// Counts from 1.
    pub page: usize,
    /// Rows on a page.
    pub size: usize,
    pub total: u64,
    /// The list is a part of its page that htmx replaces.
    pub swapped: bool,
}

impl Pages {
    /// How many pages there are, at least one.
    pub fn count(self) -> usize {
        usize::try_from(self.total).unwrap_or(usize::MAX).div_ceil(self.size.max(1)).max(1)
    }
}

/// Which rows are shown of how many, and the ways to the others.
pub fn pager(t: Messages, pages: Pages, to: impl Fn(usize) -> String) -> Markup {
    let (page, count) = (pages.page, pages.count());
    if pages.total == 0 || (count == 1 && page == 1) {
        return html! {};
    }
    let first = (page - 1).saturating_mul(pages.size) as u64 + 1;
    let last = (first - 1 + pages.size as u64).min(pages.total).max(first);
    let [first, last, total] = [first, last, pages.total].map(|number| t.number(number).into());
    let back = page.saturating_sub(1).min(count);
    html! {
        nav.pager aria-label=(t.text("pager-label")) {
            span.quiet { (t.with("pager-range", &[("first", first), ("last", last), ("total", total)])) }
            @if page > 1 {
                a.button rel="prev" href=(to(back)) hx-get=[pages.swapped.then(|| to(back))] { (Icon::ChevronLeft) (t.text("pager-previous")) }
            }
            @if page < count {
                a.button rel="next" href=(to(page + 1)) hx-get=[pages.swapped.then(|| to(page + 1))] { (t.text("pager-next")) (Icon::ChevronRight) }
            }
        }
    }
}
