//! `/settings`: looks, language, and who the portal takes me for.

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header;
use maud::{Markup, html};
use model::EntityRef;
use serde::Deserialize;

use super::errors::Failure;
use crate::components::{card, entity_link, fact, icon::Icon, layout, nothing};
use crate::cookies::{self, Theme};
use crate::i18n::Lang;
use crate::request::{Ctx, SignedIn};
use crate::view::labels::Labels;
use crate::{WebState, urls};

pub async fn page(SignedIn(ctx): SignedIn, State(state): State<WebState>) -> Result<Markup, Failure> {
    let t = ctx.t();
    // Who a person is does not depend on what that person may see.
    let paths = ctx.viewer.as_ref().map_or_else(Vec::new, |viewer| state.catalog.groups_of(&viewer.entity_ref, None));
    let direct = ctx.viewer.iter().flat_map(|viewer| viewer.groups().cloned().map(|group| (group, None)));
    let mut groups: Vec<(EntityRef, Option<EntityRef>)> = direct.collect();
    groups.extend(paths.into_iter().filter(|(_, below)| below.is_some()));
    let owners = ctx.viewer.iter().map(|viewer| viewer.entity_ref.clone());
    let owners = owners.chain(groups.iter().map(|(group, _)| group.clone())).collect();
    let labels = Labels::read(&state.catalog, &ctx.scope(), owners);
    let body = html! {
        (layout::heading(&t.text("nav-settings"), "", html! {}))
        div.settings #profile { (profile(&ctx, &labels, &groups)) (looks(&ctx)) (keys(&ctx)) }
    };
    Ok(layout::page(&ctx, &t.text("nav-settings"), body))
}

#[derive(Deserialize)]
pub struct Choices {
    theme: Option<String>,
    lang: Option<String>,
    sidebar: Option<String>,
    /// Where the form stood.
    next: Option<String>,
}

/// `POST /settings`: keeps the choices in cookies.
pub async fn save(SignedIn(_): SignedIn, Form(choices): Form<Choices>) -> Response {
    let theme = choices.theme.as_deref().and_then(Theme::from_code);
    let lang = choices.lang.as_deref().and_then(Lang::from_code);
    let sidebar = choices.sidebar.filter(|width| matches!(width.as_str(), "narrow" | "wide"));
    let next = choices.next.as_deref().map_or("/settings", |next| urls::local(Some(next)));
    let mut response = Redirect::to(next).into_response();
    let theme = theme.and_then(|theme| cookies::keep(cookies::THEME, theme.code()));
    let lang = lang.and_then(|lang| cookies::keep(cookies::LANG, lang.code()));
    let sidebar = sidebar.and_then(|width| cookies::keep(cookies::SIDEBAR, &width));
    for cookie in [theme, lang, sidebar].into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn profile(ctx: &Ctx, labels: &Labels, groups: &[(EntityRef, Option<EntityRef>)]) -> Markup {
    let t = ctx.t();
    let out = html! {
        form action="/sign-out" method="post" { button.button type="submit" { (Icon::SignOut) (t.text("sign-out")) } }
    };
    card(
        &t.text("profile"),
        out,
        html! {
            @if let Some(viewer) = &ctx.viewer {
                dl.facts.facts-wide {
                    (fact(&t.text("signed-in-as"), html! { (entity_link(t, &viewer.entity_ref, labels)) " " code.quiet { (viewer.entity_ref) } }))
                    (fact(&t.text("my-groups"), html! {
                        @if groups.is_empty() { (nothing(&t.text("my-groups-none"))) }
                        ul.entity-list {
                            @for (group, below) in groups {
                                li {
                                    (entity_link(t, group, labels)) code.quiet { (group) }
                                    @if let Some(below) = below { span.quiet { (t.with("through-group", &[("group", below.as_str().into())])) } }
                                }
                            }
                        }
                    }))
                    @let roles = ctx.roles();
                    @if !roles.is_empty() {
                        (fact(&t.text("my-roles"), html! {
                            ul.plain { @for held in &roles { li { code { (held.role) } " " span.quiet { (held.through) } } } }
                        }))
                    }
                }
                p.quiet { (t.text("my-groups-what")) }
            }
        },
    )
}

fn looks(ctx: &Ctx) -> Markup {
    let t = ctx.t();
    card(
        &t.text("appearance"),
        html! {},
        html! {
            form.settings-form action="/settings" method="post" data-island="theme" {
                fieldset.options {
                    legend { (t.text("theme")) }
                    @for theme in Theme::ALL {
                        label.option-box {
                            input type="radio" name="theme" value=(theme.code()) checked[ctx.theme == theme];
                            span.swatch data-swatch=(theme.code()) {}
                            (t.text(&format!("theme-{}", theme.code())))
                        }
                    }
                }
                fieldset.options {
                    legend { (t.text("language")) }
                    @for lang in Lang::ALL {
                        label.option-box {
                            input type="radio" name="lang" value=(lang.code()) checked[t.lang == lang];
                            span lang=(lang.code()) { (lang.own_name()) }
                        }
                    }
                }
                button.button.primary type="submit" { (t.text("save")) }
            }
        },
    )
}

fn keys(ctx: &Ctx) -> Markup {
    let t = ctx.t();
    card(&t.text("keys-title"), html! {}, layout::key_list(t))
}
