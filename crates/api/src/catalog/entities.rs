//! `GET /entities`: the older list, paged by offset or whole.

use axum::extract::State;
use axum::response::Response;
use catalog::{ListRequest, OrderField};
use http::{HeaderValue, Uri, header};
use model::ReadScope;
use utoipa::IntoParams;

use super::{cursor, filter, schema};
use crate::error::ApiError;
use crate::extract::{CatalogTag, FromParams, Params, Query, Scope};
use crate::respond;
use crate::state::ApiState;

/// What to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// Conditions joined by commas that must all hold; of several filters one is enough.
    #[param(required = false)]
    filter: Vec<String>,
    /// Comma separated paths of the parts to answer with; whole entities by default.
    #[param(required = false)]
    fields: Vec<String>,
    /// `asc:` or `desc:` and a path.
    #[param(required = false)]
    order: Vec<String>,
    /// How many entities to answer with.
    limit: Option<usize>,
    /// How many entities to skip.
    offset: Option<usize>,
    /// Where the page before ended; overrides limit and offset.
    after: Option<String>,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["fields", "limit", "filter", "offset", "after", "order"];
    const LISTS: &'static [&'static str] = &["fields", "filter", "order"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self {
            filter: params.all("filter"),
            fields: params.comma_separated("fields"),
            order: params.all("order"),
            limit: params.count("limit")?,
            offset: params.count("offset")?,
            after: params.text("after")?,
        })
    }
}

impl Ask {
    fn request(&self) -> Result<ListRequest, ApiError> {
        let predicate = filter::filter(&self.filter)?;
        let fields = filter::fields(&self.fields)?;
        let order = self.order.iter().map(|text| order(text)).collect::<Result<_, _>>()?;
        if self.limit == Some(0) {
            return Err(ApiError::Input("Invalid limit, must be greater than zero".to_owned()));
        }
        let (limit, offset) = match &self.after {
            Some(after) => position(after, self.limit, self.offset)?,
            None => (self.limit, self.offset),
        };
        Ok(ListRequest { predicate, order, limit, offset, fields })
    }
}

/// Lists entities.
#[utoipa::path(
    get, path = "/entities", operation_id = "GetEntities", tag = "Entity", params(Ask),
    responses((status = 200, description = "The entities", body = Vec<schema::Entity>), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    tag: CatalogTag,
    Query(ask): Query<Ask>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let request = ask.request()?;
    tag.answer(answer(&state, &scope, &request, &uri)).await
}

