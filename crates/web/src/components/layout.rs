//! The frame of every page: head, sidebar, main part, and the dialogs that islands open.

use maud::{DOCTYPE, Markup, html};

use super::icon::Icon;
use super::star::star_form;
use crate::assets;
use crate::components;
use crate::cookies::Theme;
use crate::i18n::Messages;
use crate::pages::admin;
use crate::request::Ctx;
use crate::urls;

/// htmx must neither evaluate text nor write style elements: the content security policy allows neither.
const HTMX_CONFIG: &str = r#"{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"historyCacheSize":0,"refreshOnHistoryMiss":true}"#;

/// A place the sidebar leads to.
struct Place {
    href: &'static str,
    key: &'static str,
    icon: Icon,
    /// Keys that lead there, as the help shows them.
    keys: &'static str,
}

const PLACES: [Place; 7] = [
    Place { href: "/", key: "nav-home", icon: Icon::Home, keys: "g h" },
    Place { href: "/catalog", key: "nav-catalog", icon: Icon::Catalog, keys: "g c" },
    Place { href: "/catalog?kind=api", key: "nav-apis", icon: Icon::Api, keys: "g a" },
    Place { href: "/docs", key: "nav-docs", icon: Icon::Docs, keys: "g d" },
    Place { href: "/catalog-graph", key: "nav-graph", icon: Icon::Graph, keys: "g g" },
    Place { href: "/activity", key: "activity", icon: Icon::Pulse, keys: "g v" },
    Place { href: "/search", key: "nav-search", icon: Icon::Search, keys: "g s" },
];

/// A whole page with the sidebar.
pub fn page(ctx: &Ctx, title: &str, body: Markup) -> Markup {
    document(
        ctx,
        title,
        html! {
            a.skip href="#main" { (ctx.t().text("skip-to-content")) }
            header.topbar {
                button.icon-button type="button" popovertarget="nav" aria-label=(ctx.t().text("nav-open")) { (Icon::Menu) }
                (brand(ctx))
            }
            div.frame {
                (sidebar(ctx))
                main #main tabindex="-1" { (body) }
            }
            (palette(ctx))
            (key_help(ctx))
            (star_form())
        },
    )
}

/// A page without the sidebar, for people who are not signed in.
pub fn bare(ctx: &Ctx, title: &str, body: Markup) -> Markup {
    document(ctx, title, html! { main.bare #main tabindex="-1" { (body) } })
}

fn document(ctx: &Ctx, title: &str, body: Markup) -> Markup {
    let theme = (ctx.theme != Theme::System).then(|| ctx.theme.code());
    html! {
        (DOCTYPE)
        html lang=(ctx.t().lang.code()) data-theme=[theme] data-sidebar=[ctx.narrow_sidebar.then_some("narrow")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(HTMX_CONFIG);
                title { (title) " · " (ctx.branding.title) }
                link rel="icon" href=(mark(ctx));
                link rel="stylesheet" href=(assets::url("app.css"));
                @if let Some(theme) = &ctx.branding.theme { link rel="stylesheet" href=(theme.url()); }
                @if let Some(script) = assets::find("app.js") { script type="module" src=(script) {} }
            }
            body data-island="keys" { (body) }
        }
    }
}

/// The address of the square mark.
pub fn mark(ctx: &Ctx) -> &str {
    ctx.branding.icon.as_ref().map_or_else(|| assets::url("mark.svg"), |icon| icon.url())
}

fn brand(ctx: &Ctx) -> Markup {
    let branding = &ctx.branding;
    html! {
        a.brand href="/" {
            img.brand-mark src=(mark(ctx)) alt=(if branding.logo.is_some() { &branding.title } else { "" }) width="22" height="22";
            @match &branding.logo {
                Some(logo) => { img.brand-logo src=(logo.url()) alt=(branding.title) height="22"; }
                None => { span { (branding.title) } }
            }
        }
    }
}

fn sidebar(ctx: &Ctx) -> Markup {
    let t = ctx.t();
    html! {
        nav.sidebar #nav popover aria-label=(t.text("nav-main")) {
            div.sidebar-head { (brand(ctx)) (fold_sidebar(ctx)) }
            form.jump action="/search" role="search" data-island="jump" {
                (Icon::Search)
                input type="search" name="query" placeholder=(t.text("jump-placeholder"))
                    aria-label=(t.text("jump-label")) autocomplete="off";
                kbd { "/" }
            }
            ul.places {
                @for place in &PLACES {
                    li {
                        a href=(place.href) title=(t.text(place.key)) data-keys=(place.keys)
                            aria-current=[is_here(ctx, place.href).then_some("page")] {
                            (place.icon) span { (t.text(place.key)) }
                        }
                    }
                }
            }
            ul.places.places-end {
                @if let Some(href) = &ctx.branding.support {
                    li { a href=(href) title=(t.text("nav-support")) rel="noreferrer" { (Icon::Help) span { (t.text("nav-support")) } } }
                }
                li {
                    a href=(admin::entrance(ctx)) title=(t.text("nav-admin")) data-keys="g p" aria-current=[is_here(ctx, "/admin").then_some("page")] {
                        (Icon::Pulse) span { (t.text("nav-admin")) }
                        @if ctx.troubles > 0 {
                            b.count data-tone="bad" {
                                (t.number(ctx.troubles as u64)) span.visually-hidden { " " (t.text("troubles-count")) }
                            }
                        }
                    }
                }
                li {
                    a href="/settings" title=(t.text("nav-settings")) data-keys="g ,"
                        aria-current=[is_here(ctx, "/settings").then_some("page")] {
                        (Icon::Settings) span { (t.text("nav-settings")) }
                    }
                }
                @if let Some(viewer) = &ctx.viewer {
                    li { a href="/settings#profile" title=(viewer.entity_ref) { (Icon::User) span { (viewer.name()) } } }
                } @else {
                    li { a href=(urls::sign_in(&ctx.here)) { (Icon::User) span { (t.text("sign-in")) } } }
                }
            }
        }
    }
}

