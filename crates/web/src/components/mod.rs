//! The pieces pages are made of. Each is a function from what it shows to HTML; none reads anything.

use std::borrow::Cow;

use maud::{Markup, html};
use model::EntityRef;

use crate::i18n::Messages;
use crate::urls;
use crate::view::kinds;
use crate::view::labels::Labels;

pub mod facets;
pub mod graph_svg;
pub mod icon;
pub mod layout;
pub mod pager;
pub mod star;
pub mod table;

use icon::Icon;

/// The heading of a page.
pub fn page_title(title: &str) -> Markup {
    html! { h1.page-title { (title) } }
}

/// An entity, the way it is shown everywhere: icon of its kind, title, and the rest of its reference in small type
/// where the title alone does not say which one it is.
pub fn entity_link(entity_ref: &EntityRef, labels: &Labels) -> Markup {
    let label = labels.get(entity_ref);
    let face = kinds::face(entity_ref.kind());
    html! {
        a.entity.missing[label.is_none()] href=(urls::entity(entity_ref)) data-ref=(entity_ref) {
            (face.icon)
            span.entity-title { (label.map_or(entity_ref.name(), |label| label.title.as_str())) }
            @if entity_ref.namespace() != model::reference::DEFAULT_NAMESPACE {
                span.entity-ref { (entity_ref.namespace()) }
            }
        }
    }
}

/// Entities in a row, the first few; the rest is counted.
pub fn entity_links(refs: &[EntityRef], labels: &Labels, t: Messages) -> Markup {
    const SHOWN: usize = 3;
    html! {
        @for entity_ref in refs.iter().take(SHOWN) { (entity_link(entity_ref, labels)) " " }
        @if refs.len() > SHOWN {
            span.quiet { (t.count("and-more", (refs.len() - SHOWN) as u64)) }
        }
    }
}

/// The name of a kind in words: in the reader's language, else as its definition or its author has it.
pub fn kind_name(t: Messages, kind: &str) -> Cow<'_, str> {
    let defined = || Cow::Borrowed(kinds::titles(kind).map_or(kind, |(one, _)| one));
    t.find(&format!("kind-{}", kind.to_lowercase())).unwrap_or_else(defined)
}

/// The name of a kind for many of it.
pub fn kind_plural(t: Messages, kind: &str) -> Cow<'_, str> {
    let defined = || Cow::Borrowed(kinds::titles(kind).map_or(kind, |(_, many)| many));
    t.find(&format!("kinds-{}", kind.to_lowercase())).unwrap_or_else(defined)
}

/// A relation type in words: ours for the well-known ones, else the type as it is written.
pub fn relation_name(t: Messages, relation: &str) -> Cow<'_, str> {
    t.find(&format!("relation-{relation}")).unwrap_or(Cow::Borrowed(relation))
}

/// Where an entity is in its life, as a badge with a dot.
pub fn lifecycle(value: &str) -> Markup {
    let tone = match value {
        "production" => "good",
        "experimental" => "new",
        "deprecated" => "fading",
        _ => "plain",
    };
    html! { span.badge data-tone=(tone) { span.dot {} (value) } }
}

/// A box with a heading. `extra` stands at the end of the heading's line.
pub fn card(title: &str, extra: Markup, body: Markup) -> Markup {
    html! {
        section.card {
            header.card-head { h2 { (title) } (extra) }
            div.card-body { (body) }
        }
    }
}

/// What would fill a place that is empty, and what to do about it.
pub fn empty(title: &str, what: &str, action: Markup) -> Markup {
    html! {
        div.empty { (Icon::Empty) p.empty-title { (title) } p.quiet { (what) } (action) }
    }
}

/// A line that says there is nothing, inside a card.
pub fn nothing(text: &str) -> Markup {
    html! { p.nothing { (text) } }
}

/// A key and what it is, for the list of facts.
pub fn fact(name: &str, value: Markup) -> Markup {
    html! { div.fact { dt { (name) } dd { (value) } } }
}

/// Text with code or a document in it, scrollable by keyboard.
pub fn code_block(label: &str, text: &str) -> Markup {
    html! { pre.code tabindex="0" role="region" aria-label=(label) { code { (text) } } }
}
