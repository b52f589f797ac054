//! `/catalog`: everything there is, narrowed by facets and text, sorted, paged, exported. The address is the state.

use auth::permission::LOCATION_CREATE;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::errors::Failure;
use super::register;
use crate::WebState;
use crate::components::{
    empty, facets, icon::Icon, kind_plural, layout, page_title, pager::Pages, pager::pager, star::star_all,
    table::table,
};
use crate::request::{Ctx, SignedIn};
use crate::view::list_query::{ListQuery, Shown};
use crate::view::listing::Listing;

/// The id of what changes when a filter does.
const RESULTS: &str = "results";

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Failure> {
    let raw = raw.unwrap_or_default();
    let query = ListQuery::parse(&raw);
    if ListQuery::is_foreign(&raw) {
        return Ok(Redirect::to(&query.href()).into_response());
    }
    let problematic = state.problematic(&ctx.scope()).await?;
    let listing = Listing::read(&state.catalog, &ctx, query, &problematic).await?;
    if ctx.fragment.as_deref() == Some(RESULTS) {
        return Ok(results(&ctx, &listing).into_response());
    }
    Ok(layout::page(&ctx, &title(&ctx, &listing), whole(&ctx, &listing)).into_response())
}

/// `/api-docs`, where Backstage lists APIs.
pub async fn apis() -> Redirect {
    Redirect::permanent(&ListQuery::of_kind("api").href())
}

fn title(ctx: &Ctx, listing: &Listing) -> String {
    match &listing.query.kind {
        Some(kind) => kind_plural(ctx.t(), kind).into_owned(),
        None => ctx.t().text("kinds-all").into_owned(),
    }
}

/// The form around the list. Its text field stands outside what is replaced, so that typing is never interrupted.
fn whole(ctx: &Ctx, listing: &Listing) -> Markup {
    let t = ctx.t();
    html! {
        form.catalog action="/catalog" data-island="filters" hx-get="/catalog" hx-target={ "#" (RESULTS) }
            hx-swap="outerHTML" hx-push-url="true" hx-trigger="change, submit, filter" hx-sync="this:replace" {
            div.filter-bar {
                label.filter {
                    (Icon::Search)
                    span.visually-hidden { (t.text("filter-label")) }
                    input #q type="search" name="q" value=(listing.query.text) autocomplete="off"
                        placeholder=(t.text("filter-placeholder"));
                    kbd { "f" }
                }
                button.button.no-script type="submit" { (t.text("filter-apply")) }
                button.button.facets-open type="button" popovertarget="facets" { (Icon::Settings) (t.text("facets-title")) }
            }
            (results(ctx, listing))
        }
    }
}

/// What a change of the filters replaces.
fn results(ctx: &Ctx, listing: &Listing) -> Markup {
    let (t, query) = (ctx.t(), &listing.query);
    let plain = ListQuery::default();
    let limit = query.limit.to_string();
    let pages = Pages { page: query.page, size: query.limit, total: listing.total, swapped: true };
    html! {
        div.results #(RESULTS) data-title={ (title(ctx, listing)) " · " (ctx.branding.title) } {
            header.catalog-head {
                a.eyebrow href="/catalog?kind=all" { (t.text("nav-catalog")) }
                (page_title(&title(ctx, listing)))
                p.quiet {
                    span role="status" { (t.count("count-entities", listing.total)) } @if ctx.may(&LOCATION_CREATE) { " · " a.quiet-link href=(register::PATH) { (t.text("register")) } }
                }
            }
            aside.facets #facets popover aria-label=(t.text("facets-title")) {
                (facets::facets(ctx, listing))
                @if query.sort != plain.sort { input type="hidden" name="sort" value=(query.sort); }
                @if query.descending { input type="hidden" name="dir" value="desc"; }
                @if query.limit != plain.limit { input type="hidden" name="limit" value=(limit); }
                button.button.no-script type="submit" { (t.text("filter-apply")) }
            }
            section.list aria-label=(t.text("list-label")) {
                (facets::chosen(ctx, listing))
                @if listing.rows.is_empty() { (nothing_found(ctx, listing)) } @else { (table(ctx, listing)) }
                footer.list-foot {
                    (pager(t, pages, |page| ListQuery { page, ..query.clone() }.href()))
                    @if listing.total > 0 {
                        (star_all(ctx, listing))
                        p.export {
                            span.quiet { (t.text("export")) }
                            a href=(query.address("/catalog/export.csv")) download { "CSV" }
                            a href=(query.address("/catalog/export.json")) download { "JSON" }
                        }
                    }
                }
            }
        }
    }
}

/// An empty list says what would fill it.
fn nothing_found(ctx: &Ctx, listing: &Listing) -> Markup {
    let (t, query) = (ctx.t(), &listing.query);
    let everything = ListQuery { kind: None, ..ListQuery::default() }.href();
    if listing.total > 0 {
        return empty(
            &t.text("empty-page"),
            &t.text("empty-page-what"),
            html! {
                a.button.primary href=(query.clone().first_page().href()) { (t.text("empty-page-first")) }
            },
        );
    }
    if query.shown == Shown::Starred && ctx.stars.is_empty() {
        return empty(&t.text("empty-starred"), &t.text("empty-starred-what"), html! {});
    }
    if query.is_narrowed() {
        let plain = ListQuery { kind: query.kind.clone(), ..ListQuery::default() };
        return empty(
            &t.text("empty-filtered"),
            &t.text("empty-filtered-what"),
            html! {
                a.button.primary href=(plain.href()) { (t.text("chips-clear")) }
            },
        );
    }
    match &query.kind {
        Some(kind) if listing.kinds.iter().any(|kind| kind.count > 0) => {
            let name = kind_plural(t, kind).to_lowercase();
            let title = t.with("empty-kind", &[("kind", name.into())]);
            empty(
                &title,
                &t.text("empty-kind-what"),
                html! {
                    a.button.primary href=(everything) { (t.text("empty-kind-all")) }
                },
            )
        }
        _ => empty(
            &t.text("empty-catalog"),
            &t.text("empty-catalog-what"),
            html! {
                pre.code { code { (EXAMPLE_LOCATIONS) } }
            },
        ),
    }
}

/// What to write into the configuration to see something.
const EXAMPLE_LOCATIONS: &str = "catalog:\n  locations:\n    - type: url\n      target: https://github.com/acme/portal/blob/main/catalog-info.yaml\n";