async fn answer(state: &ApiState, scope: &ReadScope, request: &ListRequest, uri: &Uri) -> Result<Response, ApiError> {
    let list = state.catalog.list(scope, request).await?;
    let mut response = respond::json_list("[", list.items, "]".to_owned());
    if let (true, Some(limit)) = (list.more, request.limit) {
        let link = next_link(uri, limit, request.offset.unwrap_or(0).saturating_add(limit));
        let link = HeaderValue::from_str(&link).map_err(|error| ApiError::internal(&error))?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

fn order(text: &str) -> Result<OrderField, ApiError> {
    let parts = text.split_once(':').filter(|(_, field)| !field.is_empty());
    let (descending, field) = match parts {
        Some(("asc", field)) => (false, field),
        Some(("desc", field)) => (true, field),
        _ => {
            let message = format!("Invalid order parameter \"{text}\", expected \"<asc or desc>:<field name>\"");
            return Err(ApiError::Input(message));
        }
    };
    // As written: the paged form looks it up so.
    Ok(OrderField { key: field.to_owned(), descending })
}

/// Reads an `after` cursor, base64 of `{"limit":n,"offset":m}`. It asks for a page even when it says nothing.
fn position(
    after: &str,
    limit: Option<usize>,
    offset: Option<usize>,
) -> Result<(Option<usize>, Option<usize>), ApiError> {
    let malformed = |what: &str| ApiError::Input(format!("Malformed after cursor, {what}"));
    let cursor = cursor::decode(after).ok_or_else(|| malformed("could not be parsed"))?;
    let number = |name: &str, given: Option<usize>, complaint: &str| match cursor.get(name) {
        None => Ok(given),
        Some(value) => value.as_u64().map(|n| Some(n as usize)).ok_or_else(|| malformed(complaint)),
    };
    let offset = number("offset", offset, "offset was not a number")?;
    Ok((number("limit", limit, "limit was not an number")?, Some(offset.unwrap_or(0))))
}

/// The `link` to the next page: this request with `after` in place of `offset`, its path as the plugin sees it.
fn next_link(uri: &Uri, limit: usize, offset: usize) -> String {
    let after = cursor::encode(&format!("{{\"limit\":{limit},\"offset\":{offset}}}"));
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut placed = false;
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match &*name {
            "offset" => {}
            "after" if placed => {}
            "after" => {
                query.append_pair("after", &after);
                placed = true;
            }
            _ => {
                query.append_pair(&name, &value);
            }
        }
    }
    if !placed {
        query.append_pair("after", &after);
    }
    format!("<{}?{}>; rel=\"next\"", uri.path(), query.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn pages_announce_the_next_in_a_link() {
        let fixture = Fixture::with_components(5).await;
        let page = fixture.get("/entities?filter=kind=component&limit=2&offset=1&fields=metadata.name").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text, r#"[{"metadata":{"name":"c1"}},{"metadata":{"name":"c2"}}]"#);
        assert_eq!(
            page.header("link"),
            r#"</entities?filter=kind%3Dcomponent&limit=2&fields=metadata.name&after=eyJsaW1pdCI6Miwib2Zmc2V0IjozfQ%3D%3D>; rel="next""#
        );
        let last = fixture
            .get("/entities?filter=kind=component&fields=metadata.name&after=eyJsaW1pdCI6Miwib2Zmc2V0IjozfQ%3D%3D")
            .await;
        assert_eq!(last.text, r#"[{"metadata":{"name":"c3"}},{"metadata":{"name":"c4"}}]"#);
        assert_eq!(last.header("link"), "");
    }

    #[tokio::test]
    async fn without_paging_everything_comes() {
        let fixture = Fixture::with_components(3).await;
        assert_eq!(fixture.get("/entities").await.json().as_array().map(Vec::len), Some(3));
        assert_eq!(fixture.get("/entities/?filter=kind=nothing").await.text, "[]");
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        for (url, message) in [
            ("/entities?offset=-1", "request/query/offset must be >= 0"),
            ("/entities?limit=abc", "request/query/limit must be integer"),
            ("/entities?limit=0", "Invalid limit, must be greater than zero"),
            ("/entities?limit=0&after=e30", "Invalid limit, must be greater than zero"),
            ("/entities?after=zzz", "Malformed after cursor, could not be parsed"),
            ("/entities?after=eyJsaW1pdCI6Ii0xIn0%3D", "Malformed after cursor, limit was not an number"),
            (
                "/entities?order=sideways:kind",
                r#"Invalid order parameter "sideways:kind", expected "<asc or desc>:<field name>""#,
            ),
            (
                "/entities?filter==x&limit=1",
                "Invalid filter, '=x' is not a valid statement (expected a string on the form a=b or a= or a)",
            ),
            ("/entities?foo=bar", "Unknown query parameter 'foo'"),
        ] {
            assert_eq!(fixture.get(url).await.json(), error(400, "InputError", message, "GET", url), "{url}");
        }
    }

    #[test]
    fn a_link_keeps_the_place_of_an_after_it_replaces() {
        let uri: Uri = "/entities?after=old&filter=a%20b".parse().unwrap();
        assert_eq!(
            next_link(&uri, 1, 1),
            r#"</entities?after=eyJsaW1pdCI6MSwib2Zmc2V0IjoxfQ%3D%3D&filter=a+b>; rel="next""#
        );
    }
}
