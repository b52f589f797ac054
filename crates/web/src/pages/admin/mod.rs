//! `/admin`: what those who run the portal look after. Today: what is wrong in the catalog, its sources, who brings
//! entities when, and its kinds.

use axum::response::Redirect;
use maud::{Markup, html};

use crate::components::layout;
use crate::request::Ctx;

pub mod kind;
pub mod kind_preview;
pub mod kinds;
pub mod problems;
pub mod scheduled;
pub mod sources;

/// The tabs, by their end of the address.
const TABS: [&str; 4] = ["problems", "sources", "scheduled", "kinds"];

pub async fn home() -> Redirect {
    Redirect::to("/admin/problems")
}

/// The whole page with one tab open.
fn page(ctx: &Ctx, tab: &str, actions: Markup, body: Markup) -> Markup {
    let t = ctx.t();
    let tabs =
        TABS.map(|name| (format!("/admin/{name}"), t.text(&format!("admin-tab-{name}")).into_owned(), name == tab));
    let title = format!("{} · {}", t.text(&format!("admin-tab-{tab}")), t.text("nav-admin"));
    let body = html! {
        (layout::heading(&t.text("nav-admin"), "", actions))
        (layout::tabs(&t.text("tabs-label"), &tabs))
        (body)
    };
    layout::page(ctx, &title, body)
}

/// A field that narrows a list by text, without scripts too.
fn text_filter(ctx: &Ctx, action: &str, text: &str, keep: Markup) -> Markup {
    let t = ctx.t();
    html! {
        form.admin-filter action=(action) role="search" {
            label.filter {
                (crate::components::icon::Icon::Search)
                span.visually-hidden { (t.text("filter-label")) }
                input #q type="search" name="q" value=(text) placeholder=(t.text("filter-label")) autocomplete="off";
                kbd { "f" }
            }
            (keep)
            button.button type="submit" { (t.text("filter-apply")) }
        }
    }
}
