//! `/admin/scheduled`: what is done without being asked for: who brings entities, when they were asked last and are next, what that
//! changed, and asking one now.

use auth::permission::INGESTION_MANAGE;
use axum::extract::{Form, State};
use axum::response::Redirect;
use catalog::{ProviderStatus, Tally};
use maud::{Markup, html};
use serde::Deserialize;

use crate::WebState;
use crate::components::{icon::Icon, moment, problem};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::SignedIn;

pub const PATH: &str = "/admin/scheduled";

/// What could not be taken, at most so much of it.
const MOST_REFUSED: usize = 5;

pub async fn page(SignedIn(ctx): SignedIn, State(state): State<WebState>) -> Result<Markup, Failure> {
    super::enter(&ctx, "scheduled")?;
    let t = ctx.t();
    let may_run = ctx.may(&INGESTION_MANAGE);
    let providers = state.engine.providers().await?;
    let body = html! {
        p.quiet { (t.text("scheduled-what")) }
        div.table-wrap tabindex="0" role="region" aria-label=(t.text("admin-tab-scheduled")) {
            table.rows.stacked {
                thead {
                    tr {
                        @for key in ["provider", "entities", "last-run", "next-run", "last-result"] { th scope="col" { (t.text(key)) } }
                        th scope="col" { span.visually-hidden { (t.text("run-now")) } }
                    }
                }
                tbody { @for provider in &providers { (row(t, provider, may_run)) } }
            }
        }
    };
    Ok(super::page(&ctx, "scheduled", html! {}, body))
}

fn row(t: Messages, provider: &ProviderStatus, may_run: bool) -> Markup {
    html! {
        tr {
            th scope="row" {
                code.wrap { (provider.name) }
                @if let Some(failure) = &provider.failure { p.row-problem data-tone="bad" { (failure) } }
                @for one in provider.refused.iter().take(MOST_REFUSED) { p.row-problem data-tone="new" { (problem::in_line(one)) } }
            }
            td { (t.number(provider.entities as u64)) @if provider.lost > 0 { span.quiet { " " (t.count("provider-lost", provider.lost as u64)) } } }
            td { @match provider.ended_at { Some(at) => { (moment(t, at)) } None => { span.quiet { (t.text("never-read")) } } } }
            td {
                @if provider.running { (t.text("reading")) }
                @else if let Some(at) = provider.next_at { (moment(t, at)) }
                @else { span.quiet { (t.text("on-request")) } }
            }
            td { (tally(t, &provider.last)) }
            td {
                @if may_run {
                    form action=(PATH) method="post" {
                        input type="hidden" name="provider" value=(provider.name);
                        button.button type="submit" disabled[provider.running] { (Icon::Refresh) (t.text("run-now")) }
                    }
                }
            }
        }
    }
}

fn tally(t: Messages, tally: &Tally) -> Markup {
    let Tally { added, updated, removed, unchanged } = tally;
    let counts = [("added", added), ("updated", updated), ("removed", removed), ("unchanged", unchanged)];
    html! { span.quiet { (t.with("tally", &counts.map(|(name, count)| (name, t.number(*count as u64).into())))) } }
}

#[derive(Deserialize)]
pub struct Ask {
    provider: String,
}

/// `POST`: asks a provider now.
pub async fn run(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    Form(ask): Form<Ask>,
) -> Result<Redirect, Failure> {
    ctx.require(&INGESTION_MANAGE)?;
    if !state.engine.ask_provider(&ask.provider).await? {
        return Err(Failure::BadRequest(format!("there is no provider '{}'", ask.provider)));
    }
    Ok(Redirect::to(PATH))
}
