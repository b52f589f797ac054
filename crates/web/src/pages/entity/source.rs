//! Where an entity comes from: as it was written, as it was processed, from where, and how fresh.

use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use serde_json::Value;

use super::{Subject, overview::source_line, refresh};
use crate::components::{card, code_block, fact, icon::Icon, moment, problem};
use crate::pages::errors::Failure;
use crate::view::yaml::to_yaml;
use crate::{WebState, urls};

pub async fn page(subject: Subject, State(state): State<WebState>, RawQuery(raw): RawQuery) -> Result<Markup, Failure> {
    let (t, entity) = (subject.ctx.t(), &subject.entity);
    let inspection = state.engine.inspect(&entity.entity_ref).await?;
    let inspection = inspection.as_ref();
    let source = inspection.and_then(|inspection| inspection.source.as_ref());
    let written = inspection.and_then(|inspection| inspection.unprocessed.as_ref());
    let processed = inspection.and_then(|inspection| inspection.processed.as_ref()).unwrap_or(&entity.body.0);
    let asked = raw.is_some_and(|query| query == refresh::ASKED);
    Ok(subject.page("source", html! {
        @if asked {
            div.banner data-tone="good" role="status" {
                (Icon::Refresh)
                div { p.banner-title { (t.text("refresh-asked")) } p { (t.text("refresh-asked-what")) } }
                a.button href=(urls::entity_tab(&entity.entity_ref, "source")) { (t.text("load-anew")) }
            }
        }
        (card(&t.text("provenance"), html! {}, html! {
            dl.facts.facts-wide {
                (fact(&t.text("defined-in"), html! {
                    (source_line(&subject))
                    @if let Some(line) = inspection.and_then(|inspection| inspection.line) { span.quiet { " " (t.with("at-line", &[("line", line.into())])) } }
                }))
                @if let Some(location) = entity.location() { (fact(&t.text("location"), html! { code.wrap { (location) } })) }
                @if let Some(origin) = entity.origin().filter(|origin| Some(*origin) != entity.location()) {
                    (fact(&t.text("origin"), html! { code.wrap { (origin) } }))
                }
                @if let Some(source) = source {
                    @if source.read_at > 0 { (fact(&t.text("last-read"), moment(t, source.read_at))) }
                    @if let Some(next) = source.next_read_at { (fact(&t.text("next-read"), moment(t, next))) }
                    @if let Some(etag) = &source.etag { (fact("ETag", html! { code.wrap { (etag) } })) }
                    @for problem in &source.problems { (fact(&t.text("read-problem"), problem::in_line(problem))) }
                }
                @if let Some(inspection) = inspection { (fact(&t.text("last-changed"), moment(t, inspection.updated_at))) }
                @if let Some(href) = entity.edit_url() {
                    (fact(&t.text("change-it"), html! { a href=(href) rel="noreferrer" { (Icon::Edit) (t.text("edit-source")) } }))
                }
            }
        }))
        @if let Some(written) = written { (document(&t.text("as-written"), &t.text("as-written-what"), written, true)) }
        (document(&t.text("as-processed"), &t.text("as-processed-what"), processed, written.is_none()))
    }))
}

fn document(title: &str, what: &str, body: &Value, open: bool) -> Markup {
    html! {
        section.card {
            details.fold open[open] {
                summary { h2 { (title) } span.quiet { (what) } }
                (code_block(title, &to_yaml(body)))
            }
        }
    }
}
