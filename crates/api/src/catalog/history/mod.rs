//! `/entities/by-name/{kind}/{namespace}/{name}/history`: what an entity was (an addition to the contract). `docs/history.md`
//! tells how to use it.

pub mod blame;
pub mod diff;
pub mod list;
pub mod restore;
pub mod version;

use catalog::Difference;
use model::EntityRef;
use serde::Serialize;
use serde_json::Value;
use store::{Since, Version};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use crate::error::ApiError;

/// A part of an entity that another version has otherwise.
#[derive(Serialize, ToSchema)]
pub struct HistoryDifference {
    /// JSON pointer.
    path: String,
    /// Not there where the part is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    from: Option<Value>,
    /// Not there where the part is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    to: Option<Value>,
}

impl From<Difference> for HistoryDifference {
    fn from(difference: Difference) -> Self {
        Self { path: difference.path, from: difference.from, to: difference.to }
    }
}

/// Since when something is as it is, and whose doing it was.
#[derive(Serialize, ToSchema)]
pub struct HistorySince {
    /// The position in the change feed at which it became so: the name of the version.
    version: i64,
    at: String,
    /// `type:target` of the source it came from.
    cause: String,
    /// Who brought it, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
}

impl From<Since> for HistorySince {
    fn from(since: Since) -> Self {
        Self { version: since.position, at: rfc3339(since.at), cause: since.cause, actor: since.actor }
    }
}

/// Unix time in milliseconds, for clients.
pub fn rfc3339(millis: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

fn nothing_of(entity_ref: &EntityRef) -> ApiError {
    ApiError::NotFound(format!("No such entity {entity_ref}, and nothing is kept of one"))
}

/// The version of an entity that was there at a position, with its body as readers see it.
async fn version_of(
    state: &crate::ApiState,
    scope: &model::ReadScope,
    entity_ref: &EntityRef,
    position: i64,
) -> Result<(Version, Value), ApiError> {
    let found = state.catalog.version(scope, entity_ref, position).await?;
    found.ok_or_else(|| ApiError::NotFound(format!("There is no version {position} of {entity_ref}")))
}

/// A position of the change feed, as it stands in a path or a parameter.
fn position(text: &str) -> Result<i64, ApiError> {
    let position = text.parse().ok().filter(|position| *position >= 0);
    position.ok_or_else(|| ApiError::Input(format!("'{text}' is no number of a version")))
}
