//! The kinds that are known: which of them claims an entity, and whether the entity fits it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use serde_json::Value;
use sha1::{Digest, Sha1};

use super::soundness::NOT_EXTENDED;
use super::{DEFINITION_KIND, Dependent, Kind, KindDefinition};
use crate::entity::Entity;
use crate::problem::Problem;
use crate::schema::{Failure, Fault};
use crate::yaml;

/// In the order in which lists show them.
const BUILTIN: [&str; 11] = [
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
    include_str!("../../kinds/kinddefinition.yaml"),
];

/// Why kind definitions cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    #[error("the kind {0} is defined twice")]
    Duplicate(String),
    #[error("the schema of kind {kind} cannot be used: {reason}")]
    Schema { kind: String, reason: String },
}

/// All known kinds: the built-in ones, and what entities of the kind `KindDefinition` define or add to them. Cheap to
/// clone; one that changes is another.
#[derive(Clone, Debug)]
pub struct KindRegistry {
    /// The built-in ones come first, in the order of lists; then one's own by name.
    kinds: Arc<[Known]>,
    /// By kind in lower case.
    by_name: Arc<HashMap<String, usize>>,
}

/// A kind as it is in force.
#[derive(Clone, Debug)]
pub struct Known {
    /// With what an extension adds.
    pub definition: KindDefinition,
    /// Ships with this release.
    pub builtin: Option<Arc<Kind>>,
    /// What an entity defines: the whole kind, or the extension of a built-in one.
    pub own: Option<Arc<Kind>>,
    fingerprint: String,
}

impl Known {
    fn builtin(kind: Arc<Kind>, extension: Option<Arc<Kind>>) -> Self {
        let definition = match &extension {
            Some(extension) => kind.definition.extended_by(&extension.definition),
            None => kind.definition.clone(),
        };
        Self::new(definition, Some(kind), extension)
    }

    fn own(kind: Arc<Kind>) -> Self {
        Self::new(kind.definition.clone(), None, Some(kind))
    }

    fn new(definition: KindDefinition, builtin: Option<Arc<Kind>>, own: Option<Arc<Kind>>) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(env!("CARGO_PKG_VERSION"));
        for kind in builtin.iter().chain(&own) {
            hasher.update(kind.decisive().to_string());
        }
        let fingerprint = hex::encode(hasher.finalize())[..FINGERPRINT].to_owned();
        Self { definition, builtin, own, fingerprint }
    }

    /// The built-in kind without its extension; nothing if it is not built in.
    pub fn without_own(&self) -> Option<Self> {
        self.builtin.clone().map(|builtin| Self::builtin(builtin, None))
    }

    /// Whether an entity may define it or add to it; what the catalog itself is run by stays as it is.
    pub fn can_change(&self) -> bool {
        self.builtin.is_none() || !NOT_EXTENDED.contains(&self.definition.kind.as_str())
    }

    /// What does not fit in a `spec`.
    fn check(&self, spec: &Value) -> Vec<Failure> {
        self.builtin.iter().chain(&self.own).flat_map(|kind| kind.check(spec)).collect()
    }

    /// What an entity of this kind is checked and related by, release included: equal texts mean equal results.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// Characters of a fingerprint.
const FINGERPRINT: usize = 12;

static ENTITIES: LazyLock<Vec<Entity>> = LazyLock::new(|| {
    let parse = |text: &&str| yaml::parse_single(text, &yaml::Limits::default()).map(Entity);
    BUILTIN.iter().map(|text| parse(text).expect("the embedded kind definition is YAML")).collect()
});

static REGISTRY: LazyLock<KindRegistry> = LazyLock::new(|| {
    KindRegistry::from_definitions(KindDefinition::builtin()).expect("the embedded kind schemas compile")
});

impl KindDefinition {
    /// The definitions of the built-in kinds.
    pub fn builtin() -> Vec<Self> {
        ENTITIES.iter().map(|entity| Self::of(entity).expect("the embedded kind definition has its shape")).collect()
    }
}

impl KindRegistry {
    /// The built-in kinds.
    pub fn builtin() -> Self {
        REGISTRY.clone()
    }

    /// The entities that define the built-in kinds.
    pub fn builtin_entities() -> impl Iterator<Item = Entity> {
        ENTITIES.iter().cloned()
    }

    /// Takes definitions for built-in ones; lists show kinds in this order.
    ///
    /// # Errors
    /// A kind is defined twice or has a schema that is none.
    pub fn from_definitions(definitions: Vec<KindDefinition>) -> Result<Self, KindError> {
        let mut kinds: Vec<Known> = Vec::with_capacity(definitions.len());
        for definition in definitions {
            let kind = definition.kind.clone();
            if kinds.iter().any(|known| known.definition.kind.eq_ignore_ascii_case(&kind)) {
                return Err(KindError::Duplicate(kind));
            }
            let compiled = Kind::compile(definition).map_err(|Fault { pointer, reason }| KindError::Schema {
                kind,
                reason: format!("{pointer}: {reason}"),
            })?;
            kinds.push(Known::builtin(Arc::new(compiled), None));
        }
        Ok(Self::of(kinds))
    }

