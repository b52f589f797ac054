//! Predicates as JSON, the `query` of request bodies (contract catalog.md section 10.2).

use serde_json::{Map, Value};

use super::{FilterError, MAX_DEPTH, Predicate};
use crate::js::js_string;

type Result<T> = std::result::Result<T, FilterError>;

impl Predicate {
    /// Reads a `query`.
    pub fn from_json(query: &Value) -> Result<Self> {
        let object = query.as_object().ok_or(FilterError::NotAnObject)?;
        let predicate = of_object(object, &mut Path::default())?;
        predicate.check_size()?;
        Ok(predicate)
    }
}

/// Where in the query we are, for error texts.
#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    fn within<T>(&mut self, part: impl Into<String>, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.0.len() > 4 * MAX_DEPTH {
            return Err(FilterError::TooLarge);
        }
        self.0.push(part.into());
        let result = read(self);
        self.0.pop();
        result
    }

    fn text(&self) -> String {
        self.0.join(".")
    }

    fn invalid<T>(&self) -> Result<T> {
        Err(FilterError::Query(self.text()))
    }
}

fn of_object(object: &Map<String, Value>, path: &mut Path) -> Result<Predicate> {
    let mut entries = object.iter();
    if let (Some((operator, operand)), None) = (entries.next(), entries.next())
        && operator.starts_with('$')
    {
        return path.within(operator.as_str(), |path| match operator.as_str() {
            "$all" => of_list(operand, path).map(Predicate::All),
            "$any" => of_list(operand, path).map(Predicate::Any),
            "$not" => of_part(operand, path).map(|part| Predicate::Not(Box::new(part))),
            _ => path.invalid(),
        });
    }
    let mut parts = Vec::with_capacity(object.len());
    for (key, value) in object {
        parts.push(path.within(key.as_str(), |path| {
            if key.starts_with('$') { path.invalid() } else { of_value(&key.to_lowercase(), value, path) }
        })?);
    }
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Predicate::All(parts) })
}

fn of_part(value: &Value, path: &mut Path) -> Result<Predicate> {
    match value.as_object() {
        Some(object) => of_object(object, path),
        // A bare primitive says nothing about an entity.
        None => path.invalid(),
    }
}

fn of_list(value: &Value, path: &mut Path) -> Result<Vec<Predicate>> {
    let Some(items) = value.as_array() else { return path.invalid() };
    items.iter().enumerate().map(|(i, item)| path.within(i.to_string(), |path| of_part(item, path))).collect()
}

fn of_value(key: &str, value: &Value, path: &mut Path) -> Result<Predicate> {
    if let Some(text) = primitive(value) {
        return Ok(Predicate::In(key.into(), vec![text]));
    }
    let mut entries = value.as_object().into_iter().flatten();
    let (Some((operator, operand)), None) = (entries.next(), entries.next()) else { return path.invalid() };
    path.within(operator.as_str(), |path| match (operator.as_str(), operand) {
        ("$exists", Value::Bool(true)) => Ok(Predicate::Exists(key.into())),
        ("$exists", Value::Bool(false)) => Ok(Predicate::Not(Box::new(Predicate::Exists(key.into())))),
        ("$in", operand) => Ok(Predicate::In(key.into(), primitives(operand, path)?)),
        ("$hasPrefix", Value::String(prefix)) => Ok(Predicate::Prefix(key.into(), prefix.to_lowercase().into())),
        ("$contains", operand) => of_contains(key, operand, path),
        _ => path.invalid(),
    })
}

fn of_contains(key: &str, operand: &Value, path: &mut Path) -> Result<Predicate> {
    if let Some(text) = primitive(operand) {
        return Ok(Predicate::In(key.into(), vec![text]));
    }
    let Some(object) = operand.as_object() else { return path.invalid() };
    let kind = object.get("type").and_then(Value::as_str);
    let known = object.keys().all(|key| key == "type" || key == "targetRef");
    let (true, true, Some(kind)) = (key == "relations", known, kind) else {
        return Err(FilterError::Contains(path.text()));
    };
    let key: Box<str> = format!("relations.{}", kind.to_lowercase()).into();
    match object.get("targetRef") {
        None => Ok(Predicate::Exists(key)),
        Some(Value::String(target)) => Ok(Predicate::In(key, vec![target.to_lowercase().into()])),
        Some(target) => {
            let list = target.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("$in"));
            match list {
                Some(list) if list.as_array().is_some_and(|list| !list.is_empty()) => path
                    .within("targetRef.$in", |path| primitives(list, path))
                    .map(|targets| Predicate::In(key, targets)),
                _ => Err(FilterError::Contains(path.text())),
            }
        }
    }
}

fn primitives(value: &Value, path: &mut Path) -> Result<Vec<Box<str>>> {
    let Some(items) = value.as_array() else { return path.invalid() };
    let read = |(i, item): (usize, &Value)| match primitive(item) {
        Some(text) => Ok(text),
        None => path.within(i.to_string(), |path| path.invalid()),
    };
    items.iter().enumerate().map(read).collect()
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
    fn what_is_no_predicate_is_told_with_its_path() {
        for (query, path) in [
            (json!({ "$foo": 1 }), "$foo"),
            (json!({ "kind": "a", "$all": [] }), "$all"),
            (json!({ "$all": [{ "kind": null }] }), "$all.0.kind"),
            (json!({ "$not": "x" }), "$not"),
            (json!({ "kind": { "$in": "x" } }), "kind.$in"),
            (json!({ "kind": { "$in": [[]] } }), "kind.$in.0"),
            (json!({ "kind": { "$exists": 1 } }), "kind.$exists"),
            (json!({ "kind": {} }), "kind"),
        ] {
            let expected = format!("Invalid query: Validation error: Invalid at \"{path}\"");
            assert_eq!(Predicate::from_json(&query).unwrap_err().to_string(), expected);
        }
        assert_eq!(Predicate::from_json(&json!([])), Err(FilterError::NotAnObject));
        for contains in [json!({}), json!({ "type": "a", "x": 1 }), json!({ "type": "a", "targetRef": { "$in": [] } })]
        {
            let query = json!({ "relations": { "$contains": contains } });
            assert!(matches!(Predicate::from_json(&query), Err(FilterError::Contains(_))), "{query}");
        }
        assert!(Predicate::from_json(&json!({ "spec": { "$contains": { "type": "a" } } })).is_err());
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
