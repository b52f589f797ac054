//! Entities made ready for the index outside any lock.

use std::sync::Arc;

use bytes::Bytes;
use model::{EntityRef, Problem, flatten::Rows};
use serde_json::Value;
use uuid::Uuid;

use super::FinalEntity;

/// Texts of `spec` with more bytes than this (API definitions, as a rule) are not kept in memory.
pub(crate) const LARGE_TEXT: usize = 4096;

/// Characters that are left of a large text where it is shortened: more than a search row holds (contract catalog.md
/// section 7.1), so that the rows stay what they are.
const SHORTENED: usize = 256;

/// A final entity made ready for the index: serialised and flattened.
pub struct Prepared {
    pub(crate) id: Uuid,
    pub(super) entity_ref: EntityRef,
    pub(super) parent: Option<EntityRef>,
    pub(super) body: StoredBody,
    /// Type and target of each relation, where the body leaves them out.
    pub(super) relations: Vec<(String, String)>,
    pub(super) rows: Rows,
}

/// The JSON of an entity as the index keeps it.
#[derive(Debug)]
pub(super) struct StoredBody {
    /// Valid JSON, with an empty text in place of each large one.
    pub json: Box<[u8]>,
    /// Where relations belong that were left out, within an empty list.
    pub relations_at: Option<u32>,
    /// The large texts that were left out, in order of their place; `None` when nothing was.
    pub cuts: Option<Arc<[Cut]>>,
}

/// The JSON of an entity, complete but for large texts.
#[derive(Debug)]
pub(crate) struct Body {
    pub json: Bytes,
    pub cuts: Option<Arc<[Cut]>>,
}

/// A large text that was left out.
#[derive(Debug)]
pub(crate) struct Cut {
    /// Where in the JSON the empty text `""` stands in for it.
    pub at: usize,
    /// JSON pointer to it.
    pub pointer: String,
    /// The same as a dotted path, as the `fields` parameter names it.
    pub path: String,
}

impl Prepared {
    /// Serialises and flattens an entity.
    ///
    /// # Errors
    /// When keys of the body differ only in casing, so that its search rows would be ambiguous.
    pub fn new(mut entity: FinalEntity) -> Result<Self, Problem> {
        let cuts = shorten(&mut entity.body.0);
        Self::shortened(entity, &cuts)
    }

    /// The same for an entity whose large texts were shortened, those at the given JSON pointers.
    ///
    /// # Errors
    /// As [`Prepared::new`].
    pub fn shortened(entity: FinalEntity, cuts: &[String]) -> Result<Self, Problem> {
        let rows = Rows::of(&entity.body.0).map_err(|error| Problem::error("InputError", error.to_string()))?;
        let (body, relations) = StoredBody::of(&entity.body.0, cuts);
        Ok(Self { id: entity.id, entity_ref: entity.entity_ref, parent: entity.parent, body, relations, rows })
    }
}

/// Leaves of the large texts of a body only their beginnings. Answers the JSON pointers to them, in the order of the body.
pub(crate) fn shorten(body: &mut Value) -> Vec<String> {
    fn walk(value: &mut Value, pointer: &mut String, cuts: &mut Vec<String>) {
        let length = pointer.len();
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    *pointer += "/";
                    *pointer += &key.replace('~', "~0").replace('/', "~1");
                    walk(value, pointer, cuts);
                    pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (i, value) in items.iter_mut().enumerate() {
                    *pointer += &format!("/{i}");
                    walk(value, pointer, cuts);
                    pointer.truncate(length);
                }
            }
            Value::String(text) if text.len() > LARGE_TEXT => {
                *text = text.chars().take(SHORTENED).collect();
                cuts.push(pointer.clone());
            }
            _ => {}
        }
    }
    let mut cuts = Vec::new();
    if let Some(spec) = body.get_mut("spec") {
        walk(spec, &mut "/spec".to_owned(), &mut cuts);
    }
    cuts
}

