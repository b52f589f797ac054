//! `/docs`: everything that has documentation; what the reader's groups own stands first.

use axum::extract::{RawQuery, State};
use catalog::{ListRequest, OrderField};
use docs::source;
use maud::{Markup, html};
use model::EntityRef;
use model::filter::Predicate;

use super::{PATH, address};
use crate::WebState;
use crate::components::{card, empty, entity_links, icon::Icon, layout};
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};
use crate::view::entity::EntityView;
use crate::view::labels::Labels;

/// The most that are listed.
const MAX_LISTED: usize = 1000;

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let t = ctx.t();
    let text = form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes())
        .find_map(|(key, value)| (key == "q").then(|| value.trim().to_lowercase()))
        .unwrap_or_default();
    let has = |annotation: &str| Predicate::Exists(format!("metadata.annotations.{annotation}").into());
    let request = ListRequest {
        predicate: Some(Predicate::Any(vec![has(source::REF), has(source::ENTITY)])),
        order: vec![OrderField { key: "metadata.name".to_owned(), descending: false }],
        limit: Some(MAX_LISTED),
        ..ListRequest::default()
    };
    let found = state.catalog.list(&ctx.scope(), &request).await?;
    let mut documented: Vec<EntityView> = found.items.iter().filter_map(|json| EntityView::parse(json)).collect();
    let wanted = |text: Option<&str>, part: &str| text.is_some_and(|text| text.to_lowercase().contains(part));
    documented.retain(|entity| wanted(Some(entity.label()), &text) || wanted(entity.description(), &text));
    let owners: &[EntityRef] = ctx.viewer.as_ref().map_or(&[], |viewer| &viewer.owners);
    let (mine, others): (Vec<_>, Vec<_>) =
        documented.into_iter().partition(|entity| entity.related("ownedBy").iter().any(|owner| owners.contains(owner)));
    let refs = mine.iter().chain(&others).flat_map(|entity| entity.related("ownedBy")).collect();
    let labels = Labels::read(&state.catalog, &ctx.scope(), refs);
    let body = html! {
        (layout::heading(&t.text("nav-docs"), &t.text("docs-what"), html! {}))
        div.admin-bar {
            form.admin-filter action=(PATH) role="search" {
                label.filter {
                    (Icon::Search) span.visually-hidden { (t.text("filter-label")) }
                    input #q type="search" name="q" value=(text) placeholder=(t.text("filter-label")) autocomplete="off";
                    kbd { "f" }
                }
                button.button type="submit" { (t.text("filter-apply")) }
            }
        }
        @if mine.is_empty() && others.is_empty() { (empty(&t.text("docs-none"), &t.text("docs-none-what"), html! {})) }
        @for (key, list) in [("docs-mine", &mine), ("docs-all", &others)] {
            @if !list.is_empty() { (card(&t.text(key), html! {}, shelf(&ctx, list, &labels))) }
        }
    };
    Ok(layout::page(&ctx, &t.text("nav-docs"), body))
}

fn shelf(ctx: &Ctx, list: &[EntityView], labels: &Labels) -> Markup {
    let t = ctx.t();
    html! {
        ul.docs-shelf {
            @for entity in list {
                li {
                    a.entity href=(address(&entity.entity_ref)) {
                        (t.faces.face(entity.entity_ref.kind()).icon(entity.kind_type())) bdi { (entity.label()) }
                    }
                    span.quiet { (entity_links(&entity.related("ownedBy"), labels, t)) }
                    @if let Some(description) = entity.description() { p.quiet { bdi { (description) } } }
                }
            }
        }
    }
}
