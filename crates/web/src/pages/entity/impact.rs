//! What fails with an entity: everything that depends on it, directly and through others, by distance or by owner.

use std::borrow::Cow;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use catalog::{Affected, Impact, Via};
use maud::{Markup, html};
use model::EntityRef;

use super::Subject;
use crate::WebState;
use crate::components::{card, empty, entity_link, entity_links, kind_name, relation_name};
use crate::pages::errors::Failure;
use crate::pages::explorer::choices;
use crate::pages::export::file;
use crate::urls;
use crate::view::impact::{By, CHOSEN_DEPTHS, ImpactQuery, Part, PartOf, parts, to_csv, to_json};
use crate::view::labels::Labels;

pub async fn page(subject: Subject, State(state): State<WebState>, RawQuery(raw): RawQuery) -> Result<Markup, Failure> {
    let t = subject.ctx.t();
    let query = ImpactQuery::parse(raw.as_deref().unwrap_or_default());
    let root = &subject.entity.entity_ref;
    let request = query.request(root, subject.ctx.faces.relations.impact());
    let impact = state.catalog.impact(&subject.scope, &request).ok_or_else(|| Failure::NoEntity(root.clone()))?;
    let of_item = |item: &Affected| {
        let via = item.via.iter().map(|via| via.from.clone());
        item.owners.iter().cloned().chain(via).chain([item.entity_ref.clone()]).collect::<Vec<_>>()
    };
    let labels = Labels::read(&state.catalog, &subject.scope, impact.items.iter().flat_map(of_item).collect());
    let here = urls::entity_tab(root, "impact");
    Ok(subject.page(
        "impact",
        html! {
            (controls(&subject, &query, &request.relations, &here))
            @if impact.items.is_empty() {
                (empty(&t.text("impact-none"), &t.text("impact-none-what"), html! {}))
            } @else {
                (summary(&subject, &query, &impact, &here))
                @for part in parts(&impact, query.by) { (part_card(&subject, &part, &labels)) }
                @let beyond = impact.total - impact.items.len() as u64;
                @if beyond > 0 { p.quiet { (t.count("and-more", beyond)) " " (t.text("impact-in-files")) } }
            }
        },
    ))
}

/// `…/impact/export.csv`
pub async fn csv(
    subject: Subject,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Failure> {
    Ok(file("text/csv; charset=utf-8", "impact.csv", to_csv(&whole(&subject, &state, raw)?)))
}

/// `…/impact/export.json`
pub async fn json(
    subject: Subject,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Failure> {
    let body = serde_json::to_string_pretty(&to_json(&whole(&subject, &state, raw)?)).unwrap_or_default();
    Ok(file("application/json", "impact.json", body))
}

fn whole(subject: &Subject, state: &WebState, raw: Option<String>) -> Result<Impact, Failure> {
    let query = ImpactQuery::parse(raw.as_deref().unwrap_or_default());
    let root = &subject.entity.entity_ref;
    let request = query.whole_request(root, subject.ctx.faces.relations.impact());
    state.catalog.impact(&subject.scope, &request).ok_or_else(|| Failure::NoEntity(root.clone()))
}

/// What to follow and how far, as a form: its fields are the address of the list.
fn controls(subject: &Subject, query: &ImpactQuery, followed: &[String], here: &str) -> Markup {
    let t = subject.ctx.t();
    let relations =
        subject.ctx.faces.relations.names().map(|name| (name.to_owned(), relation_name(t, name).into_owned()));
    html! {
        form.graph-form action=(here) data-island="submit" {
            label.field {
                span { (t.text("graph-depth")) }
                select name="depth" {
                    option value="" selected[query.depth.is_none()] { (t.text("impact-all-the-way")) }
                    @for depth in CHOSEN_DEPTHS { option value=(depth) selected[query.depth == Some(depth)] { (depth) } }
                }
            }
            (choices(&t.text("relations"), "relation", followed, relations))
            @if query.by != By::default() { input type="hidden" name="by" value=(query.by.code()); }
            button.button.primary type="submit" { (t.text("impact-show")) }
        }
    }
}

/// How much it is, the ways to divide it, and the files.
fn summary(subject: &Subject, query: &ImpactQuery, impact: &Impact, here: &str) -> Markup {
    let t = subject.ctx.t();
    html! {
        div.admin-bar {
            p role="status" {
                (t.count("impact-affected", impact.total)) " " (t.count("impact-owners", impact.owners.len() as u64))
                @if impact.truncated { " " (t.text("impact-truncated")) }
            }
            nav.segments aria-label=(t.text("impact-by")) {
                @for by in By::EACH {
                    @let to = ImpactQuery { by, ..query.clone() };
                    a href=(to.address(here)) aria-current=[(by == query.by).then_some("true")] { (t.text(&format!("impact-by-{}", by.code()))) }
                }
            }
            p.export {
                span.quiet { (t.text("export")) }
                a href=(query.address(&format!("{here}/export.csv"))) download { "CSV" }
                a href=(query.address(&format!("{here}/export.json"))) download { "JSON" }
            }
        }
    }
}

fn part_card(subject: &Subject, part: &Part<'_>, labels: &Labels) -> Markup {
    let t = subject.ctx.t();
    let by_distance = matches!(part.of, PartOf::Distance(_));
    let count = html! { span.choice-count { (t.number(part.items.len() as u64)) } };
    let list = html! {
        ul.entity-list { @for item in &part.items { (line(subject, item, by_distance, labels)) } }
    };
    match part.of {
        PartOf::Distance(steps) => card(&t.count("impact-steps", steps as u64), count, list),
        PartOf::Owner(None) => card(&t.text("impact-unowned"), count, list),
        PartOf::Owner(Some(owner)) => {
            let to = html! { (count) a.quiet-link href=(urls::entity(owner)) { code { (owner) } } };
            card(labels.title(owner), to, list)
        }
    }
}

/// One entity, how it comes into it, and who to talk to.
fn line(subject: &Subject, item: &Affected, with_owners: bool, labels: &Labels) -> Markup {
    let t = subject.ctx.t();
    let from: Vec<EntityRef> = item.via.iter().map(|via| via.from.clone()).collect();
    html! {
        li.affected {
            (entity_link(t, &item.entity_ref, labels))
            span.entity-what {
                @match &item.name {
                    Some(name) => {
                        (kind_name(t, item.entity_ref.kind()))
                        @if let Some(kind_type) = &name.kind_type { " · " bdi { (kind_type) } }
                    }
                    None => { (t.text("missing-entity")) }
                }
            }
            p.row-text {
                @if let Some(via) = item.via.first() { (way(subject, via)) " " (entity_links(&from, labels, t)) }
                @if with_owners && !item.owners.is_empty() { " · " (t.text("owner")) ": " (entity_links(&item.owners, labels, t)) }
            }
        }
    }
}

/// What the entity is to the one before it: the relation as seen from its end.
fn way<'a>(subject: &'a Subject, via: &'a Via) -> Cow<'a, str> {
    let back = subject.ctx.faces.relations.reverse(&via.relation);
    relation_name(subject.ctx.t(), back.unwrap_or(&via.relation))
}
