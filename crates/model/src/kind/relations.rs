//! Relations as the fields of an entity state them, in both directions (contract catalog.md section 3.1).

use serde_json::Value;

use super::{DefaultNamespace, KindRegistry, RelationField};
use crate::entity::Entity;
use crate::problem::Problem;
use crate::reference::{EntityRef, RefDefaults, RefError};
use crate::relation::RelationEdge;
use crate::schema::child;

impl KindRegistry {
    /// The relations an entity states, each with its counterpart, in the order of the definition. Targets need not exist.
    ///
    /// A reference that cannot be read is a problem, not just a relation less: in Backstage it fails the processing of
    /// the whole entity (section 6.5 step 6), which then keeps its last good body. The edges that could be read are
    /// returned all the same, for whoever only looks.
    pub fn relations(&self, entity: &Entity) -> (Vec<RelationEdge>, Vec<Problem>) {
        let mut found = Relations { source: entity.entity_ref(), edges: Vec::new(), problems: Vec::new() };
        if let Some(kind) = self.recognise(entity) {
            for field in kind.relation_fields(entity.spec_text("type")) {
                let path: Vec<&str> = field.path.split('.').collect();
                visit(&entity.0, &path, String::new(), &mut |value, pointer| found.field(field, value, pointer));
            }
        }
        (found.edges, found.problems)
    }

    /// Sorts the lists of text whose order means nothing, so that reordering them is no change. Lists that hold anything
    /// else are left alone. The order is JavaScript's: by UTF-16 units.
    pub fn normalise(&self, entity: &mut Entity) {
        let Some(kind) = self.recognise(entity) else { return };
        for path in &kind.sorted_arrays {
            let value = path.split('.').try_fold(&mut entity.0, |value, key| value.get_mut(key));
            let Some(Value::Array(items)) = value else { continue };
            if items.iter().all(Value::is_string) {
                items.sort_by(|a, b| utf16(a).cmp(utf16(b)));
            }
        }
    }
}

fn utf16(value: &Value) -> impl Iterator<Item = u16> {
    value.as_str().unwrap_or_default().encode_utf16()
}

/// Calls `on_value` with what stands at a dotted path, looking through lists on the way.
fn visit(value: &Value, path: &[&str], pointer: String, on_value: &mut impl FnMut(&Value, String)) {
    let Some((key, rest)) = path.split_first() else { return on_value(value, pointer) };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, path, format!("{pointer}/{index}"), on_value);
            }
        }
        _ => {
            if let Some(inner) = value.get(key) {
                visit(inner, rest, child(&pointer, key), on_value);
            }
        }
    }
}

struct Relations {
    source: EntityRef,
    edges: Vec<RelationEdge>,
    problems: Vec<Problem>,
}

impl Relations {
    /// One reference or a list of them; what JavaScript takes for nothing states no relation.
    fn field(&mut self, field: &RelationField, value: &Value, pointer: String) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.reference(field, item, format!("{pointer}/{index}"));
                }
            }
            value if is_falsy(value) => {}
            value => self.reference(field, value, pointer),
        }
    }

    fn reference(&mut self, field: &RelationField, value: &Value, pointer: String) {
        let target = match parse(field, value, self.source.namespace()) {
            Ok(target) => target,
            Err((name, message)) => return self.problems.push(Problem::error(name, message).pointing_to(pointer)),
        };
        let allowed = &field.allowed_kinds;
        if !allowed.is_empty() && !allowed.iter().any(|kind| kind.to_lowercase() == target.kind()) {
            return;
        }
        let edge = |source: &EntityRef, kind: &str, target: &EntityRef| RelationEdge {
            source_ref: source.clone(),
            kind: kind.to_owned(),
            target_ref: target.clone(),
        };
        self.edges.push(edge(&self.source, &field.forward, &target));
        self.edges.push(edge(&target, &field.reverse, &self.source));
    }
}

/// Reads a reference in its text form, or as an object of `kind`, `namespace` and `name`. The error is name and text.
fn parse(field: &RelationField, value: &Value, inherited: &str) -> Result<EntityRef, (&'static str, String)> {
    if is_falsy(value) {
        return Err(("Error", "Entity reference must not be empty".to_owned()));
    }
    let namespace = match field.default_namespace {
        DefaultNamespace::Inherit => Some(inherited),
        DefaultNamespace::Default => None,
    };
    let defaults = RefDefaults { kind: field.default_kind.as_deref(), namespace };
    if let Some(text) = value.as_str() {
        return EntityRef::parse(text, defaults).map_err(|error| match error {
            RefError::Malformed(_) => ("TypeError", error.to_string()),
            RefError::MissingKind(_) => ("Error", error.to_string()),
        });
    }
    let part = |key: &str| value.get(key).and_then(Value::as_str);
    let need = |part: Option<&'_ str>, what: &str| {
        let message = || format!("Entity reference {value} had missing or empty {what}");
        part.filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(|| ("Error", message()))
    };
    let hint = "kind (e.g. did not start with \"component:\" or similar)";
    let kind = need(part("kind").or(defaults.kind), hint)?;
    let namespace = need(part("namespace").or(namespace).or(Some(crate::reference::DEFAULT_NAMESPACE)), "namespace")?;
    let name = need(part("name"), "name")?;
    Ok(EntityRef::new(&kind, &namespace, &name))
}

fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entity(kind: &str, spec: Value) -> Entity {
        let body = json!({"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": {"name": "X", "namespace": "Space"}, "spec": spec});
        Entity(body)
    }

    fn relations(kind: &str, spec: Value) -> (Vec<String>, Vec<String>) {
        let (edges, problems) = KindRegistry::builtin().relations(&entity(kind, spec));
        let edges = edges.iter().map(|edge| format!("{} {} {}", edge.source_ref, edge.kind, edge.target_ref)).collect();
        (edges, problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn every_field_states_two_relations() {
        for (kind, spec, forward, reverse, target) in [
            ("Component", json!({"owner": "Team-A"}), "ownedBy", "ownerOf", "group:space/team-a"),
            ("Component", json!({"owner": "user:me"}), "ownedBy", "ownerOf", "user:space/me"),
            ("Component", json!({"owner": "component:default/odd"}), "ownedBy", "ownerOf", "component:default/odd"),
            ("Component", json!({"system": "other/S"}), "partOf", "hasPart", "system:other/s"),
            ("Component", json!({"subcomponentOf": "c"}), "partOf", "hasPart", "component:space/c"),
            ("Component", json!({"providesApis": ["a"]}), "providesApi", "apiProvidedBy", "api:space/a"),
            ("Component", json!({"consumesApis": ["a"]}), "consumesApi", "apiConsumedBy", "api:space/a"),
            ("Component", json!({"dependsOn": ["resource:r"]}), "dependsOn", "dependencyOf", "resource:space/r"),
            ("Component", json!({"dependencyOf": "api:r"}), "dependencyOf", "dependsOn", "api:space/r"),
            (
                "Component",
                json!({"dependencyOf": [{"kind": "API", "name": "r"}]}),
                "dependencyOf",
                "dependsOn",
                "api:space/r",
            ),
            ("Resource", json!({"dependencyOf": ["component:r"]}), "dependencyOf", "dependsOn", "component:space/r"),
            ("System", json!({"domain": "d"}), "partOf", "hasPart", "domain:space/d"),
            ("Domain", json!({"subdomainOf": "d"}), "partOf", "hasPart", "domain:space/d"),
            ("User", json!({"memberOf": ["g"]}), "memberOf", "hasMember", "group:space/g"),
            ("Group", json!({"parent": "g"}), "childOf", "parentOf", "group:space/g"),
            ("Group", json!({"children": ["g"]}), "parentOf", "childOf", "group:space/g"),
            ("Group", json!({"members": ["u"]}), "hasMember", "memberOf", "user:space/u"),
            ("AiResource", json!({"type": "plugin", "skills": ["s"]}), "hasPart", "partOf", "airesource:space/s"),
            (
                "AiResource",
                json!({"type": "skill", "dependsOn": ["s"]}),
                "dependsOn",
                "dependencyOf",
                "airesource:space/s",
            ),
        ] {
            let own = format!("{}:space/x", kind.to_lowercase());
            let expected = vec![format!("{own} {forward} {target}"), format!("{target} {reverse} {own}")];
            assert_eq!(relations(kind, spec.clone()), (expected, vec![]), "{kind} {spec}");
        }
    }

    #[test]
    fn references_to_kinds_that_are_not_allowed_are_skipped() {
        assert_eq!(
            relations("AiResource", json!({"type": "rule", "owner": "api:a", "skills": ["s"]})),
            (vec![], vec![])
        );
        assert_eq!(relations("Component", json!({"owner": null, "system": ""})), (vec![], vec![]));
    }

    #[test]
    fn references_that_cannot_be_read_are_problems() {
        let (edges, problems) =
            relations("Component", json!({"dependsOn": ["component:a/b/c", "lonely", ":x", "", 5]}));
        assert_eq!(edges.len(), 2);
        assert_eq!(
            problems,
            [
                "Entity reference \"lonely\" had missing or empty kind (e.g. did not start with \"component:\" or similar)",
                "Entity reference \":x\" was not on the form [<kind>:][<namespace>/]<name>",
                "Entity reference must not be empty",
                "Entity reference 5 had missing or empty kind (e.g. did not start with \"component:\" or similar)",
            ]
        );
    }

    #[test]
    fn lists_without_order_are_sorted() {
        let spec = json!({"dependsOn": ["b", "a", "B"], "providesApis": ["b", 1], "tagsOf": ["b", "a"]});
        let mut component = entity("Component", spec);
        KindRegistry::builtin().normalise(&mut component);
        assert_eq!(
            component.0["spec"],
            json!({"dependsOn": ["B", "a", "b"], "providesApis": ["b", 1], "tagsOf": ["b", "a"]})
        );
    }
}
