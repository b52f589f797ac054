//! JSON Schema checks that report in the words of AJV, because clients of the wire show and match those texts.
//!
//! The checking is done by the `jsonschema` crate; here its findings are put into the order in which AJV would report
//! them (the first one is the answer on the wire) and into AJV's wording.

use std::collections::HashMap;
use std::fmt::Write as _;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use crate::js::js_string;

/// What is found wrong with one value is kept up to this number; a hostile body can be wrong in millions of places.
pub(crate) const MAX_FAILURES: usize = 1000;

/// What a compiled pattern may take, in bytes.
const MAX_PATTERN_SIZE: usize = 256 << 10;

/// Why a schema cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// JSON pointer into the schema.
    pub pointer: String,
    pub reason: String,
}

/// A schema, compiled once.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    raw: Value,
    validator: Validator,
}

/// One thing that does not fit a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// JSON pointer of the value that the text speaks about; empty at the root.
    pub path: String,
    /// JSON pointer of what is at fault: the missing or surplus member where there is one.
    pub pointer: String,
    message: String,
    params: String,
}

impl Failure {
    pub(crate) fn missing(path: &str, property: &str) -> Self {
        Self {
            path: path.to_owned(),
            pointer: child(path, property),
            message: format!("must have required property '{property}'"),
            params: format!("missingProperty: {property}"),
        }
    }

    fn surplus(path: &str, property: &str) -> Self {
        Self {
            path: path.to_owned(),
            pointer: child(path, property),
            message: "must NOT have additional properties".to_owned(),
            params: format!("additionalProperty: {property}"),
        }
    }

    /// `<pointer> <message>`, as policies report it.
    pub(crate) fn brief(&self) -> String {
        let path = if self.path.is_empty() { "<root>" } else { &self.path };
        format!("{path} {}", self.message)
    }

    /// `<pointer> <message> - <param>: <value>`, as schema validators report it.
    pub(crate) fn full(&self) -> String {
        format!("{} - {}", self.brief(), self.params)
    }
}

impl Schema {
    /// Compiles a draft 7 schema. It may refer to its own parts, not to other documents, and its patterns are those that
    /// can be searched for in linear time.
    ///
    /// # Errors
    /// What is wrong with the schema, and where.
    pub(crate) fn new(raw: Value) -> Result<Self, Fault> {
        let patterns = PatternOptions::regex().size_limit(MAX_PATTERN_SIZE).dfa_size_limit(MAX_PATTERN_SIZE);
        let validator = jsonschema::options()
            .with_draft(Draft::Draft7)
            .with_pattern_options(patterns)
            .should_validate_formats(false)
            .build(&raw)
            .map_err(|error| Fault { pointer: error.instance_path().to_string(), reason: error.to_string() })?;
        Ok(Self { raw, validator })
    }

