//! The rules that conditions are made of, and what they mean to the catalog (contract permissions.md section 4).

use std::sync::Arc;

use model::ReadScope;
use model::filter::Predicate;
use serde_json::{Map, Value, json};

use super::criteria::{Criteria, RuleCall};
use super::permission::{CATALOG_ENTITY, POLICY_ENTITY};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    pub name: &'static str,
    pub description: &'static str,
    pub resource_type: &'static str,
    pub parameters: &'static [Parameter],
    meaning: fn(&Arguments<'_>) -> Predicate,
}

/// What a rule is asked with.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub description: &'static str,
    /// A list of texts, not one.
    pub list: bool,
    pub required: bool,
}

/// A condition that cannot be decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("Permission rule '{rule}' does not exist for resource type '{resource_type}'")]
    Unknown { rule: String, resource_type: String },
    #[error("Parameters to rule are invalid: {rule}: {reason}")]
    Parameters { rule: String, reason: String },
}

const ANNOTATION: Parameter = text("annotation", "Name of the annotation to match on");
const LABEL: Parameter = text("label", "Name of the label to match on");
const METADATA_KEY: Parameter = text("key", "Property within the entities metadata to match on");
const SPEC_KEY: Parameter = text("key", "Property within the entities spec to match on");
const VALUE: Parameter = Parameter { required: false, ..text("value", "Value to match on; any when it is left out") };
const KINDS: Parameter = Parameter { list: true, ..text("kinds", "Kinds to match at least one of") };
const CLAIMS: Parameter = Parameter { list: true, ..text("claims", "References to match at least one owner of") };

/// The rules about entities of the catalog.
pub const CATALOG_RULES: &[Rule] = &[
    Rule {
        name: "HAS_ANNOTATION",
        description: "Allow entities with the specified annotation",
        resource_type: CATALOG_ENTITY,
        parameters: &[ANNOTATION, VALUE],
        meaning: |asked| asked.row("metadata.annotations.", "annotation"),
    },
    Rule {
        name: "HAS_LABEL",
        description: "Allow entities with the specified label",
        resource_type: CATALOG_ENTITY,
        parameters: &[LABEL, VALUE],
        meaning: |asked| asked.row("metadata.labels.", "label"),
    },
    Rule {
        name: "HAS_METADATA",
        description: "Allow entities with the specified metadata subfield",
        resource_type: CATALOG_ENTITY,
        parameters: &[METADATA_KEY, VALUE],
        meaning: |asked| asked.row("metadata.", "key"),
    },
    Rule {
        name: "HAS_SPEC",
        description: "Allow entities with the specified spec subfield",
        resource_type: CATALOG_ENTITY,
        parameters: &[SPEC_KEY, VALUE],
        meaning: |asked| asked.row("spec.", "key"),
    },
    Rule {
        name: "IS_ENTITY_KIND",
        description: "Allow entities matching a specified kind",
        resource_type: CATALOG_ENTITY,
        parameters: &[KINDS],
        meaning: |asked| asked.one_of("kind", "kinds"),
    },
    Rule {
        name: "IS_ENTITY_OWNER",
        description: "Allow entities owned by a specified claim",
        resource_type: CATALOG_ENTITY,
        parameters: &[CLAIMS],
        meaning: |asked| asked.one_of("relations.ownedby", "claims"),
    },
];

/// The rules about roles.
const POLICY_RULES: &[Rule] = &[Rule {
    name: "IS_OWNER",
    description: "Allow access to the roles that are owned by one of these",
    resource_type: POLICY_ENTITY,
    parameters: &[Parameter { list: true, ..text("owners", "References to match the owner of a role") }],
    meaning: |asked| asked.one_of("metadata.owner", "owners"),
}];

const fn text(name: &'static str, description: &'static str) -> Parameter {
    Parameter { name, description, list: false, required: true }
}

impl Rule {
    /// The JSON Schema of its parameters.
    pub fn schema(&self) -> Value {
        let property = |parameter: &Parameter| {
            let kind = if parameter.list {
                json!({ "type": "array", "items": { "type": "string" }, "description": parameter.description })
            } else {
                json!({ "type": "string", "description": parameter.description })
            };
            (parameter.name.to_owned(), kind)
        };
        let required = self.parameters.iter().filter(|one| one.required).map(|one| one.name).collect::<Vec<_>>();
        json!({
            "type": "object",
            "properties": self.parameters.iter().map(property).collect::<Map<_, _>>(),
            "required": required,
            "additionalProperties": false,
            "$schema": "http://json-schema.org/draft-07/schema#",
        })
    }

    fn predicate(&self, call: &RuleCall) -> Result<Predicate, RuleError> {
        let refuse = |reason: String| RuleError::Parameters { rule: self.name.to_owned(), reason };
        let none = Map::new();
        let params = call.params.as_ref().unwrap_or(&none);
        for parameter in self.parameters {
            match params.get(parameter.name) {
                None if parameter.required => return Err(refuse(format!("`{}` is required", parameter.name))),
                None => {}
                Some(value) if parameter.list => {
                    let texts = value.as_array().is_some_and(|items| items.iter().all(Value::is_string));
                    if !texts {
                        return Err(refuse(format!("`{}` expects a list of texts", parameter.name)));
                    }
                }
                Some(value) if !value.is_string() => {
                    return Err(refuse(format!("`{}` expects a text", parameter.name)));
                }
                Some(_) => {}
            }
        }
        if let Some(unknown) = params.keys().find(|name| self.parameters.iter().all(|known| known.name != **name)) {
            return Err(refuse(format!("`{unknown}` is not known")));
        }
        Ok((self.meaning)(&Arguments(params)))
    }
}

