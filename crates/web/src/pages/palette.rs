//! What the command palette lists for a text: entities, then pages and things to do.

use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use model::EntityRef;

use super::admin;
use crate::WebState;
use crate::components::{icon::Icon, kind_name};
use crate::request::{Ctx, SignedIn};
use crate::urls;

const MAX_ENTITIES: usize = 8;
const MAX_TEXT: usize = 100;

/// Pages and actions: where they lead and the words for them.
const PLACES: [(&str, &str, Icon); 10] = [
    ("/", "nav-home", Icon::Home),
    ("/catalog", "nav-catalog", Icon::Catalog),
    ("/catalog?kind=api", "nav-apis", Icon::Api),
    ("/catalog-graph", "nav-graph", Icon::Graph),
    ("/search", "nav-search", Icon::Search),
    ("/catalog?kind=all&show=starred", "palette-starred", Icon::Star),
    ("/admin/problems", "admin-tab-problems", Icon::Pulse),
    ("/admin/sources", "admin-tab-sources", Icon::Location),
    (admin::kinds::PATH, "admin-tab-kinds", Icon::Tag),
    ("/settings", "nav-settings", Icon::Settings),
];

pub async fn fragment(SignedIn(ctx): SignedIn, State(state): State<WebState>, RawQuery(raw): RawQuery) -> Markup {
    let raw = raw.unwrap_or_default();
    let text = form_urlencoded::parse(raw.as_bytes()).find(|(key, _)| key == "query");
    let text: String = text.map(|(_, value)| value.trim().chars().take(MAX_TEXT).collect()).unwrap_or_default();
    let found = if text.is_empty() { Vec::new() } else { state.catalog.suggest(&ctx.scope(), &text, MAX_ENTITIES) };
    let t = ctx.t();
    let wanted = text.to_lowercase();
    let mut places = PLACES.iter().map(|(href, key, icon)| (*href, t.text(key), *icon)).collect::<Vec<_>>();
    places.retain(|(_, name, _)| name.to_lowercase().contains(&wanted));
    html! {
        @if !found.is_empty() {
            p.palette-group { (t.text("palette-entities")) }
            @for (at, one) in found.iter().enumerate() {
                (option(&ctx, at, &one.entity_ref, &one.kind, one.title.as_deref().unwrap_or(&one.name), one.kind_type.as_deref()))
            }
        }
        @if !places.is_empty() {
            p.palette-group { (t.text("palette-pages")) }
            @for (at, (href, name, icon)) in places.iter().enumerate() {
                a.option role="option" tabindex="-1" id={ "option-" (found.len() + at) } href=(href) { (icon) span.option-title { (name) } }
            }
        }
        @if !text.is_empty() {
            @let href = format!("/search?{}", urls::query([("query", text.as_str())]));
            a.option role="option" tabindex="-1" id={ "option-" (found.len() + places.len()) } href=(href) {
                (Icon::Search) span.option-title { (t.with("palette-search", &[("text", text.as_str().into())])) }
            }
        }
    }
}

fn option(ctx: &Ctx, at: usize, entity_ref: &EntityRef, kind: &str, title: &str, kind_type: Option<&str>) -> Markup {
    html! {
        a.option role="option" tabindex="-1" id={ "option-" (at) } href=(urls::entity(entity_ref)) {
            (ctx.faces.face(entity_ref.kind()).icon(kind_type))
            span.option-title { (title) }
            span.entity-what { (kind_name(ctx.t(), kind)) @if let Some(kind_type) = kind_type { " · " (kind_type) } }
        }
    }
}
