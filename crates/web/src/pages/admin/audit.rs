//! `/admin/audit`: what was done, by whom, from where, and what came of it.

use auth::permission::AUDIT_READ;
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use store::audit::{AuditEvent, AuditQuery};
use uuid::Uuid;

use crate::WebState;
use crate::components::{empty, moment};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::SignedIn;

pub const PATH: &str = "/admin/audit";

/// Events on a page.
const PAGE: u32 = 50;

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    ctx.require(&AUDIT_READ)?;
    let t = ctx.t();
    let (mut actor, mut before) = (String::new(), None);
    for (name, value) in form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes()) {
        match &*name {
            "q" => actor = value.trim().chars().take(200).collect(),
            "before" => before = Uuid::try_parse(&value).ok(),
            _ => {}
        }
    }
    let query = AuditQuery { before, actor: (!actor.is_empty()).then(|| actor.clone()), ..AuditQuery::default() };
    let events = state.audit.store().events(&query, PAGE).await.map_err(|error| Failure::Broken(error.to_string()))?;
    let next = events.last().filter(|_| events.len() == PAGE as usize).map(|last| last.id);
    let body = html! {
        div.admin-bar {
            p.quiet { (t.text("audit-what")) }
            form.admin-filter action=(PATH) role="search" {
                label.filter {
                    span.visually-hidden { (t.text("audit-by")) }
                    input #q type="search" name="q" value=(actor) placeholder=(t.text("audit-by")) autocomplete="off";
                }
                button.button type="submit" { (t.text("filter-apply")) }
            }
        }
        @if events.is_empty() { (empty(&t.text("audit-none"), "", html! {})) } @else { (table(t, &events)) }
        @if let Some(next) = next {
            footer.list-foot { a.button href=(older(&actor, next)) { (t.text("audit-older")) } }
        }
    };
    Ok(super::page(&ctx, "audit", html! {}, body))
}

fn older(actor: &str, before: Uuid) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !actor.is_empty() {
        query.append_pair("q", actor);
    }
    query.append_pair("before", &before.to_string());
    format!("{PATH}?{}", query.finish())
}

fn table(t: Messages, events: &[AuditEvent]) -> Markup {
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(t.text("admin-tab-audit")) {
            table.rows.stacked {
                thead { tr { @for key in ["audit-when", "audit-who", "audit-event", "audit-request", "audit-outcome"] { th scope="col" { (t.text(key)) } } } }
                tbody { @for event in events { (row(t, event)) } }
            }
        }
    }
}

fn row(t: Messages, event: &AuditEvent) -> Markup {
    let failed = event.status == "failed";
    html! {
        tr {
            td { (moment(t, event.at)) }
            th scope="row" {
                code.wrap { (event.actor.actor_id.as_deref().unwrap_or("–")) }
                @if let Some(ip) = &event.actor.ip { span.quiet { " " (ip) } }
            }
            td { code.wrap { (event.plugin) "." (event.event_id) } }
            td { @if let Some(request) = &event.request { code.wrap.quiet { (request.method) " " (request.url) } } }
            td {
                span.status data-tone=(if failed { "bad" } else { "good" }) { span.dot {} (t.text(if failed { "audit-failed" } else { "audit-succeeded" })) }
                @if let Some(error) = &event.error { p.row-problem data-tone="bad" { (error) } }
            }
        }
    }
}
