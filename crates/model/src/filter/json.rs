//! Predicates as JSON, the `query` of request bodies (contract catalog.md section 10.2).

use serde_json::{Map, Value};

use super::shape::{self, Step};
use super::{FilterError, MAX_DEPTH, Predicate};
use crate::js::js_string;

type Result<T> = std::result::Result<T, FilterError>;

impl Predicate {
    /// Reads a `query`.
    pub fn from_json(query: &Value) -> Result<Self> {
        Self::read(query, &[])
    }

    /// Reads a `query` whose complaints name where in the body it is.
    pub fn from_member(name: &str, query: &Value) -> Result<Self> {
        Self::read(query, &[Step::Key(name)])
    }

    fn read(query: &Value, at: &[Step<'_>]) -> Result<Self> {
        let object = query.as_object().ok_or(FilterError::NotAnObject)?;
        check_shape(query, at)?;
        let predicate = of_object(object)?;
        predicate.check_size()?;
        Ok(predicate)
    }
}

/// Refuses what has not the shape of a predicate.
pub(super) fn check_shape(query: &Value, at: &[Step<'_>]) -> Result<()> {
    if depth(query) > 4 * MAX_DEPTH {
        return Err(FilterError::TooLarge);
    }
    shape::complaint(query, at).map_or(Ok(()), |complaint| Err(FilterError::Query(complaint)))
}

/// How deep a value is nested.
fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(map) => map.values().map(depth).max(),
        _ => None,
    };
    inner.map_or(0, |inner| inner + 1)
}

/// Reads an object of the right shape.
fn of_object(object: &Map<String, Value>) -> Result<Predicate> {
    if let Some(part) = object.get("$not") {
        return of_part(part).map(|part| Predicate::Not(Box::new(part)));
    }
    for (operator, joined) in [("$all", Predicate::All as fn(_) -> _), ("$any", Predicate::Any)] {
        if let Some(Value::Array(parts)) = object.get(operator) {
            return parts.iter().map(of_part).collect::<Result<_>>().map(joined);
        }
    }
    let condition = |(key, value): (&String, &Value)| of_value(&key.to_lowercase(), value);
    let mut parts = object.iter().map(condition).collect::<Result<Vec<_>>>()?;
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Predicate::All(parts) })
}

fn of_part(value: &Value) -> Result<Predicate> {
    value.as_object().map_or_else(|| Err(FilterError::Primitive(value.to_string())), of_object)
}

/// Reads a condition on a key; of several operators the first of this list counts.
fn of_value(key: &str, value: &Value) -> Result<Predicate> {
    if let Some(text) = primitive(value) {
        return Ok(Predicate::In(key.into(), vec![text]));
    }
    if let Some(exists) = value.get("$exists").and_then(Value::as_bool) {
        let there = Predicate::Exists(key.into());
        return Ok(if exists { there } else { Predicate::Not(Box::new(there)) });
    }
    if let Some(values) = value.get("$in").and_then(Value::as_array).and_then(|items| primitives(items)) {
        return Ok(Predicate::In(key.into(), values));
    }
    if let Some(operand) = value.get("$contains")
        && shape::complaint(operand, &[]).is_none()
    {
        return of_contains(key, operand);
    }
    let prefix = value.get("$hasPrefix").and_then(Value::as_str).unwrap_or_default();
    Ok(Predicate::Prefix(key.into(), prefix.to_lowercase().into()))
}

fn of_contains(key: &str, operand: &Value) -> Result<Predicate> {
    if let Some(text) = primitive(operand) {
        return Ok(Predicate::In(key.into(), vec![text]));
    }
    match operand.as_object() {
        Some(relation) if key == "relations" => of_relation(relation),
        _ => Err(FilterError::Contains(key.to_owned())),
    }
}

/// Reads `{"type", "targetRef"?}`, keys in any casing.
fn of_relation(relation: &Map<String, Value>) -> Result<Predicate> {
    let (mut kind, mut targets) = (None, None);
    for (name, value) in relation {
        match name.to_lowercase().as_str() {
            "type" if kind.is_some() => return Err(FilterError::RelationTwice(name.clone())),
            "type" => kind = Some(value.as_str().ok_or(FilterError::RelationType)?),
            "targetref" if targets.is_some() => return Err(FilterError::RelationTwice(name.clone())),
            "targetref" => targets = Some(of_targets(value)?),
            _ => return Err(FilterError::RelationKey(name.clone())),
        }
    }
    let kind = kind.filter(|kind| !kind.is_empty()).ok_or(FilterError::RelationType)?;
    let key: Box<str> = format!("relations.{}", kind.to_lowercase()).into();
    Ok(match targets {
        None => Predicate::Exists(key),
        Some(targets) => Predicate::In(key, targets),
    })
}

fn of_targets(value: &Value) -> Result<Vec<Box<str>>> {
    let texts = |items: &Vec<Value>| items.iter().map(|item| Some(item.as_str()?.to_lowercase().into())).collect();
    let list = value.as_object().and_then(|object| object.get("$in").filter(|_| object.len() == 1));
    let targets: Option<Vec<Box<str>>> = match value.as_str() {
        Some(target) => Some(vec![target.to_lowercase().into()]),
        None => list.and_then(Value::as_array).and_then(texts),
    };
    match targets {
        Some(targets) if targets.is_empty() => Err(FilterError::NoTargets),
        Some(targets) => Ok(targets),
        None => Err(FilterError::RelationTarget(value.to_string())),
    }
}

fn primitives(items: &[Value]) -> Option<Vec<Box<str>>> {
    items.iter().map(primitive).collect()
}

