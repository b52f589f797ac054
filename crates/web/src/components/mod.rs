//! The pieces pages are made of. Each is a function from what it shows to HTML; none reads anything.

use std::borrow::Cow;

use maud::{Markup, html};
use model::EntityRef;

use crate::i18n::Messages;
use crate::urls;
use crate::view::labels::Labels;
use crate::view::list_query::{Facet, ListQuery};

pub mod diff;
pub mod facets;
pub mod graph_svg;
pub mod icon;
pub mod layout;
pub mod menu;
pub mod pager;
pub mod problem;
pub mod star;
pub mod table;

use icon::Icon;

/// The heading of a page.
pub fn page_title(title: &str) -> Markup {
    html! { h1.page-title { (title) } }
}

/// An entity, the way it is shown everywhere: icon of its kind, title, a dot where something is wrong with it, and its
/// namespace where the title alone does not say which one it is.
pub fn entity_link(t: Messages, entity_ref: &EntityRef, labels: &Labels) -> Markup {
    let label = labels.get(entity_ref);
    let icon = t.faces.face(entity_ref.kind()).icon(label.and_then(|label| label.kind_type.as_deref()));
    let elsewhere = entity_ref.namespace() != model::reference::DEFAULT_NAMESPACE;
    html! {
        a.entity.missing[label.is_none()] href=(urls::entity(entity_ref)) data-ref=(entity_ref) {
            (icon)
            bdi.entity-title { (label.map_or(entity_ref.name(), |label| label.title.as_str())) }
            @if label.is_some_and(|label| label.troubled) {
                span.dot data-tone="bad" title=(t.text("has-problems")) {}
                span.visually-hidden { (t.text("has-problems")) }
            }
            @if elsewhere { span.entity-ref { (entity_ref.namespace()) } }
        }
    }
}

/// Entities below each other, each with what kind of thing it is; beyond the first few the rest is folded away.
pub fn entity_list(t: Messages, refs: &[EntityRef], labels: &Labels) -> Markup {
    const SHOWN: usize = 12;
    // Three more lines are no more to look at than the line that hides them.
    let shown = if refs.len() <= SHOWN + 3 { refs.len() } else { SHOWN };
    let (first, rest) = refs.split_at(shown);
    html! {
        ul.entity-list { @for entity_ref in first { (entity_line(t, entity_ref, labels)) } }
        @if !rest.is_empty() {
            details.more {
                summary { (t.count("and-more", rest.len() as u64)) }
                ul.entity-list { @for entity_ref in rest { (entity_line(t, entity_ref, labels)) } }
            }
        }
    }
}

fn entity_line(t: Messages, entity_ref: &EntityRef, labels: &Labels) -> Markup {
    html! {
        li {
            (entity_link(t, entity_ref, labels))
            span.entity-what {
                @match labels.get(entity_ref) {
                    Some(label) => {
                        (kind_name(t, entity_ref.kind()))
                        @if let Some(kind_type) = &label.kind_type { " · " bdi { (kind_type) } }
                    }
                    None => { (t.text("missing-entity")) }
                }
            }
        }
    }
}

/// A description: whole where it is short, else its beginning with the rest behind a click.
pub fn lead(t: Messages, text: &str) -> Markup {
    const SHORT: usize = 420;
    const BEGINNING: usize = 320;
    let Some((cut, _)) = text.char_indices().nth(SHORT).and_then(|_| text.char_indices().nth(BEGINNING)) else {
        return html! { p.lead dir="auto" { (text) } };
    };
    html! {
        details.lead.folded-text {
            summary { span dir="auto" { (text[..cut].trim_end()) "…" } " " span.quiet-link { (t.text("read-on")) } }
            p dir="auto" { (text) }
        }
    }
}

/// Tags that narrow a list of one kind; beyond the first few the rest is folded away.
pub fn tags(t: Messages, kind: &str, tags: &[&str]) -> Markup {
    const SHOWN: usize = 12;
    let tag = |tag: &str| html! { a.tag href=(ListQuery::of_kind(kind).adding(Facet::Tag, tag).href()) { (tag) } " " };
    let (first, rest) = tags.split_at(tags.len().min(SHOWN));
    html! {
        @for one in first { (tag(one)) }
        @if !rest.is_empty() {
            details.more.more-tags {
                summary { (t.count("and-more", rest.len() as u64)) }
                @for one in rest { (tag(one)) }
            }
        }
    }
}

/// Entities in a row, the first few; the rest is counted.
pub fn entity_links(refs: &[EntityRef], labels: &Labels, t: Messages) -> Markup {
    const SHOWN: usize = 3;
    html! {
        @for entity_ref in refs.iter().take(SHOWN) { (entity_link(t, entity_ref, labels)) " " }
        @if refs.len() > SHOWN {
            span.quiet { (t.count("and-more", (refs.len() - SHOWN) as u64)) }
        }
    }
}

/// The name of a kind in words: in the reader's language, else as its definition or its author has it.
pub fn kind_name<'a>(t: Messages<'a>, kind: &'a str) -> Cow<'a, str> {
    let ours = t.find(&format!("kind-{}", kind.to_lowercase()));
    t.faces.title(kind, false, ours).unwrap_or(Cow::Borrowed(kind))
}

/// The name of a kind for many of it.
pub fn kind_plural<'a>(t: Messages<'a>, kind: &'a str) -> Cow<'a, str> {
    let ours = t.find(&format!("kinds-{}", kind.to_lowercase()));
    t.faces.title(kind, true, ours).unwrap_or(Cow::Borrowed(kind))
}

/// A relation type in words: those of its definition, else ours, else the type as it is written.
pub fn relation_name<'a>(t: Messages<'a>, relation: &'a str) -> Cow<'a, str> {
    let defined = t.faces.relations.title(relation).map(Cow::Borrowed);
    defined.or_else(|| t.find(&format!("relation-{relation}"))).unwrap_or(Cow::Borrowed(relation))
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

/// A moment, said as how long ago it was or will be; the exact time shows on hover. Milliseconds since 1970.
pub fn moment(t: Messages, millis: i64) -> Markup {
    let iso = time::OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)).ok();
    let iso = iso.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok());
    html! { time datetime=[iso] title=(t.moment(millis)) { (t.relative(base::clock::now_millis(), millis)) } }
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

/// The same, headed by a name that somebody gave and that is shown as it was written.
pub fn named_card(name: &str, extra: Markup, body: Markup) -> Markup {
    html! {
        section.card {
            header.card-head { h2.as-written { (name) } (extra) }
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
