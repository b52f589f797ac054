//! `/entity-facets`: how many entities have which value.

pub mod get;
pub mod post;

use axum::response::Response;
use catalog::Facets;
use serde_json::{Map, Value, json};

use crate::respond;

fn answer(facets: Facets) -> Response {
    let facets: Map<String, Value> = facets
        .into_iter()
        .map(|(key, values)| {
            let values = values.iter().map(|facet| json!({ "value": facet.value, "count": facet.count }));
            (key, values.collect())
        })
        .collect();
    respond::json(&json!({ "facets": facets }))
}
