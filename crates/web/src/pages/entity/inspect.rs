//! Why an entity is as it is: what processing said, who keeps it alive, what refreshes it, and the raw body.

use axum::extract::State;
use catalog::Inspection;
use maud::{Markup, html};
use model::EntityRef;
use store::Parent;

use super::Subject;
use crate::WebState;
use crate::components::{card, code_block, entity_link, fact, moment, nothing, problem};
use crate::i18n::Messages;
use crate::pages::activity::kind_badge;
use crate::pages::errors::Failure;
use crate::view::labels::Labels;

pub async fn page(subject: Subject, State(state): State<WebState>) -> Result<Markup, Failure> {
    let (t, entity) = (subject.ctx.t(), &subject.entity);
    let inspection = state.engine.inspect(&entity.entity_ref).await?;
    let parents = inspection.iter().flat_map(|inspection| &inspection.parents).filter_map(|parent| match parent {
        Parent::Entity(parent) => Some(parent.clone()),
        Parent::Provider(_) => None,
    });
    let labels = Labels::read(&state.catalog, &subject.scope, parents.collect());
    let problems = inspection.as_ref().map_or_else(|| entity.problems(), |inspection| inspection.problems.clone());
    let raw = serde_json::to_string_pretty(&entity.body.0).unwrap_or_default();
    Ok(subject.page("inspect", html! {
        (card(&t.text("processing"), html! {}, problem::list(t, &problems)))
        div.side-by-side {
            (card(&t.text("identity"), html! {}, identity(&subject, inspection.as_ref())))
            @if let Some(inspection) = &inspection { (card(&t.text("kept-alive-by"), html! {}, keepers(t, inspection, &labels))) }
        }
        @if let Some(inspection) = &inspection {
            @if !inspection.conflicts.is_empty() { (card(&t.text("conflicts"), html! {}, conflicts(t, inspection))) }
            (card(&t.text("refresh-keys"), html! {}, refresh_keys(t, inspection)))
            (card(&t.text("stated-relations"), html! { span.choice-count { (t.number(inspection.relations.len() as u64)) } }, stated(t, inspection, &entity.entity_ref)))
            (card(&t.text("changes"), html! {}, changes(t, inspection)))
        }
        section.card {
            details.fold {
                summary { h2 { (t.text("raw-json")) } span.quiet { (t.text("raw-json-what")) } }
                (code_block(&t.text("raw-json"), &raw))
            }
        }
    }))
}

fn identity(subject: &Subject, inspection: Option<&Inspection>) -> Markup {
    let (t, entity) = (subject.ctx.t(), &subject.entity);
    html! {
        dl.facts.facts-wide {
            (fact(&t.text("reference"), html! { code.wrap { (entity.entity_ref) } }))
            (fact("UID", html! { code.wrap { (entity.body.uid().unwrap_or("–")) } }))
            (fact("ETag", html! { code.wrap { (entity.body.etag().unwrap_or("–")) } }))
            (fact("apiVersion", html! { code { (entity.body.api_version()) } }))
            @if let Some(key) = inspection.and_then(|inspection| inspection.location_key.as_deref()) {
                (fact(&t.text("location-key"), html! { code.wrap { (key) } }))
            }
        }
    }
}

/// From what emitted the entity up to the provider that began it.
fn keepers(t: Messages, inspection: &Inspection, labels: &Labels) -> Markup {
    html! {
        ol.plain.chain {
            @for parent in &inspection.parents {
                li {
                    @match parent {
                        Parent::Entity(parent) => { (entity_link(t, parent, labels)) }
                        Parent::Provider(name) => { span.quiet { (t.text("provider")) } " " code { (name) } }
                    }
                }
            }
            @if inspection.parents.is_empty() { li { (t.text("nobody-keeps")) } }
        }
    }
}

fn conflicts(t: Messages, inspection: &Inspection) -> Markup {
    html! {
        p.quiet { (t.text("conflicts-what")) }
        ul.plain { @for conflict in &inspection.conflicts { li { code.wrap { (conflict.dropped) } } } }
    }
}

fn refresh_keys(t: Messages, inspection: &Inspection) -> Markup {
    html! {
        @if inspection.refresh_keys.is_empty() { (nothing(&t.text("no-refresh-keys"))) }
        ul.plain { @for key in &inspection.refresh_keys { li { code.wrap { (key) } } } }
    }
}

/// What its source says of relations; others say the rest.
fn stated(t: Messages, inspection: &Inspection, of: &EntityRef) -> Markup {
    html! {
        @if inspection.relations.is_empty() { (nothing(&t.text("none"))) }
        ul.plain {
            @for edge in &inspection.relations {
                li { code.wrap { @if edge.source_ref != *of { (edge.source_ref) " " } (edge.kind) " → " (edge.target_ref) } }
            }
        }
    }
}

fn changes(t: Messages, inspection: &Inspection) -> Markup {
    html! {
        @if inspection.changes.is_empty() { (nothing(&t.text("no-changes"))) }
        ul.timeline {
            @for change in &inspection.changes {
                li {
                    (kind_badge(t, change.kind))
                    (moment(t, change.at))
                    code.wrap.quiet { (change.cause) }
                }
            }
        }
    }
}
