//! `PATCH /sets/{id}`: what changed in a set.

use axum::extract::{Request, State};
use axum::response::Response;
use model::EntityRef;
use serde::Deserialize;
use serde_json::Value;

use super::body::{read_push, unwrapped};
use super::{Mode, PushResult, result};
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{Caller, Query, Segments};
use crate::state::ApiState;
use ::auth::permission::INGESTION_MANAGE;

/// What comes into the set or changes there, and what goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    #[serde(default)]
    added: Vec<Value>,
    #[serde(default)]
    removed: Vec<Removed>,
}

/// A reference by itself, or as providers of Backstage tell it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Removed {
    Text(String),
    Member {
        #[serde(rename = "entityRef")]
        entity_ref: String,
    },
}

impl Removed {
    fn parsed(&self, at: usize) -> Result<EntityRef, ApiError> {
        let (Self::Text(text) | Self::Member { entity_ref: text }) = self;
        EntityRef::parse_full(text).map_err(|error| ApiError::Input(format!("removed/{at}: {error}")))
    }
}

/// Adds entities to a set or changes them there, and removes others. What is not named stays.
#[utoipa::path(
    patch, path = "/sets/{id}", operation_id = "ChangeSet", tag = "Sets",
    params(("id" = String, Path), schema::PushParams), request_body = schema::ChangeSetRequest,
    responses((status = 200, description = "What it changed", body = PushResult), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Query(mode): Query<Mode>,
    Segments(id): Segments<String>,
    request: Request,
) -> Result<Response, ApiError> {
    state.engine.writable()?;
    caller.require(&INGESTION_MANAGE)?;
    let ask: Ask = read_push(request).await?;
    let removed = ask.removed.iter().enumerate().map(|(at, removed)| removed.parsed(at)).collect::<Result<_, _>>()?;
    let pushed = state.engine.change_set(&id, unwrapped(ask.added), removed, mode.push(&caller.principal)).await?;
    result(&state, &id, pushed).await
}