impl StoredBody {
    /// Leaves out what is kept elsewhere, relations among them, which are answered beside it.
    fn of(body: &Value, cuts: &[String]) -> (Self, Vec<(String, String)>) {
        // Few are as large as to be cut. Two kinds of gaps in one body would only be trouble.
        let relations = if cuts.is_empty() { relations(body) } else { None };
        let mut writer = Writer { pointers: cuts, relations, ..Writer::default() };
        writer.value(body, 0);
        let Writer { json, cuts, relations, relations_at, .. } = writer;
        let cuts = (!cuts.is_empty()).then(|| cuts.into());
        (Self { json: json.into(), relations_at, cuts }, relations.unwrap_or_default())
    }

    /// With the relations where they belong, for good.
    pub fn restored(self, relations: &[(String, String)]) -> Self {
        let Some(at) = self.relations_at else { return self };
        let relations: Vec<(&str, &str)> = relations.iter().map(|(kind, target)| (&**kind, &**target)).collect();
        let json = with_relations(&self.json, at as usize, &relations).into();
        Self { json, relations_at: None, ..self }
    }
}

/// Writes relations into the empty list that stands for them.
pub(super) fn with_relations(json: &[u8], at: usize, relations: &[(&str, &str)]) -> Vec<u8> {
    let length: usize = relations.iter().map(|(kind, target)| kind.len() + target.len() + 28).sum();
    let mut whole = Vec::with_capacity(json.len() + length);
    whole.extend_from_slice(&json[..at]);
    for (i, (kind, target)) in relations.iter().enumerate() {
        whole.extend_from_slice(if i > 0 { b",{\"type\":" } else { b"{\"type\":" });
        append(&mut whole, kind);
        whole.extend_from_slice(b",\"targetRef\":");
        append(&mut whole, target);
        whole.push(b'}');
    }
    whole.extend_from_slice(&json[at..]);
    whole
}

/// Type and target of each relation, if that is all that the body says of them.
fn relations(body: &Value) -> Option<Vec<(String, String)>> {
    let relation = |relation: &Value| {
        let mut fields = relation.as_object().filter(|fields| fields.len() == 2)?.iter();
        match (fields.next()?, fields.next()?) {
            ((kind, Value::String(kind_value)), (target, Value::String(target_value)))
                if kind == "type" && target == "targetRef" =>
            {
                Some((kind_value.clone(), target_value.clone()))
            }
            _ => None,
        }
    };
    body.get("relations")?.as_array()?.iter().map(relation).collect()
}

impl Body {
    /// The whole JSON, the large texts taken from a body that has them. One that is missing there stays empty.
    pub fn whole(&self, full: Option<&Value>) -> Bytes {
        let Some(cuts) = &self.cuts else { return self.json.clone() };
        let mut json = Vec::with_capacity(self.json.len() + 4 * LARGE_TEXT);
        let mut done = 0;
        for cut in cuts.iter() {
            json.extend_from_slice(&self.json[done..cut.at]);
            match full.and_then(|full| full.pointer(&cut.pointer)) {
                Some(text @ Value::String(_)) => append(&mut json, text),
                _ => json.extend_from_slice(b"\"\""),
            }
            done = cut.at + 2;
        }
        json.extend_from_slice(&self.json[done..]);
        json.into()
    }
}

