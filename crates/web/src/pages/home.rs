//! `/`: what is mine, what I starred, what there is, and what needs care.

use axum::extract::State;
use maud::{Markup, html};
use model::filter::Predicate;

use super::errors::Failure;
use crate::components::{card, empty, entity_link, icon::Icon, kind_name, kind_plural, layout, nothing};
use crate::request::{Ctx, SignedIn};
use crate::view::kinds;
use crate::view::labels::Labels;
use crate::view::list_query::{ListQuery, Shown};
use crate::view::listing::count_kinds;
use crate::{WebState, urls};

/// Entities listed in one card.
const MAX_LISTED: usize = 8;

pub async fn page(SignedIn(ctx): SignedIn, State(state): State<WebState>) -> Result<Markup, Failure> {
    let (t, scope) = (ctx.t, ctx.scope());
    let counts = count_kinds(&state.catalog, &scope, None);
    let problematic = state.problematic().await?;
    let groups: Vec<_> = ctx.viewer.iter().flat_map(|viewer| viewer.groups()).cloned().collect();
    let starred: Vec<_> = ctx.stars.iter().take(MAX_LISTED).cloned().collect();
    let listed = groups.iter().chain(&starred).chain(problematic.iter().take(MAX_LISTED)).cloned().collect();
    let labels = Labels::read(&state.catalog, &scope, listed).await?;
    let mine = ctx.viewer.as_ref().map_or(0, |viewer| {
        let owners = viewer.ownership.iter().map(|owner| owner.as_str().into()).collect();
        state.catalog.count(&scope, Some(&Predicate::In("relations.ownedby".into(), owners)))
    });
    let name = ctx.branding.organization.as_deref().unwrap_or(&ctx.branding.title);
    let body = html! {
        (layout::heading(&t.with("home-title", &[("name", name.into())]), "", html! {}))
        form.home-search action="/search" role="search" {
            label.filter {
                (Icon::Search) span.visually-hidden { (t.text("jump-label")) }
                input type="search" name="query" placeholder=(t.text("home-search")) autocomplete="off";
            }
            button.button.primary type="submit" { (t.text("nav-search")) }
        }
        @if counts.is_empty() {
            (empty(&t.text("empty-catalog"), &t.text("empty-catalog-what"), html! {}))
        }
        ul.tiles {
            @for kind in &counts {
                li.tile {
                    a.tile-main href=(ListQuery::of_kind(&kind.value).href()) {
                        (kinds::face(&kind.value.to_lowercase()).icon)
                        span.tile-count { (t.number(kind.count)) }
                        span { (if kind.count == 1 { kind_name(t, &kind.value) } else { kind_plural(t, &kind.value) }) }
                    }
                }
            }
        }
        div.side-by-side.home-cards {
            (mine_card(&ctx, mine, &groups, &labels))
            (card(&t.text("starred"), html! {}, html! {
                @if starred.is_empty() { (nothing(&t.text("empty-starred-what"))) }
                ul.entity-list { @for entity_ref in &starred { li { (entity_link(entity_ref, &labels)) } } }
            }))
            @if !problematic.is_empty() {
                (card(&t.text("home-problems"), html! {
                    a.quiet-link href=(ListQuery { kind: None, problems: true, ..ListQuery::default() }.href()) { (t.count("problems-all", problematic.len() as u64)) }
                }, html! {
                    ul.entity-list {
                        @for entity_ref in problematic.iter().take(MAX_LISTED) {
                            li { (entity_link(entity_ref, &labels)) a.status data-tone="bad" href=(urls::entity_tab(entity_ref, "inspect")) { span.dot {} (t.text("problems-inspect")) } }
                        }
                    }
                }))
            }
            section.card data-island="recent-list" hidden {
                header.card-head { h2 { (t.text("recent")) } }
                div.card-body { ul.entity-list {} }
            }
        }
    };
    Ok(layout::page(&ctx, &t.text("nav-home"), body))
}

fn mine_card(ctx: &Ctx, mine: u64, groups: &[model::EntityRef], labels: &Labels) -> Markup {
    let t = ctx.t;
    let all = ListQuery { kind: None, shown: Shown::Owned, ..ListQuery::default() }.href();
    card(
        &t.text("home-mine"),
        html! { a.quiet-link href=(all) { (t.count("count-entities", mine)) } },
        html! {
            @if groups.is_empty() { (nothing(&t.text("home-no-groups"))) }
            ul.entity-list { @for group in groups { li { (entity_link(group, labels)) } } }
        },
    )
}
