//! How large a schema from outside may be. Checking an entity visits every part of a schema at most once for each part of
//! the entity, provided that the schema is a finite tree: so one that leads back to itself is refused, and one whose
//! references unfold into too many parts as well.

use std::collections::HashSet;

use serde_json::Value;

use crate::schema::{Fault, child};

/// Values in a schema, each reference counted with all it leads to.
const MAX_PARTS: usize = 5000;
/// Levels of a schema, references followed.
const MAX_DEPTH: usize = 64;
/// Regular expressions in a schema, references followed, and the bytes of one: each takes memory of its own.
const MAX_PATTERNS: usize = 100;
const MAX_PATTERN: usize = 1000;

/// Refuses what is too large to check entities by.
pub(super) fn check(schema: &Value) -> Result<(), Fault> {
    let mut walk = Walk { root: schema, parts: 0, patterns: 0, open: HashSet::new() };
    walk.part(schema, "", 0)
}

struct Walk<'a> {
    root: &'a Value,
    parts: usize,
    patterns: usize,
    /// The references that are being followed.
    open: HashSet<&'a str>,
}

impl<'a> Walk<'a> {
    fn part(&mut self, part: &'a Value, pointer: &str, depth: usize) -> Result<(), Fault> {
        let fault = |reason: String| Fault { pointer: pointer.to_owned(), reason };
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(fault(format!("it has more than {MAX_PARTS} parts, references followed")));
        }
        if depth > MAX_DEPTH {
            return Err(fault(format!("it is nested more than {MAX_DEPTH} levels deep, references followed")));
        }
        match part {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.part(item, &format!("{pointer}/{index}"), depth + 1)?;
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let place = child(pointer, key);
                    match (key.as_str(), member) {
                        // Another base would let references mean something else than they seem to.
                        ("$id", Value::String(_)) => {
                            return Err(Fault { pointer: place, reason: "$id cannot be used here".to_owned() });
                        }
                        ("$ref", Value::String(target)) => self.reference(target, &place, depth)?,
                        ("pattern", Value::String(pattern)) => self.pattern(pattern, &place)?,
                        ("patternProperties", Value::Object(patterns)) => {
                            patterns.keys().try_for_each(|pattern| self.pattern(pattern, &place))?;
                            self.part(member, &place, depth + 1)?;
                        }
                        _ => self.part(member, &place, depth + 1)?,
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &str, pointer: &str) -> Result<(), Fault> {
        let fault = |reason: String| Err(Fault { pointer: pointer.to_owned(), reason });
        self.patterns += 1;
        if pattern.len() > MAX_PATTERN {
            return fault(format!("a pattern may have {MAX_PATTERN} bytes at most"));
        }
        if self.patterns > MAX_PATTERNS {
            return fault(format!("it has more than {MAX_PATTERNS} patterns, references followed"));
        }
        Ok(())
    }

    fn reference(&mut self, target: &'a str, pointer: &str, depth: usize) -> Result<(), Fault> {
        let fault = |reason: String| Fault { pointer: pointer.to_owned(), reason };
        let found = target.strip_prefix('#').and_then(|path| {
            let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
            Some((self.root.pointer(&path)?, path))
        });
        let Some((found, path)) = found else {
            let text = format!("\"{target}\" is not a part of this schema; write it as #/definitions/<name>");
            return Err(fault(text));
        };
        if target == "#" || !self.open.insert(target) {
            return Err(fault(format!("\"{target}\" leads back to itself; a schema must come to an end")));
        }
        self.part(found, &path, depth + 1)?;
        self.open.remove(target);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(schema: &Value) -> Option<(String, String)> {
        check(schema).err().map(|fault| (fault.pointer, fault.reason))
    }

    #[test]
    fn what_comes_to_an_end_may_be_used() {
        let shared = json!({"definitions": {"a/b": {"type": "string"}}, "properties": {
            "x": {"$ref": "#/definitions/a~1b"}, "y": {"$ref": "#/definitions/a~1b"}, "$ref": {"type": "string"}}});
        assert_eq!(refused(&shared), None);
    }

    #[test]
    fn what_does_not_come_to_an_end_is_refused() {
        for (schema, pointer, reason) in [
            (json!({"allOf": [{"$ref": "#"}]}), "/allOf/0/$ref", "leads back"),
            (
                json!({"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"items": {"$ref": "#/definitions/a"}}}}),
                "/definitions/a/$ref",
                "leads back",
            ),
            (json!({"properties": {"a": {"$ref": "#/properties"}}}), "/properties/a/$ref", "leads back"),
            (json!({"$ref": "https://h.example/schema.json"}), "/$ref", "not a part"),
            (json!({"$ref": "#/definitions/none"}), "/$ref", "not a part"),
            (json!({"properties": {"a": {"$id": "#a"}}}), "/properties/a/$id", "$id"),
            (json!({"pattern": "a".repeat(2000)}), "/pattern", "1000 bytes"),
            (json!({"patternProperties": {"b".repeat(2000): {}}}), "/patternProperties", "1000 bytes"),
        ] {
            let found = refused(&schema).unwrap_or_default();
            assert!(found.0 == pointer && found.1.contains(reason), "{schema}: {found:?}");
        }
    }

    #[test]
    fn what_unfolds_into_too_much_is_refused() {
        let mut definitions = serde_json::Map::new();
        definitions.insert("l0".to_owned(), json!({"type": "string"}));
        for level in 1..20 {
            let below = json!({"$ref": format!("#/definitions/l{}", level - 1)});
            definitions.insert(format!("l{level}"), json!({"allOf": [below, below]}));
        }
        assert!(refused(&json!({"definitions": definitions})).unwrap_or_default().1.contains("more than 5000 parts"));
        let patterns: Vec<Value> = (0..101).map(|number| json!({"pattern": number.to_string()})).collect();
        assert!(refused(&json!({"anyOf": patterns})).unwrap_or_default().1.contains("more than 100 patterns"));
        let deep = (0..80).fold(json!({}), |inner, _| json!({"items": inner}));
        assert!(refused(&deep).unwrap_or_default().1.contains("levels deep"));
    }
}