    /// Everything that is wrong with a value, what AJV would report first coming first. `base` is the pointer of the value.
    pub(crate) fn check(&self, value: &Value, base: &str) -> Vec<Failure> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        let mut errors: Vec<_> = self.validator.iter_errors(value).take(MAX_FAILURES).collect();
        errors.sort_by_cached_key(|error| self.rank(error.evaluation_path().as_str()));
        let mut failures = Vec::new();
        for error in &errors {
            self.describe(value, error, base, &mut failures);
        }
        failures
    }

    /// Where AJV looks for this kind of failure: keyword group by keyword group, members in the schema's order.
    fn rank(&self, evaluation_path: &str) -> Vec<(u8, usize)> {
        let mut rank = Vec::new();
        let mut schema = Some(&self.raw);
        let mut segments = evaluation_path.split('/').skip(1);
        while let Some(keyword) = segments.next() {
            let mut inner = schema.and_then(|schema| schema.get(keyword));
            let mut position = 0;
            match keyword {
                "$ref" => {
                    let target = inner.and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
                    inner = target.and_then(|pointer| self.raw.pointer(pointer));
                }
                "properties" | "patternProperties" => {
                    let name = segments.next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
                    let members = inner.and_then(Value::as_object);
                    position = members.and_then(|m| m.keys().position(|key| *key == name)).unwrap_or_default();
                    inner = members.and_then(|members| members.get(&name));
                }
                "allOf" | "anyOf" | "oneOf" => {
                    position = segments.next().and_then(|index| index.parse().ok()).unwrap_or_default();
                    inner = inner.and_then(|schemas| schemas.get(position));
                }
                _ => {}
            }
            rank.push((keyword_rank(keyword), position));
            schema = inner;
        }
        rank
    }

    /// Puts a finding into words. `root` is the value that was checked.
    fn describe(&self, root: &Value, error: &ValidationError<'_>, base: &str, failures: &mut Vec<Failure>) {
        let path = format!("{base}{}", error.instance_path().as_str());
        let mut fail = |message: String, params: String| {
            failures.push(Failure { pointer: path.clone(), path: path.clone(), message, params });
        };
        let bound = |operator: &str, limit: &Value| {
            let limit = js_string(limit);
            (format!("must be {operator} {limit}"), format!("comparison: {operator}, limit: {limit}"))
        };
        let count = |what: &str, limit: u64| (format!("must NOT have {what}"), format!("limit: {limit}"));
        let (message, params) = match error.kind() {
            Kind::Required { property } => {
                failures.push(Failure::missing(&path, &js_string(property)));
                return;
            }
            Kind::AdditionalProperties { unexpected } => {
                failures.extend(unexpected.iter().map(|name| Failure::surplus(&path, name)));
                return;
            }
            // How the validator reports surplus members of an object that may have none.
            Kind::FalseSchema if error.schema_path().as_str().ends_with("/additionalProperties") => {
                let object = root.pointer(error.instance_path().as_str()).and_then(Value::as_object);
                failures.extend(object.into_iter().flat_map(|o| o.keys()).map(|name| Failure::surplus(&path, name)));
                return;
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                for error in context.iter().flatten() {
                    self.describe(root, error, base, failures);
                }
                let (message, params) = match error.kind() {
                    Kind::AnyOf { .. } => ("must match a schema in anyOf", ""),
                    _ => ("must match exactly one schema in oneOf", "passingSchemas: null"),
                };
                failures.push(Failure {
                    pointer: path.clone(),
                    path,
                    message: message.to_owned(),
                    params: params.to_owned(),
                });
                return;
            }
            Kind::OneOfMultipleValid { context } => {
                let passing = context.iter().enumerate().filter(|(_, errors)| errors.is_empty());
                let passing: Vec<String> = passing.map(|(index, _)| index.to_string()).take(2).collect();
                ("must match exactly one schema in oneOf".to_owned(), format!("passingSchemas: {}", passing.join(",")))
            }
            Kind::PropertyNames { error: inner } => {
                self.describe(root, inner, base, failures);
                let name = js_string(inner.instance());
                failures.push(Failure {
                    pointer: child(&path, &name),
                    path,
                    message: "property name must be valid".to_owned(),
                    params: format!("propertyName: {name}"),
                });
                return;
            }
            Kind::Type { .. } => {
                let names = self.raw.pointer(error.schema_path().as_str()).map(js_string).unwrap_or_default();
                (format!("must be {names}"), format!("type: {names}"))
            }
            Kind::Enum { options } => {
                let allowed = js_string(options);
                ("must be equal to one of the allowed values".to_owned(), format!("allowedValues: {allowed}"))
            }
            Kind::Constant { expected_value } => {
                ("must be equal to constant".to_owned(), format!("allowedValue: {}", js_string(expected_value)))
            }
            Kind::MinLength { limit } => count(&format!("fewer than {limit} characters"), *limit),
            Kind::MaxLength { limit } => count(&format!("more than {limit} characters"), *limit),
            Kind::MinItems { limit } => count(&format!("fewer than {limit} items"), *limit),
            Kind::MaxItems { limit } => count(&format!("more than {limit} items"), *limit),
            Kind::MinProperties { limit } => count(&format!("fewer than {limit} properties"), *limit),
            Kind::MaxProperties { limit } => count(&format!("more than {limit} properties"), *limit),
            Kind::AdditionalItems { limit } => count(&format!("more than {limit} items"), *limit as u64),
            Kind::Minimum { limit } => bound(">=", limit),
            Kind::Maximum { limit } => bound("<=", limit),
            Kind::ExclusiveMinimum { limit } => bound(">", limit),
            Kind::ExclusiveMaximum { limit } => bound("<", limit),
            Kind::MultipleOf { multiple_of } => {
                let factor = js_string(&crate::js::number(*multiple_of));
                (format!("must be multiple of {factor}"), format!("multipleOf: {factor}"))
            }
            Kind::Pattern { pattern } => (format!("must match pattern \"{pattern}\""), format!("pattern: {pattern}")),
            Kind::UniqueItems => duplicate_items(error.instance()),
            Kind::Contains => ("must contain at least 1 valid item(s)".to_owned(), "minContains: 1".to_owned()),
            Kind::Not { .. } => ("must NOT be valid".to_owned(), String::new()),
            Kind::FalseSchema => ("boolean schema is false".to_owned(), String::new()),
            _ => (error.to_string(), String::new()),
        };
        fail(message, params);
    }
}

