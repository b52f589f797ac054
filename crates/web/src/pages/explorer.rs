//! `/catalog-graph`: the whole catalog as a graph. The address says the roots, how far, and what of it.

use axum::extract::{RawQuery, State};
use catalog::GraphRequest;
use maud::{Markup, html};
use model::EntityRef;

use super::errors::Failure;
use crate::components::{empty, graph_svg, kind_plural, layout, relation_name};
use crate::i18n::Messages;
use crate::request::{Ctx, SignedIn};
use crate::view::list_query::ListQuery;
use crate::view::listing::{Narrow, all_kinds, read_rows};
use crate::view::relations::well_known;
use crate::view::{graph, kinds};
use crate::{WebState, urls};

/// Limits of one drawing: more cannot be read by people.
const MAX_DEPTH: usize = 6;
const MAX_NODES: usize = 150;
const MAX_ROOTS: usize = 50;
const MAX_CHOICES: usize = 50;

/// What to draw, as the address says it. Backstage's names are read too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphQuery {
    pub roots: Vec<EntityRef>,
    pub depth: usize,
    /// Lower case; none means all.
    pub kinds: Vec<String>,
    /// None means all.
    pub relations: Vec<String>,
    /// References that could not be read, to say so.
    pub unread: Vec<String>,
}

impl GraphQuery {
    /// Reads the part of an address after the question mark.
    pub fn parse(query: &str) -> Self {
        let mut graph =
            Self { roots: Vec::new(), depth: 1, kinds: Vec::new(), relations: Vec::new(), unread: Vec::new() };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            // `rootEntityRefs[]=` and `rootEntityRefs[0]=` are the same name.
            match key.split_once('[').map_or(&*key, |(name, _)| name) {
                "root" | "rootEntityRefs" => {
                    value.split([',', ' ']).filter(|r| !r.is_empty()).for_each(|root| graph.add_root(root))
                }
                "depth" | "maxDepth" => graph.depth = value.parse().unwrap_or(MAX_DEPTH).clamp(1, MAX_DEPTH),
                "kind" | "selectedKinds" => add(&mut graph.kinds, value.to_lowercase()),
                "relation" | "selectedRelations" => add(&mut graph.relations, value.to_owned()),
                _ => {}
            }
        }
        graph
    }

    fn add_root(&mut self, text: &str) {
        match EntityRef::parse_full(text) {
            Ok(root) if self.roots.len() < MAX_ROOTS && !self.roots.contains(&root) => self.roots.push(root),
            Ok(_) => {}
            Err(_) => add(&mut self.unread, text.to_owned()),
        }
    }

    pub fn request(&self) -> GraphRequest {
        GraphRequest {
            roots: self.roots.clone(),
            depth: self.depth,
            relations: self.relations.clone(),
            kinds: self.kinds.clone(),
            max_nodes: MAX_NODES,
        }
    }

    /// The address of this drawing in the explorer.
    pub fn href(&self) -> String {
        self.address("/catalog-graph", self.depth)
    }

    fn address(&self, path: &str, depth: usize) -> String {
        let depth = if depth == 1 { String::new() } else { depth.to_string() };
        let roots = self.roots.iter().filter(|_| path == "/catalog-graph").map(|root| ("root", root.as_str()));
        let kinds = self.kinds.iter().map(|kind| ("kind", kind.as_str()));
        let relations = self.relations.iter().map(|relation| ("relation", relation.as_str()));
        let query = urls::query(roots.chain([("depth", depth.as_str())]).chain(kinds).chain(relations));
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Links to the same drawing with more or fewer steps.
    pub fn depth_choice(&self, t: Messages, path: &str) -> Markup {
        html! {
            nav.segments aria-label=(t.text("graph-depth")) {
                span.quiet { (t.text("graph-depth")) }
                @for depth in 1..=MAX_DEPTH {
                    a href=(self.address(path, depth)) aria-current=[(depth == self.depth).then_some("true")] { (depth) }
                }
            }
        }
    }
}

