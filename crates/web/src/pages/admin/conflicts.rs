//! `/admin/conflicts`: entities that several sources define: which one keeps it, which were passed over, and by what rule.

use axum::extract::State;
use catalog::engine::Conflict;
use maud::{Markup, html};

use crate::WebState;
use crate::components::{empty, entity_link, moment};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::SignedIn;
use crate::urls;
use crate::view::labels::Labels;

/// Conflicts that are listed; the rest is counted.
const MAX_LISTED: usize = 500;

pub async fn page(SignedIn(ctx): SignedIn, State(state): State<WebState>) -> Result<Markup, Failure> {
    let t = ctx.t();
    let scope = ctx.scope();
    let mut conflicts = state.engine.conflicts().await?;
    conflicts.retain(|conflict| state.catalog.sees(&scope, &conflict.entity_ref));
    conflicts.sort_by(|one, other| (&one.entity_ref, one.at).cmp(&(&other.entity_ref, other.at)));
    let shown = &conflicts[..conflicts.len().min(MAX_LISTED)];
    let labels = Labels::read(&state.catalog, &scope, shown.iter().map(|one| one.entity_ref.clone()).collect());
    let body = html! {
        p.quiet { (t.text("conflicts-rule")) }
        @if shown.is_empty() {
            (empty(&t.text("no-conflicts"), &t.text("no-conflicts-what"), html! {}))
        } @else {
            div.table-wrap tabindex="0" role="region" aria-label=(t.text("conflicts")) {
                table.rows.stacked {
                    thead { tr { @for key in ["conflict-entity", "conflict-kept", "conflict-dropped", "blame-since"] { th scope="col" { (t.text(key)) } } } }
                    tbody { @for conflict in shown { (row(t, conflict, &labels)) } }
                }
            }
            @if conflicts.len() > shown.len() { p.quiet { (t.count("and-more", (conflicts.len() - shown.len()) as u64)) } }
        }
    };
    Ok(super::page(&ctx, "conflicts", html! {}, body))
}

fn row(t: Messages, conflict: &Conflict, labels: &Labels) -> Markup {
    html! {
        tr {
            th scope="row" { (entity_link(t, &conflict.entity_ref, labels)) }
            td { @if let Some(kept) = &conflict.kept { (source(kept, 0)) } }
            td { (source(&conflict.dropped, conflict.line)) }
            td { (moment(t, conflict.at)) }
        }
    }
}

/// A source as `type:target`, as a link where it is one.
fn source(location: &str, line: u32) -> Markup {
    let target = location.split_once(':').map_or(location, |(_, target)| target);
    html! {
        @match urls::external(target) {
            Some(href) => { a.wrap href=(href) rel="noreferrer" { (target) } }
            None => { code.wrap { (location) } }
        }
        @if line > 0 { span.quiet { ":" (line) } }
    }
}