fn duplicate_items(list: &Value) -> (String, String) {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(items.len());
    let twice = |(i, item): (usize, &Value)| Some((i, seen.insert(item.to_string(), i)?));
    let (i, j) = items.iter().enumerate().filter_map(twice).last().unwrap_or_default();
    // AJV names the later item `j` in its text and first in its parameters.
    (format!("must NOT have duplicate items (items ## {j} and {i} are identical)"), format!("i: {i}, j: {j}"))
}

/// The place of a keyword in AJV's order: type, numbers, strings, any type, arrays, objects.
fn keyword_rank(keyword: &str) -> u8 {
    const ORDER: [&str; 33] = [
        "type",
        "maximum",
        "minimum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "multipleOf",
        "maxLength",
        "minLength",
        "pattern",
        "format",
        "$ref",
        "const",
        "enum",
        "not",
        "anyOf",
        "oneOf",
        "allOf",
        "if",
        "then",
        "else",
        "maxItems",
        "minItems",
        "uniqueItems",
        "additionalItems",
        "items",
        "contains",
        "maxProperties",
        "minProperties",
        "required",
        "propertyNames",
        "additionalProperties",
        "properties",
        "patternProperties",
    ];
    ORDER.iter().position(|known| *known == keyword).map_or(u8::MAX, |position| position as u8)
}

/// The JSON pointer of a member.
pub(crate) fn child(path: &str, name: &str) -> String {
    let mut pointer = String::with_capacity(path.len() + name.len() + 1);
    let _ = write!(pointer, "{path}/{}", name.replace('~', "~0").replace('/', "~1"));
    pointer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn texts(schema: Value, value: Value) -> Vec<String> {
        Schema::new(schema).unwrap().check(&value, "").iter().map(Failure::full).collect()
    }

    #[test]
    fn failures_read_as_ajv_writes_them() {
        for (schema, value, expected) in [
            (
                json!({"required": ["a", "b"]}),
                json!({"b": 1}),
                "<root> must have required property 'a' - missingProperty: a",
            ),
            (json!({"properties": {"a": {"type": "string"}}}), json!({"a": 1}), "/a must be string - type: string"),
            (
                json!({"properties": {"a": {"type": ["string", "boolean"]}}}),
                json!({"a": 1}),
                "/a must be string,boolean - type: string,boolean",
            ),
            (json!({"minLength": 1}), json!(""), "<root> must NOT have fewer than 1 characters - limit: 1"),
            (json!({"maxLength": 1}), json!("ab"), "<root> must NOT have more than 1 characters - limit: 1"),
            (json!({"minItems": 1}), json!([]), "<root> must NOT have fewer than 1 items - limit: 1"),
            (
                json!({"enum": ["a", 1]}),
                json!("b"),
                "<root> must be equal to one of the allowed values - allowedValues: a,1",
            ),
            (json!({"const": "x"}), json!("b"), "<root> must be equal to constant - allowedValue: x"),
            (
                json!({"additionalProperties": false}),
                json!({"b": 1}),
                "<root> must NOT have additional properties - additionalProperty: b",
            ),
            (json!({"pattern": "^a+$"}), json!("b"), "<root> must match pattern \"^a+$\" - pattern: ^a+$"),
            (json!({"minimum": 3}), json!(2), "<root> must be >= 3 - comparison: >=, limit: 3"),
            (
                json!({"uniqueItems": true}),
                json!([1, 2, 1]),
                "<root> must NOT have duplicate items (items ## 0 and 2 are identical) - i: 2, j: 0",
            ),
            (json!({"properties": {"a/b": {"type": "null"}}}), json!({"a/b": 1}), "/a~1b must be null - type: null"),
            (
                json!({"oneOf": [{"type": "object"}, {"type": "array"}]}),
                json!(1),
                "<root> must be object - type: object",
            ),
        ] {
            assert_eq!(texts(schema.clone(), value)[0], expected, "{schema}");
        }
    }

    #[test]
    fn the_order_is_ajvs() {
        let schema = json!({
            "properties": {"z": {"type": "string"}, "a": {"$ref": "#/definitions/d"}},
            "required": ["q", "p"],
            "type": "object",
            "definitions": {"d": {"items": {"type": "string"}, "minItems": 3}},
        });
        let found = texts(schema, json!({"a": [1, 2], "z": 1}));
        let expected = [
            "<root> must have required property 'q' - missingProperty: q",
            "<root> must have required property 'p' - missingProperty: p",
            "/z must be string - type: string",
            "/a must NOT have fewer than 3 items - limit: 3",
            "/a/0 must be string - type: string",
            "/a/1 must be string - type: string",
        ];
        assert_eq!(found, expected);
    }
}
