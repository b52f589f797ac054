//! The relation graph around an entity, drawn on the server.

use axum::extract::{RawQuery, State};
use maud::{Markup, html};

use super::Subject;
use crate::WebState;
use crate::components::{empty, graph_svg};
use crate::pages::errors::Failure;
use crate::pages::explorer::GraphQuery;
use crate::urls;
use crate::view::graph;

pub async fn page(subject: Subject, State(state): State<WebState>, RawQuery(raw): RawQuery) -> Result<Markup, Failure> {
    let t = subject.ctx.t;
    let mut query = GraphQuery::parse(raw.as_deref().unwrap_or_default());
    query.roots = vec![subject.entity.entity_ref.clone()];
    let drawing = graph::read(&state.catalog, &subject.scope, &query.request()).await?;
    let here = urls::entity_tab(&subject.entity.entity_ref, "graph");
    Ok(subject.page(
        "graph",
        html! {
            div.graph-bar {
                (query.depth_choice(t, &here))
                a.button href=(query.href()) { (t.text("graph-explore")) }
            }
            @if drawing.edges.is_empty() { (empty(&t.text("no-relations"), &t.text("no-relations-what"), html! {})) }
            @else { (graph_svg::graph(t, &drawing, &t.text("graph-label"))) (graph_svg::in_words(t, &drawing)) }
        },
    ))
}
