//! `/admin/sources`: every file and address the catalog reads, how its last read went, and when it is read again.

use axum::extract::{RawQuery, State};
use catalog::SourceStatus;
use maud::{Markup, html};
use model::Severity;

use crate::components::{empty, entity_links, moment, pager, problem};
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};
use crate::view::labels::Labels;
use crate::view::troubles::{PAGE, TroubleQuery};
use crate::{WebState, urls};

const PATH: &str = "/admin/sources";

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    super::enter(&ctx, "sources")?;
    let t = ctx.t();
    let query = TroubleQuery::parse(raw.as_deref().unwrap_or_default());
    let text = query.text.to_lowercase();
    let mut sources = state.engine.sources().await?;
    sources.retain(|source| source.location.to_lowercase().contains(&text));
    // Those that need somebody come first.
    sources.sort_by_key(|source| source.problems.is_empty());
    let total = sources.len() as u64;
    let shown: Vec<_> = sources.into_iter().skip((query.page - 1).saturating_mul(PAGE)).take(PAGE).collect();
    let refs = shown.iter().flat_map(|source| source.named_by.iter().cloned()).collect();
    let labels = Labels::read(&state.catalog, &ctx.scope(), refs);
    let body = html! {
        div.admin-bar {
            p.quiet role="status" { (t.count("count-sources", total)) }
            (super::text_filter(&ctx, PATH, &query.text, html! {}))
        }
        @if shown.is_empty() {
            (empty(&t.text("empty-filtered"), &t.text("empty-catalog-what"), html! {}))
        } @else {
            (table(&ctx, &shown, &labels))
            footer.list-foot {
                (pager::pager(t, pager::Pages { page: query.page, size: PAGE, total, swapped: false }, |page| {
                    TroubleQuery { page, ..query.clone() }.address(PATH)
                }))
            }
        }
    };
    Ok(super::page(&ctx, "sources", html! {}, body))
}

fn table(ctx: &Ctx, sources: &[SourceStatus], labels: &Labels) -> Markup {
    let t = ctx.t();
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(t.text("admin-tab-sources")) {
            table.rows.sources {
                thead {
                    tr {
                        @for key in ["location", "named-by", "last-read", "next-read", "entities"] { th scope="col" class={ "col-" (key) } { (t.text(key)) } }
                    }
                }
                tbody { @for source in sources { (row(ctx, source, labels)) } }
            }
        }
    }
}

fn row(ctx: &Ctx, source: &SourceStatus, labels: &Labels) -> Markup {
    let t = ctx.t();
    let target = source.location.split_once(':').map_or(source.location.as_str(), |(_, target)| target);
    html! {
        tr {
            th scope="row" class="col-location" {
                @match urls::external(target) {
                    Some(address) => { a.wrap href=(address) rel="noreferrer" { (target) } }
                    None => { span.wrap { (target) } }
                }
                @for one in &source.problems {
                    @let tone = if one.severity == Severity::Error { "bad" } else { "new" };
                    p.row-problem data-tone=(tone) { (problem::in_line(one)) }
                }
            }
            td class="col-named-by" { (entity_links(&source.named_by, labels, t)) }
            td class="col-last-read" {
                @if source.read_at > 0 { (moment(t, source.read_at)) } @else { span.quiet { (t.text("never-read")) } }
            }
            td class="col-next-read" {
                @if source.reading { (t.text("reading")) } @else if let Some(next) = source.next_read_at { (moment(t, next)) }
            }
            td class="col-entities" { (t.number(source.entities as u64)) }
        }
    }
}
