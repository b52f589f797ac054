//! An entity as search rows, the semantic base of every filter, order and facet (contract catalog.md section 7.1).
//!
//! Flattening runs for every entity that is written and for all of them at start-up, so the rows of an entity share one
//! text buffer: a lower-cased text that equals its original is kept once.

use std::ops::Range;

use serde_json::Value;

use crate::js::js_string;
use crate::reference::DEFAULT_NAMESPACE;

/// Keys and values longer than this, in UTF-16 units as the wire's first server counted, are not kept as such.
pub const MAX_LENGTH: usize = 200;

/// Below this nothing is flattened; readers of JSON and YAML stop earlier.
const MAX_DEPTH: usize = 128;

/// A path of more bytes than this cannot yield a key of at most [`MAX_LENGTH`] units, so nothing below it is visited.
const MAX_PATH_BYTES: usize = 8 * MAX_LENGTH;

/// Parts that are not searched, or are added in another form.
const SKIPPED: [&str; 7] =
    ["attachments", "relations", "status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.etag"];

/// The search rows of one entity, in order of key, then value; each pair of key and value once.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    text: String,
    spans: Vec<Span>,
}

/// One search row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// Lower case.
    pub key: &'a str,
    /// `None` for null and for values that are too long: such a row can be asked for by existence only.
    pub value: Option<RowValue<'a>>,
}

/// The value of a row in both casings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowValue<'a> {
    /// What filters and orders compare.
    pub lower: &'a str,
    /// What facets show.
    pub original: &'a str,
}

/// Keys that differ only in casing, lower-cased and quoted, would fall into one row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Entity has duplicate keys that vary only in casing, {0}")]
pub struct DuplicateKeys(String);

#[derive(Clone, Debug)]
struct Span {
    key: Range<u32>,
    /// The key as its author wrote it.
    written: Range<u32>,
    /// Lower-cased and original text.
    value: Option<(Range<u32>, Range<u32>)>,
    too_long: bool,
}

impl Rows {
    /// Flattens a final entity.
    pub fn of(body: &Value) -> Result<Self, DuplicateKeys> {
        let mut rows = Self::default();
        let mut path = String::with_capacity(64);
        rows.visit(&mut path, body, 0);
        let metadata = body.get("metadata");
        let named = |key: &str| metadata.and_then(|metadata| metadata.get(key)).filter(|value| !value.is_null());
        if let Some(name) = named("name") {
            rows.scalar("metadata.name", name);
        }
        match named("namespace") {
            Some(namespace) if namespace.as_str() != Some("") => rows.scalar("metadata.namespace", namespace),
            _ => rows.push("metadata.namespace", Some(DEFAULT_NAMESPACE)),
        }
        if let Some(uid) = named("uid") {
            rows.scalar("metadata.uid", uid);
        }
        for relation in body.get("relations").and_then(Value::as_array).into_iter().flatten() {
            let part = |key: &str| relation.get(key).and_then(Value::as_str);
            if let (Some(kind), Some(target)) = (part("type"), part("targetRef")) {
                path.clear();
                path.push_str("relations.");
                path.push_str(kind);
                rows.push(&path, Some(target));
            }
        }
        rows.finish()
    }

    /// In order of key, then value.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.spans.iter().map(|span| self.row(span))
    }

    /// The rows of one (lower case) key.
    pub fn of_key(&self, key: &str) -> impl Iterator<Item = Row<'_>> {
        let from = self.spans.partition_point(|span| self.at(&span.key) < key);
        self.spans[from..].iter().map(|span| self.row(span)).take_while(move |row| row.key == key)
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    fn row(&self, span: &Span) -> Row<'_> {
        let value = span
            .value
            .as_ref()
            .map(|(lower, original)| RowValue { lower: self.at(lower), original: self.at(original) });
        Row { key: self.at(&span.key), value }
    }

    fn at(&self, range: &Range<u32>) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }

    fn visit(&mut self, path: &mut String, value: &Value, depth: usize) {
        if depth > MAX_DEPTH || path.len() > MAX_PATH_BYTES || SKIPPED.contains(&path.as_str()) {
            return;
        }
        let end = path.len();
        match value {
            Value::Array(items) => {
                for item in items {
                    self.visit(path, item, depth + 1);
                    if let Value::String(text) = item
                        && text.len() <= MAX_PATH_BYTES
                    {
                        path.push('.');
                        path.push_str(text);
                        self.push(path, Some("true"));
                        path.truncate(end);
                    }
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    if end > 0 {
                        path.push('.');
                    }
                    path.push_str(key);
                    self.visit(path, value, depth + 1);
                    path.truncate(end);
                }
            }
            scalar => self.scalar(path, scalar),
        }
    }

    fn scalar(&mut self, key: &str, value: &Value) {
        match value {
            Value::Null => self.push(key, None),
            Value::String(text) => self.push(key, Some(text)),
            other => self.push(key, Some(&js_string(other))),
        }
    }

    fn push(&mut self, key: &str, value: Option<&str>) {
        let (lower, written) = self.both_casings(key);
        let value =
            value.filter(|value| !is_too_long(value)).map(|value| self.both_casings(value)).filter(|(lower, _)| {
                // Lower-casing can lengthen a text.
                !is_too_long(self.at(lower))
            });
        let too_long = is_too_long(self.at(&lower));
        self.spans.push(Span { key: lower, written, value, too_long });
    }

    /// Keeps a text and its lower-cased form, once if they are the same.
    fn both_casings(&mut self, text: &str) -> (Range<u32>, Range<u32>) {
        let original = self.keep(text);
        if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            return (original.clone(), original);
        }
        let lower = text.to_lowercase();
        if lower == text { (original.clone(), original) } else { (self.keep(&lower), original) }
    }

    fn keep(&mut self, text: &str) -> Range<u32> {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        start..self.text.len() as u32
    }

    fn finish(mut self) -> Result<Self, DuplicateKeys> {
        let mut spans = std::mem::take(&mut self.spans);
        self.check_casing(&spans)?;
        spans.retain(|span| !span.too_long);
        let value = |span: &Span| span.value.clone().map(|(lower, _)| lower);
        // Stable, so that of several casings of a value the first stays.
        spans.sort_by(|a, b| {
            let texts = |span: &Span| value(span).map(|range| self.at(&range));
            self.at(&a.key).cmp(self.at(&b.key)).then_with(|| texts(a).cmp(&texts(b)))
        });
        spans.dedup_by(|b, a| {
            self.at(&a.key) == self.at(&b.key)
                && value(a).map(|range| self.at(&range)) == value(b).map(|range| self.at(&range))
        });
        spans.shrink_to_fit();
        self.spans = spans;
        Ok(self)
    }

    fn check_casing(&self, spans: &[Span]) -> Result<(), DuplicateKeys> {
        let mut by_key: Vec<(&str, &str, usize)> =
            spans.iter().enumerate().map(|(i, span)| (self.at(&span.key), self.at(&span.written), i)).collect();
        by_key.sort_unstable();
        // The first place of each way to write a key.
        by_key.dedup_by(|b, a| (a.0, a.1) == (b.0, b.1));
        if by_key.windows(2).all(|pair| pair[0].0 != pair[1].0) {
            return Ok(());
        }
        by_key.sort_unstable_by_key(|(_, _, place)| *place);
        let mut seen = std::collections::HashSet::new();
        let again: Vec<&str> = by_key.iter().filter(|(key, _, _)| !seen.insert(*key)).map(|(key, _, _)| *key).collect();
        Err(DuplicateKeys(format!("'{}'", again.join("', '"))))
    }
}

