//! `POST /entities/by-query`: as GET, with a predicate.

use axum::extract::State;
use axum::response::Response;
use catalog::{OrderField, PageRequest};
use model::filter::Predicate;

use super::{DEFAULT_LIMIT, answer, order, text_filter};
use crate::catalog::as_of::AsOf;
use crate::catalog::{filter, schema};
use crate::error::ApiError;
use crate::extract::{FromObject, JsonBody, Object, Query, Scope};
use crate::state::ApiState;

/// What to page through.
#[derive(Debug)]
pub struct Ask {
    cursor: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
    order: Option<OrderField>,
    term: Option<String>,
    term_fields: Option<Vec<String>>,
    fields: Vec<String>,
    count: bool,
    predicate: Option<Predicate>,
}

impl FromObject for Ask {
    const MISSING: Option<&'static str> = None;

    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        let cursor = body.text("cursor")?;
        if cursor.as_deref() == Some("") {
            return Err(ApiError::Input("Cursor cannot be empty".to_owned()));
        }
        let (limit, offset) = (body.count("limit")?, body.count("offset")?);
        let mut orders = Vec::new();
        for item in body.objects("orderBy")? {
            item.require(&["field", "order"])?;
            let field = item.text("field")?.unwrap_or_default();
            orders.push(order(&field, item.one_of("order", &["asc", "desc"])?.as_deref()));
        }
        let text = body.object("fullTextFilter")?;
        let (term, term_fields) = match &text {
            Some(text) => (text.text("term")?, text.texts("fields")?),
            None => (None, None),
        };
        let fields = body.texts("fields")?.unwrap_or_default();
        let fields = fields.iter().flat_map(|list| list.split(',')).map(str::to_owned).collect();
        let count = body.one_of("totalItems", &["include", "exclude"])?.as_deref() != Some("exclude");
        let query = body.raw_object("query")?;
        let predicate = if cursor.is_none() { filter::query(query)? } else { None };
        let order = orders.into_iter().next();
        Ok(Self { cursor, limit, offset, order, term, term_fields, fields, count, predicate })
    }
}

impl Ask {
    fn request(self) -> Result<PageRequest, ApiError> {
        let fields = filter::fields(&self.fields)?;
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if self.cursor.is_some() {
            return Ok(PageRequest { cursor: self.cursor, limit, fields, ..PageRequest::default() });
        }
        Ok(PageRequest {
            cursor: None,
            predicate: self.predicate,
            text: text_filter(self.term.as_deref(), self.term_fields),
            order: self.order,
            limit,
            offset: self.offset.unwrap_or(0),
            count: self.count,
            fields,
        })
    }
}

/// Pages through entities that match a predicate.
#[utoipa::path(
    post, path = "/entities/by-query", operation_id = "QueryEntitiesByPredicate", tag = "Entity",
    params(schema::AsOfParams),
    request_body = schema::QueryEntitiesByPredicateRequest,
    responses((status = 200, description = "A page of entities", body = schema::EntitiesQueryResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Query(as_of): Query<AsOf>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    Ok(answer(as_of.catalog(&state).await?.page(&scope, &ask.request()?).await?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const URL: &str = "/entities/by-query";

    #[tokio::test]
    async fn a_predicate_selects_and_a_cursor_goes_on() {
        let fixture = Fixture::with_components(3).await;
        let ask = json!({"query": {"kind": "component"}, "orderBy": [{"field": "metadata.name", "order": "desc"}],
            "fields": ["metadata.name"], "limit": 2});
        let first = fixture.post(URL, &ask).await.json();
        assert_eq!(first["items"], json!([{"metadata":{"name":"c2"}},{"metadata":{"name":"c1"}}]));
        let cursor = &first["pageInfo"]["nextCursor"];
        let second = fixture.post(URL, &json!({"cursor": cursor, "fields": ["metadata.name"]})).await.json();
        assert_eq!(second["items"], json!([{"metadata":{"name":"c0"}}]));
        assert_eq!(fixture.post(URL, &json!({})).await.json()["totalItems"], 3);
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        for (body, message) in [
            (json!({"limit": "abc"}), "request/body/limit must be number"),
            (json!({"cursor": ""}), "Cursor cannot be empty"),
            (json!({"query": {"$nope": 1}}), "Invalid query: Validation error: Invalid at \"$nope\""),
            (json!({"orderBy": [{"field": "a"}]}), "request/body/orderBy/0 must have required property 'order'"),
            (
                json!({"orderBy": [{"field": "a", "order": "up"}]}),
                "request/body/orderBy/0/order must be equal to one of the allowed values: asc, desc",
            ),
        ] {
            assert_eq!(fixture.post(URL, &body).await.json(), error(400, "InputError", message, "POST", URL), "{body}");
        }
    }
}
