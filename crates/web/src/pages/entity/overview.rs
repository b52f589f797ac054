//! The first tab: what it is, how it hangs together, and what its kind makes worth knowing.

use axum::extract::State;
use maud::{Markup, html};

use super::Subject;
use super::panels;
use crate::WebState;
use crate::components::{card, entity_links, fact, graph_svg, icon::Icon, lifecycle, nothing};
use crate::pages::errors::Failure;
use crate::urls;
use crate::view::graph;
use crate::view::kinds::{self, Panel};

/// Nodes in the small graph; the graph tab has the rest.
const SMALL_GRAPH: usize = 14;

pub async fn page(subject: Subject, State(state): State<WebState>) -> Result<Markup, Failure> {
    let panels = kinds::face(subject.entity.entity_ref.kind()).panels;
    let mut shown = Vec::with_capacity(panels.len());
    for panel in panels {
        shown.push(panels::panel(&subject, &state, *panel).await?);
    }
    // A diagram of the parts says what the small graph would.
    let small_graph = if panels.contains(&Panel::Diagram) {
        html! {}
    } else {
        small_graph(&subject, &state).await?
    };
    Ok(subject.page(
        "overview",
        html! {
            div.overview {
                div.overview-side { (about(&subject)) (links(&subject)) }
                div.overview-main { (small_graph) @for panel in shown { (panel) } }
            }
        },
    ))
}

fn about(subject: &Subject) -> Markup {
    let (t, entity, labels) = (subject.ctx.t, &subject.entity, &subject.labels);
    let related = |key: &str, relation: &str| {
        let targets = entity.related(relation);
        html! { @if !targets.is_empty() { (fact(&t.text(key), entity_links(&targets, labels, t))) } }
    };
    card(
        &t.text("about"),
        html! {},
        html! {
            dl.facts {
                (related("owner", "ownedBy"))
                (related("part-of", "partOf"))
                (related("column-parent", "childOf"))
                @if let Some(value) = entity.kind_type() { (fact(&t.text("column-type"), html! { (value) })) }
                @if let Some(value) = entity.lifecycle() { (fact(&t.text("column-lifecycle"), lifecycle(value))) }
                @if let Some(email) = entity.email() {
                    @let address = format!("mailto:{email}");
                    (fact(&t.text("column-email"), html! {
                        @match urls::external(&address) { Some(address) => { a href=(address) { (email) } } None => { (email) } }
                    }))
                }
                (fact(&t.text("facet-namespace"), html! { (entity.body.namespace()) }))
                (fact(&t.text("defined-in"), source_line(subject)))
            }
        },
    )
}

/// Where the entity is defined, as a link where there is something to open.
pub fn source_line(subject: &Subject) -> Markup {
    let (t, entity) = (subject.ctx.t, &subject.entity);
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
    let (t, links) = (subject.ctx.t, subject.entity.links());
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

async fn small_graph(subject: &Subject, state: &WebState) -> Result<Markup, Failure> {
    let t = subject.ctx.t;
    let request = catalog::GraphRequest {
        roots: vec![subject.entity.entity_ref.clone()],
        depth: 1,
        max_nodes: SMALL_GRAPH,
        ..catalog::GraphRequest::default()
    };
    let drawing = graph::read(&state.catalog, &subject.scope, &request).await?;
    let whole =
        html! { a.quiet-link href=(urls::entity_tab(&subject.entity.entity_ref, "graph")) { (t.text("tab-graph")) } };
    Ok(card(
        &t.text("relations"),
        whole,
        html! {
            @if drawing.edges.is_empty() { (nothing(&t.text("no-relations"))) }
            @else { (graph_svg::graph(t, &drawing, &t.text("graph-label"))) }
        },
    ))
}
