//! The facets beside a list. They are fields of the list's form: without JavaScript a button applies them.

use maud::{Markup, html};

use super::icon::Icon;
use super::kind_plural;
use crate::request::Ctx;
use crate::view::list_query::{ALL_KINDS, Facet, ListQuery, Shown};
use crate::view::listing::{Choice, Listing};

/// Values of a facet that show before the rest is folded away.
const OPEN_VALUES: usize = 8;

/// All facets of a list. Whose and which kind are links, for one chooses one of them; the rest are boxes to tick.
pub fn facets(ctx: &Ctx, listing: &Listing) -> Markup {
    let (t, query) = (ctx.t(), &listing.query);
    html! {
        nav.facet aria-labelledby="facet-shown" {
            h2 #facet-shown { (t.text("facet-shown")) }
            @for (shown, count) in Shown::EACH.into_iter().zip(listing.shown) {
                @let to = ListQuery { shown, ..query.clone() }.first_page().href();
                (way(&to, &t.text(&format!("shown-{}", shown.code())), query.shown == shown, &t.number(count), None))
            }
        }
        (kind_ways(ctx, listing))
        @for (facet, choices) in &listing.facets {
            @if !choices.is_empty() { (facet_box(ctx, query, *facet, choices)) }
        }
        @if listing.with_problems > 0 || listing.orphans > 0 || query.problems || query.orphans {
            fieldset.facet {
                legend { (t.text("facet-health")) }
                (flag("problems", &t.text("facet-problems"), query.problems, &t.number(listing.with_problems)))
                (flag("orphans", &t.text("facet-orphans"), query.orphans, &t.number(listing.orphans)))
            }
        }
        // What the links say, kept when a box is ticked.
        input type="hidden" name="kind" value=(query.kind.as_deref().unwrap_or(ALL_KINDS));
        input type="hidden" name="show" value=(query.shown.code());
    }
}

fn kind_ways(ctx: &Ctx, listing: &Listing) -> Markup {
    let (t, query) = (ctx.t(), &listing.query);
    let all: u64 = listing.kinds.iter().map(|kind| kind.count).sum();
    // A type or a system of one kind says nothing of another, so only what all kinds share goes along.
    let to = |kind: Option<&str>| {
        let moved = ListQuery { kind: kind.map(str::to_lowercase), ..query.clone() };
        moved.without(Facet::Type).without(Facet::Lifecycle).first_page().href()
    };
    // The chosen kind stays even when nothing of it is left.
    let lost = query.kind.as_ref().filter(|kind| !listing.kinds.iter().any(|k| k.value.eq_ignore_ascii_case(kind)));
    html! {
        nav.facet aria-labelledby="facet-kind" {
            h2 #facet-kind { (t.text("facet-kind")) }
            (way(&to(None), &t.text("kinds-all"), query.kind.is_none(), &t.number(all), Some(Icon::Catalog)))
            @if let Some(kind) = lost {
                (way(&to(Some(kind)), &kind_plural(t, kind), true, &t.number(0), Some(ctx.faces.face(kind).icon(None))))
            }
            @for kind in &listing.kinds {
                @let chosen = query.kind.as_ref().is_some_and(|chosen| kind.value.eq_ignore_ascii_case(chosen));
                @let icon = ctx.faces.face(&kind.value).icon(None);
                (way(&to(Some(&kind.value)), &kind_plural(t, &kind.value), chosen, &t.number(kind.count), Some(icon)))
            }
        }
    }
}

fn way(href: &str, name: &str, chosen: bool, count: &str, icon: Option<Icon>) -> Markup {
    html! {
        a.choice href=(href) hx-get=(href) aria-current=[chosen.then_some("true")] {
            @if let Some(icon) = icon { (icon) }
            span.choice-name { (name) }
            span.choice-count { (count) }
        }
    }
}

fn facet_box(ctx: &Ctx, query: &ListQuery, facet: Facet, choices: &[Choice]) -> Markup {
    let t = ctx.t();
    let chosen = choices.iter().filter(|choice| choice.chosen).count();
    let (open, folded) = choices.split_at(choices.len().min(OPEN_VALUES.max(chosen)));
    html! {
        fieldset.facet {
            legend { (t.text(&format!("facet-{}", facet.name()))) }
            @for choice in open { (choice_box(ctx, facet, choice)) }
            @if !folded.is_empty() {
                details.more id={ "more-" (facet.name()) } {
                    summary { (t.count("facet-more", folded.len() as u64)) }
                    @for choice in folded { (choice_box(ctx, facet, choice)) }
                }
            }
            @if facet == Facet::Owner && (chosen > 0 || query.nested) { (flag("nested", &t.text("facet-nested"), query.nested, "")) }
        }
    }
}

fn choice_box(ctx: &Ctx, facet: Facet, choice: &Choice) -> Markup {
    html! {
        label.choice {
            input type="checkbox" name=(facet.name()) value=(choice.value) checked[choice.chosen];
            span.choice-name title=(choice.value) { (choice.label) }
            span.choice-count { (ctx.t().number(choice.count)) }
        }
    }
}

fn flag(name: &str, label: &str, chosen: bool, count: &str) -> Markup {
    html! {
        label.choice {
            input type="checkbox" name=(name) value="yes" checked[chosen];
            span.choice-name { (label) }
            span.choice-count { (count) }
        }
    }
}

/// What narrows the list, each with a link that takes it away.
pub fn chosen(ctx: &Ctx, listing: &Listing) -> Markup {
    let (t, query) = (ctx.t(), &listing.query);
    if !query.is_narrowed() {
        return html! {};
    }
    let mut chips: Vec<(String, String, ListQuery)> = Vec::new();
    if !query.text.is_empty() {
        let without = ListQuery { text: String::new(), ..query.clone() };
        chips.push((t.text("facet-text").into_owned(), query.text.clone(), without));
    }
    if query.shown != Shown::All {
        let name = t.text(&format!("shown-{}", query.shown.code())).into_owned();
        chips.push((t.text("facet-shown").into_owned(), name, ListQuery { shown: Shown::All, ..query.clone() }));
    }
    for (facet, choices) in &listing.facets {
        for choice in choices.iter().filter(|choice| choice.chosen) {
            let without = query.clone().removing(*facet, &choice.value);
            chips.push((t.text(&format!("facet-{}", facet.name())).into_owned(), choice.label.clone(), without));
        }
    }
    if query.nested && !query.values(Facet::Owner).is_empty() {
        let without = ListQuery { nested: false, ..query.clone() };
        chips.push((t.text("facet-owner").into_owned(), t.text("facet-nested").into_owned(), without));
    }
    if query.problems {
        let without = ListQuery { problems: false, ..query.clone() };
        chips.push((t.text("facet-health").into_owned(), t.text("facet-problems").into_owned(), without));
    }
    if query.orphans {
        let without = ListQuery { orphans: false, ..query.clone() };
        chips.push((t.text("facet-health").into_owned(), t.text("facet-orphans").into_owned(), without));
    }
    let plain = ListQuery { kind: query.kind.clone(), ..ListQuery::default() };
    html! {
        ul.chips aria-label=(t.text("chips-label")) {
            @for (name, value, without) in chips {
                li {
                    @let to = without.first_page().href();
                    a.chip href=(to) hx-get=(to) {
                        span.quiet { (name) } " " (value) (Icon::Close)
                        span.visually-hidden { (t.text("chip-remove")) }
                    }
                }
            }
            li { a.quiet-link href=(plain.href()) { (t.text("chips-clear")) } }
        }
    }
}
