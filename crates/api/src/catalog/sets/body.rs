//! Bodies of pushes: larger than those of other requests, so only a few are read at the same time.

use axum::extract::Request;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::extract::read_json;

/// The most bytes a push may have.
const PUSH_LIMIT: usize = 32 << 20;

/// Pushes that are read at the same time, which bounds what they take of memory together. Others wait.
static ROOM: Semaphore = Semaphore::const_new(4);

/// Reads what is pushed.
pub async fn read_push<T: DeserializeOwned + Send + 'static>(request: Request) -> Result<T, ApiError> {
    // The semaphore is never closed, so acquiring only fails if that changes.
    let _room = ROOM.acquire().await;
    read_json(request, PUSH_LIMIT).await
}

/// An entity as it is, or as the only member of an object as providers of Backstage hand it in.
pub fn unwrapped(entities: Vec<Value>) -> Vec<Value> {
    let unwrap = |entity: Value| match entity {
        Value::Object(mut map) if !map.contains_key("kind") => match map.remove("entity") {
            Some(entity) => entity,
            None => Value::Object(map),
        },
        entity => entity,
    };
    entities.into_iter().map(unwrap).collect()
}