/// Arguments that were checked.
struct Arguments<'a>(&'a Map<String, Value>);

impl Arguments<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// The row named by one argument is there, with the argument `value` if that is given.
    fn row(&self, prefix: &str, name: &str) -> Predicate {
        let key = format!("{prefix}{}", self.text(name).unwrap_or_default()).to_lowercase();
        match self.text("value") {
            Some(value) => Predicate::equals(&key, value),
            None => Predicate::Exists(key.into()),
        }
    }

    fn one_of(&self, key: &str, name: &str) -> Predicate {
        let values = self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        Predicate::In(key.into(), values.map(|value| value.to_lowercase().into()).collect())
    }
}

/// The rules about resources of a type.
pub fn rules_for(resource_type: &str) -> &'static [Rule] {
    match resource_type {
        CATALOG_ENTITY => CATALOG_RULES,
        POLICY_ENTITY => POLICY_RULES,
        _ => &[],
    }
}

/// What conditions on entities mean to the catalog.
///
/// # Errors
/// A rule is not known, or is asked with what it does not take.
pub fn predicate(criteria: &Criteria) -> Result<Predicate, RuleError> {
    let each = |parts: &[Criteria]| parts.iter().map(predicate).collect::<Result<Vec<_>, _>>();
    Ok(match criteria {
        Criteria::AllOf { all_of } => Predicate::All(each(all_of)?),
        Criteria::AnyOf { any_of } => Predicate::Any(each(any_of)?),
        Criteria::Not { not } => Predicate::Not(Box::new(predicate(not)?)),
        Criteria::Rule(call) => {
            let rule = rules_for(&call.resource_type).iter().find(|rule| rule.name == call.rule);
            let unknown = || RuleError::Unknown { rule: call.rule.clone(), resource_type: call.resource_type.clone() };
            rule.ok_or_else(unknown)?.predicate(call)?
        }
    })
}

/// What may be read under conditions; nothing when they cannot be decided.
pub fn scope(criteria: &Criteria) -> ReadScope {
    match predicate(criteria) {
        Ok(predicate) => ReadScope::Matching(Arc::new(predicate)),
        Err(error) => {
            tracing::warn!(%error, "a condition of a policy cannot be decided; it allows nothing");
            ReadScope::None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::policy::criteria::CriteriaLimits;

    fn meant(rule: &str, params: &Value) -> Result<Predicate, String> {
        let written = json!({ "rule": rule, "resourceType": CATALOG_ENTITY, "params": params });
        let criteria = Criteria::read(&written, CATALOG_ENTITY, CriteriaLimits::default()).unwrap();
        predicate(&criteria).map_err(|error| error.to_string())
    }

    #[test]
    fn each_rule_is_a_filter() {
        for (rule, params, expected) in [
            ("HAS_ANNOTATION", json!({"annotation": "A/b"}), Predicate::Exists("metadata.annotations.a/b".into())),
            ("HAS_LABEL", json!({"label": "Tier", "value": "Gold"}), Predicate::equals("metadata.labels.tier", "gold")),
            ("HAS_METADATA", json!({"key": "tags", "value": "java"}), Predicate::equals("metadata.tags", "java")),
            ("HAS_SPEC", json!({"key": "type"}), Predicate::Exists("spec.type".into())),
            (
                "IS_ENTITY_KIND",
                json!({"kinds": ["API", "Component"]}),
                Predicate::In("kind".into(), vec!["api".into(), "component".into()]),
            ),
            ("IS_ENTITY_OWNER", json!({"claims": []}), Predicate::In("relations.ownedby".into(), Vec::new())),
        ] {
            assert_eq!(meant(rule, &params), Ok(expected), "{rule}");
        }
    }

    #[test]
    fn what_a_rule_does_not_take_is_refused() {
        for (rule, params, message) in [
            ("NOPE", json!({}), "Permission rule 'NOPE' does not exist for resource type 'catalog-entity'"),
            ("HAS_SPEC", json!({}), "Parameters to rule are invalid: HAS_SPEC: `key` is required"),
            ("HAS_SPEC", json!({"key": 1}), "Parameters to rule are invalid: HAS_SPEC: `key` expects a text"),
            (
                "IS_ENTITY_KIND",
                json!({"kinds": "a"}),
                "Parameters to rule are invalid: IS_ENTITY_KIND: `kinds` expects a list of texts",
            ),
            ("HAS_SPEC", json!({"key": "a", "x": 1}), "Parameters to rule are invalid: HAS_SPEC: `x` is not known"),
        ] {
            assert_eq!(meant(rule, &params), Err(message.to_owned()));
        }
    }
}
