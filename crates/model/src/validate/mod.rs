//! What every entity must satisfy whatever its kind: its shape, its root fields and the format of its metadata
//! (contract catalog.md sections 1.1 and 1.2). Texts are those clients of the wire know.

pub mod format;

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::entity::Entity;
use crate::js::js_string;
use crate::problem::Problem;
use crate::reference::DEFAULT_NAMESPACE;
use crate::schema::{Failure, MAX_FAILURES, Schema, child};
use crate::yaml;

static ENVELOPE: LazyLock<Schema> = LazyLock::new(|| embedded(include_str!("../../schemas/envelope.yaml")));
static ENTITY: LazyLock<Schema> = LazyLock::new(|| embedded(include_str!("../../schemas/entity.yaml")));

/// Root fields that authors may write.
const KNOWN_ROOT_FIELDS: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];

const ABOUT_THE_FORMAT: &str = "To learn more about catalog file format, visit: https://github.com/backstage/backstage/blob/master/docs/architecture-decisions/adr002-default-catalog-file-format.md";

const OBJECT_NAME: &str =
    "a string that is sequences of [a-zA-Z0-9] separated by any of [-_.], at most 63 characters in total";
const PREFIX_AND_SUFFIX: &str = "a valid prefix and/or suffix";
const DNS_LABEL: &str = "a string that is sequences of [a-z0-9] separated by [-], at most 63 characters in total";
const TAG: &str = "a string that is sequences of [a-z0-9+#] separated by [-], at most 63 characters in total";
const KIND: &str = "a string that is a sequence of [a-zA-Z][a-z0-9A-Z], at most 63 characters in total";
const URL: &str = "a string that is a valid url";
const NON_EMPTY: &str = "a non empty string";

fn embedded(text: &str) -> Schema {
    let raw = yaml::parse_single(text, &yaml::Limits::default()).expect("the embedded schema is YAML");
    Schema::new(raw).expect("the embedded schema compiles")
}

/// The weak check of what providers and processors emit: enough to know the entity's reference.
///
/// # Errors
/// A `TypeError` whose text starts with `Malformed entity envelope, `.
pub fn envelope(value: &Value) -> Result<(), Problem> {
    envelope_shape(value).map_err(|problem| Problem {
        message: format!("Malformed entity envelope, {}: {}", problem.name, problem.message),
        ..problem
    })
}

/// The same check with the bare text of the validator, for places that frame it in their own words.
///
/// # Errors
/// A `TypeError` such as `<root> must have required property 'kind' - missingProperty: kind`.
pub fn envelope_shape(value: &Value) -> Result<(), Problem> {
    match ENVELOPE.check(value, "").into_iter().next() {
        None => Ok(()),
        Some(failure) => Err(Problem::error("TypeError", failure.full()).pointing_to(failure.pointer)),
    }
}

/// Sets `metadata.namespace` where it is missing or empty.
pub fn fill_namespace(entity: &mut Entity) {
    let Some(metadata) = entity.0.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    if metadata.get("namespace").is_none_or(|namespace| namespace == "") {
        metadata.insert("namespace".to_owned(), Value::String(DEFAULT_NAMESPACE.to_owned()));
    }
}

