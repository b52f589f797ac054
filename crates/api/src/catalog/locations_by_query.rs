//! `POST /locations/by-query`: pages of registered locations that match a predicate over their four fields.

use axum::extract::State;
use axum::response::Response;
use model::filter::Predicate;
use serde_json::{Value, json};
use store::StoredLocation;
use uuid::Uuid;

use super::locations::{Location, visible};
use super::{cursor, schema};
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, NoParams, Object, Query};
use crate::respond;
use crate::state::ApiState;

/// How many locations a page has where the request does not say.
const DEFAULT_LIMIT: f64 = 1000.0;

/// The fields of a location that a predicate can look at.
const FIELDS: [&str; 4] = ["id", "type", "target", "entityref"];

/// Which locations, from where on.
#[derive(Debug)]
pub struct Ask {
    limit: usize,
    after: Option<String>,
    query: Option<Value>,
    predicate: Option<Predicate>,
}

impl FromObject for Ask {
    const MISSING: Option<&'static str> = None;

    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        let (limit, query) = (body.number("limit")?, body.raw_object("query")?);
        if let Some(cursor) = body.text("cursor")? {
            return Self::resumed(&cursor);
        }
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if limit < 1.0 || limit.fract() != 0.0 {
            return Err(input("Limit must be a positive integer >= 1"));
        }
        Self::new(limit, None, query)
    }
}

impl Ask {
    fn new(limit: f64, after: Option<&str>, query: Option<&Value>) -> Result<Self, ApiError> {
        let predicate = query.map(checked).transpose()?;
        Ok(Self { limit: limit as usize, after: after.map(str::to_owned), query: query.cloned(), predicate })
    }

    /// Reads a cursor, base64 of `{"limit", "afterId"?, "query"?}`.
    fn resumed(text: &str) -> Result<Self, ApiError> {
        if text.is_empty() {
            return Err(input("Cursor cannot be empty"));
        }
        let cursor = cursor::decode(text).ok_or_else(|| input("Malformed cursor, unknown encoding"))?;
        let malformed = |what: &str| input(&format!("Malformed cursor: Validation error: {what}"));
        let limit = match cursor.get("limit") {
            None => return Err(malformed("Required at \"limit\"")),
            Some(limit) => limit.as_f64().ok_or_else(|| malformed("Expected number at \"limit\""))?,
        };
        if limit < 1.0 {
            return Err(malformed("Number must be greater than or equal to 1 at \"limit\""));
        }
        let after = match cursor.get("afterId") {
            None => None,
            Some(after) => Some(after.as_str().ok_or_else(|| malformed("Expected string at \"afterId\""))?),
        };
        Self::new(limit, after, cursor.get("query"))
    }

    fn cursor_after(&self, id: Uuid) -> String {
        let mut cursor = json!({ "limit": self.limit, "afterId": id.to_string() });
        if let Some(query) = &self.query {
            cursor["query"] = query.clone();
        }
        cursor::encode(&cursor.to_string())
    }
}

fn input(message: &str) -> ApiError {
    ApiError::Input(message.to_owned())
}

/// Reads the predicate of a request.
fn checked(query: &Value) -> Result<Predicate, ApiError> {
    Predicate::check_shape(query).map_err(|error| ApiError::Input(error.to_string()))?;
    let predicate = of_part(query)?;
    predicate.check_size().map_err(|error| ApiError::Input(error.to_string()))?;
    Ok(predicate)
}

/// Reads a predicate of the right shape. Unlike for entities, an empty `$all` matches nothing.
fn of_part(query: &Value) -> Result<Predicate, ApiError> {
    let map = query.as_object().ok_or_else(|| input("Invalid filter predicate, expected an object"))?;
    let parts = |operator: &str| {
        let parts = map.get(operator)?.as_array()?;
        Some(parts.iter().map(of_part).collect::<Result<Vec<_>, _>>())
    };
    if let Some(parts) = parts("$all") {
        return parts.map(|parts| if parts.is_empty() { Predicate::Any(parts) } else { Predicate::All(parts) });
    }
    if let Some(parts) = parts("$any") {
        return parts.map(Predicate::Any);
    }
    if let Some(part) = map.get("$not") {
        return of_part(part).map(|part| Predicate::Not(Box::new(part)));
    }
    let condition = |(name, value): (&String, &Value)| {
        let key = name.to_lowercase();
        if !FIELDS.contains(&key.as_str()) {
            return Err(ApiError::Input(format!(
                "Invalid filter predicate, expected key to be 'id', 'type', 'target', or 'entityRef', got '{name}'"
            )));
        }
        // A location has no lists: what asks whether one contains something is false, whatever that is.
        let first = ["$exists", "$in", "$contains"].into_iter().find(|operator| value.get(operator).is_some());
        if first == Some("$contains") {
            return Ok(Predicate::Any(Vec::new()));
        }
        let condition = serde_json::Map::from_iter([(key, value.clone())]);
        Predicate::from_json(&Value::Object(condition)).map_err(|error| ApiError::Input(error.to_string()))
    };
    map.iter().map(condition).collect::<Result<_, _>>().map(Predicate::All)
}

