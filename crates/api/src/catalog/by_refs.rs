//! `POST /entities/by-refs`: many entities by reference, in the order asked.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use model::filter::{FilterError, Predicate};
use serde_json::Value;
use utoipa::IntoParams;

use super::{filter, schema};
use crate::error::ApiError;
use crate::extract::{CatalogTag, FromObject, FromParams, JsonBody, Object, Params, Query, Scope};
use crate::respond;
use crate::state::ApiState;

/// A condition the entities have to meet.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Condition {
    /// Conditions joined by commas that must all hold; of several filters one is enough.
    #[param(required = false)]
    filter: Vec<String>,
}

impl FromParams for Condition {
    const NAMES: &'static [&'static str] = &["filter"];
    const LISTS: &'static [&'static str] = &["filter"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self { filter: params.all("filter") })
    }
}

/// Which entities to answer with.
#[derive(Debug)]
pub struct Ask {
    refs: Vec<String>,
    fields: Vec<String>,
    predicate: Option<Predicate>,
}

/// How complaints about the body begin that its document does not tell.
macro_rules! malformed {
    ($complaint:expr) => {
        concat!("Malformed request body (did you remember to specify an application/json content type?), ", $complaint)
    };
}

impl FromObject for Ask {
    const MISSING: Option<&'static str> = Some(malformed!("Validation error: Required at \"entityRefs\""));

    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["entityRefs"])?;
        Ok(Self {
            refs: body.texts("entityRefs")?.unwrap_or_default(),
            fields: body.texts("fields")?.unwrap_or_default(),
            predicate: body.raw_object("query")?.map(query).transpose()?,
        })
    }
}

fn query(value: &Value) -> Result<Predicate, ApiError> {
    Predicate::from_member("query", value).map_err(|error| {
        ApiError::Input(match error {
            FilterError::Query(complaint) => format!("{}{complaint}", malformed!("")),
            other => other.to_string(),
        })
    })
}

/// Entities by reference; `null` for each that is missing, hidden or does not meet the condition.
#[utoipa::path(
    post, path = "/entities/by-refs", operation_id = "GetEntitiesByRefs", tag = "Entity",
    params(Condition), request_body = schema::GetEntitiesByRefsRequest,
    responses((status = 200, description = "The entities", body = schema::EntitiesBatchResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    tag: CatalogTag,
    Query(condition): Query<Condition>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    let predicate = filter::both(filter::filter(&condition.filter)?, ask.predicate);
    let fields = filter::fields(&ask.fields)?;
    // It changes nothing, so it is as conditional as a GET, though HTTP knows no 304 for other methods.
    let tag = tag.with((&ask.refs, &ask.fields, format!("{predicate:?}")));
    tag.answer(async {
        let found = state.catalog.by_refs(&scope, &ask.refs, predicate.as_ref(), fields.as_ref()).await?;
        let items = found.into_iter().map(|item| item.unwrap_or(Bytes::from_static(b"null"))).collect();
        Ok(respond::json_list("{\"items\":[", items, "]}".to_owned()))
    })
    .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const URL: &str = "/entities/by-refs";

    #[tokio::test]
    async fn order_and_duplicates_are_kept_and_gaps_are_null() {
        let fixture = Fixture::with_components(2).await;
        let refs =
            ["component:default/c1", "component:default/none", "::::", "component:default/c0", "component:default/c1"];
        let found = fixture.post(URL, &json!({"entityRefs": refs, "fields": ["metadata.name"]})).await;
        assert_eq!(
            found.text,
            r#"{"items":[{"metadata":{"name":"c1"}},null,null,{"metadata":{"name":"c0"}},{"metadata":{"name":"c1"}}]}"#
        );
    }

    #[tokio::test]
    async fn filter_and_query_both_have_to_hold() {
        let fixture = Fixture::with_components(2).await;
        let ask = json!({"entityRefs": ["component:default/c0", "component:default/c1"], "fields": ["kind"],
            "query": {"metadata.name": "c1"}});
        let found = fixture.post("/entities/by-refs?filter=kind=component", &ask).await;
        assert_eq!(found.text, r#"{"items":[null,{"kind":"Component"}]}"#);
        let found = fixture.post("/entities/by-refs?filter=kind=api", &ask).await;
        assert_eq!(found.text, r#"{"items":[null,null]}"#);
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        let message = "request/body must have required property 'entityRefs'";
        let found = fixture.post(URL, &json!({"refs": []})).await.json();
        assert_eq!(found, error(400, "InputError", message, "POST", URL));
        let cut = fixture.call("POST", URL, &[("content-type", "application/json")], "{\"entityRefs\":[").await.json();
        assert_eq!(cut, error(400, "InputError", "Unexpected end of JSON input", "POST", URL));
        let malformed = "Malformed request body (did you remember to specify an application/json content type?), \
                         Validation error: Required at \"entityRefs\"";
        let missing = fixture.call("POST", URL, &[], "").await.json();
        assert_eq!(missing, error(400, "InputError", malformed, "POST", URL));
        let malformed = "Malformed request body (did you remember to specify an application/json content type?), \
                         Validation error: Invalid at \"query.$bad\"";
        let bad = fixture.post(URL, &json!({"entityRefs": [], "query": {"$bad": 1}})).await.json();
        assert_eq!(bad, error(400, "InputError", malformed, "POST", URL));
        let long = "x".repeat(crate::extract::BODY_LIMIT);
        let large = fixture.post(URL, &json!({"entityRefs": [long]})).await;
        assert_eq!(large.json(), error(400, "InputError", "request entity too large", "POST", URL));
    }
}
