//! `/admin/kinds/{kind}`: what is defined of one kind, and a form to see what another definition would do.

use axum::extract::{Path, State};
use catalog::kinds::{self, KindStatus};
use maud::{Markup, html};
use model::kind::{KindDefinition, Known, RelationField};

use super::kind_preview;
use crate::WebState;
use crate::components::{card, code_block, fact, icon::Icon, kind_name};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};
use crate::view::definition;
use crate::view::list_query::ListQuery;

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    Path(kind): Path<String>,
) -> Result<Markup, Failure> {
    let all = kinds::list(&state.catalog, &ctx.scope(), &state.engine.kinds());
    let status = all.into_iter().find(|status| status.kind.eq_ignore_ascii_case(&kind)).ok_or(Failure::NoPage)?;
    let t = ctx.t();
    let body = html! {
        header.kind-head {
            span.entity-mark { (t.faces.face(&status.kind).icon(None)) }
            div {
                h2 { (kind_name(t, &status.kind)) }
                @if let Some(known) = &status.known { p.quiet dir="auto" { (known.definition.description) } }
            }
        }
        (about(&ctx, &status))
        @if let Some(known) = &status.known {
            (relations(t, known))
            (definitions(t, known))
        }
        @if status.known.as_ref().is_none_or(Known::can_change) {
            (card(&t.text("kind-try"), html! {}, html! {
                p.quiet { (t.text("kind-try-what")) }
                (kind_preview::form(t, &definition::draft(&status)))
                @if status.defined_by.is_some() { (removal(t, &status.kind)) }
            }))
        }
    };
    Ok(super::page(&ctx, "kinds", html! {}, body))
}

fn about(ctx: &Ctx, status: &KindStatus) -> Markup {
    let t = ctx.t();
    let list = ListQuery::of_kind(&status.kind).href();
    let facts = html! {
        dl.facts.facts-wide {
            (fact(&t.text("column-kind"), html! { code { (status.kind) } }))
            (fact(&t.text("kind-defined-by"), super::kinds::origin(ctx, status)))
            @if let Some(known) = &status.known {
                (fact(&t.text("kind-api-versions"), html! { @for version in &known.definition.api_versions { code { (version) } " " } }))
            }
            (fact(&t.text("entities"), html! { a href=(list) { (t.count("count-entities", status.entities)) } }))
        }
    };
    card(&t.text("about"), html! {}, facts)
}

fn relations(t: Messages, known: &Known) -> Markup {
    let fields: Vec<&RelationField> = known.definition.all_relation_fields().collect();
    if fields.is_empty() {
        return html! {};
    }
    card(
        &t.text("relations"),
        html! {},
        html! {
            div.table-wrap tabindex="0" role="region" aria-label=(t.text("relations")) {
                table.rows {
                    thead {
                        tr { @for key in ["kind-field", "kind-forward", "kind-reverse", "kind-target"] { th scope="col" { (t.text(key)) } } }
                    }
                    tbody {
                        @for field in fields {
                            tr {
                                th scope="row" { code { (field.path) } }
                                td { code { (field.forward) } }
                                td { code { (field.reverse) } }
                                td {
                                    @if !field.allowed_kinds.is_empty() { (field.allowed_kinds.join(", ")) }
                                    @else if let Some(kind) = &field.default_kind { (kind) }
                                    @else { span.quiet { (t.text("kinds-all")) } }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// The definitions as text: the built-in one, and what an entity says.
fn definitions(t: Messages, known: &Known) -> Markup {
    let text = |title: &str, definition: &KindDefinition, open: bool| {
        html! {
            section.card {
                details.fold open[open] {
                    summary { h2 { (t.text(title)) } }
                    (code_block(&t.text(title), &definition::to_text(definition)))
                }
            }
        }
    };
    html! {
        @if let Some(own) = &known.own {
            (text(if known.builtin.is_some() { "kind-extension" } else { "kind-definition" }, &own.definition, true))
        }
        @if let Some(builtin) = &known.builtin { (text("kind-builtin-definition", &builtin.definition, false)) }
    }
}

fn removal(t: Messages, kind: &str) -> Markup {
    html! {
        form.removal action=(kind_preview::PATH) method="post" {
            input type="hidden" name="remove" value=(kind);
            button.button type="submit" { (Icon::Close) (t.text("kind-try-removal")) }
        }
    }
}
