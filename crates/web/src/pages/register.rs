//! `/catalog-import`: an address, what registering it would add or change, what is wrong with it, and registering it.

use auth::permission::LOCATION_CREATE;
use axum::extract::{RawForm, RawQuery, State};
use axum::response::Redirect;
use config::ConflictStrategy;
use maud::{Markup, html};
use model::{EntityRef, LocationRef};
use serde_json::Value;

use crate::components::{card, code_block, diff::text_diff, icon::Icon, layout, named_card, problem};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};
use crate::view::registration::{Brought, Effect, Found, Registration, look};
use crate::view::yaml::to_yaml;
use crate::{WebState, urls};

pub const PATH: &str = "/catalog-import";

/// Entities of one file that are listed; the rest is counted.
const MAX_LISTED: usize = 200;
/// Locations that one form may register.
const MAX_LOCATIONS: usize = 100;

/// `GET`: the form, and what is at the address it was given.
pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    ctx.require(&LOCATION_CREATE)?;
    let t = ctx.t();
    let address = form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes())
        .find_map(|(key, value)| (key == "url").then(|| value.trim().to_owned()))
        .unwrap_or_default();
    let found = match address.is_empty() {
        true => None,
        false => match look(&state.engine, &state.catalog, &ctx.scope(), &address).await {
            Err(Failure::BadRequest(reason)) => Some(Err(reason)),
            found => Some(Ok(found?)),
        },
    };
    let body = html! {
        (layout::heading(&t.text("register"), &t.text("register-what"), html! {}))
        (form(t, &address))
        @match &found {
            None => {}
            Some(Ok(found)) => { (what_is_there(&ctx, found, state.engine.writable().is_ok())) }
            Some(Err(reason)) => {
                section.banner data-tone="bad" role="alert" {
                    (Icon::Warning) div { p.banner-title { (t.text("register-impossible")) } p { (reason) } }
                }
            }
        }
    };
    Ok(layout::page(&ctx, &t.text("register"), body))
}

/// `POST`: registers what was looked at.
pub async fn register(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawForm(form): RawForm,
) -> Result<Redirect, Failure> {
    ctx.require(&LOCATION_CREATE)?;
    let targets = form_urlencoded::parse(&form).filter(|(key, _)| key == "target").map(|(_, value)| value.into_owned());
    let targets: Vec<String> = targets.take(MAX_LOCATIONS).collect();
    let mut registered: Vec<EntityRef> = Vec::new();
    for target in targets {
        let stored = state.engine.register(LocationRef::new("url", target), Some(ConflictStrategy::Refresh)).await;
        registered.push(stored.map_err(|error| Failure::BadRequest(error.to_string()))?.entity_ref);
    }
    let Some(first) = registered.first().cloned() else {
        return Err(Failure::BadRequest(ctx.t().text("register-nothing").into_owned()));
    };
    // Whoever comes from here sees what it brought, unless its source takes longer.
    state.engine.wait_shown(&registered).await?;
    Ok(Redirect::to(&urls::entity(&first)))
}

fn form(t: Messages, address: &str) -> Markup {
    html! {
        form.home-search.register-form action=(PATH) {
            label.filter {
                (Icon::Link) span.visually-hidden { (t.text("register-address")) }
                input type="url" name="url" value=(address) required autocomplete="off" spellcheck="false" autofocus[address.is_empty()]
                    placeholder="https://github.com/acme/payments/blob/main/catalog-info.yaml";
            }
            button.button type="submit" .primary[address.is_empty()] { (t.text("register-look")) }
        }
        p.quiet { (t.text("register-hint")) }
    }
}

fn what_is_there(ctx: &Ctx, found: &Registration, writable: bool) -> Markup {
    let t = ctx.t();
    let useful: Vec<&Found> = found.files.iter().filter(|file| file.is_useful()).collect();
    let all_registered = useful.iter().all(|file| file.registered);
    html! {
        @if let Some(proposal) = &found.proposal { (proposed(t, &proposal.0)) }
        @if !useful.is_empty() {
            @if writable {
                form.register-bar action=(PATH) method="post" {
                    @for file in &useful { input type="hidden" name="target" value=(file.location.target); }
                    button.button.primary type="submit" {
                        @if all_registered { (Icon::Refresh) (t.text("register-again")) } @else { (Icon::Ok) (t.count("register-files", useful.len() as u64)) }
                    }
                    span.quiet { (t.text("register-nothing-changed")) }
                }
            } @else { p.quiet { (t.text("register-readonly")) } }
        }
        @for file in &found.files { (one_file(ctx, file)) }
    }
}

fn one_file(ctx: &Ctx, file: &Found) -> Markup {
    let t = ctx.t();
    let state = html! { @if file.registered { span.badge data-tone="good" { (t.text("register-registered")) } } };
    let target = &file.location.target;
    // The whole address is long and, as a title, would be read as a sentence.
    let name = target.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(target);
    named_card(
        name,
        state,
        html! {
            p.quiet.wrap {
                @match urls::external(target) {
                    Some(address) => { a.wrap href=(address) rel="noreferrer" { (target) } }
                    None => { (target) }
                }
            }
            @if file.entities.is_empty() { p.quiet { (t.text("register-empty")) } }
            ul.plain.register-list {
                @for brought in file.entities.iter().take(MAX_LISTED) { li { (one_entity(t, brought, &file.location)) } }
            }
            @if file.entities.len() > MAX_LISTED { p.quiet { (t.count("and-more", (file.entities.len() - MAX_LISTED) as u64)) } }
        },
    )
}

fn one_entity(t: Messages, brought: &Brought, of: &LocationRef) -> Markup {
    let (key, tone) = match &brought.effect {
        Effect::Adds(_) => ("register-adds", "good"),
        Effect::Changes(..) => ("register-changes", "new"),
        Effect::Same => ("register-same", "plain"),
        Effect::Held(_) => ("register-held", "fading"),
        Effect::Duplicate => ("register-duplicate", "bad"),
        Effect::Refused => ("register-refused", "bad"),
    };
    let label = brought.entity_ref.to_string();
    html! {
        div.version-head {
            span.badge data-tone=(tone) { (t.text(key)) }
            @match &brought.effect {
                Effect::Adds(_) | Effect::Refused | Effect::Duplicate => { code.wrap { (label) } }
                _ => { a href=(urls::entity(&brought.entity_ref)) { code.wrap { (label) } } }
            }
            span.quiet.wrap {
                @if brought.location != *of { (brought.location.target) }
                @if brought.line > 0 { ":" (brought.line) }
            }
        }
        @if !brought.problems.is_empty() { (problem::list(t, &brought.problems)) }
        @match &brought.effect {
            Effect::Adds(body) => {
                details.fold { summary { (t.text("register-show")) } (code_block(&label, &to_yaml(body))) }
            }
            Effect::Changes(now, then) => {
                details.fold open { summary { (t.text("register-difference")) } (text_diff(t, &label, &to_yaml(now), &to_yaml(then))) }
            }
            Effect::Held(by) => { p.quiet { (t.with("register-held-by", &[("source", by.as_str().into())])) } }
            Effect::Same | Effect::Duplicate | Effect::Refused => {}
        }
    }
}

/// A first descriptor for a repository that has none.
fn proposed(t: Messages, entity: &Value) -> Markup {
    card(
        &t.text("register-none"),
        html! {},
        html! {
            p { (t.text("register-proposal")) }
            (code_block("catalog-info.yaml", &to_yaml(entity)))
        },
    )
}