/// The policies every entity must pass: shape, no foreign root fields, formats of fields.
///
/// # Errors
/// All problems; the first is the one the wire reports.
pub fn entity(entity: &Entity) -> Result<(), Vec<Problem>> {
    let mut problems: Vec<Problem> = ENTITY.check(&entity.0, "").into_iter().map(shape_problem).collect();
    if let Some(root) = entity.0.as_object() {
        let foreign = root.keys().filter(|field| !KNOWN_ROOT_FIELDS.contains(&field.as_str()));
        problems.extend(
            foreign
                .map(|field| Problem::error("Error", format!("Unknown field {field}")).pointing_to(child("", field))),
        );
        // What already has the wrong shape is not told twice.
        let known: HashSet<String> = problems.iter().filter_map(|problem| problem.pointer.clone()).collect();
        let mut formats = Formats { found: Vec::new() };
        formats.check(root);
        problems.extend(
            formats.found.into_iter().filter(|p| p.pointer.as_ref().is_none_or(|pointer| !known.contains(pointer))),
        );
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn shape_problem(failure: Failure) -> Problem {
    Problem::error("Error", format!("Malformed envelope, {}", failure.brief())).pointing_to(failure.pointer)
}

/// The format rules, in the order in which they are reported.
struct Formats {
    found: Vec<Problem>,
}

impl Formats {
    fn check(&mut self, root: &Map<String, Value>) {
        self.required("apiVersion", root.get("apiVersion"), "/apiVersion", format::is_api_version, PREFIX_AND_SUFFIX);
        self.required("kind", root.get("kind"), "/kind", format::is_kind, KIND);
        let Some(metadata) = root.get("metadata").and_then(Value::as_object) else { return };
        self.required("metadata.name", metadata.get("name"), "/metadata/name", format::is_object_name, OBJECT_NAME);
        if let Some(namespace) = metadata.get("namespace") {
            let pointer = "/metadata/namespace";
            self.required("metadata.namespace", Some(namespace), pointer, format::is_dns_label, DNS_LABEL);
        }
        for (key, value) in members(metadata.get("labels")) {
            self.key("labels", key);
            let fits = value.as_str().is_some_and(format::is_label_value);
            self.member("labels", key, value, fits, OBJECT_NAME);
        }
        for (key, value) in members(metadata.get("annotations")) {
            self.key("annotations", key);
            self.member("annotations", key, value, value.is_string(), "a string");
        }
        for (index, tag) in items(metadata.get("tags")).iter().enumerate() {
            if !tag.as_str().is_some_and(format::is_tag) {
                self.invalid(&format!("tags.{index}"), Some(tag), format!("/metadata/tags/{index}"), TAG);
            }
        }
        for (index, link) in items(metadata.get("links")).iter().enumerate() {
            self.link(index, link);
        }
    }

    fn required(
        &mut self,
        field: &str,
        value: Option<&Value>,
        pointer: &str,
        rule: fn(&str) -> bool,
        expectation: &str,
    ) {
        if !value.and_then(Value::as_str).is_some_and(rule) {
            self.invalid(field, value, pointer.to_owned(), expectation);
        }
    }

    fn key(&mut self, map: &str, key: &str) {
        if !format::is_prefixed_name(key) {
            let pointer = child(&format!("/metadata/{map}"), key);
            self.invalid(&format!("{map}.{key}"), Some(&Value::String(key.to_owned())), pointer, PREFIX_AND_SUFFIX);
        }
    }

    fn member(&mut self, map: &str, key: &str, value: &Value, fits: bool, expectation: &str) {
        if !fits {
            let pointer = child(&format!("/metadata/{map}"), key);
            self.invalid(&format!("{map}.{key}"), Some(value), pointer, expectation);
        }
    }

    fn link(&mut self, index: usize, link: &Value) {
        let url = link.get("url");
        if !url.and_then(Value::as_str).is_some_and(format::is_url) {
            self.invalid(&format!("links.{index}.url"), url, format!("/metadata/links/{index}/url"), URL);
        }
        for field in ["title", "icon"] {
            let Some(value) = link.get(field) else { continue };
            if !value.as_str().is_some_and(format::is_not_blank) {
                let pointer = format!("/metadata/links/{index}/{field}");
                self.invalid(&format!("links.{index}.{field}"), Some(value), pointer, NON_EMPTY);
            }
        }
    }

    fn invalid(&mut self, field: &str, value: Option<&Value>, pointer: String, expectation: &str) {
        if self.found.len() >= MAX_FAILURES {
            return;
        }
        let message = match value {
            None | Some(Value::Null) => format!("{field} must have a value"),
            Some(value) => format!(
                "\"{field}\" is not valid; expected {expectation} but found \"{}\". {ABOUT_THE_FORMAT}",
                js_string(value)
            ),
        };
        self.found.push(Problem::error("Error", message).pointing_to(pointer));
    }
}

fn members(map: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    map.and_then(Value::as_object).into_iter().flatten()
}

fn items(list: Option<&Value>) -> &[Value] {
    list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests;
