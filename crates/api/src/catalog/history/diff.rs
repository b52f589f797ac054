//! `GET /entities/by-name/{kind}/{namespace}/{name}/history/diff`.

use axum::extract::State;
use axum::response::Response;
use model::EntityRef;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{HistoryDifference, position, version_of};
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{FromParams, Params, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// Which versions.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// The version to compare.
    from: i64,
    /// The version to compare it with; by default what readers see now.
    to: Option<i64>,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["from", "to"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        let from = params.required("from")?.concat();
        Ok(Self { from: position(&from)?, to: params.text("to")?.map(|text| position(&text)).transpose()? })
    }
}

/// What differs between two versions of an entity.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiffResponse {
    entity_ref: String,
    from: i64,
    to: i64,
    differences: Vec<HistoryDifference>,
}

/// What differs between any two versions of an entity, relations left out.
#[utoipa::path(
    get, path = "/entities/by-name/{kind}/{namespace}/{name}/history/diff", operation_id = "GetEntityDiff",
    tag = "History", params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path), Ask),
    responses((status = 200, description = "What differs", body = DiffResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Query(ask): Query<Ask>,
    Segments((kind, namespace, name)): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let to = ask.to.unwrap_or_else(|| state.engine.position());
    let (from, _) = version_of(&state, &scope, &entity_ref, ask.from).await?;
    let (to, _) = version_of(&state, &scope, &entity_ref, to).await?;
    let differences = catalog::history::between(&from, &to);
    Ok(respond::json(&DiffResponse {
        entity_ref: entity_ref.to_string(),
        from: from.since.position,
        to: to.since.position,
        differences: differences.into_iter().map(Into::into).collect(),
    }))
}
