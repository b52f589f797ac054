//! Where an entity comes from: as it was written, as it was processed, from where, and how fresh.

use axum::extract::State;
use maud::{Markup, html};
use serde_json::Value;

use super::{Subject, overview::source_line, problem_text};
use crate::WebState;
use crate::components::{card, code_block, fact, icon::Icon};
use crate::pages::errors::Failure;
use crate::view::yaml::to_yaml;

pub async fn page(subject: Subject, State(state): State<WebState>) -> Result<Markup, Failure> {
    let (t, entity) = (subject.ctx.t, &subject.entity);
    let inspection = state.engine.inspect(&entity.entity_ref).await?;
    let inspection = inspection.as_ref();
    let source = inspection.and_then(|inspection| inspection.source.as_ref());
    let written = inspection.and_then(|inspection| inspection.unprocessed.as_ref());
    let processed = inspection.and_then(|inspection| inspection.processed.as_ref()).unwrap_or(&entity.body.0);
    let now = base::clock::now_millis();
    let when = |millis: i64| html! { (t.ago(now, millis)) " " span.quiet { (t.moment(millis)) } };
    Ok(subject.page("source", html! {
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
                    @if source.read_at > 0 { (fact(&t.text("last-read"), when(source.read_at))) }
                    @if let Some(etag) = &source.etag { (fact("ETag", html! { code.wrap { (etag) } })) }
                    @for problem in &source.problems { (fact(&t.text("read-problem"), problem_text(problem))) }
                }
                @if let Some(inspection) = inspection { (fact(&t.text("last-changed"), when(inspection.updated_at))) }
                @if let Some(href) = entity.edit_url() {
                    (fact(&t.text("change-it"), html! { a href=(href) rel="noreferrer" { (Icon::Edit) (t.text("edit-entity")) } }))
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
