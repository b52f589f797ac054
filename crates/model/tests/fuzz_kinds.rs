//! The fuzz target of kind definitions: whatever somebody defines, it is refused with a place or judges any entity in time, and a
//! built-in kind is never weakened by it. `PROPTEST_CASES=100000 cargo test -p model --test fuzz_kinds` looks harder.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Entity, KindRegistry};
use proptest::prelude::*;
use serde_json::{Value, json};

/// One look at an entity of a few fields may take so long on a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(5);

const KEYWORDS: [&str; 30] = [
    "type",
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "enum",
    "const",
    "pattern",
    "$ref",
    "$id",
    "definitions",
    "minLength",
    "maxItems",
    "uniqueItems",
    "multipleOf",
    "minimum",
    "contains",
    "dependencies",
    "propertyNames",
    "$schema",
    "default",
    "format",
];

const TEXTS: [&str; 20] = [
    "string",
    "object",
    "array",
    "spec.owner",
    "owner",
    "#",
    "#/definitions/a",
    "#/definitions/b",
    "#/properties/owner",
    "https://h.example/x",
    "^(a+)+$",
    "(?=x)",
    "\\w{9999}",
    "[",
    "http://json-schema.org/draft-04/schema#",
    "ownedBy",
    "ownerOf",
    "Group",
    "",
    "é",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(TEXTS.as_slice()).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

/// Something that looks like a schema.
fn garbage() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        text().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let key = prop_oneof![
            8 => prop::sample::select(KEYWORDS.as_slice()).prop_map(str::to_owned),
            2 => prop::sample::select(["a", "b", "owner", "kind"].as_slice()).prop_map(str::to_owned),
        ];
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            4 => prop::collection::vec((key, inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn pick(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

/// A schema as somebody would write it, whose parts refer to each other, in circles too.
fn written() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        pick(&["string", "object", "array", "number", "null"]).prop_map(|name| json!({"type": name})),
        (0..40u8).prop_map(|length| json!({"minLength": length})),
        pick(&["^(a|aa)+$", "^[a-z]{1,63}$", "\\d", "é", "^$"]).prop_map(|pattern| json!({"pattern": pattern})),
        pick(&["x", "service", "team-a"]).prop_map(|value| json!({"enum": [value, 1, null]})),
        pick(&["#/definitions/a", "#/definitions/b"]).prop_map(|target| json!({"$ref": target})),
        any::<bool>().prop_map(Value::from),
    ];
    let schema = leaf.prop_recursive(4, 40, 4, |inner| {
        let name = || pick(&["type", "owner", "lifecycle", "a", "b"]);
        prop_oneof![
            prop::collection::hash_map(name(), inner.clone(), 0..4).prop_map(|members| json!({"properties": members})),
            prop::collection::hash_set(name(), 0..3).prop_map(|names| json!({"required": names})),
            inner.clone().prop_map(|schema| json!({"items": schema})),
            inner.clone().prop_map(|schema| json!({"additionalProperties": schema})),
            inner.clone().prop_map(|schema| json!({"not": schema})),
            (name(), inner.clone()).prop_map(|(name, schema)| json!({"patternProperties": {name: schema}})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|schemas| json!({"allOf": schemas})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|schemas| json!({"anyOf": schemas})),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| json!({"if": a, "then": b, "else": c})),
        ]
    });
    (schema.clone(), schema.clone(), schema)
        .prop_map(|(root, a, b)| json!({"definitions": {"a": a, "b": b}, "allOf": [root]}))
}

fn schema() -> impl Strategy<Value = Value> {
    prop_oneof![4 => written(), 1 => garbage()]
}

fn field() -> impl Strategy<Value = Value> {
    let path = prop_oneof![4 => pick(&["spec.hosts", "spec.a.b", "spec.type"]), 1 => text()];
    let relation = || prop_oneof![6 => pick(&["hosts", "runsOn"]), 1 => text()];
    let kind = prop_oneof![6 => pick(&["Group", "Component"]), 1 => text()];
    let dependent = pick(&["source", "target"]);
    (path, relation(), relation(), kind, dependent).prop_map(|(path, forward, reverse, kind, dependent)| {
        json!({"path": path, "forward": forward, "reverse": reverse, "defaultKind": kind, "dependent": dependent})
    })
}

fn definition(kind: &'static str) -> impl Strategy<Value = Entity> {
    (schema(), prop::collection::vec(field(), 0..2), schema()).prop_map(move |(schema, relations, other)| {
        let mut spec = json!({"kind": kind, "schema": schema, "types": {"x": {"schema": other}}, "relations": relations});
        if kind == "Environment" {
            spec["apiVersions"] = json!(["acme.example/v1"]);
        }
        let metadata = json!({"name": kind.to_lowercase()});
        Entity(json!({"apiVersion": "callboard.io/v1alpha1", "kind": "KindDefinition", "metadata": metadata, "spec": spec}))
    })
}

fn bodies() -> Vec<Value> {
    vec![
        json!({"type": "x", "owner": "team-a", "lifecycle": "y", "a": [1, {"b": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}]}),
        json!({"owner": ["x"], "a": {"a": {"a": {"a": {}}}}, "b": [[[]]]}),
        json!({"type": "service", "owner": "", "kind": null, "é": "é"}),
    ]
}

fn judged(registry: &KindRegistry, kind: &str, api_version: &str) -> Vec<bool> {
    let valid = |spec: Value| {
        let began = Instant::now();
        let body = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "spec": spec});
        let entity = Entity(body);
        let valid = registry.validate(&entity).is_ok();
        let _ = registry.relations(&entity);
        assert!(began.elapsed() < PATIENCE, "{kind} takes too long");
        valid
    };
    bodies().into_iter().map(valid).collect()
}

proptest! {
    #[test]
    fn a_definition_is_refused_with_a_place_or_judges_in_time(entity in definition("Environment")) {
        let builtin = KindRegistry::builtin();
        match builtin.define_sent(&entity) {
            Ok(kind) => {
                let registry = builtin.with([Arc::new(kind)]);
                judged(&registry, "Environment", "acme.example/v1");
                prop_assert_eq!(judged(&registry, "Component", "backstage.io/v1alpha1"), judged(&builtin, "Component", "backstage.io/v1alpha1"));
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.iter().all(|problem| problem.pointer.is_some()), "{:?}", problems);
            }
        }
    }

    #[test]
    fn an_extension_never_lets_in_what_the_builtin_kind_refuses(entity in definition("Component")) {
        let builtin = KindRegistry::builtin();
        let Ok(kind) = builtin.define_sent(&entity) else { return Ok(()) };
        let extended = builtin.with([Arc::new(kind)]);
        let before = judged(&builtin, "Component", "backstage.io/v1alpha1");
        let after = judged(&extended, "Component", "backstage.io/v1alpha1");
        prop_assert!(before.iter().zip(&after).all(|(before, after)| *before || !after), "{:?} {:?}", before, after);
        let fields = |registry: &KindRegistry| registry.get("component").unwrap().relations.clone();
        prop_assert!(fields(&builtin).iter().all(|field| fields(&extended).contains(field)));
    }
}
