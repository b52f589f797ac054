//! The kinds that are known, compiled: which definition claims an entity, and whether the entity fits it.

use std::collections::HashMap;

use serde_json::Value;

use super::KindDefinition;
use crate::entity::Entity;
use crate::problem::Problem;
use crate::schema::{Failure, Schema};
use crate::yaml;

/// In the order in which lists show them.
const BUILTIN: [&str; 10] = [
    include_str!("../../kinds/component.yaml"),
    include_str!("../../kinds/api.yaml"),
    include_str!("../../kinds/resource.yaml"),
    include_str!("../../kinds/system.yaml"),
    include_str!("../../kinds/domain.yaml"),
    include_str!("../../kinds/group.yaml"),
    include_str!("../../kinds/user.yaml"),
    include_str!("../../kinds/template.yaml"),
    include_str!("../../kinds/airesource.yaml"),
    include_str!("../../kinds/location.yaml"),
];

/// Why kind definitions cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    #[error("the kind definition cannot be read: {0}")]
    Malformed(String),
    #[error("the kind {0} is defined twice")]
    Duplicate(String),
    #[error("the schema of kind {kind} cannot be used: {reason}")]
    Schema { kind: String, reason: String },
}

/// All known kinds.
#[derive(Clone, Debug)]
pub struct KindRegistry {
    kinds: Vec<Compiled>,
    by_name: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Compiled {
    definition: KindDefinition,
    schema: Schema,
    by_type: HashMap<String, Schema>,
}

impl KindDefinition {
    /// Reads a definition written in YAML or JSON.
    ///
    /// # Errors
    /// [`KindError::Malformed`] with the place or the field that is wrong.
    pub fn from_yaml(text: &str) -> Result<Self, KindError> {
        let value = yaml::parse_single(text, &yaml::Limits::default());
        let value = value.map_err(|error| KindError::Malformed(error.to_string()))?;
        serde_json::from_value(value).map_err(|error| KindError::Malformed(error.to_string()))
    }

    /// The definitions of the built-in kinds.
    pub fn builtin() -> Vec<Self> {
        BUILTIN.iter().map(|text| Self::from_yaml(text).expect("the embedded kind definition is valid")).collect()
    }
}

impl KindRegistry {
    /// The built-in kinds.
    pub fn builtin() -> Self {
        Self::from_definitions(KindDefinition::builtin()).expect("the embedded kind schemas compile")
    }

    /// Compiles definitions; lists show kinds in this order.
    ///
    /// # Errors
    /// A kind is defined twice or has a schema that is none.
    pub fn from_definitions(definitions: Vec<KindDefinition>) -> Result<Self, KindError> {
        let mut registry = Self { kinds: Vec::with_capacity(definitions.len()), by_name: HashMap::new() };
        for definition in definitions {
            if registry.by_name.insert(definition.kind.to_lowercase(), registry.kinds.len()).is_some() {
                return Err(KindError::Duplicate(definition.kind));
            }
            let compile = |raw: &Value| {
                Schema::new(raw.clone()).map_err(|reason| KindError::Schema { kind: definition.kind.clone(), reason })
            };
            let schema = compile(&definition.schema)?;
            let mut by_type = HashMap::new();
            for (name, spec_type) in &definition.types {
                if let Some(raw) = &spec_type.schema {
                    by_type.insert(name.clone(), compile(raw)?);
                }
            }
            registry.kinds.push(Compiled { definition, schema, by_type });
        }
        Ok(registry)
    }

    /// The definition of a kind, whatever the casing it is asked in.
    pub fn get(&self, kind: &str) -> Option<&KindDefinition> {
        self.by_name.get(&kind.to_lowercase()).map(|at| &self.kinds[*at].definition)
    }

    pub fn iter(&self) -> impl Iterator<Item = &KindDefinition> {
        self.kinds.iter().map(|compiled| &compiled.definition)
    }

    /// The definition that claims an entity: kind and `apiVersion` as written must be the defined ones.
    pub fn recognise(&self, entity: &Entity) -> Option<&KindDefinition> {
        self.claim(entity).map(|compiled| &compiled.definition)
    }

    fn claim(&self, entity: &Entity) -> Option<&Compiled> {
        let (kind, api_version) = (entity.kind(), entity.api_version());
        self.kinds.iter().find(|compiled| {
            let definition = &compiled.definition;
            definition.kind == kind && definition.api_versions.iter().any(|known| known == api_version)
        })
    }

    /// Checks `spec` against the definition that claims the entity.
    ///
    /// # Errors
    /// All problems, the one that the wire reports first: `InputError` when nothing claims the entity, else `TypeError`s.
    pub fn validate(&self, entity: &Entity) -> Result<(), Vec<Problem>> {
        let Some(compiled) = self.claim(entity) else { return Err(vec![self.unrecognised(entity)]) };
        let failures = match entity.0.get("spec") {
            None => vec![Failure::missing("", "spec")],
            Some(spec) => {
                let of_type = spec.get("type").and_then(Value::as_str).and_then(|name| compiled.by_type.get(name));
                of_type.unwrap_or(&compiled.schema).check(spec, "/spec")
            }
        };
        if failures.is_empty() {
            return Ok(());
        }
        let problem = |failure: Failure| Problem::error("TypeError", failure.full()).pointing_to(failure.pointer);
        Err(failures.into_iter().map(problem).collect())
    }

