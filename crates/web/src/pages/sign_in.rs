//! `/sign-in`: the ways to sign in, and what failed when one did.

use auth::AuthError;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;

use crate::components::{icon::Icon, layout, page_title};
use crate::request::{Anyone, Ctx};
use crate::{WebState, session, urls};

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

pub async fn page(Anyone(ctx): Anyone, State(state): State<WebState>, Query(to): Query<Next>) -> Response {
    let next = urls::local(to.next.as_deref());
    if ctx.viewer.is_some() {
        return Redirect::to(next).into_response();
    }
    let refused = state.auth.guest().err();
    form(&ctx, next, refused.as_ref()).into_response()
}

/// `POST /sign-in`: as a guest.
pub async fn guest(Anyone(ctx): Anyone, State(state): State<WebState>, Form(to): Form<Next>) -> Response {
    let next = urls::local(to.next.as_deref());
    match session::start_guest(&state.auth).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response(),
        Err(error) => {
            tracing::warn!(%error, "guest sign-in was refused");
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, form(&ctx, next, Some(&error))).into_response()
        }
    }
}

/// `POST /sign-out`.
pub async fn out(State(state): State<WebState>) -> Response {
    ([(header::SET_COOKIE, session::end(&state.auth))], Redirect::to("/sign-in")).into_response()
}

fn form(ctx: &Ctx, next: &str, refused: Option<&AuthError>) -> Markup {
    let t = ctx.t();
    let name = ctx.branding.name();
    let available = !matches!(refused, Some(AuthError::UnknownProvider(_) | AuthError::GuestNotAllowed));
    layout::bare(
        ctx,
        &t.text("sign-in"),
        html! {
            div.sign-in {
                img src=(layout::mark(ctx)) alt="" width="44" height="44";
                (page_title(&t.with("sign-in-title", &[("name", ctx.branding.title.as_str().into())])))
                @if name != ctx.branding.title { p.quiet { (name) } }
                @if let Some(welcome) = ctx.branding.welcome(t.lang) { p.sign-in-welcome dir="auto" { (welcome) } }
                @if ctx.session_ended && refused.is_none() {
                    div.banner data-tone="new" role="status" {
                        (Icon::Warning) div { p.banner-title { (t.text("session-ended")) } p { (t.text("session-ended-what")) } }
                    }
                }
                @if let Some(error) = refused {
                    div.banner data-tone="bad" role="alert" {
                        (Icon::Warning)
                        div {
                            p.banner-title { (t.text("sign-in-failed")) }
                            p { (error) }
                            @if !available { p.quiet { (t.text("sign-in-none-what")) } }
                        }
                    }
                }
                @if available {
                    form action="/sign-in" method="post" {
                        input type="hidden" name="next" value=(next);
                        button.button.primary.large type="submit" { (Icon::User) (t.text("sign-in-guest")) }
                    }
                    p.quiet { (t.text("sign-in-guest-what")) }
                }
                @if let Some(href) = &ctx.branding.support { p { a href=(href) rel="noreferrer" { (t.text("nav-support")) } } }
            }
        },
    )
}