fn is_too_long(text: &str) -> bool {
    text.len() > MAX_LENGTH && text.encode_utf16().nth(MAX_LENGTH).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(body: &Value) -> Vec<(String, Option<String>)> {
        let rows = Rows::of(body).unwrap();
        rows.iter().map(|row| (row.key.to_owned(), row.value.map(|value| value.original.to_owned()))).collect()
    }

    fn pair(key: &str, value: &str) -> (String, Option<String>) {
        (key.to_owned(), Some(value.to_owned()))
    }

    #[test]
    fn a_component_yields_the_rows_of_the_contract() {
        let body = json!({
            "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {
                "name": "Payments", "uid": "u", "etag": "e", "tags": ["java"],
                "annotations": { "backstage.io/view-url": "https://x" },
            },
            "spec": { "type": "service", "owner": "team-a", "empty": [], "none": {} },
            "relations": [{ "type": "ownedBy", "targetRef": "group:default/team-a" }],
            "status": { "items": [] }, "attachments": { "a": 1 },
        });
        assert_eq!(
            rows(&body),
            [
                pair("apiversion", "backstage.io/v1alpha1"),
                pair("kind", "Component"),
                pair("metadata.annotations.backstage.io/view-url", "https://x"),
                pair("metadata.name", "Payments"),
                pair("metadata.namespace", "default"),
                pair("metadata.tags", "java"),
                pair("metadata.tags.java", "true"),
                pair("metadata.uid", "u"),
                pair("relations.ownedby", "group:default/team-a"),
                pair("spec.owner", "team-a"),
                pair("spec.type", "service"),
            ]
        );
    }

    #[test]
    fn arrays_are_visited_at_their_own_path_and_scalars_become_text() {
        let body = json!({ "metadata": { "name": "n" }, "spec": {
            "numbers": [1, 2.5, 10, 1], "flag": true, "nothing": null, "list": [{ "name": "one" }, { "name": "two" }],
            "nested": [["x"]],
        } });
        let rows = rows(&body);
        for expected in [
            pair("spec.numbers", "1"),
            pair("spec.numbers", "2.5"),
            pair("spec.flag", "true"),
            ("spec.nothing".to_owned(), None),
            pair("spec.list.name", "two"),
            pair("spec.nested", "x"),
            pair("spec.nested.x", "true"),
        ] {
            assert!(rows.contains(&expected), "{expected:?} in {rows:?}");
        }
        assert_eq!(rows.iter().filter(|(key, _)| key == "spec.numbers").count(), 3);
    }

    #[test]
    fn long_values_can_be_asked_for_by_existence_and_long_keys_not_at_all() {
        let body = json!({ "metadata": { "name": "n" }, "spec": {
            "fits": "ü".repeat(200), "long": "ü".repeat(201), "list": ["y".repeat(195)], ("k".repeat(201)): 1,
        } });
        let keys = rows(&body);
        assert!(keys.contains(&pair("spec.fits", &"ü".repeat(200))));
        assert!(keys.contains(&("spec.long".to_owned(), None)));
        assert!(keys.iter().all(|(key, _)| key.len() <= 200));
    }

    #[test]
    fn keys_that_differ_only_in_casing_are_refused() {
        let body =
            json!({ "metadata": { "name": "n" }, "spec": { "foo": 1, "Foo": 2, "FOO": 3, "tags": ["Java", "java"] } });
        assert_eq!(
            Rows::of(&body).unwrap_err().to_string(),
            "Entity has duplicate keys that vary only in casing, 'spec.foo', 'spec.foo', 'spec.tags.java'"
        );
    }
}
