//! Links through the pages of a list.

use maud::{Markup, html};

use super::icon::Icon;
use crate::i18n::Messages;
use crate::view::list_query::ListQuery;
use crate::view::listing::Listing;

/// Which rows are shown of how many, and the ways to the others.
pub fn pager(t: Messages, listing: &Listing) -> Markup {
    let (page, pages, query) = (listing.query.page, listing.pages(), &listing.query);
    if listing.total == 0 || (pages == 1 && page == 1) {
        return html! {};
    }
    let first = (page - 1).saturating_mul(query.limit) as u64 + 1;
    let last = first - 1 + listing.rows.len() as u64;
    let to = |page: usize| ListQuery { page, ..query.clone() }.href();
    let values = [first, last.max(first), listing.total].map(|number| t.number(number).into());
    let [first, last, total] = values;
    html! {
        nav.pager aria-label=(t.text("pager-label")) {
            span.quiet { (t.with("pager-range", &[("first", first), ("last", last), ("total", total)])) }
            @if page > 1 {
                a.button rel="prev" href=(to((page - 1).min(pages))) hx-get=(to((page - 1).min(pages))) { (Icon::ChevronLeft) (t.text("pager-previous")) }
            }
            @if page < pages {
                a.button rel="next" href=(to(page + 1)) hx-get=(to(page + 1)) { (t.text("pager-next")) (Icon::ChevronRight) }
            }
        }
    }
}
