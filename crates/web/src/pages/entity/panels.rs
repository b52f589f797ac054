//! The panels that kinds add to an overview.

use std::borrow::Cow;

use catalog::GraphRequest;
use maud::{Markup, html};
use model::kind::{Column, Panel};

use super::{Subject, org};
use crate::WebState;
use crate::components::{self, card, code_block, entity_link, entity_list, fact, graph_svg, nothing, relation_name};
use crate::view::graph;
use crate::view::labels::Labels;
use crate::view::parts::{Crossing, Parts};

/// Nodes in the diagram of a system.
const DIAGRAM_NODES: usize = 32;

/// One panel; empty where it has nothing to say.
pub fn panel(subject: &Subject, state: &WebState, panel: &Panel) -> Markup {
    match panel {
        Panel::Fields { title, fields } => fields_card(subject, title.as_deref(), fields),
        Panel::Related { title, relation } => related(subject, state, title.as_deref(), relation),
        Panel::Parts => parts(subject),
        Panel::Apis => two_lists(subject, [("provides-apis", "providesApi"), ("consumes-apis", "consumesApi")]),
        Panel::ApiUsers => two_lists(subject, [("providers", "apiProvidedBy"), ("consumers", "apiConsumedBy")]),
        Panel::Definition => definition(subject),
        Panel::Diagram => diagram(subject, state),
        Panel::Border => border(subject, state),
        Panel::Members => org::members(subject, state),
        Panel::Groups => org::groups(subject),
        Panel::Ownership => org::ownership(subject, state),
        Panel::Targets => targets(subject),
    }
}

/// Fields that a definition names; those that the entity lacks are left out.
fn fields_card(subject: &Subject, title: Option<&str>, fields: &[Column]) -> Markup {
    let t = subject.ctx.t();
    let values = fields.iter().filter_map(|field| Some((&field.label, subject.entity.field(&field.key)?)));
    let values: Vec<(&String, String)> = values.collect();
    if values.is_empty() {
        return html! {};
    }
    let facts =
        html! { dl.facts.facts-wide { @for (label, value) in &values { (fact(label, html! { bdi { (value) } })) } } };
    card(title.unwrap_or(&t.text("details")), html! {}, facts)
}

/// The entities that one relation leads to.
fn related(subject: &Subject, state: &WebState, title: Option<&str>, relation: &str) -> Markup {
    let (t, refs) = (subject.ctx.t(), subject.entity.related(relation));
    let labels = Labels::read(&state.catalog, &subject.scope, refs.clone());
    let title = title.map_or_else(|| relation_name(t, relation), Cow::Borrowed);
    let count = html! { span.choice-count { (t.number(refs.len() as u64)) } };
    let list = html! { @if refs.is_empty() { (nothing(&t.text("none"))) } @else { (entity_list(t, &refs, &labels)) } };
    card(&title, count, list)
}

fn parts(subject: &Subject) -> Markup {
    let parts = subject.entity.related("hasPart");
    let t = subject.ctx.t();
    if parts.is_empty() {
        return html! {};
    }
    let count = html! { span.choice-count { (t.number(parts.len() as u64)) } };
    card(&t.text("has-parts"), count, entity_list(t, &parts, &subject.labels))
}

fn two_lists(subject: &Subject, lists: [(&str, &str); 2]) -> Markup {
    let t = subject.ctx.t();
    let lists = lists.map(|(key, relation)| (key, subject.entity.related(relation)));
    if lists.iter().all(|(_, refs)| refs.is_empty()) {
        return html! {};
    }
    html! {
        div.side-by-side {
            @for (key, refs) in &lists {
                (card(&t.text(key), html! {}, html! {
                    @if refs.is_empty() { (nothing(&t.text("none"))) } @else { (entity_list(t, refs, &subject.labels)) }
                }))
            }
        }
    }
}

/// The definition of an API as text, until a viewer for its type reads it.
fn definition(subject: &Subject) -> Markup {
    let t = subject.ctx.t();
    let title = t.text("definition");
    html! {
        section.card #definition {
            @match subject.entity.body.spec_text("definition") {
                Some(text) => {
                    details.fold {
                        summary { h2 { (title) } span.quiet { (t.count("count-lines", text.lines().count() as u64)) } }
                        (code_block(&title, text))
                    }
                }
                None => { header.card-head { h2 { (title) } } div.card-body { (nothing(&t.text("no-definition"))) } }
            }
        }
    }
}

fn diagram(subject: &Subject, state: &WebState) -> Markup {
    let t = subject.ctx.t();
    let relations = ["partOf", "hasPart", "providesApi", "consumesApi", "dependsOn"];
    let request = GraphRequest {
        roots: vec![subject.entity.entity_ref.clone()],
        depth: 1,
        relations: relations.map(str::to_owned).to_vec(),
        max_nodes: DIAGRAM_NODES,
        ..GraphRequest::default()
    };
    let drawing = graph::read(&state.catalog, &subject.scope, &request, &subject.ctx.faces.relations);
    card(
        &t.text("diagram"),
        html! {},
        html! {
            @if drawing.edges.is_empty() { (nothing(&t.text("no-parts"))) }
            @else { (graph_svg::graph(t, &drawing, &t.text("diagram"))) }
        },
    )
}

/// APIs that others use of this whole, and that it uses of others.
fn border(subject: &Subject, state: &WebState) -> Markup {
    let t = subject.ctx.t();
    let parts = Parts::read(&state.catalog, &subject.scope, &subject.entity.entity_ref);
    if parts.offered.is_empty() && parts.used.is_empty() {
        return html! {};
    }
    let crossings = parts.offered.iter().chain(&parts.used);
    let refs = crossings.flat_map(|crossing| std::iter::once(&crossing.api).chain(&crossing.others)).cloned().collect();
    let labels = Labels::read(&state.catalog, &subject.scope, refs);
    let list = |crossings: &[Crossing], key: &str| {
        html! {
            @if crossings.is_empty() { (nothing(&t.text("none"))) }
            ul.entity-list {
                @for crossing in crossings {
                    li.crossing {
                        (entity_link(t, &crossing.api, &labels))
                        span.entity-what {
                            @if crossing.others.is_empty() { (t.text("nobody-known")) }
                            @else { (t.text(key)) " " (components::entity_links(&crossing.others, &labels, t)) }
                        }
                    }
                }
            }
        }
    };
    html! {
        div.side-by-side {
            (card(&t.text("apis-offered"), html! {}, list(&parts.offered, "used-by")))
            (card(&t.text("apis-used"), html! {}, list(&parts.used, "provided-by")))
        }
    }
}

fn targets(subject: &Subject) -> Markup {
    let t = subject.ctx.t();
    let targets = crate::components::table::targets(&subject.entity);
    card(
        &t.text("targets"),
        html! {},
        html! {
            @if targets.is_empty() { (nothing(&t.text("none"))) }
            ul.plain { @for target in targets { li { code.wrap { (target) } } } }
        },
    )
}
