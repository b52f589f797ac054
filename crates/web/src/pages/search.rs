//! `/search?query=`: entities by name, title and description. The palette without JavaScript.

use axum::extract::{RawQuery, State};
use maud::{Markup, html};

use super::errors::Failure;
use crate::WebState;
use crate::components::{empty, icon::Icon, kind_name, layout};
use crate::request::SignedIn;
use crate::urls;
use crate::view::list_query::ListQuery;

/// Results on the page; the catalog list has the rest.
const MAX_RESULTS: usize = 60;
const MAX_TEXT: usize = 200;

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let t = ctx.t();
    let raw = raw.unwrap_or_default();
    let text = form_urlencoded::parse(raw.as_bytes()).find(|(key, _)| key == "query" || key == "q");
    let text: String = text.map(|(_, value)| value.trim().chars().take(MAX_TEXT).collect()).unwrap_or_default();
    let found = if text.is_empty() { Vec::new() } else { state.catalog.suggest(&ctx.scope(), &text, MAX_RESULTS) };
    let in_catalog = ListQuery { kind: None, text: text.clone(), ..ListQuery::default() }.href();
    let more = html! { a.button href=(in_catalog) { (t.text("search-in-catalog")) } };
    let body = html! {
        (layout::heading(&t.text("nav-search"), "", html! {}))
        form.home-search action="/search" role="search" {
            label.filter {
                (Icon::Search) span.visually-hidden { (t.text("jump-label")) }
                input type="search" name="query" value=(text) placeholder=(t.text("home-search")) autocomplete="off" autofocus[text.is_empty()];
            }
            button.button.primary type="submit" { (t.text("nav-search")) }
        }
        @if text.is_empty() {
            (empty(&t.text("search-empty"), &t.text("search-empty-what"), html! {}))
        } @else if found.is_empty() {
            (empty(&t.text("search-nothing"), &t.text("search-nothing-what"), more))
        } @else {
            p.quiet role="status" { (t.count("search-found", found.len() as u64)) }
            ol.results-list {
                @for one in &found {
                    li {
                        a.result href=(urls::entity(&one.entity_ref)) {
                            (t.faces.face(one.entity_ref.kind()).icon(one.kind_type.as_deref()))
                            span.result-title { (one.title.as_deref().unwrap_or(&one.name)) }
                            span.entity-what {
                                (kind_name(t, &one.kind)) @if let Some(kind_type) = &one.kind_type { " · " (kind_type) }
                            }
                            span.ref { (one.entity_ref) }
                        }
                        @if let Some(description) = &one.description { p.result-text { (description) } }
                    }
                }
            }
            p { (more) }
        }
    };
    Ok(layout::page(&ctx, &t.text("nav-search"), body))
}
