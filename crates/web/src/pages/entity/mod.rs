//! An entity's page: one header, and tabs that are addresses of their own.

use ::docs::source as docs_source;
use auth::permission::ENTITY_REFRESH;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use maud::{Markup, html};
use model::{EntityRef, ReadScope};

use super::errors::Failure;
use crate::components::{
    entity_links, icon::Icon, kind_name, layout, lead, lifecycle, menu, problem, star::star, tags,
};
use crate::request::{Ctx, SignedIn};
use crate::view::entity::EntityView;
use crate::view::labels::Labels;
use crate::view::list_query::{Facet, ListQuery};
use crate::{WebState, urls};

pub mod graph;
pub mod history;
pub mod impact;
pub mod inspect;
mod org;
pub mod overview;
mod panels;
pub mod refresh;
pub mod relations;
pub mod source;

/// The tabs, by their end of the address; the first has none.
const TABS: [&str; 7] = ["overview", "relations", "graph", "impact", "source", "history", "inspect"];

/// Relations that lead to thousands. Where they are listed, those that are shown are named.
const CROWDS: [&str; 2] = ["ownerOf", "hasMember"];

/// The entity an address names, with who asks: the arguments of every tab.
pub struct Subject {
    pub ctx: Ctx,
    pub scope: ReadScope,
    pub entity: EntityView,
    /// What its related entities are called, but for [`CROWDS`].
    pub labels: Labels,
    pub may_refresh: bool,
}

impl FromRequestParts<WebState> for Subject {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Response> {
        let SignedIn(ctx) = SignedIn::from_request_parts(parts, state).await?;
        let entity_ref = named(parts, state).await.map_err(IntoResponse::into_response)?;
        Self::read(state, ctx, entity_ref).await.map_err(IntoResponse::into_response)
    }
}

/// Why there is nothing to show: nobody defines it, or somebody does but it cannot be shown yet.
async fn missing(state: &WebState, scope: &ReadScope, entity_ref: EntityRef) -> Result<Failure, Failure> {
    // Whoever may not see everything is not told what cannot be shown.
    if *scope == ReadScope::All {
        let inspection = state.engine.inspect(&entity_ref).await?;
        let problems = inspection.map(|inspection| inspection.problems).unwrap_or_default();
        if !problems.is_empty() {
            return Ok(Failure::Hidden(entity_ref, problems));
        }
    }
    let was_there = state.catalog.history(scope, &entity_ref, None, 1).await?.is_some();
    Ok(if was_there { Failure::Gone(entity_ref) } else { Failure::NoEntity(entity_ref) })
}

/// The entity the address names.
async fn named(parts: &mut Parts, state: &WebState) -> Result<EntityRef, Failure> {
    let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await.map_err(|_| Failure::NoPage)?;
    let part = |name: &str| path.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match (part("namespace"), part("kind"), part("name")) {
        (Some(namespace), Some(kind), Some(name)) => Ok(EntityRef::new(kind, namespace, name)),
        _ => Err(Failure::NoPage),
    }
}

impl Subject {
    async fn read(state: &WebState, ctx: Ctx, entity_ref: EntityRef) -> Result<Self, Failure> {
        let scope = ctx.scope();
        let hit = state.catalog.by_ref(&scope, &entity_ref).await?;
        let Some(entity) = hit.and_then(|hit| EntityView::parse(&hit.json)) else {
            return Err(missing(state, &scope, entity_ref).await?);
        };
        let related = entity.relations().into_iter().filter(|relation| !CROWDS.contains(&relation.kind.as_str()));
        let related = related.map(|relation| relation.target_ref).collect();
        let mut labels = Labels::read(&state.catalog, &scope, related);
        labels.insert(&entity);
        let may_refresh = state.catalog.sees(&ctx.scope_for(&ENTITY_REFRESH), &entity.entity_ref);
        Ok(Self { ctx, scope, entity, labels, may_refresh })
    }

    /// The whole page with one tab open.
    fn page(&self, tab: &str, body: Markup) -> Markup {
        let t = self.ctx.t();
        let mut tabs = TABS
            .map(|name| {
                let entity_ref = &self.entity.entity_ref;
                let href = if name == TABS[0] { urls::entity(entity_ref) } else { urls::entity_tab(entity_ref, name) };
                (href, t.text(&format!("tab-{name}")).into_owned(), name == tab)
            })
            .to_vec();
        let body_of = &self.entity.body;
        if [docs_source::REF, docs_source::ENTITY]
            .into_iter()
            .any(|annotation| body_of.annotation(annotation).is_some())
        {
            tabs.insert(
                1,
                (crate::pages::docs::address(&self.entity.entity_ref), t.text("nav-docs").into_owned(), false),
            );
        }
        let title = match tab {
            "overview" => self.entity.label().to_owned(),
            _ => format!("{} · {}", t.text(&format!("tab-{tab}")), self.entity.label()),
        };
        layout::page(
            &self.ctx,
            &title,
            html! {
                article.entity-page data-entity-ref=(self.entity.entity_ref) data-entity-title=(self.entity.label()) data-island="recent" {
                    (self.header())
                    (layout::tabs(&t.text("tabs-label"), &tabs))
                    @if tab != "inspect" { (self.problems_banner()) }
                    (body)
                }
            },
        )
    }

