//! `/admin`: what those who run the portal look after. Today: what is wrong in the catalog, its sources, who brings
//! entities when, its kinds, who may do what, and what was done.

use auth::Permission;
use auth::permission::{AUDIT_READ, INGESTION_READ, POLICY_READ, UNPROCESSED_READ};
use axum::response::Redirect;
use maud::{Markup, html};

use crate::components::layout;
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};

pub mod access;
pub mod audit;
pub mod kind;
pub mod kind_preview;
pub mod kinds;
pub mod problems;
pub mod scheduled;
pub mod sources;

/// The tabs, by their end of the address, with what one has to be allowed to see each.
const TABS: [(&str, Option<Permission<'_>>); 6] = [
    ("problems", Some(UNPROCESSED_READ)),
    ("sources", Some(INGESTION_READ)),
    ("scheduled", Some(INGESTION_READ)),
    ("kinds", None),
    ("access", Some(POLICY_READ)),
    ("audit", Some(AUDIT_READ)),
];

pub async fn home(SignedIn(ctx): SignedIn) -> Redirect {
    Redirect::to(&entrance(&ctx))
}

/// The address of the first tab that a reader may see.
pub fn entrance(ctx: &Ctx) -> String {
    let first = TABS.iter().find(|(tab, _)| enter(ctx, tab).is_ok()).map_or("kinds", |(tab, _)| tab);
    format!("/admin/{first}")
}

/// Turns away who may not see a tab.
fn enter(ctx: &Ctx, tab: &str) -> Result<(), Failure> {
    let permission = TABS.iter().find(|(name, _)| *name == tab).and_then(|(_, permission)| permission.as_ref());
    permission.map_or(Ok(()), |permission| ctx.require(permission))
}

/// The whole page with one tab open.
fn page(ctx: &Ctx, tab: &str, actions: Markup, body: Markup) -> Markup {
    let t = ctx.t();
    let shown = TABS.iter().map(|(name, _)| *name).filter(|name| enter(ctx, name).is_ok());
    let tabs: Vec<_> = shown
        .map(|name| (format!("/admin/{name}"), t.text(&format!("admin-tab-{name}")).into_owned(), name == tab))
        .collect();
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
