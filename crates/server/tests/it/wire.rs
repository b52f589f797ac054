//! Recorded exchanges with a real Backstage, replayed: same status, same body, but for what may differ.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::{App, FileServer, TOKEN, corpus};

use crate::app;

/// The recordings name this address: generated names are hashes of it.
const INPUT: &str = "127.0.0.1:8901";

const CONFIG: &str = "
backend: {reading: {allow: [{host: '127.0.0.1:8901'}]}}
catalog:
  rules: [{allow: [Component, API, Resource, System, Domain, Group, User, Location, Template]}]
  locations:
    - {type: url, target: 'http://127.0.0.1:8901/root.yaml'}
    - {type: url, target: 'http://127.0.0.1:8901/foreign.yaml'}
";

/// Entities the input makes, by the recorded facet of kinds.
const ENTITIES: u64 = 94;

#[tokio::test]
async fn recorded_exchanges_are_equal() {
    let (Some(input), Some(recording)) = (corpus("wire/input"), corpus("wire/catalog.jsonl")) else { return };
    let files = FileServer::start_at(&input, INPUT).await;
    let app = app().config(CONFIG).start().await;
    let total = "/api/catalog/entities/by-query?limit=0";
    app.until(total, |answer| answer.json()["totalItems"].as_u64() >= Some(ENTITIES)).await;

    let mut answers = BTreeMap::new();
    let (mut wrong, mut equal) = (Vec::new(), 0);
    for line in std::fs::read_to_string(recording).unwrap().lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let id = exchange["id"].as_str().unwrap().to_owned();
        match replay(&app, &exchange, &mut answers).await {
            None => equal += 1,
            Some(difference) => wrong.push(format!("{id} {} {}: {difference}", exchange["method"], exchange["path"])),
        }
    }
    drop(files);
    assert!(wrong.is_empty(), "{} exchanges differ:\n{}\n{equal} are equal", wrong.len(), wrong.join("\n"));
}

/// Repeats one exchange; what differs, if anything.
async fn replay(app: &App, exchange: &Value, answers: &mut BTreeMap<String, Value>) -> Option<String> {
    let path = fill(exchange["path"].as_str()?, app, answers).await;
    let body = match &exchange["body"] {
        Value::Null => None,
        Value::String(text) => Some(fill(text, app, answers).await),
        value => Some(fill(&value.to_string(), app, answers).await),
    };
    let bearer = format!("Bearer {TOKEN}");
    let mut headers = Vec::new();
    if body.is_some() {
        headers.push(("content-type", "application/json"));
    }
    if exchange["anonymous"] != true {
        headers.push(("authorization", bearer.as_str()));
    }
    for (name, value) in exchange["headers"].as_object().into_iter().flatten() {
        headers.push((name.as_str(), value.as_str()?));
    }
    let method = exchange["method"].as_str()?.parse().ok()?;
    let answer = app.call(method, &path, body, &headers).await;
    answers.insert(exchange["id"].as_str()?.to_owned(), answer.json());
    if exchange["status"].as_u64() != Some(u64::from(answer.status)) {
        return Some(format!("status {} became {}: {}", exchange["status"], answer.status, answer.text));
    }
    if exchange["only"] == "status" {
        return None;
    }
    let (mut want, mut got) = (exchange["response"].clone(), normal(&answer.json(), app.base()));
    if exchange["unordered"] == true {
        (want, got) = (unordered(want), unordered(got));
    }
    difference(&want, &got, "")
}

/// Fills `${uid:ref}`, `${next:id}`, `${prev:id}` and `${json:id:path}` from earlier answers.
async fn fill(text: &str, app: &App, answers: &BTreeMap<String, Value>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (what, after) = after.split_once('}').unwrap_or((after, ""));
        filled += before;
        rest = after;
        let (verb, argument) = what.split_once(':').unwrap_or((what, ""));
        filled += &match verb {
            "uid" => {
                let (kind, name) = argument.split_once(':').unwrap();
                let entity = app.get(&format!("/api/catalog/entities/by-name/{kind}/{name}")).await.json();
                entity["metadata"]["uid"].as_str().unwrap_or("missing").to_owned()
            }
            "next" | "prev" => {
                let cursor = answers.get(argument).map(|answer| &answer["pageInfo"][format!("{verb}Cursor")]);
                encode(cursor.and_then(Value::as_str).unwrap_or("missing"))
            }
            _ => {
                let (id, path) = argument.split_once(':').unwrap();
                let value = answers.get(id).and_then(|answer| answer.pointer(&format!("/{}", path.replace('.', "/"))));
                value.map_or("missing".to_owned(), |value| {
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                })
            }
        };
    }
    filled + rest
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Blanks what may differ: ids, etags, cursors, times and the base address.
fn normal(value: &Value, base: &str) -> Value {
    const VOLATILE: [&str; 8] =
        ["uid", "etag", "nextCursor", "prevCursor", "stack", "createdAt", "lastHeartbeatAt", "authorizationToken"];
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let blank = VOLATILE.contains(&key.as_str()) && !value.is_null();
                (key.clone(), if blank { "…".into() } else { normal(value, base) })
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| normal(item, base)).collect(),
        Value::String(text) => Value::String(blank_uuids(&text.replace(base, "<base>"))),
        other => other.clone(),
    }
}

fn blank_uuids(text: &str) -> String {
    let shape = |candidate: &str| {
        candidate.len() == 36
            && candidate.char_indices().all(|(i, c)| match i {
                8 | 13 | 18 | 23 => c == '-',
                _ => matches!(c, '0'..='9' | 'a'..='f'),
            })
    };
    let mut blanked = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        match rest.get(..36) {
            Some(candidate) if shape(candidate) => {
                blanked += "<uuid>";
                rest = &rest[36..];
            }
            _ => {
                blanked.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    blanked
}

fn unordered(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(unordered).collect();
            items.sort_by_key(canonical);
            Value::Array(items)
        }
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, unordered(value))).collect(),
        other => other,
    }
}

/// JSON text with sorted keys.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().map(|(key, value)| (key, canonical(value))).collect();
            format!("{sorted:?}")
        }
        Value::Array(items) => items.iter().map(canonical).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The first place where two values differ.
fn difference(want: &Value, got: &Value, at: &str) -> Option<String> {
    match (want, got) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| match (a.get(key), b.get(key)) {
                (Some(a), Some(b)) => difference(a, b, &format!("{at}.{key}")),
                (Some(a), None) => Some(format!("{at}.{key} is missing, it was {a}")),
                (None, b) => Some(format!("{at}.{key} is new: {}", b.unwrap_or(&Value::Null))),
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| difference(a, b, &format!("{at}[{i}]")))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (a, b) if a == b => None,
        (a, b) => Some(format!("{at} was {} and is {}", shorten(a), shorten(b))),
    }
}

fn shorten(value: &Value) -> String {
    let text = value.to_string();
    text.chars().take(300).collect()
}
