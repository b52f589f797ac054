//! What differs between two bodies, and since when each part of one is what it is.

use std::collections::BTreeMap;

use serde_json::Value;

/// Differences told of two bodies; a body may have thousands of parts.
const MOST_DIFFERENCES: usize = 500;

/// A part of a body that another body has otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// JSON pointer.
    pub path: String,
    /// `None` where the part is not there.
    pub from: Option<Value>,
    pub to: Option<Value>,
}

/// The smallest parts of a body that change as a whole, by JSON pointer: texts, numbers, lists of such, and what is empty.
pub fn parts(body: &Value) -> BTreeMap<String, &Value> {
    fn walk<'a>(value: &'a Value, path: &mut String, parts: &mut BTreeMap<String, &'a Value>) {
        let length = path.len();
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (name, value) in fields {
                    *path += "/";
                    *path += &name.replace('~', "~0").replace('/', "~1");
                    walk(value, path, parts);
                    path.truncate(length);
                }
            }
            Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                for (at, item) in items.iter().enumerate() {
                    *path += &format!("/{at}");
                    walk(item, path, parts);
                    path.truncate(length);
                }
            }
            part => drop(parts.insert(path.clone(), part)),
        }
    }
    let mut parts = BTreeMap::new();
    walk(body, &mut String::new(), &mut parts);
    parts
}

/// What differs, in order of path, at most the first five hundred.
pub fn differences(from: &Value, to: &Value) -> Vec<Difference> {
    let (old, new) = (parts(from), parts(to));
    let gone = old.iter().filter(|(path, _)| !new.contains_key(*path)).map(|(path, value)| (path, Some(*value), None));
    let other = new.iter().filter(|(path, value)| old.get(*path) != Some(value));
    let other = other.map(|(path, value)| (path, old.get(path).copied(), Some(*value)));
    let mut all: Vec<_> = gone.chain(other).collect();
    all.sort_by_key(|(path, ..)| *path);
    let told = all.into_iter().take(MOST_DIFFERENCES);
    told.map(|(path, from, to)| Difference { path: path.clone(), from: from.cloned(), to: to.cloned() }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_that_differ_are_told_with_both_values() {
        let from = json!({ "metadata": { "tags": ["a", "b"], "annotations": { "x/y": "1" } },
            "spec": { "links": [{ "url": "u" }, { "url": "v" }], "gone": {}, "same": [1] } });
        let to = json!({ "metadata": { "tags": ["a"], "annotations": { "x/y": "1", "z~": "2" } },
            "spec": { "links": [{ "url": "w" }], "same": [1] } });
        let told: Vec<String> = differences(&from, &to)
            .into_iter()
            .map(|difference| {
                let text = |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
                format!("{} {} {}", difference.path, text(difference.from), text(difference.to))
            })
            .collect();
        let expected = [
            "/metadata/annotations/z~0 - \"2\"",
            "/metadata/tags [\"a\",\"b\"] [\"a\"]",
            "/spec/gone {} -",
            "/spec/links/0/url \"u\" \"w\"",
            "/spec/links/1/url \"v\" -",
        ];
        assert_eq!(told, expected);
        assert!(differences(&from, &from).is_empty());
        for difference in differences(&from, &to) {
            assert_eq!(from.pointer(&difference.path), difference.from.as_ref());
            assert_eq!(to.pointer(&difference.path), difference.to.as_ref());
        }
    }
}
