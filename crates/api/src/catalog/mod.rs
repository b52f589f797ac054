//! `/api/catalog`: entities and locations (contract catalog.md section 9).
//!
//! One endpoint is one file: what it takes from the request, the call, the shape of the answer, and its tests.

mod analyze_location;
mod ancestry;
mod as_of;
mod by_name;
mod by_query;
mod by_refs;
mod by_uid;
mod changes;
mod consistency;
mod cursor;
mod entities;
mod entity_delete;
mod facets;
mod filter;
mod history;
mod impact;
mod kinds;
mod location_by_entity;
mod location_by_id;
mod location_create;
mod location_delete;
mod location_update;
mod locations;
mod locations_by_query;
mod openapi;
mod refresh;
mod schema;
mod sets;
mod unprocessed;
mod validate_entity;

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::permission::integration;
use crate::state::ApiState;

/// Everything under `/api/catalog`, without the prefix.
pub fn router(state: &ApiState) -> Router<ApiState> {
    let (router, document) = OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(entities::handler))
        .routes(routes!(by_query::get::handler, by_query::post::handler))
        .routes(routes!(by_name::handler))
        .routes(routes!(ancestry::handler))
        .routes(routes!(impact::handler))
        .routes(routes!(history::list::handler))
        .routes(routes!(history::diff::handler))
        .routes(routes!(history::blame::handler))
        .routes(routes!(history::version::handler))
        .routes(routes!(history::restore::handler))
        .routes(routes!(changes::handler))
        .routes(routes!(by_uid::handler, entity_delete::handler))
        .routes(routes!(by_refs::handler))
        .routes(routes!(facets::get::handler, facets::post::handler))
        .routes(routes!(refresh::handler))
        .routes(routes!(validate_entity::handler))
        .routes(routes!(kinds::list::handler))
        .routes(routes!(kinds::get::handler))
        .routes(routes!(kinds::preview::handler))
        .routes(routes!(locations::handler, location_create::handler))
        .routes(routes!(locations_by_query::handler))
        .routes(routes!(location_by_id::handler, location_update::handler, location_delete::handler))
        .routes(routes!(location_by_entity::handler))
        .routes(routes!(analyze_location::handler))
        .routes(routes!(sets::list::handler))
        .routes(routes!(sets::get::handler, sets::replace::handler, sets::change::handler, sets::remove::handler))
        .routes(routes!(unprocessed::failed::handler))
        .routes(routes!(unprocessed::pending::handler))
        .routes(routes!(unprocessed::delete::handler))
        .split_for_parts();
    router
        .route("/openapi.json", openapi::serve(&document))
        .merge(integration::router("catalog"))
        .layer(from_fn_with_state(state.clone(), consistency::consistent))
}