    fn unrecognised(&self, entity: &Entity) -> Problem {
        let known_kind = self.kinds.iter().any(|compiled| compiled.definition.kind == entity.kind());
        let message = format!(
            "No processor recognized the entity {} as valid, possibly caused by a foreign kind or apiVersion",
            entity.entity_ref()
        );
        Problem::error("InputError", message).pointing_to(if known_kind { "/apiVersion" } else { "/kind" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn check(kind: &str, api_version: &str, spec: Option<Value>) -> Vec<String> {
        let mut body = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "X"}});
        if let Some(spec) = spec {
            body["spec"] = spec;
        }
        let found = KindRegistry::builtin().validate(&Entity(body)).err().unwrap_or_default();
        found.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn the_builtin_kinds_check_their_spec() {
        const CORE: &str = "backstage.io/v1alpha1";
        let owned = json!({"type": "a", "lifecycle": "b", "owner": "c"});
        let with = |key: &str, value: Value| {
            let mut spec = owned.clone();
            spec[key] = value;
            spec
        };
        let rows: Vec<(&str, Value, &[&str])> = vec![
            ("Component", owned.clone(), &[]),
            ("Component", with("anything", json!(1)), &[]),
            (
                "Component",
                json!({"type": "a", "lifecycle": "b"}),
                &["/spec must have required property 'owner' - missingProperty: owner"],
            ),
            ("Component", with("owner", json!(["a"])), &["/spec/owner must be string - type: string"]),
            ("Component", with("owner", json!("")), &["/spec/owner must NOT have fewer than 1 characters - limit: 1"]),
            ("Component", with("dependsOn", json!("a")), &["/spec/dependsOn must be array - type: array"]),
            ("Component", with("dependsOn", json!([1])), &["/spec/dependsOn/0 must be string - type: string"]),
            ("Component", json!("text"), &["/spec must be object - type: object"]),
            ("API", owned.clone(), &["/spec must have required property 'definition' - missingProperty: definition"]),
            (
                "API",
                with("type", json!("mcp-server")),
                &["/spec must have required property 'remotes' - missingProperty: remotes"],
            ),
            (
                "Group",
                json!({"type": "team"}),
                &["/spec must have required property 'children' - missingProperty: children"],
            ),
            ("Group", json!({"type": "team", "children": []}), &[]),
            ("User", json!({}), &["/spec must have required property 'memberOf' - missingProperty: memberOf"]),
            ("User", json!({"memberOf": null}), &["/spec/memberOf must be array - type: array"]),
            (
                "Location",
                json!({"target": "./a", "presence": "no"}),
                &["/spec/presence must be equal to one of the allowed values - allowedValues: required,optional"],
            ),
            (
                "AiResource",
                with("type", json!("plugin")),
                &["/spec must have required property 'skills' - missingProperty: skills"],
            ),
            ("AiResource", with("type", json!("other")), &[]),
        ];
        for (kind, spec, expected) in rows {
            assert_eq!(check(kind, CORE, Some(spec.clone())), expected, "{kind} {spec}");
        }
        assert_eq!(check("System", CORE, None), ["<root> must have required property 'spec' - missingProperty: spec"]);
    }

    #[test]
    fn templates_check_their_steps_and_form() {
        let check = |spec| check("Template", "scaffolder.backstage.io/v1beta3", Some(spec));
        assert!(check(json!({"type": "a", "steps": [], "parameters": [{}], "output": {"remoteUrl": "x"}})).is_empty());
        assert_eq!(
            check(json!({"type": "a", "steps": [{"id": "x", "if": 1}]})),
            [
                "/spec/steps/0 must have required property 'action' - missingProperty: action",
                "/spec/steps/0/if must be string,boolean - type: string,boolean"
            ]
        );
        assert_eq!(
            check(json!({"type": "a", "steps": [], "parameters": 1}))[0],
            "/spec/parameters must be object - type: object"
        );
    }

    #[test]
    fn foreign_kinds_and_versions_are_claimed_by_nobody() {
        let message = |name: &str| {
            vec![format!(
                "No processor recognized the entity {name} as valid, possibly caused by a foreign kind or apiVersion"
            )]
        };
        assert_eq!(check("Nope", "backstage.io/v1alpha1", None), message("nope:default/x"));
        assert_eq!(check("component", "backstage.io/v1alpha1", None), message("component:default/x"));
        assert_eq!(check("Component", "backstage.io/v9", None), message("component:default/x"));
    }

    #[test]
    fn definitions_come_from_administrators_too() {
        let text = "kind: Environment\ntitle: Environment\nplural: Environments\napiVersions: [acme.io/v1]\nschema: {required: [region]}\n";
        let mut definitions = KindDefinition::builtin();
        definitions.push(KindDefinition::from_yaml(text).unwrap());
        let registry = KindRegistry::from_definitions(definitions.clone()).unwrap();
        let entity =
            Entity(json!({"apiVersion": "acme.io/v1", "kind": "Environment", "metadata": {"name": "x"}, "spec": {}}));
        assert_eq!(registry.validate(&entity).unwrap_err()[0].pointer.as_deref(), Some("/spec/region"));
        assert_eq!(registry.get("environment").map(|kind| kind.plural.as_str()), Some("Environments"));
        definitions.push(KindDefinition::from_yaml(text).unwrap());
        assert!(matches!(KindRegistry::from_definitions(definitions), Err(KindError::Duplicate(_))));
        assert!(matches!(KindDefinition::from_yaml("kind: X\nnope: 1"), Err(KindError::Malformed(_))));
        let broken = KindDefinition { schema: json!({"type": "nope"}), ..registry.get("user").unwrap().clone() };
        assert!(matches!(KindRegistry::from_definitions(vec![broken]), Err(KindError::Schema { .. })));
    }
}
