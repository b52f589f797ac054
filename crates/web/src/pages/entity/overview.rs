//! The first tab: what it is, how it hangs together, and what its kind makes worth knowing.

use axum::extract::State;
use maud::{Markup, html};
use model::Severity;
use model::kind::Panel;

use super::Subject;
use super::panels;
use crate::WebState;
use crate::components::{card, entity_links, fact, graph_svg, icon::Icon, moment, nothing};
use crate::pages::errors::Failure;
use crate::urls;
use crate::view::graph;

/// Nodes in the small graph; the graph tab has the rest.
const SMALL_GRAPH: usize = 10;

pub async fn page(subject: Subject, State(state): State<WebState>) -> Markup {
    let panels = &subject.ctx.faces.face(subject.entity.entity_ref.kind()).panels;
    subject.page(
        "overview",
        html! {
            div.overview {
                div.overview-side { (about(&subject)) (links(&subject)) }
                div.overview-main {
                    @if let Some(relations) = small_graph_relations(panels) { (small_graph(&subject, &state, relations)) }
                    @for panel in panels { (panels::panel(&subject, &state, panel)) }
                }
            }
        },
    )
}

fn about(subject: &Subject) -> Markup {
    let (t, entity, labels) = (subject.ctx.t(), &subject.entity, &subject.labels);
    let related = |key: &str, relation: &str| {
        let targets = entity.related(relation);
        html! { @if !targets.is_empty() { (fact(&t.text(key), entity_links(&targets, labels, t))) } }
    };
    card(
        &t.text("about"),
        html! {},
        html! {
            dl.facts {
                (related("column-parent", "childOf"))
                @if let Some(email) = entity.email() {
                    @let address = format!("mailto:{email}");
                    (fact(&t.text("column-email"), html! {
                        @match urls::external(&address) { Some(address) => { a href=(address) { (email) } } None => { (email) } }
                    }))
                }
                (fact(&t.text("facet-namespace"), html! { (entity.body.namespace()) }))
                (fact(&t.text("defined-in"), source_line(subject)))
                // Asks the engine, which may be busy: it comes after the page, which waits for nobody.
                div.fact hx-get=(urls::entity_tab(&entity.entity_ref, "freshness")) hx-trigger="load" hx-swap="outerHTML" {
                    dt { (t.text("last-read")) }
                    dd { a href=(urls::entity_tab(&entity.entity_ref, "source")) { (t.text("tab-source")) } }
                }
            }
        },
    )
}

/// `…/freshness`: when its source was last read, or why that failed.
pub async fn freshness(subject: Subject, State(state): State<WebState>) -> Result<Markup, Failure> {
    let (t, source_tab) = (subject.ctx.t(), urls::entity_tab(&subject.entity.entity_ref, "source"));
    let inspection = state.engine.inspect(&subject.entity.entity_ref).await?;
    let source = inspection.as_ref().and_then(|inspection| inspection.source.as_ref());
    Ok(fact(
        &t.text("last-read"),
        html! {
            @match source {
                Some(source) if source.problems.iter().any(|problem| problem.severity == Severity::Error) => {
                    a.status data-tone="bad" href=(source_tab) { span.dot {} (t.text("read-problem")) }
                }
                Some(source) if source.read_at > 0 => { a href=(source_tab) { (moment(t, source.read_at)) } }
                _ => { a href=(source_tab) { (t.text("source-unknown")) } }
            }
        },
    ))
}

/// Where the entity is defined, as a link where there is something to open.
pub fn source_line(subject: &Subject) -> Markup {
    let (t, entity) = (subject.ctx.t(), &subject.entity);
    html! {
        @match (entity.view_url(), entity.location()) {
            (Some(href), location) => { a.wrap href=(href) rel="noreferrer" { (location.map_or(href, short_location)) } }
            (None, Some(location)) => { span.wrap { (short_location(location)) } }
            (None, None) => { span.quiet { (t.text("source-unknown")) } }
        }
    }
}

/// A location without its type and the part of a file's path that says nothing.
fn short_location(location: &str) -> &str {
    let target = location.split_once(':').map_or(location, |(_, target)| target);
    if target.starts_with('/') {
        let cut = target.rmatch_indices('/').nth(2).map_or(0, |(at, _)| at + 1);
        return &target[cut..];
    }
    target
}

fn links(subject: &Subject) -> Markup {
    let (t, links) = (subject.ctx.t(), subject.entity.links());
    html! {
        @if !links.is_empty() {
            (card(&t.text("links"), html! {}, html! {
                ul.plain.links {
                    @for link in &links { li { a href=(link.href) rel="noreferrer" { (Icon::Link) (link.title) } } }
                }
            }))
        }
    }
}

/// Which relations the small graph draws; `None` where a panel says the same and more. Members and what a group owns
/// are lists of their own, so of groups and people the small graph shows where they stand.
fn small_graph_relations(panels: &[Panel]) -> Option<&'static [&'static str]> {
    match panels {
        _ if panels.contains(&Panel::Diagram) => None,
        _ if panels.contains(&Panel::Ownership) => Some(&["childOf", "parentOf", "memberOf"]),
        _ => Some(&[]),
    }
}

fn small_graph(subject: &Subject, state: &WebState, relations: &[&str]) -> Markup {
    let t = subject.ctx.t();
    let request = catalog::GraphRequest {
        roots: vec![subject.entity.entity_ref.clone()],
        depth: 1,
        relations: relations.iter().map(|relation| (*relation).to_owned()).collect(),
        max_nodes: SMALL_GRAPH,
        ..catalog::GraphRequest::default()
    };
    let drawing = graph::read(&state.catalog, &subject.scope, &request, &subject.ctx.faces.relations).through_roots();
    if drawing.edges.is_empty() && !relations.is_empty() {
        return html! {};
    }
    let whole =
        html! { a.quiet-link href=(urls::entity_tab(&subject.entity.entity_ref, "graph")) { (t.text("tab-graph")) } };
    card(
        &t.text("relations"),
        whole,
        html! {
            @if drawing.edges.is_empty() { (nothing(&t.text("no-relations"))) }
            @else { (graph_svg::graph(t, &drawing, &t.text("graph-label"))) }
        },
    )
}