/// Pages through registered locations in order of id.
#[utoipa::path(
    post, path = "/locations/by-query", operation_id = "GetLocationsByQuery", tag = "Locations",
    request_body = schema::GetLocationsByQueryRequest,
    responses((status = 200, description = "A page of locations", body = schema::LocationsQueryResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    let mut locations = visible(&state, &caller).await?;
    locations.retain(|stored| ask.predicate.as_ref().is_none_or(|predicate| matches(predicate, stored)));
    locations.sort_by_key(|stored| stored.id);
    let total = locations.len();
    let is_before = |after: &String| locations.partition_point(|stored| stored.id.to_string() <= *after);
    let start = ask.after.as_ref().map_or(0, is_before);
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

/// Whether a location matches, compared in lower case.
fn matches(predicate: &Predicate, stored: &StoredLocation) -> bool {
    let value = |key: &str| match key {
        "id" => Some(stored.id.to_string()),
        "type" => Some(stored.location.kind.to_lowercase()),
        "target" => Some(stored.location.target.to_lowercase()),
        "entityref" => Some(stored.entity_ref.to_string()),
        _ => None,
    };
    match predicate {
        Predicate::All(parts) => parts.iter().all(|part| matches(part, stored)),
        Predicate::Any(parts) => parts.iter().any(|part| matches(part, stored)),
        Predicate::Not(part) => !matches(part, stored),
        Predicate::Exists(key) => value(key).is_some(),
        Predicate::In(key, values) => value(key).is_some_and(|value| values.iter().any(|wanted| **wanted == *value)),
        Predicate::Prefix(key, prefix) => value(key).is_some_and(|value| value.starts_with(&**prefix)),
        Predicate::Contains(keys, text) => {
            keys.iter().any(|key| value(key).is_some_and(|value| value.contains(&**text)))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Fixture, error};

    const URL: &str = "/locations/by-query";

    #[tokio::test]
    async fn pages_follow_the_cursor() {
        let fixture = Fixture::with_components(0).await;
        for name in ["a", "b", "c"] {
            fixture.register(&format!("https://h.example/{name}.yaml")).await;
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
        fixture.register("https://h.example/A.yaml").await;
        for (query, total) in [
            (json!({}), 1),
            (json!({"target": "https://H.example/a.yaml"}), 1),
            (json!({"target": {"$hasPrefix": "https://h.example/"}}), 1),
            (json!({"type": "file"}), 0),
            (json!({"$not": {"type": "file"}}), 1),
            (json!({"$all": []}), 0),
            (json!({"ID": {"$exists": true}}), 1),
            (json!({"type": {"$contains": "url"}}), 0),
            (json!({"$not": {"type": {"$contains": "url"}}}), 1),
            (json!({"$any": [{"type": "url", "target": {"$contains": {"a": 1}}}, {"type": "url"}]}), 1),
        ] {
            assert_eq!(fixture.post(URL, &json!({"query": query})).await.json()["totalItems"], total, "{query}");
        }
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(0).await;
        for (ask, message) in [
            (json!({"limit": 0}), "Limit must be a positive integer >= 1"),
            (json!({"limit": 1.5}), "Limit must be a positive integer >= 1"),
            (json!({"cursor": ""}), "Cursor cannot be empty"),
            (json!({"cursor": "!"}), "Malformed cursor, unknown encoding"),
            (json!({"cursor": cursor::encode("{}")}), "Malformed cursor: Validation error: Required at \"limit\""),
            (
                json!({"query": {"nope": {"$exists": true}}}),
                "Invalid filter predicate, expected key to be 'id', 'type', 'target', or 'entityRef', got 'nope'",
            ),
            (json!({"query": {"$all": ["x"]}}), "Invalid filter predicate, expected an object"),
            (json!({"query": {"$bad": 1}}), "Invalid query: Validation error: Invalid at \"$bad\""),
        ] {
            assert_eq!(fixture.post(URL, &ask).await.json(), error(400, "InputError", message, "POST", URL), "{ask}");
        }
    }
}
