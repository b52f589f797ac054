//! All addresses of the pages, on one page.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::pages::{
    activity, admin, card, catalog, docs, entity, errors, explorer, export, home, palette, register, search, settings,
    sign_in, star,
};
use crate::{WebState, assets, branding, record, request, security};

/// The pages and their assets. What it does not know is answered with the page for that.
pub fn router(state: WebState) -> Router {
    Router::new()
        .route("/", get(home::page))
        .route("/catalog", get(catalog::page))
        .route("/catalog/export.csv", get(export::csv))
        .route("/catalog/export.json", get(export::json))
        .route("/catalog/{namespace}/{kind}/{name}", get(entity::overview::page))
        .route("/catalog/{namespace}/{kind}/{name}/relations", get(entity::relations::page))
        .route("/catalog/{namespace}/{kind}/{name}/graph", get(entity::graph::page))
        .route("/catalog/{namespace}/{kind}/{name}/impact", get(entity::impact::page))
        .route("/catalog/{namespace}/{kind}/{name}/impact/export.csv", get(entity::impact::csv))
        .route("/catalog/{namespace}/{kind}/{name}/impact/export.json", get(entity::impact::json))
        .route("/catalog/{namespace}/{kind}/{name}/source", get(entity::source::page))
        .route("/catalog/{namespace}/{kind}/{name}/history", get(entity::history::page))
        .route("/catalog/{namespace}/{kind}/{name}/inspect", get(entity::inspect::page))
        .route("/catalog/{namespace}/{kind}/{name}/refresh", post(entity::refresh::ask))
        .route("/catalog/{namespace}/{kind}/{name}/freshness", get(entity::overview::freshness))
        .route("/catalog/{namespace}/{kind}/{name}/card", get(card::fragment))
        .route("/catalog/{namespace}/{kind}/{name}/{*tab}", get(entity::other_tab))
        .route("/catalog-graph", get(explorer::page))
        .route(explorer::EXPORT, get(explorer::export))
        .route("/api-docs", get(catalog::apis))
        .route(docs::PATH, get(docs::home::page))
        .route("/docs/{namespace}/{kind}/{name}", get(docs::reader::root))
        .route("/docs/{namespace}/{kind}/{name}/", get(docs::reader::first))
        .route("/docs/{namespace}/{kind}/{name}/{*path}", get(docs::reader::other))
        .route("/activity", get(activity::page))
        .route(register::PATH, get(register::page).post(register::register))
        .route("/search", get(search::page))
        .route("/palette", get(palette::fragment))
        .route("/star", post(star::toggle))
        .route("/admin", get(admin::home))
        .route("/admin/problems", get(admin::problems::page))
        .route("/admin/problems/export.csv", get(admin::problems::csv))
        .route("/admin/problems/export.json", get(admin::problems::json))
        .route("/admin/sources", get(admin::sources::page))
        .route(admin::scheduled::PATH, get(admin::scheduled::page).post(admin::scheduled::run))
        .route(admin::access::PATH, get(admin::access::page))
        .route(admin::audit::PATH, get(admin::audit::page))
        .route(admin::kinds::PATH, get(admin::kinds::page))
        .route("/admin/kinds/{kind}", get(admin::kind::page))
        .route(admin::kind_preview::PATH, get(admin::kind_preview::page).post(admin::kind_preview::show))
        .route("/settings", get(settings::page).post(settings::save))
        .route("/sign-in", get(sign_in::page).post(sign_in::guest))
        .route("/sign-out", post(sign_in::out))
        .fallback(errors::no_page)
        .layer(from_fn_with_state(state.clone(), record::record))
        .layer(from_fn(security::same_origin))
        .layer(from_fn_with_state(state.clone(), request::context))
        // Assets are the same for everybody: no session is looked at.
        .route("/static/{name}", get(assets::serve))
        .route("/brand/{name}", get(branding::serve))
        .layer(from_fn_with_state(state.clone(), security::headers))
        .with_state(state)
}
