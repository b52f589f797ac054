//! What a definition must satisfy besides its shape, so that it can neither break the catalog nor weaken a built-in kind:
//!
//! - Kinds are the same everywhere, so a definition lives in the namespace `default` under the name of its kind; of two
//!   definitions of one kind the first source keeps it, as of any two entities.
//! - A definition of a built-in kind extends it: both schemas are checked, relation fields and types are added. What the
//!   kind has cannot be taken away, and the kinds that run the catalog itself cannot be extended.
//! - A relation type that is known keeps its counterpart.
//! - Schemas come to an end ([`super::bounds`]) and their patterns run in linear time.

use std::collections::HashMap;

use super::{Column, DEFINITION_KIND, Kind, KindDefinition, KindRegistry, Panel, RelationField, bounds};
use crate::entity::Entity;
use crate::problem::Problem;
use crate::reference::DEFAULT_NAMESPACE;
use crate::schema::{Fault, child};
use crate::validate::{self, format};

/// What the catalog itself is run by.
pub(super) const NOT_EXTENDED: [&str; 2] = [DEFINITION_KIND, "Location"];

/// A definition as JSON may have so many bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The roots of what a list or a page can show.
const SHOWN_ROOTS: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "relations"];

impl KindRegistry {
    /// As [`KindRegistry::define`], for an entity as somebody sends it: everything is checked that processing checks.
    ///
    /// # Errors
    /// It is no definition, or no sound one.
    pub fn define_sent(&self, entity: &Entity) -> Result<Kind, Vec<Problem>> {
        if entity.kind() != DEFINITION_KIND {
            return Err(vec![problem("/kind", format!("A {DEFINITION_KIND} is expected, not \"{}\"", entity.kind()))]);
        }
        validate::entity(entity)?;
        self.validate(entity)?;
        self.define(entity)
    }

    /// The kind that an entity of the kind `KindDefinition` defines, or what it adds to a built-in one.
    ///
    /// # Errors
    /// Everything that is wrong with the definition, with pointers into the entity.
    pub fn define(&self, entity: &Entity) -> Result<Kind, Vec<Problem>> {
        let definition = KindDefinition::of(entity).map_err(|text| vec![problem("/spec", text)])?;
        let mut judge = Judge { builtin: self.builtin_kind(&definition.kind), registry: self, problems: Vec::new() };
        judge.names(entity, &definition);
        judge.versions(&definition);
        judge.size(entity);
        judge.fields("/spec/relations", &definition.relations);
        for (name, spec_type) in &definition.types {
            judge.fields(&(child("/spec/types", name) + "/relations"), &spec_type.relations);
        }
        for (index, path) in definition.sorted_arrays.iter().enumerate() {
            judge.path(format!("/spec/sortedArrays/{index}"), path);
        }
        judge.columns("/spec/columns", &definition.columns);
        for (index, panel) in definition.layout.iter().flatten().enumerate() {
            if let Panel::Fields { fields, .. } = panel {
                judge.columns(&format!("/spec/layout/{index}/fields"), fields);
            }
        }
        judge.schemas(&definition);
        let mut problems = judge.problems;
        if problems.is_empty() {
            match Kind::compile(definition) {
                Ok(kind) => return Ok(kind),
                Err(fault) => problems.push(schema_problem("/spec", fault)),
            }
        }
        Err(problems)
    }
}

fn problem(pointer: impl Into<String>, text: impl Into<String>) -> Problem {
    Problem::error("InputError", text).pointing_to(pointer)
}

fn schema_problem(base: &str, fault: Fault) -> Problem {
    problem(format!("{base}{}", fault.pointer), format!("The schema cannot be used: {}", fault.reason))
}

struct Judge<'a> {
    /// The built-in kind that is extended.
    builtin: Option<&'a KindDefinition>,
    registry: &'a KindRegistry,
    problems: Vec<Problem>,
}

