//! `/activity`: what changed in the catalog, newest first.

use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use store::{Change, ChangeKind};

use crate::WebState;
use crate::components::{card, empty, entity_link, icon::Icon, layout, moment};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::SignedIn;
use crate::view::history_query::HistoryQuery;
use crate::view::labels::Labels;

/// Changes on a page.
const PAGE: usize = 50;

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let (t, scope) = (ctx.t(), ctx.scope());
    let before = HistoryQuery::parse(raw.as_deref().unwrap_or_default()).before;
    let activity = state.catalog.activity(&scope, before, PAGE, true).await?;
    let refs = activity.changes.iter().map(|change| change.entity_ref.clone()).collect();
    let labels = Labels::read(&state.catalog, &scope, refs);
    let body = html! {
        (layout::heading(&t.text("activity"), "", html! {}))
        @if activity.changes.is_empty() { (empty(&t.text("no-changes"), &t.text("activity-what"), html! {})) }
        @else {
            (card(&t.text("changes"), html! { span.quiet { (t.text("activity-what")) } }, html! {
                ul.timeline { @for change in &activity.changes { (line(t, change, &labels)) } }
            }))
        }
        @if let Some(next) = activity.next {
            p { a.button rel="next" href={ "/activity?before=" (next) } { (t.text("older")) (Icon::ChevronRight) } }
        }
    };
    Ok(layout::page(&ctx, &t.text("activity"), body))
}

fn line(t: Messages, change: &Change, labels: &Labels) -> Markup {
    let history = HistoryQuery { version: Some(change.seq), ..HistoryQuery::default() };
    let history = match change.kind {
        ChangeKind::Deleted => HistoryQuery::default().address(&change.entity_ref),
        ChangeKind::Created | ChangeKind::Updated => history.address(&change.entity_ref),
    };
    html! {
        li {
            (kind_badge(t, change.kind))
            (entity_link(t, &change.entity_ref, labels))
            a.quiet href=(history) { (moment(t, change.at)) }
            span.quiet.wrap { @if let Some(actor) = &change.actor { (actor) " · " } (change.cause) }
        }
    }
}

/// What happened to an entity.
pub fn kind_badge(t: Messages, kind: ChangeKind) -> Markup {
    let (key, tone) = match kind {
        ChangeKind::Created => ("change-created", "good"),
        ChangeKind::Updated => ("change-updated", "plain"),
        ChangeKind::Deleted => ("change-deleted", "bad"),
    };
    html! { span.badge data-tone=(tone) { (t.text(key)) } }
}