/// Writes JSON, leaving out the texts at some pointers, all below `spec`, and relations if it was given them.
#[derive(Default)]
struct Writer<'a> {
    pointers: &'a [String],
    json: Vec<u8>,
    cuts: Vec<Cut>,
    path: Vec<String>,
    relations: Option<Vec<(String, String)>>,
    relations_at: Option<u32>,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        let in_spec = self.path.first().is_some_and(|first| first == "spec");
        match value {
            Value::Object(fields) if depth == 0 || in_spec => {
                self.json.push(b'{');
                for (i, (key, value)) in fields.iter().enumerate() {
                    if i > 0 {
                        self.json.push(b',');
                    }
                    append(&mut self.json, key);
                    self.json.push(b':');
                    self.path.push(key.clone());
                    self.value(value, depth + 1);
                    self.path.pop();
                }
                self.json.push(b'}');
            }
            Value::Array(_) if self.relations.is_some() && self.path == ["relations"] => {
                self.relations_at = Some(self.json.len() as u32 + 1);
                self.json.extend_from_slice(b"[]");
            }
            Value::Array(items) if in_spec => {
                self.json.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.json.push(b',');
                    }
                    self.path.push(i.to_string());
                    self.value(item, depth + 1);
                    self.path.pop();
                }
                self.json.push(b']');
            }
            Value::String(_) if in_spec && !self.pointers.is_empty() => {
                let escaped = self.path.iter().map(|part| part.replace('~', "~0").replace('/', "~1"));
                let pointer = escaped.fold(String::new(), |pointer, part| pointer + "/" + &part);
                if self.pointers.contains(&pointer) {
                    self.cuts.push(Cut { at: self.json.len(), pointer, path: self.path.join(".") });
                    self.json.extend_from_slice(b"\"\"");
                } else {
                    append(&mut self.json, value);
                }
            }
            other => append(&mut self.json, other),
        }
    }
}

fn append(json: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    // JSON values and texts always serialise, and a vector takes every write.
    let _ = serde_json::to_writer(json, value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn large_texts_are_left_out_and_put_back() {
        let large = "\"é\n".repeat(2000);
        let body = json!({
            "kind": "API", "metadata": { "description": large },
            "spec": { "a/b": large, "type": "openapi", "list": [1, { "x": large }, []], "empty": {} },
            "relations": [{ "type": "ownedBy", "targetRef": "group:default/g" }],
        });
        let mut short = body.clone();
        let cuts = shorten(&mut short);
        let (stored, _) = StoredBody::of(&short, &cuts);
        let stored = Body { json: stored.json.into(), cuts: stored.cuts };
        // What stands outside `spec` is kept, however large.
        assert!(stored.json.len() < serde_json::to_string(&large).unwrap().len() + 200);
        let skeleton: Value = serde_json::from_slice(&stored.json).unwrap();
        assert_eq!(skeleton["spec"]["a/b"], "");
        assert_eq!(serde_json::from_slice::<Value>(&stored.whole(Some(&body))).unwrap(), body);
        assert_eq!(stored.whole(Some(&body)), serde_json::to_vec(&body).unwrap());
        assert_eq!(stored.whole(None), stored.json);
        let paths: Vec<&str> = stored.cuts.as_deref().unwrap().iter().map(|cut| cut.path.as_str()).collect();
        assert_eq!(paths, ["spec.a/b", "spec.list.1.x"]);
        assert_eq!(cuts, ["/spec/a~1b", "/spec/list/1/x"]);
        let rows = |body: &Value| Rows::of(body).unwrap().iter().map(|row| format!("{row:?}")).collect::<Vec<_>>();
        assert_eq!(rows(&short), rows(&body), "what can be searched for stays the same");
    }

    #[test]
    fn ordinary_entities_are_kept_as_they_are_but_for_relations() {
        for relations in [
            json!([]),
            json!([{ "type": "own\"edBy", "targetRef": "group:default/g" }, { "type": "partOf", "targetRef": "system:default/é" }]),
            json!([{ "targetRef": "group:default/g", "type": "ownedBy" }]),
            json!([{ "type": "ownedBy", "targetRef": "group:default/g", "more": 1 }]),
            json!("none"),
        ] {
            let body = json!({
                "kind": "Component", "metadata": { "name": "n" }, "spec": { "relations": [1] }, "relations": relations,
                "status": {},
            });
            let (stored, relations) = StoredBody::of(&body, &[]);
            assert!(stored.cuts.is_none() && (relations.is_empty() || !stored.json.ends_with(b"edBy")));
            assert_eq!(*stored.restored(&relations).json, *serde_json::to_vec(&body).unwrap());
        }
    }
}
