//! `/admin/problems`: everything that is wrong in the catalog, where it is, and what to do about it.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};

use crate::WebState;
use crate::components::{empty, entity_link, icon::Icon, pager, problem};
use crate::pages::errors::Failure;
use crate::pages::export::file;
use crate::request::{Ctx, SignedIn};
use crate::view::labels::Labels;
use crate::view::troubles::{PAGE, Part, Subject, TroubleList, TroubleQuery};

const PATH: &str = "/admin/problems";

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let list = read(&ctx, &state, raw).await?;
    let refs = list.page().iter().filter_map(|subject| subject.entity_ref.clone()).collect();
    let labels = Labels::read(&state.catalog, &ctx.scope(), refs);
    let (t, query) = (ctx.t(), &list.query);
    let export = |path: &str| TroubleQuery { page: 1, ..query.clone() }.address(path);
    let narrowed = query.part != Part::All || !query.text.is_empty();
    let keep = html! { @if query.part != Part::All { input type="hidden" name="show" value=(query.part.code()); } };
    let body = html! {
        div.admin-bar {
            nav.segments aria-label=(t.text("facet-shown")) {
                @for (part, count) in Part::EACH.into_iter().zip(list.counts) {
                    @let to = TroubleQuery { part, page: 1, ..query.clone() };
                    a href=(to.address(PATH)) aria-current=[(part == query.part).then_some("true")] {
                        (t.text(&format!("troubles-{}", part.code()))) " " span.choice-count { (t.number(count as u64)) }
                    }
                }
            }
            (super::text_filter(&ctx, PATH, &query.text, keep))
        }
        @if list.subjects.is_empty() && narrowed {
            (empty(&t.text("empty-filtered"), "", html! { a.button.primary href=(PATH) { (t.text("chips-clear")) } }))
        } @else if list.subjects.is_empty() {
            (empty(&t.text("troubles-none"), &t.text("troubles-none-what"), html! {}))
        } @else {
            ul.troubles { @for subject in list.page() { (trouble(&ctx, subject, &labels)) } }
            footer.list-foot {
                (pager::pager(t, pager::Pages { page: query.page, size: PAGE, total: list.subjects.len() as u64, swapped: false }, |page| {
                    TroubleQuery { page, ..query.clone() }.address(PATH)
                }))
                p.export {
                    span.quiet { (t.text("export")) }
                    a href=(export("/admin/problems/export.csv")) download { "CSV" }
                    a href=(export("/admin/problems/export.json")) download { "JSON" }
                }
            }
        }
    };
    Ok(super::page(&ctx, "problems", html! {}, body))
}

pub async fn csv(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Failure> {
    Ok(file("text/csv; charset=utf-8", "problems.csv", read(&ctx, &state, raw).await?.to_csv()))
}

pub async fn json(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Failure> {
    let body = serde_json::to_string_pretty(&read(&ctx, &state, raw).await?.to_json()).unwrap_or_default();
    Ok(file("application/json", "problems.json", body))
}

async fn read(ctx: &Ctx, state: &WebState, raw: Option<String>) -> Result<TroubleList, Failure> {
    super::enter(ctx, "problems")?;
    let query = TroubleQuery::parse(raw.as_deref().unwrap_or_default());
    Ok(TroubleList::new(state.engine.problems().await?, query))
}

fn trouble(ctx: &Ctx, subject: &Subject, labels: &Labels) -> Markup {
    let t = ctx.t();
    let status = match (subject.visible, subject.is_error()) {
        (false, _) => ("bad", t.text("trouble-hidden")),
        (true, true) => ("new", t.text("trouble-stale")),
        (true, false) => ("fading", t.text("trouble-shown")),
    };
    html! {
        li.card {
            header.card-head {
                h2 {
                    @match (&subject.entity_ref, &subject.location) {
                        (Some(entity_ref), _) if labels.get(entity_ref).is_some() => {
                            (entity_link(t, entity_ref, labels)) " " code.ref { (entity_ref) }
                        }
                        (Some(entity_ref), _) => { code.wrap { (entity_ref) } }
                        (None, Some(location)) => { code.wrap { (location) } }
                        (None, None) => { (t.text("source-unknown")) }
                    }
                }
                span.status data-tone=(status.0) { span.dot {} (status.1) }
            }
            div.card-body {
                (problem::list(t, &subject.problems))
                @if let Some(location) = subject.location.as_ref().filter(|_| subject.entity_ref.is_some()) {
                    p.trouble-source { (Icon::Location) code.wrap { (location) } }
                }
            }
        }
    }
}
