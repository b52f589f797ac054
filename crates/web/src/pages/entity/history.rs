//! What an entity was: its versions with what differs, one of them, what differs between two, and since when each part of it
//! is what it is. What is gone has this page too.

use axum::extract::{Path, RawQuery, State};
use catalog::{Blamed, Difference, History, PastVersion};
use maud::{Markup, html};
use model::{EntityRef, ReadScope};
use serde_json::Value;
use store::{Since, Version};

use super::Subject;
use crate::WebState;
use crate::components::{card, code_block, diff::text_diff, icon::Icon, layout, moment, nothing};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::SignedIn;
use crate::view::history_query::HistoryQuery;
use crate::view::yaml::to_yaml;

/// Versions on a page.
const PAGE: u32 = 20;
/// Differences of a version that are shown before the rest is counted.
const SHOWN: usize = 8;
/// Characters of a value that are shown in a line.
const SHORT: usize = 80;

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    Path((namespace, kind, name)): Path<(String, String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let (entity_ref, scope) = (EntityRef::new(&kind, &namespace, &name), ctx.scope());
    let query = HistoryQuery::parse(raw.as_deref().unwrap_or_default());
    let history = state.catalog.history(&scope, &entity_ref, query.before, PAGE).await?;
    let history = history.ok_or_else(|| Failure::NoEntity(entity_ref.clone()))?;
    let shown = shown(&state, &scope, &entity_ref, &query).await?;
    let there = state.catalog.sees(&scope, &entity_ref);
    let blame = if there { state.catalog.blame(&scope, &entity_ref).await? } else { None };
    let t = ctx.t();
    let body = html! {
        @match &shown {
            Some(Shown::One(version, body)) => { (one(t, version, body)) }
            Some(Shown::Two(from, to)) => { (two(t, from, to)) }
            None => {}
        }
        (card(&t.text("versions"), html! {}, versions(t, &entity_ref, &history)))
        @if let Some(blame) = &blame { (card(&t.text("blame"), html! { span.quiet { (t.text("blame-what")) } }, blamed(t, blame))) }
    };
    if there {
        return Ok(Subject::read(&state, ctx, entity_ref).await?.page("history", body));
    }
    let title = format!("{} · {}", t.text("tab-history"), entity_ref.name());
    Ok(layout::page(
        &ctx,
        &title,
        html! {
            (layout::heading(entity_ref.name(), entity_ref.as_str(), html! {}))
            div.banner data-tone="fading" { (Icon::Warning) div { p.banner-title { (t.text("entity-gone")) } p { (t.text("entity-gone-what")) } } }
            (body)
        },
    ))
}

/// What is shown above the list.
enum Shown {
    One(Version, Value),
    Two(Version, Version),
}

async fn shown(
    state: &WebState,
    scope: &ReadScope,
    entity_ref: &EntityRef,
    query: &HistoryQuery,
) -> Result<Option<Shown>, Failure> {
    let read = async |position: i64| {
        let found = state.catalog.version(scope, entity_ref, position).await?;
        found.ok_or_else(|| Failure::BadRequest(format!("there is no version {position} of {entity_ref}")))
    };
    Ok(match (query.version, query.from) {
        (Some(version), _) => {
            let (version, body) = read(version).await?;
            Some(Shown::One(version, body))
        }
        (None, Some(from)) => {
            let to = query.to.unwrap_or_else(|| state.engine.position());
            Some(Shown::Two(read(from).await?.0, read(to).await?.0))
        }
        (None, None) => None,
    })
}

fn one(t: Messages, version: &Version, body: &Value) -> Markup {
    let title = t.with("version-shown", &[("version", version.since.position.into())]);
    card(
        &title,
        html! { span.quiet { (moment(t, version.since.at)) " · " (whose(&version.since)) } },
        html! {
            @if version.until.is_some() { p.quiet { (t.text("restore-what")) } }
            (code_block(&title, &to_yaml(body)))
        },
    )
}

fn two(t: Messages, from: &Version, to: &Version) -> Markup {
    let [old, new] = [from, to].map(|version| to_yaml(&serde_json::from_str(&version.body).unwrap_or_default()));
    let title = t.with("versions-compared", &[("from", from.since.position.into()), ("to", to.since.position.into())]);
    card(&title, html! {}, text_diff(t, &title, &old, &new))
}

fn versions(t: Messages, entity_ref: &EntityRef, history: &History) -> Markup {
    let to = |query: HistoryQuery| query.address(entity_ref);
    html! {
        @if history.versions.is_empty() { (nothing(&t.text("no-changes"))) }
        ol.versions {
            @for past in &history.versions {
                @let position = past.version.since.position;
                li {
                    div.version-head {
                        b { (moment(t, past.version.since.at)) }
                        span.quiet { (whose(&past.version.since)) }
                        @if past.version.until.is_none() { span.badge data-tone="good" { (t.text("version-current")) } }
                        span.actions {
                            a href=(to(HistoryQuery { version: Some(position), ..HistoryQuery::default() })) { (t.text("version-show")) }
                            @if past.version.until.is_some() && history.current {
                                a href=(to(HistoryQuery { from: Some(position), ..HistoryQuery::default() })) { (t.text("version-compare")) }
                            }
                        }
                    }
                    (what_changed(t, past))
                }
            }
        }
        @if let Some(next) = history.next {
            p { a.button href=(to(HistoryQuery { before: Some(next), ..HistoryQuery::default() })) { (t.text("older")) (Icon::ChevronRight) } }
        }
    }
}

fn what_changed(t: Messages, past: &PastVersion) -> Markup {
    let Some(differences) = &past.differences else { return html! { p.quiet { (t.text("version-first")) } } };
    html! {
        @if differences.is_empty() { p.quiet { (t.text("no-difference")) } }
        ul.plain.differences { @for difference in differences.iter().take(SHOWN) { li { (line(difference)) } } }
        @if differences.len() > SHOWN { p.quiet { (t.count("and-more", (differences.len() - SHOWN) as u64)) } }
    }
}

fn line(difference: &Difference) -> Markup {
    html! {
        code { (path(&difference.path)) }
        @if let Some(from) = &difference.from { " " del { (short(from)) } }
        @if let Some(to) = &difference.to { " " ins { (short(to)) } }
    }
}

fn blamed(t: Messages, parts: &[Blamed]) -> Markup {
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(t.text("blame")) {
            table.rows.blame {
                thead { tr { @for key in ["blame-part", "blame-value", "blame-since", "blame-cause"] { th scope="col" { (t.text(key)) } } } }
                tbody {
                    @for part in parts {
                        tr {
                            th scope="row" { code { (path(&part.path)) } }
                            td { span.wrap { (short(&part.value)) } }
                            td { @if part.at_least { (t.text("at-least")) " " } (moment(t, part.since.at)) }
                            td { span.quiet.wrap { (whose(&part.since)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Where a version came from, and who brought it.
fn whose(since: &Since) -> String {
    match &since.actor {
        Some(actor) => format!("{actor} · {}", since.cause),
        None => since.cause.clone(),
    }
}

/// A JSON pointer as people read it.
fn path(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~")
}

fn short(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