    fn header(&self) -> Markup {
        let (t, entity) = (self.ctx.t(), &self.entity);
        let kind = entity.body.kind();
        let owners = entity.related("ownedBy");
        let parents = entity.related("partOf");
        html! {
            header.entity-head {
                div.entity-id {
                    span.entity-mark { (t.faces.face(entity.entity_ref.kind()).icon(entity.kind_type())) }
                    div {
                        p.eyebrow {
                            a href=(ListQuery::of_kind(kind).href()) { (kind_name(t, kind)) }
                            @if let Some(kind_type) = entity.kind_type() {
                                " · " a href=(ListQuery::of_kind(kind).adding(Facet::Type, kind_type).href()) { (kind_type) }
                            }
                        }
                        h1.page-title { bdi { (entity.label()) } }
                        p.ref { (entity.entity_ref) }
                    }
                    div.actions {
                        (star(&self.ctx, &entity.entity_ref, entity.label(), true))
                        @if let Some(href) = entity.source_url() { a.button href=(href) rel="noreferrer" { (Icon::External) (t.text("open-code")) } }
                        (self.actions())
                    }
                }
                @if let Some(text) = entity.description() { (lead(t, text)) }
                @if !owners.is_empty() || !parents.is_empty() || entity.lifecycle().is_some() || !entity.tags().is_empty() {
                    ul.meta {
                        @if !owners.is_empty() { li { span.quiet { (t.text("owner")) } " " (entity_links(&owners, &self.labels, t)) } }
                        @if !parents.is_empty() { li { span.quiet { (t.text("part-of")) } " " (entity_links(&parents, &self.labels, t)) } }
                        @if let Some(value) = entity.lifecycle() { li { (lifecycle(value)) } }
                        @if !entity.tags().is_empty() {
                            li.tags { (tags(t, kind, &entity.tags())) }
                        }
                    }
                }
            }
        }
    }

    /// What can be done with the entity.
    fn actions(&self) -> Markup {
        let (t, entity) = (self.ctx.t(), &self.entity);
        let tab = |name: &str| urls::entity_tab(&entity.entity_ref, name);
        let done = t.text("copied");
        menu::actions(
            &t.text("actions"),
            html! {
                @if self.may_refresh && !entity.is_orphan() { (menu::post(&tab("refresh"), Icon::Refresh, &t.text("refresh"))) }
                @if let Some(href) = entity.edit_url() { (menu::link(href, Icon::Edit, &t.text("edit-source"), true)) }
                @match entity.view_url() {
                    Some(href) => { (menu::link(href, Icon::External, &t.text("view-source"), true)) }
                    None => { (menu::link(&tab("source"), Icon::Catalog, &t.text("view-source"), false)) }
                }
                (menu::link(&tab("inspect"), Icon::Inspect, &t.text("inspect-entity"), false))
                (menu::copy(entity.entity_ref.as_str(), &t.text("copy-reference"), &done))
                (menu::copy("", &t.text("copy-address"), &done))
            },
        )
    }

    /// What is wrong, said before anything else.
    fn problems_banner(&self) -> Markup {
        let (t, problems) = (self.ctx.t(), self.entity.problems());
        let orphan = self.entity.is_orphan();
        let inspect = urls::entity_tab(&self.entity.entity_ref, "inspect");
        html! {
            @if !problems.is_empty() {
                section.banner data-tone="bad" aria-label=(t.text("problems-title")) {
                    (Icon::Warning)
                    div {
                        p.banner-title { (t.count("problems-banner", problems.len() as u64)) }
                        ul.plain { @for problem in problems.iter().take(3) { li { (problem::in_line(problem)) } } }
                    }
                    a.button href=(inspect) { (t.text("problems-inspect")) }
                }
            }
            @if orphan {
                section.banner data-tone="fading" aria-label=(t.text("orphan")) {
                    (Icon::Warning)
                    div { p.banner-title { (t.text("orphan-banner")) } p { (t.text("orphan-banner-what")) } }
                    a.button href=(inspect) { (t.text("problems-inspect")) }
                }
            }
        }
    }
}

/// Tabs of Backstage and its plugins arrive at the tab that holds the same, or at the overview.
pub async fn other_tab(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    Path((namespace, kind, name, tab)): Path<(String, String, String, String)>,
) -> Result<Redirect, Failure> {
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    if state.catalog.by_ref(&ctx.scope(), &entity_ref).await?.is_none() {
        return Err(Failure::NoEntity(entity_ref));
    }
    let to = match tab.split('/').next().unwrap_or_default() {
        "dependencies" | "api" | "providers" | "consumers" => urls::entity_tab(&entity_ref, "relations"),
        "diagram" | "catalog-graph" => urls::entity_tab(&entity_ref, "graph"),
        "docs" => crate::pages::docs::address(&entity_ref),
        "definition" => format!("{}#definition", urls::entity(&entity_ref)),
        _ => urls::entity(&entity_ref),
    };
    Ok(Redirect::to(&to))
}
