//! The table of a list: columns of its kind, each sortable by a link in its head.

use std::borrow::Cow;

use maud::{Markup, html};
use serde_json::Value;

use super::icon::Icon;
use super::star::star;
use super::{entity_links, kind_name, lifecycle};
use crate::request::Ctx;
use crate::urls;
use crate::view::entity::EntityView;
use crate::view::kinds::Column;
use crate::view::labels::Labels;
use crate::view::list_query::{Facet, ListQuery};
use crate::view::listing::Listing;

/// Tags shown in a row before the rest is counted.
const MAX_TAGS: usize = 3;

/// The rows of a list.
pub fn table(ctx: &Ctx, listing: &Listing) -> Markup {
    let t = ctx.t();
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(t.text("list-label")) {
            table.rows {
                thead {
                    tr {
                        @for column in &listing.columns { (head(ctx, &listing.query, column)) }
                        th.col-star scope="col" { span.visually-hidden { (t.text("star")) } }
                    }
                }
                tbody {
                    @for entity in &listing.rows {
                        tr {
                            @for column in &listing.columns {
                                (cell(ctx, &listing.query, column, entity, &listing.labels))
                            }
                            td.col-star { (star(ctx, &entity.entity_ref, entity.label(), false)) }
                        }
                    }
                }
            }
        }
    }
}

fn head(ctx: &Ctx, query: &ListQuery, column: &Column) -> Markup {
    let name = match column {
        Column::Field(column) | Column::Related { column, .. } => Cow::Borrowed(column.label.as_str()),
        known => ctx.t().text(&format!("column-{}", known.name())),
    };
    let sorted = query.sort == column.name();
    let direction = sorted.then_some(if query.descending { "descending" } else { "ascending" });
    html! {
        th scope="col" class={ "col-" (class(column)) } aria-sort=[direction] {
            @if column.sort_key().is_some() {
                @let descending = sorted && !query.descending;
                @let to = ListQuery { sort: column.name().to_owned(), descending, page: 1, ..query.clone() };
                a href=(to.href()) hx-get=(to.href()) {
                    (name) @if sorted { (if query.descending { Icon::ArrowDown } else { Icon::ArrowUp }) }
                }
            } @else { (name) }
        }
    }
}

fn cell(ctx: &Ctx, query: &ListQuery, column: &Column, entity: &EntityView, labels: &Labels) -> Markup {
    let related = |relation: &str| entity_links(&entity.related(relation), labels, ctx.t());
    let content = match column {
        Column::Name => return html! { th scope="row" class="col-name" { (name(ctx, entity)) } },
        Column::Kind => html! {
            (kind_name(ctx.t(), entity.body.kind()))
            @if let Some(value) = entity.kind_type() { p.row-text { bdi { (value) } } }
        },
        Column::Type => html! { @if let Some(value) = entity.kind_type() { (value) } },
        Column::Lifecycle => html! { @if let Some(value) = entity.lifecycle() { (lifecycle(value)) } },
        Column::Owner => related("ownedBy"),
        Column::PartOf => related("partOf"),
        Column::Parent => related("childOf"),
        Column::MemberOf => related("memberOf"),
        Column::Email => html! {
            @if let Some(email) = entity.email() { @match urls::external(&format!("mailto:{email}")) {
                Some(address) => { a href=(address) { (email) } }
                None => { (email) }
            } }
        },
        Column::Target => html! { @for target in targets(entity) { span.target { (target) } } },
        Column::Tags => tags(ctx, query, &entity.tags()),
        Column::Related { relation, .. } => related(relation),
        Column::Field(field) => html! { @if let Some(value) = entity.field(&field.key) { (value) } },
    };
    html! { td class={ "col-" (class(column)) } { (content) } }
}

/// The class of a column's cells.
fn class(column: &Column) -> &str {
    match column {
        Column::Field(_) => "field",
        Column::Related { .. } => "related",
        known => known.name(),
    }
}

fn name(ctx: &Ctx, entity: &EntityView) -> Markup {
    let entity_ref = &entity.entity_ref;
    let problems = entity.problems().len() as u64;
    let elsewhere = entity_ref.namespace() != model::reference::DEFAULT_NAMESPACE;
    let label = entity.label();
    let named = elsewhere || !says_name(label, entity_ref.name());
    html! {
        div.row-name {
            a.entity href=(urls::entity(entity_ref)) data-ref=(entity_ref) {
                (ctx.faces.face(entity_ref.kind()).icon(entity.kind_type())) bdi.entity-title { (label) }
            }
            @if problems > 0 {
                a.status data-tone="bad" href=(urls::entity_tab(entity_ref, "inspect")) { span.dot {} (ctx.t().count("problems-count", problems)) }
            } @else if entity.is_orphan() {
                span.status data-tone="fading" { span.dot {} (ctx.t().text("orphan")) }
            }
        }
        @if named || entity.description().is_some() {
            p.row-text title=[entity.description()] {
                @if named { span.ref { @if elsewhere { (entity_ref.namespace()) "/" } (entity_ref.name()) } " " }
                @if let Some(text) = entity.description() { bdi { (text) } }
            }
        }
    }
}

/// Whether a title is the name in other words, so that the name adds nothing: "Seat reservation" and `seat-reservation`.
fn says_name(title: &str, name: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(title) == letters(name)
}

/// Where a location points: `target` and `targets`.
pub fn targets(entity: &EntityView) -> Vec<&str> {
    let one = entity.body.0.pointer("/spec/target").and_then(Value::as_str);
    one.into_iter().chain(entity.texts("/spec/targets")).collect()
}

fn tags(ctx: &Ctx, query: &ListQuery, tags: &[&str]) -> Markup {
    html! {
        @for tag in tags.iter().take(MAX_TAGS) {
            a.tag href=(query.clone().adding(Facet::Tag, tag).href()) { (tag) } " "
        }
        @if tags.len() > MAX_TAGS { span.quiet { (ctx.t().count("and-more", (tags.len() - MAX_TAGS) as u64)) } }
    }
}
