//! `/`: what is mine, problems first, what I starred and looked at, and what there is.

use axum::extract::State;
use maud::{Markup, html};
use model::EntityRef;

use super::errors::Failure;
use crate::components::{card, empty, entity_link, entity_links, icon::Icon, kind_name, kind_plural, layout, nothing};
use crate::request::{Ctx, SignedIn};
use crate::view::entity::EntityView;
use crate::view::labels::Labels;
use crate::view::list_query::{ListQuery, Shown};
use crate::view::listing::{Narrow, count_kinds, read_rows};
use crate::{WebState, urls};

/// Entities listed in one card.
const MAX_LISTED: usize = 8;

pub async fn page(SignedIn(ctx): SignedIn, State(state): State<WebState>) -> Result<Markup, Failure> {
    let (t, scope) = (ctx.t(), ctx.scope());
    let counts = count_kinds(&state.catalog, &scope, None);
    let problematic = state.problematic(&scope).await?;
    let mine = Mine::read(&state, &ctx, &problematic).await?;
    let groups: Vec<_> = ctx.viewer.iter().flat_map(|viewer| viewer.groups()).cloned().collect();
    let starred: Vec<_> = ctx.stars.iter().take(MAX_LISTED).cloned().collect();
    let owners = mine.shown.iter().flat_map(|entity| entity.related("ownedBy"));
    let listed =
        groups.iter().chain(&starred).chain(problematic.iter().take(MAX_LISTED)).cloned().chain(owners).collect();
    let labels = Labels::read(&state.catalog, &scope, listed);
    let welcome = ctx.branding.welcome(t.lang).unwrap_or_default();
    let body = html! {
        (layout::heading(ctx.branding.name(), welcome, html! {}))
        form.home-search action="/search" role="search" {
            label.filter {
                (Icon::Search) span.visually-hidden { (t.text("jump-label")) }
                input type="search" name="query" placeholder=(t.text("home-search")) autocomplete="off";
            }
            button.button.primary type="submit" { (t.text("nav-search")) }
        }
        @if counts.is_empty() { (empty(&t.text("empty-catalog"), &t.text("empty-catalog-what"), html! {})) }
        div.home {
            (mine_card(&ctx, &mine, &labels))
            (groups_card(&ctx, &groups, &labels))
            (starred_card(&ctx, &starred, &labels))
            section.card data-island="recent-list" hidden {
                header.card-head { h2 { (t.text("recent")) } }
                div.card-body { ul.entity-list {} }
            }
            @if !problematic.is_empty() { (problems_card(&ctx, &problematic, &labels)) }
        }
        h2.section-title { (t.text("home-catalog")) }
        ul.tiles {
            @for kind in &counts {
                li.tile {
                    a.tile-main href=(ListQuery::of_kind(&kind.value).href()) {
                        (t.faces.face(&kind.value).icon(None))
                        span { (if kind.count == 1 { kind_name(t, &kind.value) } else { kind_plural(t, &kind.value) }) }
                        span.tile-count { (t.number(kind.count)) }
                    }
                }
            }
        }
    };
    Ok(layout::page(&ctx, &t.text("nav-home"), body))
}

/// What the reader or one of the reader's groups owns.
struct Mine {
    /// Those with problems first.
    shown: Vec<EntityView>,
    total: u64,
}

impl Mine {
    async fn read(state: &WebState, ctx: &Ctx, problematic: &[EntityRef]) -> Result<Self, Failure> {
        let owned = ListQuery { kind: None, shown: Shown::Owned, limit: MAX_LISTED, ..ListQuery::default() };
        let ailing = ListQuery { problems: true, ..owned.clone() };
        let narrow = |query| Narrow { query, ctx, problematic };
        let (mut shown, _) = read_rows(&state.catalog, &ctx.scope(), narrow(&ailing), MAX_LISTED).await?;
        let (rest, total) = read_rows(&state.catalog, &ctx.scope(), narrow(&owned), MAX_LISTED).await?;
        shown.extend(rest.into_iter().filter(|entity| !problematic.contains(&entity.entity_ref)));
        shown.truncate(MAX_LISTED);
        Ok(Self { shown, total })
    }
}

fn mine_card(ctx: &Ctx, mine: &Mine, labels: &Labels) -> Markup {
    let t = ctx.t();
    let all = ListQuery { kind: None, shown: Shown::Owned, ..ListQuery::default() }.href();
    let mut names = labels.clone();
    mine.shown.iter().for_each(|entity| names.insert(entity));
    card(
        &t.text("home-mine"),
        html! { @if mine.total > 0 { a.quiet-link href=(all) { (t.count("count-entities", mine.total)) } } },
        html! {
            @if mine.shown.is_empty() { (nothing(&t.text("home-mine-none"))) }
            ul.entity-list {
                @for entity in &mine.shown {
                    li { (entity_link(t, &entity.entity_ref, &names)) span.entity-what { (entity_links(&entity.related("ownedBy"), labels, t)) } }
                }
            }
        },
    )
}

fn groups_card(ctx: &Ctx, groups: &[EntityRef], labels: &Labels) -> Markup {
    let t = ctx.t();
    card(
        &t.text("home-groups"),
        html! {},
        html! {
            @if groups.is_empty() { (nothing(&t.text("home-no-groups"))) }
            ul.entity-list { @for group in groups { li { (entity_link(t, group, labels)) } } }
        },
    )
}

fn starred_card(ctx: &Ctx, starred: &[EntityRef], labels: &Labels) -> Markup {
    let t = ctx.t();
    let all = ListQuery { kind: None, shown: Shown::Starred, ..ListQuery::default() }.href();
    card(
        &t.text("starred"),
        html! { @if !starred.is_empty() { a.quiet-link href=(all) { (t.text("see-all")) } } },
        html! {
            @if starred.is_empty() { (nothing(&t.text("empty-starred-what"))) }
            ul.entity-list { @for entity_ref in starred { li { (entity_link(t, entity_ref, labels)) } } }
        },
    )
}

fn problems_card(ctx: &Ctx, problematic: &[EntityRef], labels: &Labels) -> Markup {
    let t = ctx.t();
    card(
        &t.text("home-problems"),
        html! { a.quiet-link href="/admin/problems" { (t.count("problems-all", problematic.len() as u64)) } },
        html! {
            ul.entity-list {
                @for entity_ref in problematic.iter().take(MAX_LISTED) {
                    li { (entity_link(t, entity_ref, labels)) a.status data-tone="bad" href=(urls::entity_tab(entity_ref, "inspect")) { span.dot {} (t.text("problems-inspect")) } }
                }
            }
        },
    )
}
