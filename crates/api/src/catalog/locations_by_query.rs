//! `POST /locations/by-query`: pages of registered locations that match a predicate over their four fields.

use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::filter::Predicate;
use serde_json::{Value, json};
use store::StoredLocation;
use uuid::Uuid;

use super::locations::{Location, visible};
use super::{filter, schema};
use crate::error::ApiError;
use crate::extract::{FromObject, JsonBody, Object, Scope};
use crate::respond;
use crate::state::ApiState;

/// How many locations a page has where the request does not say.
const DEFAULT_LIMIT: usize = 1000;

/// Which locations, from where on.
#[derive(Debug, Default)]
pub struct Ask {
    limit: usize,
    after: Option<Uuid>,
    query: Option<Value>,
}

impl FromObject for Ask {
    const REQUIRED: bool = false;

    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        let limit = body.count("limit")?;
        if let Some(cursor) = body.text("cursor")? {
            let mut ask = Self::resumed(&cursor).ok_or_else(|| ApiError::Input("Malformed cursor".to_owned()))?;
            ask.limit = limit.unwrap_or(ask.limit);
            return Ok(ask);
        }
        Ok(Self { limit: limit.unwrap_or(DEFAULT_LIMIT), after: None, query: body.raw_object("query")?.cloned() })
    }
}

impl Ask {
    /// Reads a cursor, base64 of `{"limit", "afterId", "query"?}`.
    fn resumed(cursor: &str) -> Option<Self> {
        let cursor: Value = serde_json::from_slice(&BASE64_STANDARD.decode(cursor).ok()?).ok()?;
        Some(Self {
            limit: cursor.get("limit")?.as_u64()? as usize,
            after: Some(Uuid::try_parse(cursor.get("afterId")?.as_str()?).ok()?),
            query: cursor.get("query").filter(|query| query.is_object()).cloned(),
        })
    }

    fn cursor_after(&self, id: Uuid) -> String {
        let mut cursor = json!({ "limit": self.limit, "afterId": id.to_string() });
        if let Some(query) = &self.query {
            cursor["query"] = query.clone();
        }
        BASE64_STANDARD.encode(cursor.to_string())
    }

    /// `{}` asks for everything, though an empty `$all` matches no location.
    fn predicate(&self) -> Result<Option<Predicate>, ApiError> {
        let query = self.query.clone().filter(|query| query.as_object().is_some_and(|map| !map.is_empty()));
        filter::query(query.map(without_contains).as_ref())
    }
}

/// A location has no lists: what asks whether one contains something is false, whatever that is.
fn without_contains(query: Value) -> Value {
    match query {
        Value::Object(mut map) => {
            let operand = map.get("$contains").filter(|operand| !operand.is_null() && !operand.is_array());
            if map.len() == 1 && operand.is_some() {
                return json!({ "$in": [] });
            }
            map.values_mut().for_each(|value| *value = without_contains(value.take()));
            Value::Object(map)
        }
        Value::Array(items) => items.into_iter().map(without_contains).collect(),
        primitive => primitive,
    }
}

/// Pages through registered locations in order of id.
#[utoipa::path(
    post, path = "/locations/by-query", operation_id = "GetLocationsByQuery", tag = "Locations",
    request_body = schema::GetLocationsByQueryRequest,
    responses((status = 200, description = "A page of locations", body = schema::LocationsQueryResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    let predicate = ask.predicate()?;
    let mut locations = visible(&state, &scope).await?;
    locations.retain(|stored| predicate.as_ref().is_none_or(|predicate| matches(predicate, stored)));
    locations.sort_by_key(|stored| stored.id);
    let total = locations.len();
    let start = ask.after.map_or(0, |after| locations.partition_point(|stored| stored.id <= after));
    let end = start.saturating_add(ask.limit).min(total);
    let page: Vec<Location> = locations[start..end].iter().map(Location::from).collect();
    let mut info = json!({});
    if let Some(last) = locations[start..end].last()
        && end < total
    {
        info["nextCursor"] = ask.cursor_after(last.id).into();
    }
    Ok(respond::json(&json!({ "items": page, "totalItems": total, "pageInfo": info })))
}

/// Whether a location matches, compared in lower case. Unlike for entities, an empty `$all` matches nothing.
fn matches(predicate: &Predicate, stored: &StoredLocation) -> bool {
    let value = |key: &str| match key {
        "id" => Some(stored.id.to_string()),
        "type" => Some(stored.location.kind.to_lowercase()),
        "target" => Some(stored.location.target.to_lowercase()),
        "entityref" => Some(stored.entity_ref.to_string()),
        _ => None,
    };
    match predicate {
        Predicate::All(parts) => !parts.is_empty() && parts.iter().all(|part| matches(part, stored)),
        Predicate::Any(parts) => parts.iter().any(|part| matches(part, stored)),
        Predicate::Not(part) => !matches(part, stored),
        Predicate::Exists(key) => value(key).is_some(),
        Predicate::In(key, values) => value(key).is_some_and(|value| values.iter().any(|wanted| **wanted == *value)),
        Predicate::Prefix(key, prefix) => value(key).is_some_and(|value| value.starts_with(&**prefix)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use crate::testing::Fixture;

    const URL: &str = "/locations/by-query";

    #[tokio::test]
    async fn pages_follow_the_cursor() {
        let fixture = Fixture::with_components(0).await;
        for name in ["a", "b", "c"] {
            fixture.add_location(&format!("https://h.example/{name}.yaml")).await;
        }
        let mut targets = Vec::new();
        let mut ask = json!({"limit": 2});
        loop {
            let page = fixture.post(URL, &ask).await.json();
            assert_eq!(page["totalItems"], 3);
            targets.extend(page["items"].as_array().unwrap().iter().map(|item| item["target"].to_string()));
            match page["pageInfo"].get("nextCursor") {
                Some(cursor) => ask = json!({"cursor": cursor}),
                None => break,
            }
        }
        targets.sort();
        assert_eq!(targets.len(), 3);
        assert_eq!(targets[2], "\"https://h.example/c.yaml\"");
    }

    #[tokio::test]
    async fn a_predicate_looks_at_the_fields_of_a_location() {
        let fixture = Fixture::with_components(0).await;
        fixture.add_location("https://h.example/A.yaml").await;
        for (query, total) in [
            (json!({}), 1),
            (json!({"target": "https://H.example/a.yaml"}), 1),
            (json!({"target": {"$hasPrefix": "https://h.example/"}}), 1),
            (json!({"type": "file"}), 0),
            (json!({"$not": {"type": "file"}}), 1),
            (json!({"$all": []}), 0),
            (json!({"nope": {"$exists": true}}), 0),
            (json!({"type": {"$contains": "url"}}), 0),
            (json!({"$not": {"type": {"$contains": "url"}}}), 1),
            (json!({"$any": [{"type": "url", "target": {"$contains": {"a": 1}}}, {"type": "url"}]}), 1),
        ] {
            assert_eq!(fixture.post(URL, &json!({"query": query})).await.json()["totalItems"], total, "{query}");
        }
    }
}
