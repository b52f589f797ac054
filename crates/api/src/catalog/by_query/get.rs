//! `GET /entities/by-query`.

use axum::extract::State;
use axum::response::Response;
use catalog::{Moment, OrderField, PageRequest};
use utoipa::IntoParams;

use super::{DEFAULT_LIMIT, answer, order, text_filter};
use crate::catalog::{as_of, filter, schema};
use crate::error::ApiError;
use crate::extract::{CatalogTag, FromParams, Params, Query, Scope};
use crate::state::ApiState;

/// What to page through.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct Ask {
    /// Comma separated paths of the parts to answer with; whole entities by default.
    #[param(required = false)]
    fields: Vec<String>,
    /// How many entities a page has, 200 by default; 0 only counts.
    limit: Option<usize>,
    /// How many entities to skip.
    offset: Option<usize>,
    /// A path, and after a comma `asc` or `desc`.
    #[param(required = false)]
    order_field: Vec<String>,
    /// Where to go on; of the other parameters only limit and fields count then.
    cursor: Option<String>,
    /// Conditions joined by commas that must all hold; of several filters one is enough.
    #[param(required = false)]
    filter: Vec<String>,
    /// `include` or `exclude`: whether to count all matches.
    total_items: Option<String>,
    /// A text that one of the full text fields has to contain.
    full_text_filter_term: Option<String>,
    /// Comma separated paths to look for the text in; by default the path of the order.
    #[param(required = false)]
    full_text_filter_fields: Option<Vec<String>>,
    /// A time, a day or a position of the change feed: the catalog as it was then. Also beside a cursor.
    #[param(value_type = Option<String>)]
    as_of: Option<Moment>,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &[
        "fields",
        "limit",
        "offset",
        "orderField",
        "cursor",
        "filter",
        "totalItems",
        "fullTextFilterTerm",
        "fullTextFilterFields",
        "asOf",
    ];
    const LISTS: &'static [&'static str] = &["fields", "orderField", "filter", "fullTextFilterFields"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self {
            fields: params.comma_separated("fields"),
            limit: params.count("limit")?,
            offset: params.count("offset")?,
            order_field: params.all("orderField"),
            cursor: params.text("cursor")?,
            filter: params.all("filter"),
            total_items: params.one_of("totalItems", &["include", "exclude"])?,
            full_text_filter_term: params.text("fullTextFilterTerm")?,
            full_text_filter_fields: params.separated("fullTextFilterFields"),
            as_of: as_of::moment(params)?,
        })
    }
}

impl Ask {
    fn request(self) -> Result<PageRequest, ApiError> {
        let fields = filter::fields(&self.fields)?;
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if self.cursor.is_some() {
            return Ok(PageRequest { cursor: self.cursor, limit, fields, ..PageRequest::default() });
        }
        let predicate = filter::filter(&self.filter)?;
        let orders = self.order_field.iter().map(|text| order_field(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(PageRequest {
            cursor: None,
            predicate,
            text: text_filter(self.full_text_filter_term.as_deref(), self.full_text_filter_fields),
            order: orders.into_iter().next(),
            limit,
            offset: self.offset.unwrap_or(0),
            count: self.total_items.as_deref() != Some("exclude"),
            fields,
        })
    }
}

fn order_field(text: &str) -> Result<OrderField, ApiError> {
    let mut parts = text.split(',');
    let field = parts.next().unwrap_or_default();
    match parts.next() {
        direction @ (None | Some("asc" | "desc")) => Ok(order(field, direction)),
        Some(_) => Err(ApiError::Input("Invalid order field order, must be asc or desc".to_owned())),
    }
}

/// Pages through entities.
#[utoipa::path(
    get, path = "/entities/by-query", operation_id = "GetEntitiesByQuery", tag = "Entity", params(Ask),
    responses((status = 200, description = "A page of entities", body = schema::EntitiesQueryResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    tag: CatalogTag,
    Query(ask): Query<Ask>,
) -> Result<Response, ApiError> {
    let as_of = ask.as_of;
    let request = ask.request()?;
    tag.answer(async { Ok(answer(as_of::catalog_of(&state, as_of).await?.page(&scope, &request).await?)) }).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn pages_go_forward_and_back() {
        let fixture = Fixture::with_components(5).await;
        let first = fixture.get("/entities/by-query?orderField=metadata.name,asc&limit=2&fields=metadata.name").await;
        let first = first.json();
        assert_eq!(first["items"], serde_json::json!([{"metadata":{"name":"c0"}},{"metadata":{"name":"c1"}}]));
        assert_eq!(first["totalItems"], 5);
        assert!(first["pageInfo"].get("prevCursor").is_none());
        let next = first["pageInfo"]["nextCursor"].as_str().unwrap();
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        // A filter beside a cursor is accepted and does not count.
        let second = fixture.get(&format!("/entities/by-query?filter=kind=x&limit=2&cursor={next}")).await.json();
        assert_eq!(second["items"][0]["metadata"]["name"], "c2");
        assert_eq!(second["totalItems"], 5);
        let back = second["pageInfo"]["prevCursor"].as_str().unwrap();
        let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        let again = fixture.get(&format!("/entities/by-query?limit=2&fields=metadata.name&cursor={back}")).await.json();
        assert_eq!(again["items"], first["items"]);
    }

    #[tokio::test]
    async fn the_shape_is_exact() {
        let fixture = Fixture::with_components(1).await;
        let page = fixture.get("/entities/by-query?filter=kind=component&fields=kind").await;
        assert_eq!(page.text, r#"{"items":[{"kind":"Component"}],"totalItems":1,"pageInfo":{}}"#);
        let counted = fixture.get("/entities/by-query?limit=0&filter=kind=component").await;
        assert_eq!(counted.text, r#"{"items":[],"totalItems":1,"pageInfo":{}}"#);
        let uncounted = fixture.get("/entities/by-query?fields=kind&totalItems=exclude").await;
        assert_eq!(uncounted.text, r#"{"items":[{"kind":"Component"}],"totalItems":0,"pageInfo":{}}"#);
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        for (url, message) in [
            ("/entities/by-query?foo=bar", "Unknown query parameter 'foo'"),
            ("/entities/by-query?cursor=", "Empty value found for query parameter 'cursor'"),
            ("/entities/by-query?orderField=metadata.name,sideways", "Invalid order field order, must be asc or desc"),
            (
                "/entities/by-query?limit=1&totalItems=maybe",
                "request/query/totalItems must be equal to one of the allowed values: include, exclude",
            ),
            (
                "/entities/by-query?fields=spec.list%5B0%5D",
                "Invalid field \"spec.list[0]\", array type fields are not supported",
            ),
        ] {
            assert_eq!(fixture.get(url).await.json(), error(400, "InputError", message, "GET", url), "{url}");
        }
        let cursor = fixture.get("/entities/by-query?cursor=garbage").await.json();
        assert!(cursor["error"]["message"].as_str().unwrap().starts_with("Malformed cursor: "), "{cursor}");
    }
}
