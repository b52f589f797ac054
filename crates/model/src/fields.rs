//! The `fields` parameter: dotted paths that pick parts of an entity (contract catalog.md section 10.3).

use serde_json::{Map, Value};

/// More paths than this in one request are refused.
pub const MAX_FIELDS: usize = 1000;

/// Parsed field paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSet {
    pub(crate) paths: Vec<String>,
}

/// Why fields cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    #[error("Invalid field \"{0}\", array type fields are not supported")]
    Array(String),
    #[error("Too many fields, at most {MAX_FIELDS} can be asked for")]
    TooMany,
}

impl FieldSet {
    /// Reads `fields` parameters, each a comma-separated list. When they name nothing, the whole entity is meant.
    pub fn parse<S: AsRef<str>>(parameters: &[S]) -> Result<Self, FieldsError> {
        let mut paths: Vec<String> = Vec::new();
        for path in parameters.iter().flat_map(|list| list.as_ref().split(',')).map(str::trim) {
            if path.contains('[') {
                return Err(FieldsError::Array(path.to_owned()));
            }
            if !path.is_empty() && paths.len() == MAX_FIELDS {
                return Err(FieldsError::TooMany);
            }
            if !path.is_empty() {
                paths.push(path.to_owned());
            }
        }
        Ok(Self { paths })
    }

    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.paths.is_empty()
    }

    /// A copy of the parts that are there.
    pub fn project(&self, entity: &Value) -> Value {
        if self.is_everything() {
            return entity.clone();
        }
        let mut picked = Map::new();
        for path in &self.paths {
            if let Some((keys, value)) = find(entity, path) {
                put(&mut picked, &keys, value);
            }
        }
        Value::Object(picked)
    }

    /// Whether a projection can hold the value at this dotted path, or a part of it.
    pub fn touches(&self, dotted: &str) -> bool {
        let under = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.is_everything() || self.paths.iter().any(|path| under(path, dotted) || under(dotted, path))
    }
}

/// The keys that lead to a path, and what is there. A key is the fewest dot-separated parts that lead on to a value.
fn find<'v, 'p>(entity: &'v Value, path: &'p str) -> Option<(Vec<&'p str>, &'v Value)> {
    let mut keys = Vec::new();
    descend(entity, path, &mut keys).map(|value| (keys, value))
}

fn descend<'v, 'p>(here: &'v Value, path: &'p str, keys: &mut Vec<&'p str>) -> Option<&'v Value> {
    let fields = here.as_object()?;
    for (end, _) in path.match_indices('.') {
        let Some(value) = fields.get(&path[..end]) else { continue };
        keys.push(&path[..end]);
        let found = descend(value, &path[end + 1..], keys);
        if found.is_some() {
            return found;
        }
        keys.pop();
    }
    let value = fields.get(path)?;
    keys.push(path);
    Some(value)
}

fn put(into: &mut Map<String, Value>, keys: &[&str], value: &Value) {
    match keys {
        [] => {}
        [key] => {
            into.insert((*key).to_owned(), value.clone());
        }
        [key, rest @ ..] => {
            let inner = into.entry(*key).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn project(fields: &[&str]) -> Value {
        let entity = json!({
            "kind": "Component",
            "metadata": { "name": "n", "tags": ["a"], "annotations": { "example.com/json": "{}", "example": { "com": 1 } } },
            "spec": { "nothing": null, "list": [{ "a": 1 }] },
        });
        FieldSet::parse(fields).unwrap().project(&entity)
    }

    #[test]
    fn paths_pick_subtrees_and_keys_may_hold_dots() {
        assert_eq!(
            project(&["kind, metadata.name,nope.x", "metadata.annotations.example.com/json"]),
            json!({ "kind": "Component", "metadata": { "name": "n", "annotations": { "example.com/json": "{}" } } })
        );
        assert_eq!(
            project(&["metadata.tags,spec.nothing"]),
            json!({ "metadata": { "tags": ["a"] }, "spec": { "nothing": null } })
        );
    }

    #[test]
    fn arrays_are_copied_whole_or_not_at_all() {
        assert_eq!(project(&["spec.list.0", "spec.list.a"]), json!({}));
        assert_eq!(project(&["spec.list"]), json!({ "spec": { "list": [{ "a": 1 }] } }));
        assert_eq!(
            FieldSet::parse(&["a,spec.list[0]"]).unwrap_err().to_string(),
            "Invalid field \"spec.list[0]\", array type fields are not supported"
        );
    }

    #[test]
    fn overlapping_paths_agree() {
        assert_eq!(project(&["spec.list,spec"]), project(&["spec"]));
        assert_eq!(project(&["spec,spec.list"]), project(&["spec"]));
    }

    #[test]
    fn naming_nothing_means_the_whole_entity() {
        let fields = FieldSet::parse(&["", " , "]).unwrap();
        assert!(fields.is_everything() && fields.touches("spec"));
        assert_eq!(fields.project(&json!({ "a": 1 })), json!({ "a": 1 }));
    }

    #[test]
    fn it_knows_which_parts_a_projection_can_hold() {
        let fields = FieldSet::parse(&["spec.definition,metadata"]).unwrap();
        assert!(fields.touches("spec.definition") && fields.touches("metadata.a.b"));
        assert!(!fields.touches("spec.definitions") && !fields.touches("spec.other"));
        assert!(FieldSet::parse(&["spec"]).unwrap().touches("spec.definition"));
    }
}
