//! `GET /changes`: what changed in the catalog, newest first (an addition to the contract).

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use store::{Change, ChangeKind};
use utoipa::{IntoParams, ToSchema};

use super::history::rfc3339;
use super::schema;
use crate::error::ApiError;
use crate::extract::{FromParams, Params, Query, Scope};
use crate::respond;
use crate::state::ApiState;

/// Changes that one answer has at most, and where the request does not say.
const MAX_LIMIT: usize = 500;
const DEFAULT_LIMIT: usize = 50;

/// Which changes.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// Changes to answer with, 500 at most; 50 by default.
    #[param(value_type = Option<usize>)]
    limit: usize,
    /// Only changes before this position, as `next` of the answer before has it.
    before: Option<i64>,
    /// `include`, or `exclude` (default): whether to tell of entities of which nothing changed but what others relate to them.
    #[param(value_type = Option<String>)]
    relations: bool,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["limit", "before", "relations"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self {
            limit: params.count("limit")?.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT),
            before: params.count("before")?.map(|before| i64::try_from(before).unwrap_or(i64::MAX)),
            relations: params.one_of("relations", &["include", "exclude"])?.as_deref() == Some("include"),
        })
    }
}

/// What changed in the catalog.
#[derive(Serialize, ToSchema)]
pub struct ChangesResponse {
    items: Vec<ChangeItem>,
    /// Where to go on with `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeItem {
    position: i64,
    entity_ref: String,
    uid: String,
    /// `created`, `updated` or `deleted`
    #[schema(value_type = String)]
    kind: ChangeKind,
    at: String,
    /// `type:target` of the source it came from, or `relations`.
    cause: String,
    /// Who caused it, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
}

impl From<Change> for ChangeItem {
    fn from(change: Change) -> Self {
        Self {
            position: change.seq,
            entity_ref: change.entity_ref.to_string(),
            uid: change.entity_id.to_string(),
            kind: change.kind,
            at: rfc3339(change.at),
            cause: change.cause,
            actor: change.actor,
        }
    }
}

/// What changed in the catalog, newest first: of entities that the caller may see, and of what is gone if it may see all.
#[utoipa::path(
    get, path = "/changes", operation_id = "GetChanges", tag = "History", params(Ask),
    responses((status = 200, description = "The changes", body = ChangesResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Query(ask): Query<Ask>,
) -> Result<Response, ApiError> {
    let activity = state.catalog.activity(&scope, ask.before, ask.limit, !ask.relations).await?;
    let items = activity.changes.into_iter().map(Into::into).collect();
    Ok(respond::json(&ChangesResponse { items, next: activity.next }))
}