fn add(list: &mut Vec<String>, value: String) {
    if !value.is_empty() && list.len() < MAX_CHOICES && !list.contains(&value) {
        list.push(value);
    }
}

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let query = GraphQuery::parse(raw.as_deref().unwrap_or_default());
    let t = ctx.t;
    let scope = ctx.scope();
    let drawing = graph::read(&state.catalog, &scope, &query.request()).await?;
    let all_kinds = all_kinds(&state.catalog, &scope);
    let body = html! {
        (layout::heading(&t.text("nav-graph"), &t.text("graph-what"), html! {}))
        (controls(&ctx, &query, &all_kinds))
        @for text in &query.unread {
            p.banner data-tone="bad" { (t.with("graph-unread", &[("text", text.as_str().into())])) }
        }
        @if query.roots.is_empty() {
            (empty(&t.text("graph-no-roots"), &t.text("graph-no-roots-what"), suggestions(&ctx, &state).await?))
        } @else if drawing.nodes.is_empty() {
            (empty(&t.text("no-relations"), &t.text("no-relations-what"), html! {}))
        } @else {
            (graph_svg::graph(t, &drawing, &t.text("graph-label")))
            (graph_svg::in_words(t, &drawing))
        }
    };
    Ok(layout::page(&ctx, &t.text("nav-graph"), body))
}

fn controls(ctx: &Ctx, query: &GraphQuery, kinds: &[String]) -> Markup {
    let t = ctx.t;
    let roots = query.roots.iter().map(EntityRef::as_str).chain(query.unread.iter().map(String::as_str));
    let roots = roots.collect::<Vec<_>>().join(" ");
    let has = |list: &[String], value: &str| list.iter().any(|chosen| chosen.eq_ignore_ascii_case(value));
    html! {
        form.graph-form action="/catalog-graph" data-island="submit" {
            label.field.field-wide {
                span { (t.text("graph-roots")) }
                input name="root" value=(roots) placeholder="system:default/payments" autocomplete="off" spellcheck="false";
            }
            label.field {
                span { (t.text("graph-depth")) }
                select name="depth" {
                    @for depth in 1..=MAX_DEPTH { option value=(depth) selected[depth == query.depth] { (depth) } }
                }
            }
            details.menu {
                summary.button { (t.text("facet-kind")) @if !query.kinds.is_empty() { span.choice-count { (query.kinds.len()) } } }
                div.menu-body {
                    @for kind in kinds {
                        label.choice {
                            input type="checkbox" name="kind" value=(kind.to_lowercase()) checked[has(&query.kinds, kind)];
                            span.choice-name { (kind_plural(t, kind)) }
                        }
                    }
                }
            }
            details.menu {
                summary.button { (t.text("relations")) @if !query.relations.is_empty() { span.choice-count { (query.relations.len()) } } }
                div.menu-body {
                    @for relation in well_known() {
                        label.choice {
                            input type="checkbox" name="relation" value=(relation) checked[has(&query.relations, relation)];
                            span.choice-name { (relation_name(t, relation)) }
                        }
                    }
                }
            }
            button.button.primary type="submit" { (t.text("graph-draw")) }
        }
    }
}

/// Where to begin: the wholes, which have the most to show.
async fn suggestions(ctx: &Ctx, state: &WebState) -> Result<Markup, Failure> {
    const SHOWN: usize = 12;
    let mut wholes = Vec::new();
    for kind in ["domain", "system"] {
        let query = ListQuery { limit: SHOWN, ..ListQuery::of_kind(kind) };
        let narrow = Narrow { query: &query, ctx, problematic: &[], matching: None };
        wholes.extend(read_rows(&state.catalog, &ctx.scope(), narrow, SHOWN).await?.0);
    }
    Ok(html! {
        p.suggestions {
            @for whole in wholes.iter().take(SHOWN) {
                @let to = GraphQuery { roots: vec![whole.entity_ref.clone()], ..GraphQuery::parse("depth=2") };
                a.chip href=(to.href()) { (kinds::face(whole.entity_ref.kind()).icon) (whole.label()) } " "
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_backstage_are_read() {
        let query = "rootEntityRefs%5B%5D=component%3Adefault%2Fa&rootEntityRefs[]=nonsense&maxDepth=3\
                     &selectedKinds%5B%5D=API&selectedRelations[0]=ownedBy&unidirectional=true&depth=";
        let graph = GraphQuery::parse(query);
        assert_eq!(graph.roots, [EntityRef::new("component", "default", "a")]);
        assert_eq!((graph.unread.as_slice(), graph.depth), (["nonsense".to_owned()].as_slice(), MAX_DEPTH));
        let ours = "/catalog-graph?root=component%3Adefault%2Fa&depth=6&kind=api&relation=ownedBy";
        assert_eq!(graph.href(), ours);
        assert_eq!(GraphQuery::parse(ours.split_once('?').map_or("", |(_, query)| query)).href(), ours);
    }
}
