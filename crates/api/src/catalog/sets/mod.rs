//! `/sets`: entities that programs push, a named set at a time (an addition to the contract). `docs/push.md` tells how to use it.

pub mod body;
pub mod change;
pub mod get;
pub mod list;
pub mod remove;
pub mod replace;

use auth::Principal;
use axum::response::Response;
use catalog::{Push, Pushed, SetStatus};
use model::EntityRef;
use serde::Serialize;
use utoipa::ToSchema;

use super::history::rfc3339;
use crate::error::ApiError;
use crate::extract::{FromParams, Params};
use crate::respond;
use crate::state::ApiState;

/// Something that is wrong with an entity of a set.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetProblem {
    /// Not there where the entity may not come in at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_ref: Option<EntityRefText>,
    message: String,
}

/// An entity that another source defines too, and keeps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetConflict {
    entity_ref: EntityRefText,
    /// `type:target` of the source that was first.
    kept_by: Option<String>,
}

/// A full reference.
type EntityRefText = String;

/// A set and what is wrong with it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushedSet {
    id: String,
    /// `type:target` of the set, as `managed-by-location` of its entities and `catalog.rules` name it.
    location: String,
    entities: usize,
    updated_at: String,
    /// Who pushed last.
    updated_by: String,
    /// What is wrong with entities of the set: they are shown as they were before, or not at all. The first hundred.
    problems: Vec<SetProblem>,
    conflicts: Vec<SetConflict>,
}

impl From<SetStatus> for PushedSet {
    fn from(set: SetStatus) -> Self {
        let problem = |(entity_ref, problem): (EntityRef, model::Problem)| SetProblem {
            entity_ref: Some(entity_ref.to_string()),
            message: problem.message,
        };
        let refused = |problem: model::Problem| SetProblem { entity_ref: None, message: problem.message };
        Self {
            location: catalog::providers::PushedEntities::location(&set.id).to_string(),
            id: set.id,
            entities: set.entities,
            updated_at: rfc3339(set.updated_at),
            updated_by: set.updated_by,
            problems: set.problems.into_iter().map(problem).chain(set.refused.into_iter().map(refused)).collect(),
            conflicts: set
                .conflicts
                .into_iter()
                .map(|conflict| SetConflict { entity_ref: conflict.entity_ref.to_string(), kept_by: conflict.kept })
                .collect(),
        }
    }
}

/// What a push changed, and how the set is now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushResult {
    added: usize,
    updated: usize,
    removed: usize,
    unchanged: usize,
    set: PushedSet,
}

/// How a push is meant.
#[derive(Debug)]
pub struct Mode {
    force: bool,
}

impl FromParams for Mode {
    const NAMES: &'static [&'static str] = &["force"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self { force: params.one_of("force", &["true", "false"])?.as_deref() == Some("true") })
    }
}

impl Mode {
    fn push(&self, principal: &Principal) -> Push {
        Push { by: name_of(principal), force: self.force }
    }
}

/// Who somebody is, for people.
pub fn name_of(principal: &Principal) -> String {
    match principal {
        Principal::User(user) => user.entity_ref.to_string(),
        Principal::Service(service) => service.subject.clone(),
        Principal::None => "nobody in particular".to_owned(),
    }
}

/// Waits until readers see what was pushed, and tells what became of it.
async fn result(state: &ApiState, id: &str, pushed: Pushed) -> Result<Response, ApiError> {
    state.engine.wait_shown(&pushed.changed).await?;
    let set = state.engine.set(id).await?.into();
    let catalog::Tally { added, updated, removed, unchanged } = pushed.tally;
    Ok(respond::json(&PushResult { added, updated, removed, unchanged, set }))
}
