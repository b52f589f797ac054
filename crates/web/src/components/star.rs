//! The star of an entity: a button of the one form every page has for stars, so that it works bare and inside other forms.

use fluent_bundle::FluentValue;
use maud::{Markup, html};
use model::EntityRef;

use super::icon::Icon;
use crate::request::Ctx;
use crate::view::listing::Listing;

/// The id of the form the buttons belong to.
const FORM: &str = "stars";

/// The form; it goes once into each page.
pub fn star_form() -> Markup {
    html! { form #(FORM) action="/star" method="post" hidden {} }
}

/// A button that gives every entity of a page of the list its star, or takes it away where all have theirs: whoever
/// narrowed a list to what matters keeps it with one click.
pub fn star_all(ctx: &Ctx, listing: &Listing) -> Markup {
    let refs = listing.rows.iter().map(|row| &row.entity_ref);
    let all = refs.clone().all(|entity_ref| ctx.stars.contains(entity_ref));
    let joined = refs.map(EntityRef::as_str).collect::<Vec<_>>().join(",");
    html! {
        @if listing.rows.len() > 1 {
            button.quiet-link.star-all type="submit" form=(FORM) name=(if all { "remove" } else { "add" }) value=(joined) {
                (Icon::Star) (ctx.t().count(if all { "unstar-all" } else { "star-all" }, listing.rows.len() as u64))
            }
        }
    }
}

/// A button that adds or removes the star.
pub fn star(ctx: &Ctx, entity_ref: &EntityRef, name: &str, with_words: bool) -> Markup {
    let starred = ctx.stars.contains(entity_ref);
    let t = ctx.t();
    let name = [("name", FluentValue::from(name))];
    let label = t.with("star-this", &name);
    html! {
        button class=(if with_words { "button star" } else { "icon-button star" }) type="submit" form=(FORM)
            name=(if starred { "remove" } else { "add" }) value=(entity_ref) aria-label=(label) aria-pressed=(starred)
            title=(label) data-island="star" {
            (Icon::Star)
            @if with_words { span { (t.text("star")) } }
        }
    }
}