    fn of(kinds: Vec<Known>) -> Self {
        let by_name = kinds.iter().enumerate().map(|(at, known)| (known.definition.kind.to_lowercase(), at)).collect();
        Self { kinds: kinds.into(), by_name: Arc::new(by_name) }
    }

    /// The built-in kinds of this registry with these of one's own, made by [`KindRegistry::define`], and no others. Of two
    /// of one kind the last counts.
    pub fn with(&self, own: impl IntoIterator<Item = Arc<Kind>>) -> Self {
        let own = own.into_iter().map(|kind| (kind.definition.kind.to_lowercase(), kind));
        let mut own: BTreeMap<String, Arc<Kind>> = own.collect();
        let builtin = self.kinds.iter().filter_map(|known| known.builtin.clone());
        let mut kinds: Vec<Known> = builtin
            .map(|builtin| {
                let extension = own.remove(&builtin.definition.kind.to_lowercase());
                Known::builtin(builtin, extension)
            })
            .collect();
        kinds.extend(own.into_values().map(Known::own));
        Self::of(kinds)
    }

    /// The same with something else defined of one kind, or nothing.
    pub fn replacing(&self, kind: &str, own: Option<Arc<Kind>>) -> Self {
        let others = self.kinds.iter().filter(|known| !known.definition.kind.eq_ignore_ascii_case(kind));
        self.with(others.filter_map(|known| known.own.clone()).chain(own))
    }

    /// A kind, whatever the casing it is asked in.
    pub fn known(&self, kind: &str) -> Option<&Known> {
        self.by_name.get(&kind.to_lowercase()).map(|at| &self.kinds[*at])
    }

    /// The definition of a kind, whatever the casing it is asked in.
    pub fn get(&self, kind: &str) -> Option<&KindDefinition> {
        self.known(kind).map(|known| &known.definition)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.kinds.iter()
    }

    /// The definition that claims an entity: kind and `apiVersion` as written must be the defined ones.
    pub fn recognise(&self, entity: &Entity) -> Option<&KindDefinition> {
        self.claim(entity).map(|known| &known.definition)
    }

    /// What tells the kinds of this release apart from those of another; see [`Known::fingerprint`] for one kind.
    pub fn release(&self) -> String {
        let mut hasher = Sha1::new();
        for builtin in self.kinds.iter().filter_map(|known| known.builtin.as_ref()) {
            hasher.update(builtin.decisive().to_string());
        }
        hasher.update(env!("CARGO_PKG_VERSION"));
        hex::encode(hasher.finalize())[..FINGERPRINT].to_owned()
    }

    /// The relation types that lead from an entity to what fails with it.
    pub fn impact_relations(&self) -> Vec<String> {
        let mut types: Vec<String> = Vec::new();
        for field in self.kinds.iter().flat_map(|known| known.definition.all_relation_fields()) {
            // The relation at the end that is needed.
            let leads = match field.dependent {
                Some(Dependent::Source) => &field.reverse,
                Some(Dependent::Target) => &field.forward,
                None => continue,
            };
            if !types.contains(leads) {
                types.push(leads.clone());
            }
        }
        types
    }

    pub(super) fn builtin_kind(&self, kind: &str) -> Option<&KindDefinition> {
        self.known(kind)?.builtin.as_ref().map(|builtin| &builtin.definition)
    }

    /// Relation types of built-in kinds: by name in lower case, the name as written and its counterpart.
    pub(super) fn builtin_relations(&self) -> HashMap<String, (String, String)> {
        let builtin = self.kinds.iter().filter_map(|known| known.builtin.as_ref());
        let fields = builtin.flat_map(|kind| kind.definition.all_relation_fields());
        let ways = fields.flat_map(|field| [(&field.forward, &field.reverse), (&field.reverse, &field.forward)]);
        ways.map(|(name, other)| (name.to_lowercase(), (name.clone(), other.clone()))).collect()
    }

    fn claim(&self, entity: &Entity) -> Option<&Known> {
        let (kind, api_version) = (entity.kind(), entity.api_version());
        self.known(kind).filter(|known| {
            let definition = &known.definition;
            definition.kind == kind && definition.api_versions.iter().any(|known| known == api_version)
        })
    }

    /// Checks `spec` against the definition that claims the entity; an entity that is itself a definition is checked for
    /// what it would do as one.
    ///
    /// # Errors
    /// All problems, the one that the wire reports first: `InputError` when nothing claims the entity, else `TypeError`s.
    pub fn validate(&self, entity: &Entity) -> Result<(), Vec<Problem>> {
        let Some(known) = self.claim(entity) else { return Err(vec![self.unrecognised(entity)]) };
        let failures = match entity.0.get("spec") {
            None => vec![Failure::missing("", "spec")],
            Some(spec) => known.check(spec),
        };
        if !failures.is_empty() {
            let problem = |failure: Failure| Problem::error("TypeError", failure.full()).pointing_to(failure.pointer);
            return Err(failures.into_iter().map(problem).collect());
        }
        if known.definition.kind == DEFINITION_KIND { self.define(entity).map(drop) } else { Ok(()) }
    }

