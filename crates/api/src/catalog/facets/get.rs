//! `GET /entity-facets`.

use axum::extract::State;
use axum::response::Response;
use catalog::Moment;
use utoipa::IntoParams;

use super::answer;
use crate::catalog::{as_of, filter, schema};
use crate::error::ApiError;
use crate::extract::{CatalogTag, FromParams, Params, Query, Scope};
use crate::state::ApiState;

/// Which facets of which entities.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// The path of a facet; repeat it for more.
    facet: Vec<String>,
    /// Conditions joined by commas that must all hold; of several filters one is enough.
    #[param(required = false)]
    filter: Vec<String>,
    /// A time, a day or a position of the change feed: the catalog as it was then.
    #[param(value_type = Option<String>, rename = "asOf")]
    as_of: Option<Moment>,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["facet", "filter", "asOf"];
    const LISTS: &'static [&'static str] = &["facet", "filter"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        let mut facet = params.required("facet")?;
        facet.retain(|facet| !facet.is_empty());
        if facet.is_empty() {
            return Err(ApiError::Input("Missing facet parameter".to_owned()));
        }
        Ok(Self { facet, filter: params.all("filter"), as_of: as_of::moment(params)? })
    }
}

/// Counts the values of facets.
#[utoipa::path(
    get, path = "/entity-facets", operation_id = "GetEntityFacets", tag = "Entity", params(Ask),
    responses((status = 200, description = "The facets", body = schema::EntityFacetsResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    tag: CatalogTag,
    Query(ask): Query<Ask>,
) -> Result<Response, ApiError> {
    let predicate = filter::filter(&ask.filter)?;
    tag.answer(async {
        let catalog = as_of::catalog_of(&state, ask.as_of).await?;
        Ok(answer(catalog.facets(&scope, &ask.facet, predicate.as_ref())))
    })
    .await
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn facets_come_as_they_were_asked_for() {
        let fixture = Fixture::with_components(3).await;
        let found = fixture.get("/entity-facets?facet=Kind&facet=spec.nope&filter=kind=component").await;
        assert_eq!(found.text, r#"{"facets":{"Kind":[{"value":"Component","count":3}],"spec.nope":[]}}"#);
    }

    #[tokio::test]
    async fn a_facet_is_required() {
        let fixture = Fixture::with_components(0).await;
        for (url, message) in [
            ("/entity-facets", "request/query must have required property 'facet'"),
            ("/entity-facets?facet=", "Empty value found for query parameter 'facet'"),
            ("/entity-facets?facet=&facet=", "Missing facet parameter"),
        ] {
            assert_eq!(fixture.get(url).await.json(), error(400, "InputError", message, "GET", url));
        }
    }
}
