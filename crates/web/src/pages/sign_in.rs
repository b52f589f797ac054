//! `/sign-in`: the ways to sign in, and what failed when one did.

use auth::AuthError;
use auth::sign_in::FAILED;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;

use crate::components::{icon::Icon, layout, page_title};
use crate::request::{Anyone, Ctx};
use crate::{WebState, cookies, session, urls};

/// Takes [`FAILED`] back once it has been shown.
const FORGET_FAILED: HeaderValue =
    HeaderValue::from_static("callboard-sign-in-failed=; Path=/sign-in; Max-Age=0; HttpOnly; SameSite=Lax");

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

pub async fn page(
    Anyone(ctx): Anyone,
    State(state): State<WebState>,
    Query(to): Query<Next>,
    headers: HeaderMap,
) -> Response {
    let next = urls::local(to.next.as_deref());
    if ctx.viewer.is_some() {
        return Redirect::to(next).into_response();
    }
    let mut failed = cookies::read(&headers, FAILED);
    match state.sign_in.user_by_proxy(&headers).await {
        // A proxy in front has signed the reader in: there is nothing to ask.
        Some(Ok(user)) => match session::start(&state.auth, &user).await {
            Ok(cookie) => return ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response(),
            Err(error) => failed = Some(error.to_string()),
        },
        Some(Err(error)) => failed = Some(error.to_string()),
        None => {}
    }
    let refused = state.auth.guest().err();
    let mut response = form(&ctx, &state, next, refused.as_ref(), failed.as_deref()).into_response();
    if failed.is_some() {
        response.headers_mut().append(header::SET_COOKIE, FORGET_FAILED);
    }
    response
}

/// `POST /sign-in`: as a guest.
pub async fn guest(Anyone(ctx): Anyone, State(state): State<WebState>, Form(to): Form<Next>) -> Response {
    let next = urls::local(to.next.as_deref());
    match session::start_guest(&state.auth).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response(),
        Err(error) => {
            tracing::warn!(%error, "guest sign-in was refused");
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, form(&ctx, &state, next, Some(&error), None)).into_response()
        }
    }
}

/// `POST /sign-out`.
pub async fn out(State(state): State<WebState>) -> Response {
    ([(header::SET_COOKIE, session::end(&state.auth))], Redirect::to("/sign-in")).into_response()
}

fn form(ctx: &Ctx, state: &WebState, next: &str, refused: Option<&AuthError>, failed: Option<&str>) -> Markup {
    let t = ctx.t();
    let name = ctx.branding.name();
    let offered = state.sign_in.offered();
    // Where people sign in otherwise, that guests may not is no failure.
    let refused = refused.filter(|_| offered.is_empty());
    let guests = state.auth.guest().is_ok();
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
                @if let Some(reason) = failed {
                    div.banner data-tone="bad" role="alert" {
                        (Icon::Warning) div { p.banner-title { (t.text("sign-in-not-done")) } p.wrap { (reason) } }
                    }
                }
                @for (id, environment) in &offered {
                    a.button.large.primary href=(start(id, environment, next)) {
                        (Icon::User) (t.with("sign-in-with", &[("provider", name_of(id).into())]))
                    }
                }
                @if available && guests {
                    form action="/sign-in" method="post" {
                        input type="hidden" name="next" value=(next);
                        @let class = if offered.is_empty() { "button primary large" } else { "button large" };
                        button class=(class) type="submit" { (Icon::User) (t.text("sign-in-guest")) }
                    }
                    p.quiet { (t.text("sign-in-guest-what")) }
                }
                @if let Some(href) = &ctx.branding.support { p { a href=(href) rel="noreferrer" { (t.text("nav-support")) } } }
            }
        },
    )
}

/// Off to a provider, and back to where the reader wanted to go.
fn start(id: &str, environment: &str, next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("env", environment)
        .append_pair("flow", "session")
        .append_pair("redirectUrl", next)
        .finish();
    format!("/api/auth/{id}/start?{query}")
}

/// What people call a provider.
fn name_of(id: &'static str) -> &'static str {
    match id {
        "github" => "GitHub",
        "gitlab" => "GitLab",
        "google" => "Google",
        "microsoft" => "Microsoft",
        "okta" => "Okta",
        "auth0" => "Auth0",
        "atlassian" => "Atlassian",
        "bitbucket" => "Bitbucket",
        "bitbucketServer" => "Bitbucket Server",
        "onelogin" => "OneLogin",
        "oauth2" => "OAuth 2.0",
        "oidc" => "OpenID Connect",
        other => other,
    }
}