    fn unrecognised(&self, entity: &Entity) -> Problem {
        let known_kind = self.known(entity.kind()).is_some_and(|known| known.definition.kind == entity.kind());
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

    fn own(spec: Value) -> Arc<Kind> {
        let name = spec["kind"].as_str().unwrap().to_lowercase();
        let body = json!({"apiVersion": "callboard.io/v1alpha1", "kind": "KindDefinition", "metadata": {"name": name}, "spec": spec});
        Arc::new(KindRegistry::builtin().define(&Entity(body)).unwrap())
    }

    fn refused(registry: &KindRegistry, api_version: &str, kind: &str, spec: Value) -> Vec<String> {
        let body = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "spec": spec});
        let found = registry.validate(&Entity(body)).err().unwrap_or_default();
        found.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn definitions_come_from_administrators_too() {
        let environment = json!({"kind": "Environment", "plural": "Environments", "apiVersions": ["acme.example/v1"],
            "schema": {"required": ["region"]}, "types": {"test": {"schema": {"required": ["until"]}}}});
        let registry = KindRegistry::builtin().with([own(environment)]);
        let check = |spec| refused(&registry, "acme.example/v1", "Environment", spec);
        assert_eq!(check(json!({})), ["/spec must have required property 'region' - missingProperty: region"]);
        assert_eq!(
            check(json!({"type": "test"})),
            ["/spec must have required property 'until' - missingProperty: until"]
        );
        assert_eq!(check(json!({"region": "eu"})), [""; 0]);
        assert_eq!(registry.get("environment").map(KindDefinition::plural), Some("Environments"));
        assert_eq!(registry.iter().count(), BUILTIN.len() + 1);
        assert_eq!(registry.with([]).iter().count(), BUILTIN.len());
        let broken = KindDefinition { schema: json!({"type": "nope"}), ..registry.get("user").unwrap().clone() };
        assert!(matches!(KindRegistry::from_definitions(vec![broken.clone()]), Err(KindError::Schema { .. })));
        let twice = vec![KindDefinition { schema: json!({}), ..broken.clone() }; 2];
        assert!(matches!(KindRegistry::from_definitions(twice), Err(KindError::Duplicate(_))));
    }

    #[test]
    fn an_extension_adds_and_never_takes_away() {
        let extension = json!({"kind": "Component", "title": "Service",
            "schema": {"required": ["costCentre"], "properties": {"owner": {}}},
            "relations": [{"path": "spec.runsOn", "forward": "runsOn", "reverse": "hosts", "defaultKind": "Environment"}],
            "types": {"service": {"icon": "bolt"}, "job": {"schema": {"required": ["schedule"]}}}});
        let registry = KindRegistry::builtin().with([own(extension)]);
        let check = |spec| refused(&registry, "backstage.io/v1alpha1", "Component", spec);
        let owned = |kind_type: &str| json!({"type": kind_type, "lifecycle": "x", "owner": "y"});
        assert_eq!(
            check(owned("service")),
            ["/spec must have required property 'costCentre' - missingProperty: costCentre"]
        );
        assert_eq!(check(owned("job")), ["/spec must have required property 'schedule' - missingProperty: schedule"]);
        assert_eq!(
            check(json!({"type": "x", "lifecycle": "y", "costCentre": 1}))[0],
            "/spec must have required property 'owner' - missingProperty: owner"
        );
        let component = registry.get("Component").unwrap();
        assert_eq!((component.title(), component.icon_for(Some("service"))), ("Service", Some("bolt")));
        assert_eq!(
            (component.icon_for(Some("library")), component.icon_for(None)),
            (Some("library"), Some("component"))
        );
        let fields: Vec<&str> = component.relation_fields(None).map(|field| field.forward.as_str()).collect();
        assert!(fields.contains(&"ownedBy") && fields.contains(&"runsOn"));
    }

    #[test]
    fn what_fails_with_an_entity_is_said_by_definitions() {
        let builtin = KindRegistry::builtin().impact_relations();
        assert_eq!(builtin, ["hasPart", "providesApi", "apiConsumedBy", "dependencyOf"]);
        let field = json!({"path": "spec.runsOn", "forward": "runsOn", "reverse": "hosts", "dependent": "source"});
        let extension = json!({"kind": "Component", "relations": [field]});
        assert!(KindRegistry::builtin().with([own(extension)]).impact_relations().contains(&"hosts".to_owned()));
    }

    #[test]
    fn only_what_decides_changes_the_fingerprint() {
        let print = |kinds: &[Value]| {
            let registry = KindRegistry::builtin().with(kinds.iter().cloned().map(own));
            registry.known("component").unwrap().fingerprint().to_owned()
        };
        let other = json!({"kind": "Environment", "apiVersions": ["acme.example/v1"]});
        assert_eq!(print(&[]), print(&[other]));
        assert_ne!(print(&[]), print(&[json!({"kind": "Component", "schema": {"required": ["x"]}})]));
        let shown = |title: &str| json!({"kind": "Component", "title": title});
        assert_eq!(print(&[shown("A")]), print(&[shown("B")]));
    }
}
