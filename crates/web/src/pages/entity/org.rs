//! Panels of groups and people.

use maud::{Markup, html};
use model::EntityRef;
use model::filter::{OWNED_BY_THROUGH, Predicate};

use super::Subject;
use crate::WebState;
use crate::components::{card, entity_link, entity_links, entity_list, kind_plural, nothing};
use crate::i18n::Messages;
use crate::view::labels::Labels;
use crate::view::list_query::{Facet, ListQuery};
use crate::view::org::{self, OwnedKind};

/// Members listed before the rest is counted, and types of one kind.
const MAX_MEMBERS: usize = 100;
const MAX_TYPES: usize = 6;
/// Groups that are named of those that bring a member in.
const MAX_VIA: usize = 3;

/// Who is in the group, directly and through its sub-groups.
pub fn members(subject: &Subject, state: &WebState) -> Markup {
    let t = subject.ctx.t();
    let membership = state.catalog.membership(&subject.scope, &subject.entity.entity_ref);
    // Only what is shown needs a name.
    let through = membership.through.iter().take(MAX_MEMBERS);
    let through = through.flat_map(|(member, groups)| std::iter::once(member).chain(groups.iter().take(MAX_VIA)));
    let refs = membership.direct.iter().take(MAX_MEMBERS).chain(through).cloned().collect();
    let labels = Labels::read(&state.catalog, &subject.scope, refs);
    let children = subject.entity.related("parentOf");
    let parents = subject.entity.related("childOf");
    let number = |count: usize| html! { span.choice-count { (t.number(count as u64)) } };
    html! {
        (card(&t.text("members"), number(membership.direct.len()), html! {
            @if membership.direct.is_empty() { (nothing(&t.text("no-members"))) }
            (people(t, &membership.direct, &labels))
            (rest(subject, membership.direct.len()))
        }))
        @if !membership.through.is_empty() {
            (card(&t.text("members-through"), number(membership.through.len()), html! {
                ul.entity-list {
                    @for (member, groups) in membership.through.iter().take(MAX_MEMBERS) {
                        li { (entity_link(t, member, &labels)) span.entity-what { (t.text("through")) " " (entity_links(groups, &labels, t)) } }
                    }
                }
                (rest(subject, membership.through.len()))
            }))
        }
        @if !children.is_empty() || !parents.is_empty() {
            div.side-by-side {
                @if !parents.is_empty() { (card(&t.text("parent-groups"), html! {}, entity_list(t, &parents, &subject.labels))) }
                @if !children.is_empty() { (card(&t.text("subgroups"), html! {}, entity_list(t, &children, &subject.labels))) }
            }
        }
    }
}

fn people(t: Messages, refs: &[EntityRef], labels: &Labels) -> Markup {
    html! { ul.people { @for member in refs.iter().take(MAX_MEMBERS) { li { (entity_link(t, member, labels)) } } } }
}

fn rest(subject: &Subject, count: usize) -> Markup {
    html! { @if count > MAX_MEMBERS { p.quiet { (subject.ctx.t().count("and-more", (count - MAX_MEMBERS) as u64)) } } }
}

/// The groups a person is in.
pub fn groups(subject: &Subject) -> Markup {
    let t = subject.ctx.t();
    let groups = subject.entity.related("memberOf");
    card(
        &t.text("groups"),
        html! {},
        html! {
            @if groups.is_empty() { (nothing(&t.text("no-groups"))) } @else { (entity_list(t, &groups, &subject.labels)) }
        },
    )
}

/// What a group or a person owns, by kind and type, and what it owns through groups; each a link to that list.
pub fn ownership(subject: &Subject, state: &WebState) -> Markup {
    let t = subject.ctx.t();
    let own = subject.entity.entity_ref.as_str();
    let owned = |key: &str| org::owned(&state.catalog, &subject.scope, &Predicate::equals(key, own));
    let (direct, through) = (owned(Facet::Owner.row_key()), owned(OWNED_BY_THROUGH));
    html! {
        (card(&t.text("owns"), html! {}, html! {
            @if direct.is_empty() { (nothing(&t.text("owns-nothing"))) }
            (owned_kinds(subject, &direct, false))
        }))
        @if through != direct {
            (card(&t.text("owns-through"), html! {}, owned_kinds(subject, &through, true)))
        }
    }
}

fn owned_kinds(subject: &Subject, kinds: &[OwnedKind], nested: bool) -> Markup {
    let t = subject.ctx.t();
    let owner = subject.entity.entity_ref.as_str();
    let list = |kind: &str| ListQuery { nested, ..ListQuery::of_kind(kind).adding(Facet::Owner, owner) };
    html! {
        @if !kinds.is_empty() {
            ul.tiles {
                @for kind in kinds {
                    @let icon = t.faces.face(&kind.kind).icon(None);
                    li.tile {
                        a.tile-main href=(list(&kind.kind).href()) {
                            (icon) span { (kind_plural(t, &kind.kind)) } span.tile-count { (t.number(kind.count)) }
                        }
                        @if !kind.types.is_empty() {
                            p.tile-types {
                                @for (kind_type, count) in kind.types.iter().take(MAX_TYPES) {
                                    a href=(list(&kind.kind).adding(Facet::Type, kind_type).href()) { (kind_type) " " span.choice-count { (t.number(*count)) } }
                                    " "
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
