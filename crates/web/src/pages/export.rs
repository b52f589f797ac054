//! `/catalog/export.csv` and `.json`: the list at the same address, whole.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header;

use super::errors::Failure;
use crate::WebState;
use crate::request::{Ctx, SignedIn};
use crate::view::entity::EntityView;
use crate::view::export;
use crate::view::list_query::ListQuery;
use crate::view::listing::{Narrow, read_rows};

/// Rows in a file. Who needs more asks the API, which pages.
const MAX_ROWS: usize = 10_000;

pub async fn csv(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Failure> {
    let (rows, name) = rows(&ctx, &state, raw).await?;
    Ok(file("text/csv; charset=utf-8", &format!("{name}.csv"), export::to_csv(&rows)))
}

pub async fn json(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Failure> {
    let (rows, name) = rows(&ctx, &state, raw).await?;
    let body = serde_json::to_string_pretty(&export::to_json(&rows)).unwrap_or_default();
    Ok(file("application/json", &format!("{name}.json"), body))
}

/// The rows of the list at this address and a name for their file.
async fn rows(ctx: &Ctx, state: &WebState, raw: Option<String>) -> Result<(Vec<EntityView>, String), Failure> {
    let query = ListQuery { limit: MAX_ROWS, page: 1, ..ListQuery::parse(raw.as_deref().unwrap_or_default()) };
    let problematic = state.problematic(&ctx.scope()).await?;
    let narrow = Narrow { query: &query, ctx, problematic: &problematic };
    let (rows, _) = read_rows(&state.catalog, &ctx.scope(), narrow, MAX_ROWS).await?;
    let kind: String = query.kind.iter().flat_map(|kind| kind.chars()).filter(char::is_ascii_alphanumeric).collect();
    Ok((rows, if kind.is_empty() { "catalog".to_owned() } else { format!("catalog-{kind}") }))
}

/// A body that browsers save under a name.
pub fn file(content_type: &'static str, name: &str, body: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body)
        .into_response()
}
