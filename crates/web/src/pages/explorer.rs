//! `/catalog-graph`: the whole catalog as a graph. The address says the roots, how far, and what of it.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header;
use maud::{Markup, html};
use model::EntityRef;

use super::errors::Failure;
use crate::WebState;
use crate::components::{empty, graph_svg, icon::Icon, kind_plural, layout, menu, relation_name};
use crate::i18n::Messages;
use crate::request::{Ctx, SignedIn};
use crate::urls;
use crate::view::graph;
use crate::view::graph::Drawing;
use crate::view::graph_query::{EXPLORER, GraphQuery, MAX_DEPTH};
use crate::view::list_query::ListQuery;
use crate::view::listing::{Narrow, all_kinds, read_rows};
use crate::view::relations::Direction;

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let query = GraphQuery::parse(raw.as_deref().unwrap_or_default());
    let t = ctx.t();
    let scope = ctx.scope();
    let drawn = graph::read_open(&state.catalog, &scope, &query, &ctx.faces.relations);
    let all_kinds = all_kinds(&state.catalog, &scope);
    let body = html! {
        (layout::heading(&t.text("nav-graph"), &t.text("graph-what"), html! {}))
        (controls(&ctx, &query, &all_kinds, EXPLORER))
        @for text in &query.unread {
            p.banner data-tone="bad" { (t.with("graph-unread", &[("text", text.as_str().into())])) }
        }
        @if query.roots.is_empty() {
            (empty(&t.text("graph-no-roots"), &t.text("graph-no-roots-what"), suggestions(&ctx, &state).await?))
        } @else if drawn.nodes.is_empty() {
            (empty(&t.text("no-relations"), &t.text("no-relations-what"), html! {}))
        } @else {
            (drawing(t, &query, &drawn, EXPLORER))
        }
    };
    Ok(layout::page(&ctx, &t.text("nav-graph"), body))
}

/// What to draw, as a form: its fields are the address of the drawing.
pub fn controls(ctx: &Ctx, query: &GraphQuery, kinds: &[String], path: &str) -> Markup {
    let t = ctx.t();
    let roots = query.roots.iter().map(EntityRef::as_str).chain(query.unread.iter().map(String::as_str));
    let roots = roots.collect::<Vec<_>>().join(" ");
    let kinds = kinds.iter().map(|kind| (kind.to_lowercase(), kind_plural(t, kind).into_owned()));
    let known = &ctx.faces.relations;
    let relations = known.names().filter(|relation| known.lead(query.direction, relation));
    let relations = relations.map(|relation| (relation.to_owned(), relation_name(t, relation).into_owned()));
    html! {
        form.graph-form action=(path) data-island="submit" {
            @if path == EXPLORER {
                label.field.field-wide {
                    span { (t.text("graph-roots")) }
                    input name="root" value=(roots) placeholder="system:default/payments" autocomplete="off" spellcheck="false";
                }
            }
            label.field {
                span { (t.text("graph-depth")) }
                select name="depth" {
                    @for depth in 1..=MAX_DEPTH { option value=(depth) selected[depth == query.depth] { (depth) } }
                }
            }
            label.field {
                span { (t.text("graph-direction")) }
                select name="direction" {
                    @for direction in Direction::EACH {
                        option value=(direction.code()) selected[direction == query.direction] { (t.text(&format!("direction-{}", direction.code()))) }
                    }
                }
            }
            (choices(&t.text("facet-kind"), "kind", &query.kinds, kinds))
            (choices(&t.text("relations"), "relation", &query.relations, relations))
            button.button.primary type="submit" { (t.text("graph-draw")) }
            @if !query.roots.is_empty() {
                a.button.graph-export href=(query.address(EXPORT, true)) download { (Icon::Download) "SVG" }
            }
        }
    }
}

/// Boxes to tick behind a button that says how many are.
pub fn choices(label: &str, name: &str, chosen: &[String], all: impl Iterator<Item = (String, String)>) -> Markup {
    let is_chosen = |value: &str| chosen.iter().any(|chosen| chosen.eq_ignore_ascii_case(value));
    menu::menu(
        html! { (label) @if !chosen.is_empty() { span.choice-count { (chosen.len()) } } },
        html! {
            @for (value, words) in all {
                label.choice {
                    input type="checkbox" name=(name) value=(value) checked[is_chosen(&value)];
                    span.choice-name { (words) }
                }
            }
        },
    )
}

/// A drawing whose nodes can be opened, and the same in words.
pub fn drawing(t: Messages, query: &GraphQuery, drawing: &Drawing, path: &str) -> Markup {
    let opening = |entity_ref: &EntityRef| query.toggled(entity_ref).address(path, path == EXPLORER);
    html! {
        (graph_svg::interactive(t, drawing, &t.text("graph-label"), Some(&opening)))
        (graph_svg::in_words(t, drawing))
        p.graph-links {
            @for root in &query.roots {
                a.quiet-link href=(urls::entity_tab(root, "impact")) { (t.with("graph-impact", &[("name", title(drawing, root).into())])) }
                " "
            }
        }
    }
}

/// What a root is called.
fn title<'a>(drawing: &'a Drawing, root: &'a EntityRef) -> &'a str {
    drawing.nodes.iter().find(|node| node.entity_ref == *root).map_or(root.name(), |node| &node.title)
}

/// Where a drawing is had as a file.
pub const EXPORT: &str = "/catalog-graph/export.svg";

/// `GET /catalog-graph/export.svg`: the drawing at the same address, as a file.
pub async fn export(SignedIn(ctx): SignedIn, State(state): State<WebState>, RawQuery(raw): RawQuery) -> Response {
    let query = GraphQuery::parse(raw.as_deref().unwrap_or_default());
    let drawing = graph::read_open(&state.catalog, &ctx.scope(), &query, &ctx.faces.relations);
    let file = graph_svg::file(ctx.t(), &drawing, &ctx.t().text("graph-label"));
    let disposition = "attachment; filename=\"graph.svg\"";
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CONTENT_DISPOSITION, disposition)], file).into_response()
}

/// Where to begin: the wholes, which have the most to show.
async fn suggestions(ctx: &Ctx, state: &WebState) -> Result<Markup, Failure> {
    const SHOWN: usize = 12;
    let mut wholes = Vec::new();
    for kind in ["domain", "system"] {
        let query = ListQuery { limit: SHOWN, ..ListQuery::of_kind(kind) };
        let narrow = Narrow { query: &query, ctx, problematic: &[] };
        wholes.extend(read_rows(&state.catalog, &ctx.scope(), narrow, SHOWN).await?.0);
    }
    Ok(html! {
        p.suggestions {
            @for whole in wholes.iter().take(SHOWN) {
                @let to = GraphQuery { roots: vec![whole.entity_ref.clone()], ..GraphQuery::parse("depth=2") };
                a.chip href=(to.href()) { (ctx.faces.face(whole.entity_ref.kind()).icon(whole.kind_type())) (whole.label()) } " "
            }
        }
    })
}