/// The button that makes the sidebar icons alone, or wide again.
fn fold_sidebar(ctx: &Ctx) -> Markup {
    let (value, key) = if ctx.narrow_sidebar { ("wide", "sidebar-wide") } else { ("narrow", "sidebar-narrow") };
    html! {
        form.fold-sidebar action="/settings" method="post" {
            input type="hidden" name="next" value=(ctx.here);
            button.icon-button type="submit" name="sidebar" value=(value) aria-label=(ctx.t().text(key)) title=(ctx.t().text(key)) { (Icon::Panel) }
        }
    }
}

/// Whether a place of the sidebar is the page we are on.
fn is_here(ctx: &Ctx, href: &str) -> bool {
    let apis = ctx.here == "/catalog?kind=api" || ctx.here.starts_with("/catalog?kind=api&");
    match href {
        "/" => ctx.path() == "/",
        "/catalog?kind=api" => apis,
        "/catalog" => !apis && (ctx.path() == "/catalog" || ctx.path().starts_with("/catalog/")),
        _ => ctx.path() == href || ctx.path().strip_prefix(href).is_some_and(|below| below.starts_with('/')),
    }
}

fn palette(ctx: &Ctx) -> Markup {
    let t = ctx.t();
    html! {
        dialog.palette #palette aria-label=(t.text("palette-label")) {
            form action="/search" role="search" {
                (Icon::Search)
                input #palette-input type="search" name="query" role="combobox" aria-expanded="true"
                    aria-controls="palette-list" aria-autocomplete="list" placeholder=(t.text("palette-placeholder"))
                    aria-label=(t.text("jump-label")) autocomplete="off" spellcheck="false";
            }
            div #palette-list role="listbox" aria-label=(t.text("palette-results")) {}
            footer.palette-foot {
                span { kbd { "↑" } kbd { "↓" } " " (t.text("palette-choose")) }
                span { kbd { "↵" } " " (t.text("palette-open")) }
                span { kbd { "esc" } " " (t.text("palette-close")) }
            }
        }
    }
}

fn key_help(ctx: &Ctx) -> Markup {
    let t = ctx.t();
    html! {
        dialog.keys #keys aria-labelledby="keys-title" {
            header.card-head {
                h2 #keys-title { (t.text("keys-title")) }
                form method="dialog" {
                    button.icon-button aria-label=(t.text("palette-close")) { (Icon::Close) }
                }
            }
            (key_list(t))
        }
    }
}

/// All keys and what they do.
pub fn key_list(t: Messages) -> Markup {
    let other = [
        ("/", "key-search"),
        ("⌘/Ctrl K", "key-palette"),
        ("f", "key-filter"),
        ("j", "key-next"),
        ("k", "key-previous"),
        ("?", "key-help"),
        ("esc", "palette-close"),
    ];
    html! {
        dl.key-list {
            @for place in &PLACES { (key_line(place.keys, &t.text(place.key))) }
            (key_line("g p", &t.text("nav-admin")))
            (key_line("g ,", &t.text("nav-settings")))
            @for (keys, key) in other { (key_line(keys, &t.text(key))) }
        }
    }
}

fn key_line(keys: &str, what: &str) -> Markup {
    html! {
        div {
            dt { @for key in keys.split(' ') { kbd { (key) } " " } }
            dd { (what) }
        }
    }
}

/// Tabs that are links.
pub fn tabs(label: &str, tabs: &[(String, String, bool)]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for (href, name, current) in tabs {
                a href=(href) aria-current=[current.then_some("page")] { (name) }
            }
        }
    }
}

/// A heading with a line below it and things to do beside it.
pub fn heading(title: &str, line: &str, actions: Markup) -> Markup {
    html! {
        header.heading {
            div { (components::page_title(title)) @if !line.is_empty() { p.quiet { (line) } } }
            div.actions { (actions) }
        }
    }
}