impl Judge<'_> {
    fn fail(&mut self, pointer: impl Into<String>, text: impl Into<String>) {
        self.problems.push(problem(pointer, text));
    }

    fn names(&mut self, entity: &Entity, definition: &KindDefinition) {
        let kind = &definition.kind;
        if entity.namespace() != DEFAULT_NAMESPACE {
            self.fail("/metadata/namespace", "Kinds are the same everywhere; leave the namespace of a definition out");
        }
        if !entity.name().eq_ignore_ascii_case(kind) {
            let text = format!("A definition has the name of its kind: call it \"{}\"", kind.to_lowercase());
            self.fail("/metadata/name", text);
        }
        if !format::is_kind(kind) {
            self.fail("/spec/kind", format!("\"{kind}\" cannot be a kind: use letters and digits, 63 at most"));
        }
        let Some(builtin) = self.builtin else { return };
        if NOT_EXTENDED.contains(&builtin.kind.as_str()) {
            self.fail("/spec/kind", format!("{} runs the catalog itself and cannot be changed", builtin.kind));
        } else if builtin.kind != *kind {
            self.fail("/spec/kind", format!("The built-in kind is written \"{}\"", builtin.kind));
        }
    }

    fn versions(&mut self, definition: &KindDefinition) {
        let pointer = "/spec/apiVersions";
        let versions = &definition.api_versions;
        match self.builtin {
            Some(builtin) if !versions.is_empty() && *versions != builtin.api_versions => {
                let text = format!("{} is built in and keeps its API versions; leave them out", builtin.kind);
                self.fail(pointer, text);
            }
            None if versions.is_empty() => {
                self.fail(pointer, "A kind of your own needs an API version of your own, such as acme.example/v1");
            }
            _ => {}
        }
        for (index, version) in versions.iter().enumerate().filter(|(_, version)| !format::is_api_version(version)) {
            self.fail(
                format!("{pointer}/{index}"),
                format!("\"{version}\" is no API version, such as acme.example/v1"),
            );
        }
    }

    fn size(&mut self, entity: &Entity) {
        let bytes = entity.0.get("spec").map_or(0, |spec| spec.to_string().len());
        if bytes > MAX_BYTES {
            self.fail("/spec", format!("The definition has {bytes} bytes, {MAX_BYTES} are allowed"));
        }
    }

    fn fields(&mut self, pointer: &str, fields: &[RelationField]) {
        let known = self.registry.builtin_relations();
        let taken = |path: &str| self.builtin.is_some_and(|kind| kind.all_relation_fields().any(|f| f.path == path));
        let taken: Vec<bool> = fields.iter().map(|field| taken(&field.path)).collect();
        for ((index, field), taken) in fields.iter().enumerate().zip(taken) {
            let at = format!("{pointer}/{index}");
            self.path(format!("{at}/path"), &field.path);
            if taken {
                self.fail(format!("{at}/path"), format!("{} is a relation of the built-in kind already", field.path));
            }
            self.pair(format!("{at}/forward"), &known, &field.forward, &field.reverse);
            self.pair(format!("{at}/reverse"), &known, &field.reverse, &field.forward);
        }
    }

    /// A relation that is known keeps its name and its counterpart.
    fn pair(&mut self, pointer: String, known: &HashMap<String, (String, String)>, name: &str, other: &str) {
        let Some((name_of, other_of)) = known.get(&name.to_lowercase()) else { return };
        if name_of != name {
            self.fail(pointer, format!("\"{name}\" differs from the relation {name_of} in casing alone"));
        } else if other_of != other {
            self.fail(pointer, format!("The counterpart of {name_of} is {other_of}, not {other}"));
        }
    }

    fn path(&mut self, pointer: String, path: &str) {
        let below = path.strip_prefix("spec.").is_some_and(|rest| rest.split('.').all(|part| !part.is_empty()));
        if !below {
            self.fail(pointer, format!("\"{path}\" is no field of spec, such as spec.owner"));
        }
    }

    fn columns(&mut self, pointer: &str, columns: &[Column]) {
        for (index, column) in columns.iter().enumerate() {
            let root = column.key.split('.').next().unwrap_or_default();
            if !SHOWN_ROOTS.contains(&root) || column.key.split('.').any(str::is_empty) {
                let text = format!("\"{}\" is no field of an entity, such as metadata.name or spec.owner", column.key);
                self.fail(format!("{pointer}/{index}/key"), text);
            }
        }
    }

    fn schemas(&mut self, definition: &KindDefinition) {
        let of_types = definition
            .types
            .iter()
            .filter_map(|(name, spec_type)| Some((child("/spec/types", name) + "/schema", spec_type.schema.as_ref()?)));
        let all = std::iter::once(("/spec/schema".to_owned(), &definition.schema)).chain(of_types);
        let faults = all.filter_map(|(at, schema)| Some(schema_problem(&at, bounds::check(schema).err()?)));
        let faults: Vec<Problem> = faults.collect();
        self.problems.extend(faults);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn problems(name: &str, spec: Value) -> Vec<(String, String)> {
        let body = json!({"apiVersion": "callboard.io/v1alpha1", "kind": "KindDefinition", "metadata": {"name": name}, "spec": spec});
        let found = KindRegistry::builtin().validate(&Entity(body)).err().unwrap_or_default();
        found.into_iter().map(|p| (p.pointer.unwrap_or_default(), p.message)).collect()
    }

    fn environment(extra: Value) -> Value {
        let mut spec = json!({"kind": "Environment", "apiVersions": ["acme.example/v1"]});
        spec.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        spec
    }

    #[test]
    fn the_builtin_definitions_are_sound_by_their_own_rules() {
        for entity in KindRegistry::builtin_entities() {
            let shape = KindRegistry::builtin().validate(&entity).err().unwrap_or_default();
            let rules = ["cannot be changed", "of the built-in kind already"];
            let others = shape.iter().filter(|p| rules.iter().all(|rule| !p.message.contains(rule)));
            assert_eq!(others.collect::<Vec<_>>(), Vec::<&Problem>::new(), "{}", entity.name());
        }
    }

    #[test]
    fn a_definition_of_ones_own_is_sound() {
        let relation = json!({"path": "spec.runsOn", "forward": "runsOn", "reverse": "hosts", "dependent": "source"});
        let layout = json!([{"panel": "fields", "fields": [{"key": "spec.region", "label": "Region"}]}, {"panel": "parts"},
            {"panel": "related", "relation": "hosts"}]);
        for extra in [
            json!({}),
            json!({"relations": [relation], "layout": layout, "columns": [{"key": "metadata.name", "label": "Name"}]}),
            json!({"schema": {"properties": {"region": {"type": "string", "pattern": "^[a-z]+-\\d$"}}},
                "types": {"staging": {"title": "Staging", "schema": {"required": ["until"]}}}}),
        ] {
            assert_eq!(problems("environment", environment(extra.clone())), [], "{extra}");
        }
        assert_eq!(problems("Environment", environment(json!({}))), []);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let field = |path: &str, forward: &str, reverse: &str| json!({"relations": [{"path": path, "forward": forward, "reverse": reverse}]});
        for (extra, pointer, text) in [
            (json!({"apiVersions": ["no version"]}), "/spec/apiVersions/0", "is no API version"),
            (json!({"kind": "Envs"}), "/metadata/name", "call it \"envs\""),
            (json!({"icons": "x"}), "/spec/icons", "must NOT have additional properties"),
            (json!({"schema": {"type": "nope"}}), "/spec/schema/type", "The schema cannot be used"),
            (json!({"schema": {"pattern": "(?=x)"}}), "/spec/schema/pattern", "The schema cannot be used"),
            (json!({"schema": {"pattern": "(a{1000}){1000}"}}), "/spec/schema/pattern", "The schema cannot be used"),
            (json!({"schema": {"$ref": "#"}}), "/spec/schema/$ref", "leads back to itself"),
            (json!({"types": {"a/b": {"schema": {"items": 7}}}}), "/spec/types/a~1b/schema/items", "cannot be used"),
            (field("owner", "a", "b"), "/spec/relations/0/path", "is no field of spec"),
            (field("spec.owner", "ownedBy", "holds"), "/spec/relations/0/forward", "is ownerOf, not holds"),
            (field("spec.owner", "heldBy", "ownerOf"), "/spec/relations/0/reverse", "is ownedBy, not heldBy"),
            (field("spec.owner", "OwnedBy", "ownerOf"), "/spec/relations/0/forward", "in casing alone"),
            (field("spec.owner", "a b", "c"), "/spec/relations/0/forward", "must match pattern"),
            (
                json!({"columns": [{"key": "status.x", "label": "X"}]}),
                "/spec/columns/0/key",
                "is no field of an entity",
            ),
            (json!({"layout": [{"panel": "fields"}]}), "/spec/layout/0/fields", "must have required property 'fields'"),
            (json!({"layout": [{"panel": "nope"}]}), "/spec/layout/0/panel", "equal to one of the allowed values"),
        ] {
            let found = problems("environment", environment(extra.clone()));
            let told = found.iter().any(|(at, message)| at == pointer && message.contains(text));
            assert!(told, "{extra}: {found:#?}");
        }
        let elsewhere = json!({"apiVersion": "callboard.io/v1alpha1", "kind": "KindDefinition",
            "metadata": {"name": "environment", "namespace": "x"}, "spec": environment(json!({}))});
        assert!(KindRegistry::builtin().define(&Entity(elsewhere)).is_err());
        assert!(!problems("x", json!({"kind": "X"})).is_empty(), "a new kind needs an API version");
        let large = json!({"schema": {"description": "x".repeat(70_000)}});
        assert!(problems("environment", environment(large))[0].1.contains("65536 are allowed"));
    }

    #[test]
    fn builtin_kinds_are_extended_and_never_weakened() {
        let owner = json!({"path": "spec.owner", "forward": "ownedBy", "reverse": "ownerOf"});
        for (name, spec, text) in [
            ("location", json!({"kind": "Location", "schema": {"required": ["owner"]}}), "runs the catalog itself"),
            ("kinddefinition", json!({"kind": "KindDefinition"}), "runs the catalog itself"),
            ("component", json!({"kind": "component"}), "is written \"Component\""),
            ("component", json!({"kind": "Component", "apiVersions": ["acme.example/v1"]}), "keeps its API versions"),
            ("component", json!({"kind": "Component", "relations": [owner]}), "of the built-in kind already"),
        ] {
            let found = problems(name, spec.clone());
            assert!(found.iter().any(|(_, message)| message.contains(text)), "{spec}: {found:?}");
        }
    }
}
