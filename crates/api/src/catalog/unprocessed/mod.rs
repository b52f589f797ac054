//! `/entities/unprocessed`: entities that no reader sees, as the module `unprocessed` of Backstage tells them (contract
//! catalog.md section 9.4).

pub mod delete;
pub mod failed;
pub mod pending;

use axum::response::Response;
use catalog::Inspection;
use catalog::process::serialized;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::ApiError;
use crate::extract::{Caller, FromParams, Params};
use crate::respond;
use crate::state::ApiState;
use ::auth::permission::UNPROCESSED_READ;

/// Whose entities.
#[derive(Debug)]
pub struct Filter {
    owner: Option<String>,
}

impl FromParams for Filter {
    const NAMES: &'static [&'static str] = &["owner"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        Ok(Self { owner: params.text("owner")? })
    }
}

/// The entities of a filter that nobody sees, those that `belongs` takes, under the name of the list.
async fn list(
    state: &ApiState,
    caller: &Caller,
    filter: Filter,
    name: &str,
    belongs: fn(&Inspection) -> bool,
) -> Result<Response, ApiError> {
    caller.require(&UNPROCESSED_READ)?;
    let owner = |one: &Inspection| one.unprocessed.as_ref().and_then(|body| body.pointer("/spec/owner").cloned());
    let mut found = state.engine.unseen().await?;
    found.retain(|one| belongs(one) && filter.owner.as_ref().is_none_or(|wanted| owner(one) == Some(json!(wanted))));
    let entities: Vec<Value> = found.iter().map(row).collect();
    Ok(respond::json(&json!({ "type": name, "entities": entities })))
}

/// An entity as the table of Backstage has it.
fn row(one: &Inspection) -> Value {
    let source = one.source.as_ref();
    let read_at = source.map_or(one.updated_at, |source| source.read_at);
    let errors: Vec<Value> = one.problems.iter().map(serialized).collect();
    let mut row = Map::from_iter([
        ("entity_id".to_owned(), json!(one.uid)),
        ("entity_ref".to_owned(), json!(one.entity_ref)),
        ("unprocessed_entity".to_owned(), json!(one.unprocessed)),
        ("unprocessed_hash".to_owned(), json!(one.unprocessed_hash)),
        ("result_hash".to_owned(), json!(one.result_hash)),
        ("next_update_at".to_owned(), iso(source.and_then(|source| source.next_read_at).unwrap_or(read_at))),
        ("last_discovery_at".to_owned(), iso(read_at)),
        ("location_key".to_owned(), json!(one.location_key)),
        ("errors".to_owned(), errors.into()),
    ]);
    if let Some(processed) = &one.processed {
        row.insert("processed_entity".to_owned(), processed.clone());
    }
    row.into()
}

fn iso(millis: i64) -> Value {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).into()
}
