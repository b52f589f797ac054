//! `POST /entity-facets`: as GET, with a predicate.

use axum::extract::State;
use axum::response::Response;
use model::filter::Predicate;

use super::answer;
use crate::catalog::as_of::AsOf;
use crate::catalog::{filter, schema};
use crate::error::ApiError;
use crate::extract::{FromObject, JsonBody, Object, Query, Scope};
use crate::state::ApiState;

/// Which facets of which entities.
#[derive(Debug)]
pub struct Ask {
    facets: Vec<String>,
    predicate: Option<Predicate>,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["facets"])?;
        let mut facets = body.texts("facets")?.unwrap_or_default();
        facets.retain(|facet| !facet.is_empty());
        let query = body.raw_object("query")?;
        if facets.is_empty() {
            return Err(ApiError::Input("Missing or empty facets parameter".to_owned()));
        }
        Ok(Self { facets, predicate: filter::query(query)? })
    }
}

/// Counts the values of facets among entities that match a predicate.
#[utoipa::path(
    post, path = "/entity-facets", operation_id = "QueryEntityFacetsByPredicate", tag = "Entity", params(schema::AsOfParams),
    request_body = schema::QueryEntityFacetsByPredicateRequest,
    responses((status = 200, description = "The facets", body = schema::EntityFacetsResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Query(as_of): Query<AsOf>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    Ok(answer(as_of.catalog(&state).await?.facets(&scope, &ask.facets, ask.predicate.as_ref())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const URL: &str = "/entity-facets";

    #[tokio::test]
    async fn a_predicate_narrows_the_count() {
        let fixture = Fixture::with_components(3).await;
        let ask = json!({"facets": ["kind"], "query": {"metadata.name": {"$in": ["c0", "c2"]}}});
        assert_eq!(fixture.post(URL, &ask).await.text, r#"{"facets":{"kind":[{"value":"Component","count":2}]}}"#);
    }

    #[tokio::test]
    async fn a_facet_is_required() {
        let fixture = Fixture::with_components(0).await;
        for (body, message) in [
            (json!({}), "request/body must have required property 'facets'"),
            (json!({"facets": [""]}), "Missing or empty facets parameter"),
        ] {
            assert_eq!(fixture.post(URL, &body).await.json(), error(400, "InputError", message, "POST", URL));
        }
    }
}
