//! `GET /entities/by-name/{kind}/{namespace}/{name}/history`.

use axum::extract::State;
use axum::response::Response;
use catalog::PastVersion;
use model::EntityRef;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{HistoryDifference, HistorySince, nothing_of, position, rfc3339};
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{FromParams, Params, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// Versions that one answer has at most, and where the request does not say.
const MAX_LIMIT: usize = 50;
const DEFAULT_LIMIT: usize = 20;

/// Which versions.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// Versions to answer with, 50 at most; 20 by default.
    #[param(value_type = Option<usize>)]
    limit: usize,
    /// Only versions before this one, as `next` of the answer before has it.
    before: Option<i64>,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["limit", "before"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        let before = params.text("before")?.map(|text| position(&text)).transpose()?;
        Ok(Self { limit: params.count("limit")?.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT), before })
    }
}

/// What an entity was, newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryResponse {
    entity_ref: String,
    items: Vec<HistoryVersion>,
    /// Where to go on with `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// An entity from one change of it to the next.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryVersion {
    #[serde(flatten)]
    since: HistorySince,
    uid: String,
    /// When another version took its place, or the entity went; not there while it is what readers see.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// How it differs from the version before; not there for the oldest that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<HistoryDifference>>,
}

impl From<PastVersion> for HistoryVersion {
    fn from(past: PastVersion) -> Self {
        let differences = past.differences.map(|all| all.into_iter().map(Into::into).collect());
        Self {
            uid: past.version.id.to_string(),
            until: past.version.until.map(|until| rfc3339(until.at)),
            since: past.version.since.into(),
            differences,
        }
    }
}

/// The versions of an entity, of one that is gone too, and how each differs from the one before.
#[utoipa::path(
    get, path = "/entities/by-name/{kind}/{namespace}/{name}/history", operation_id = "GetEntityHistoryByName",
    tag = "History", params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path), Ask),
    responses((status = 200, description = "Its versions", body = HistoryResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Query(ask): Query<Ask>,
    Segments((kind, namespace, name)): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let history = state.catalog.history(&scope, &entity_ref, ask.before, ask.limit as u32).await?;
    let history = history.ok_or_else(|| nothing_of(&entity_ref))?;
    Ok(respond::json(&HistoryResponse {
        entity_ref: entity_ref.to_string(),
        items: history.versions.into_iter().map(Into::into).collect(),
        next: history.next,
    }))
}
