//! The relation graph around an entity, drawn on the server.

use axum::extract::{RawQuery, State};
use maud::{Markup, html};

use super::Subject;
use crate::WebState;
use crate::components::empty;
use crate::pages::explorer;
use crate::urls;
use crate::view::graph;
use crate::view::graph_query::GraphQuery;
use crate::view::listing::all_kinds;

pub async fn page(subject: Subject, State(state): State<WebState>, RawQuery(raw): RawQuery) -> Markup {
    let t = subject.ctx.t();
    let mut query = GraphQuery::parse(raw.as_deref().unwrap_or_default());
    query.roots = vec![subject.entity.entity_ref.clone()];
    let drawing = graph::read_open(&state.catalog, &subject.scope, &query, &subject.ctx.faces.relations);
    let kinds = all_kinds(&state.catalog, &subject.scope);
    let here = urls::entity_tab(&subject.entity.entity_ref, "graph");
    subject.page(
        "graph",
        html! {
            (explorer::controls(&subject.ctx, &query, &kinds, &here))
            @if drawing.edges.is_empty() { (empty(&t.text("no-relations"), &t.text("no-relations-what"), html! {})) }
            @else {
                (explorer::drawing(t, &query, &drawing, &here))
                p { a.quiet-link href=(query.href()) { (t.text("graph-explore")) } }
            }
        },
    )
}
