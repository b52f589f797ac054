//! All relations of an entity, both ways, by type.

use axum::extract::State;
use maud::{Markup, html};

use super::Subject;
use crate::WebState;
use crate::components::{card, empty, entity_list, relation_name};
use crate::view::labels::Labels;

pub async fn page(subject: Subject, State(state): State<WebState>) -> Markup {
    let t = subject.ctx.t();
    let known = &subject.ctx.faces.relations;
    let groups = known.grouped(subject.entity.relations());
    let refs = groups.iter().flat_map(|group| &group.targets).cloned().collect();
    let labels = Labels::read(&state.catalog, &subject.scope, refs);
    subject.page(
        "relations",
        html! {
            @if groups.is_empty() { (empty(&t.text("no-relations"), &t.text("no-relations-what"), html! {})) }
            div.relation-groups {
                @for group in &groups {
                    @let extra = html! {
                        span.choice-count { (t.number(group.targets.len() as u64)) }
                        code.quiet { (group.relation) @if let Some(back) = known.reverse(&group.relation) { " ⇄ " (back) } }
                    };
                    (card(&relation_name(t, &group.relation), extra, entity_list(t, &group.targets, &labels)))
                }
            }
        },
    )
}
