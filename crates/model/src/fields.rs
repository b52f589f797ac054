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
    /// Reads paths. When they name nothing, the whole entity is meant.
    pub fn parse<S: AsRef<str>>(fields: &[S]) -> Result<Self, FieldsError> {
        let mut paths: Vec<String> = Vec::new();
        for path in fields.iter().map(|field| field.as_ref().trim()) {
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
        let mut picked = Value::Object(Map::new());
        for path in &self.paths {
            if let Some((steps, value)) = find(entity, path) {
                put(&mut picked, &steps, value);
            }
        }
        picked
    }

    /// Whether a projection can hold the value at this dotted path, or a part of it.
    pub fn touches(&self, dotted: &str) -> bool {
        let under = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.is_everything() || self.paths.iter().any(|path| under(path, dotted) || under(dotted, path))
    }
}

/// A step towards a part of an entity.
#[derive(Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Item(usize),
}

/// The steps that lead to a path, and what is there. A key is the fewest dot-separated parts that lead on.
fn find<'v, 'p>(entity: &'v Value, path: &'p str) -> Option<(Vec<Step<'p>>, &'v Value)> {
    let mut steps = Vec::new();
    let (mut here, mut from) = (entity, 0);
    for end in path.match_indices('.').map(|(dot, _)| dot).chain([path.len()]) {
        if let Some((step, value)) = member(here, &path[from..end]) {
            steps.push(step);
            here = value;
            from = end + 1;
        }
    }
    (from > path.len()).then_some((steps, here))
}

fn member<'v, 'p>(here: &'v Value, part: &'p str) -> Option<(Step<'p>, &'v Value)> {
    match here {
        Value::Object(fields) => fields.get(part).map(|value| (Step::Key(part), value)),
        Value::Array(items) => {
            let at: usize = part.parse().ok().filter(|at: &usize| at.to_string() == part)?;
            items.get(at).map(|item| (Step::Item(at), item))
        }
        _ => None,
    }
}

/// Puts a value at its place. The items before one that was asked for alone are `null`.
fn put(into: &mut Value, steps: &[Step<'_>], value: &Value) {
    let Some((step, rest)) = steps.split_first() else {
        *into = value.clone();
        return;
    };
    match step {
        Step::Key(key) => {
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            if let Value::Object(fields) = into {
                put(fields.entry(*key).or_insert(Value::Null), rest, value);
            }
        }
        Step::Item(at) => {
            if !into.is_array() {
                *into = Value::Array(Vec::new());
            }
            if let Value::Array(items) = into {
                items.resize(items.len().max(at + 1), Value::Null);
                put(&mut items[*at], rest, value);
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
            "metadata": { "name": "n", "tags": ["a"], "annotations": { "example.com/json": "{}", "a": { "b": 1 }, "a.c": 2 } },
            "spec": { "nothing": null, "list": [{ "a": 1 }, { "a": 2 }] },
        });
        FieldSet::parse(fields).unwrap().project(&entity)
    }

    #[test]
    fn paths_pick_subtrees_and_keys_may_hold_dots() {
        assert_eq!(
            project(&["kind", " metadata.name", "nope.x", "metadata.annotations.example.com/json"]),
            json!({ "kind": "Component", "metadata": { "name": "n", "annotations": { "example.com/json": "{}" } } })
        );
        assert_eq!(
            project(&["metadata.tags", "spec.nothing"]),
            json!({ "metadata": { "tags": ["a"] }, "spec": { "nothing": null } })
        );
        assert_eq!(project(&["kind,metadata.name", "kind.", "spec.nothing.x"]), json!({}));
    }

    #[test]
    fn a_shorter_key_that_is_there_is_taken_though_it_leads_nowhere() {
        assert_eq!(project(&["metadata.annotations.a.c"]), json!({}));
        assert_eq!(
            project(&["metadata.annotations.a.b"]),
            json!({ "metadata": { "annotations": { "a": { "b": 1 } } } })
        );
    }

    #[test]
    fn items_are_picked_by_their_number() {
        assert_eq!(project(&["spec.list.1.a"]), json!({ "spec": { "list": [null, { "a": 2 }] } }));
        assert_eq!(project(&["spec.list.0", "spec.list.1"]), project(&["spec.list"]));
        assert_eq!(project(&["spec.list.a", "spec.list.2", "spec.list.01", "kind.0"]), json!({}));
        assert_eq!(project(&["spec.list"]), json!({ "spec": { "list": [{ "a": 1 }, { "a": 2 }] } }));
        assert_eq!(
            FieldSet::parse(&["a", "spec.list[0]"]).unwrap_err().to_string(),
            "Invalid field \"spec.list[0]\", array type fields are not supported"
        );
    }

    #[test]
    fn overlapping_paths_agree() {
        assert_eq!(project(&["spec.list", "spec"]), project(&["spec"]));
        assert_eq!(project(&["spec", "spec.list"]), project(&["spec"]));
    }

    #[test]
    fn naming_nothing_means_the_whole_entity() {
        let fields = FieldSet::parse(&["", "  "]).unwrap();
        assert!(fields.is_everything() && fields.touches("spec"));
        assert_eq!(fields.project(&json!({ "a": 1 })), json!({ "a": 1 }));
    }

    #[test]
    fn it_knows_which_parts_a_projection_can_hold() {
        let fields = FieldSet::parse(&["spec.definition", "metadata"]).unwrap();
        assert!(fields.touches("spec.definition") && fields.touches("metadata.a.b"));
        assert!(!fields.touches("spec.definitions") && !fields.touches("spec.other"));
        assert!(FieldSet::parse(&["spec"]).unwrap().touches("spec.definition"));
    }
}
