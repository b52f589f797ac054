//! `/entities/by-query`: pages of entities with cursors both ways, asked by parameters or by a body.

pub mod get;
pub mod post;

use axum::response::Response;
use catalog::{OrderField, Page, TextFilter};

use crate::respond;

/// How many entities a page has where the request does not say.
const DEFAULT_LIMIT: usize = 200;

fn text_filter(term: Option<&str>, fields: Option<Vec<String>>) -> Option<TextFilter> {
    let term = term.unwrap_or_default().trim();
    (!term.is_empty()).then(|| TextFilter { term: term.to_owned(), fields })
}

fn order(field: &str, order: Option<&str>) -> OrderField {
    OrderField { key: field.to_lowercase(), descending: order == Some("desc") }
}

fn answer(page: Page) -> Response {
    let mut info = serde_json::Map::new();
    for (name, cursor) in [("nextCursor", page.next_cursor), ("prevCursor", page.previous_cursor)] {
        info.extend(cursor.map(|cursor| (name.to_owned(), cursor.into())));
    }
    let tail = format!("],\"totalItems\":{},\"pageInfo\":{}}}", page.total, serde_json::Value::Object(info));
    respond::json_list("{\"items\":[", page.items, tail)
}
