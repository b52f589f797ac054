//! `/admin/kinds`: what is defined of each kind of entity, by what, and how many entities there are of it.

use axum::extract::State;
use catalog::kinds::{self, KindStatus};
use maud::{Markup, html};
use model::kind::DEFINITION_KIND;

use crate::WebState;
use crate::components::{icon::Icon, kind_plural};
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};
use crate::urls;
use crate::view::list_query::ListQuery;

/// Where kinds are listed.
pub const PATH: &str = "/admin/kinds";

pub async fn page(SignedIn(ctx): SignedIn, State(state): State<WebState>) -> Result<Markup, Failure> {
    let t = ctx.t();
    let all = kinds::list(&state.catalog, &ctx.scope(), &state.engine.kinds());
    let definition = DEFINITION_KIND.to_lowercase();
    let troubles = state.engine.problems().await?;
    let wrong = troubles.iter().filter(|t| t.entity_ref.as_ref().is_some_and(|r| r.kind() == definition)).count();
    let new = html! { a.button href=(super::kind_preview::PATH) { (Icon::Edit) (t.text("kind-try-new")) } };
    let body = html! {
        @if wrong > 0 {
            section.banner data-tone="bad" {
                (Icon::Warning)
                div { p.banner-title { (t.count("kinds-wrong", wrong as u64)) } }
                a.button href={ "/admin/problems?q=" (definition) } { (t.text("problems-inspect")) }
            }
        }
        div.admin-bar { p.quiet { (t.text("kinds-what")) } }
        div.table-wrap tabindex="0" role="region" aria-label=(t.text("admin-tab-kinds")) {
            table.rows.kinds {
                thead {
                    tr {
                        @for key in ["column-kind", "kind-defined-by", "kind-api-versions", "entities"] {
                            th scope="col" class={ "col-" (key) } { (t.text(key)) }
                        }
                    }
                }
                tbody { @for status in &all { (row(&ctx, status)) } }
            }
        }
    };
    Ok(super::page(&ctx, "kinds", new, body))
}

fn row(ctx: &Ctx, status: &KindStatus) -> Markup {
    let t = ctx.t();
    html! {
        tr {
            th scope="row" class="col-column-kind" {
                div.row-name {
                    a.entity href=(address(&status.kind)) {
                        (t.faces.face(&status.kind).icon(None)) span.entity-title { (kind_plural(t, &status.kind)) }
                    }
                }
                @if let Some(known) = &status.known { p.row-text { bdi { (known.definition.description) } } }
            }
            td class="col-kind-defined-by" { (origin(ctx, status)) }
            td class="col-kind-api-versions" {
                @for version in status.known.iter().flat_map(|known| &known.definition.api_versions) { code { (version) } " " }
            }
            td class="col-entities" { a href=(ListQuery::of_kind(&status.kind).href()) { (t.number(status.entities)) } }
        }
    }
}

/// A kind's page.
pub fn address(kind: &str) -> String {
    format!("{PATH}/{}", urls::encode(kind))
}

/// Where the definition of a kind comes from, in words.
pub fn origin(ctx: &Ctx, status: &KindStatus) -> Markup {
    let t = ctx.t();
    let entity = html! {
        @if let Some(entity_ref) = &status.defined_by { a href=(urls::entity(entity_ref)) { code.wrap { (entity_ref) } } }
    };
    let builtin = status.known.as_ref().map(|known| known.builtin.is_some());
    html! {
        @match (builtin, &status.defined_by) {
            (Some(true), None) => { span.quiet { (t.text("kind-builtin")) } }
            (Some(true), Some(_)) => { span.quiet { (t.text("kind-extended")) } " " (entity) }
            (Some(false), _) => { (entity) }
            (None, _) => { span.status data-tone="bad" { span.dot {} (t.text("kind-undefined")) } }
        }
    }
}