/// A string, number or boolean as the lower-cased text that search rows hold.
fn primitive(value: &Value) -> Option<Box<str>> {
    match value {
        Value::String(text) => Some(text.to_lowercase().into()),
        Value::Number(_) | Value::Bool(_) => Some(js_string(value).to_lowercase().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flatten::Rows;

    fn matches(query: &Value) -> bool {
        let entity = json!({
            "kind": "Component",
            "metadata": { "name": "Orders", "tags": ["java"] },
            "spec": { "type": "service", "size": 10, "flag": true, "nothing": null },
            "relations": [{ "type": "ownedBy", "targetRef": "group:default/team-a" }],
        });
        Predicate::from_json(query).unwrap().matches(&Rows::of(&entity).unwrap())
    }

    #[test]
    fn predicates_hold_as_the_contract_says() {
        for (query, expected) in [
            (json!({}), true),
            (json!({ "$all": [] }), true),
            (json!({ "$any": [] }), false),
            (json!({ "KIND": "component", "spec.type": "Service" }), true),
            (json!({ "spec.size": 10, "spec.flag": true }), true),
            (json!({ "$not": { "metadata.title": "x" } }), true),
            (json!({ "spec.nothing": { "$exists": true } }), true),
            (json!({ "spec.nothing": { "$hasPrefix": "" } }), false),
            (json!({ "metadata.title": { "$exists": false } }), true),
            (json!({ "kind": { "$in": ["api", "Component"] } }), true),
            (json!({ "metadata.name": { "$hasPrefix": "ORD" } }), true),
            (json!({ "metadata.tags": { "$contains": "Java" } }), true),
            (json!({ "relations": { "$contains": { "type": "ownedBy" } } }), true),
            (
                json!({ "relations": { "$contains": { "type": "ownedBy", "targetRef": "group:default/team-b" } } }),
                false,
            ),
            (
                json!({ "relations": { "$contains": { "type": "ownedby", "targetRef": { "$in": ["Group:default/team-a"] } } } }),
                true,
            ),
            (json!({ "$any": [{ "$not": {} }, { "$all": [{ "kind": "component" }] }] }), true),
        ] {
            assert_eq!(matches(&query), expected, "{query}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_told() {
        let relation = |contains: Value| json!({ "relations": { "$contains": contains } });
        for (query, message) in [
            (json!({ "$foo": 1 }), "Invalid query: Validation error: Invalid at \"$foo\""),
            (
                json!({ "$not": "x" }),
                "Invalid filter predicate: top-level primitive values are not supported. Wrap the value in a field \
                 expression, e.g. { \"kind\": \"x\" }",
            ),
            (
                json!({ "Spec": { "$contains": { "type": "a" } } }),
                "Object form of $contains is not supported for field \"spec\"",
            ),
            (
                relation(json!({ "targetRef": "x" })),
                "The $contains operator for \"relations\" requires a \"type\" string property",
            ),
            (
                relation(json!({ "type": "" })),
                "The $contains operator for \"relations\" requires a \"type\" string property",
            ),
            (relation(json!({ "type": "a", "TYPE": "b" })), "Duplicate key \"TYPE\" in $contains for \"relations\""),
            (
                relation(json!({ "type": "a", "x": "1" })),
                "Unsupported key \"x\" in $contains for \"relations\". Only \"type\" and \"targetRef\" are supported",
            ),
            (
                relation(json!({ "type": "a", "targetRef": { "$in": [] } })),
                "Empty \"$in\" array for $contains on \"relations\" is not allowed",
            ),
            (
                relation(json!({ "type": "a", "targetRef": { "$in": [1] } })),
                "Unsupported value in $contains for \"relations\": expected a string or { \"$in\": [strings] }, but got \
                 {\"$in\":[1]}",
            ),
        ] {
            assert_eq!(Predicate::from_json(&query).unwrap_err().to_string(), message, "{query}");
        }
        assert_eq!(Predicate::from_json(&json!([])), Err(FilterError::NotAnObject));
    }

    #[test]
    fn of_several_operators_one_counts() {
        for (condition, same) in [
            (json!({ "$exists": true, "$in": ["api"], "x": 1 }), json!({ "$exists": true })),
            (json!({ "$hasPrefix": "a", "$in": ["user"] }), json!({ "$in": ["user"] })),
            (json!({ "$in": "no list", "$hasPrefix": "a" }), json!({ "$hasPrefix": "a" })),
        ] {
            let read = |condition: &Value| Predicate::from_json(&json!({ "kind": condition })).unwrap();
            assert_eq!(read(&condition), read(&same), "{condition}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let mut deep = json!({});
        for _ in 0..60 {
            deep = json!({ "$not": deep });
        }
        assert_eq!(Predicate::from_json(&deep), Err(FilterError::TooLarge));
        let many: Vec<usize> = (0..=super::super::MAX_TERMS).collect();
        assert_eq!(Predicate::from_json(&json!({ "kind": { "$in": many } })), Err(FilterError::TooLarge));
    }

    #[test]
    fn a_predicate_survives_the_way_through_a_cursor() {
        let query = json!({ "$any": [
            { "kind": { "$in": ["a", "b"] } }, { "$not": { "x": { "$exists": true } } }, { "y": { "$hasPrefix": "z" } },
        ] });
        let predicate = Predicate::from_json(&query).unwrap();
        let text = serde_json::to_string(&predicate).unwrap();
        assert_eq!(serde_json::from_str::<Predicate>(&text).unwrap(), predicate);
    }
}
