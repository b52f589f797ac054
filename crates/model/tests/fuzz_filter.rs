//! The fuzz target of what a request asks for: the `filter` parameter, predicates as JSON and `fields`. Whatever is written, it
//! is refused or means what a plain reading of the contract says. `PROPTEST_CASES=100000 cargo test -p model --test fuzz_filter`
//! looks harder.

#![allow(clippy::unwrap_used)]

use model::fields::FieldSet;
use model::filter::{MAX_DEPTH, Predicate, parse_filters};
use model::flatten::Rows;
use proptest::prelude::*;
use serde_json::{Value, json};

/// What filters are about: values that are there, in other casings, and some that are not.
const WORDS: [&str; 20] = [
    "kind",
    "Kind",
    "component",
    "COMPONENT",
    "metadata.name",
    "metadata.tags",
    "metadata.tags.java",
    "java",
    "Java",
    "spec.type",
    "service",
    "relations.ownedBy",
    "group:default/team-a",
    "spec.nothing",
    "",
    " ",
    "true",
    "é",
    "\0",
    "a=b",
];

fn entity() -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
        "metadata": { "name": "a", "namespace": "default", "tags": ["java", "c++"], "annotations": { "x.io/y": "" } },
        "spec": { "type": "service", "lifecycle": null, "flag": true, "size": 1.5, "profile": { "long": "x".repeat(300) } },
        "relations": [{ "type": "ownedBy", "targetRef": "group:default/team-a" }],
    })
}

fn rows() -> Rows {
    Rows::of(&entity()).unwrap()
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(WORDS.as_slice()).prop_map(str::to_owned), 1 => "\\PC{0,12}"]
}

/// A filter parameter out of words and the signs that mean something.
fn parameter() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(["=", ",", "==", ",,", " = ", "\t"].as_slice());
    prop::collection::vec((word(), sign), 0..12)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, sign)| [word, sign.to_owned()]).collect())
}

/// The contract's words, read as plainly as possible (catalog.md section 10.1); `None` where it has to be refused.
fn plainly(filter: &str, rows: &Rows) -> Option<Option<bool>> {
    let statements: Vec<&str> = filter.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
    let key = |statement: &str| statement.split('=').next().unwrap().trim().to_owned();
    if statements.iter().any(|statement| key(statement).is_empty()) {
        return None;
    }
    let values = |wanted: &str| -> Vec<String> {
        let same = statements.iter().filter(|statement| key(statement) == wanted);
        same.filter_map(|statement| statement.split_once('=')).map(|(_, value)| value.trim().to_lowercase()).collect()
    };
    let holds = |statement: &&str| {
        let wanted = values(&key(statement));
        let mut found = rows.iter().filter(|row| row.key == key(statement).to_lowercase());
        if wanted.is_empty() {
            return found.next().is_some();
        }
        found.any(|row| row.value.is_some_and(|value| wanted.contains(&value.lower.to_owned())))
    };
    Some((!statements.is_empty()).then(|| statements.iter().all(holds)))
}

/// A query out of the operators and whatever else JSON can hold.
fn query() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        word().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!({})),
        word().prop_map(|text| json!({ "$exists": text == "true" })),
        prop::collection::vec(word(), 0..4).prop_map(|list| json!({ "$in": list })),
        word().prop_map(|text| json!({ "$hasPrefix": text })),
        word().prop_map(|text| json!({ "$contains": text })),
        word().prop_map(|text| json!({ "$contains": { "type": text, "targetRef": "group:default/team-a" } })),
    ];
    leaf.prop_recursive(40, 120, 4, |inner| {
        let key = prop_oneof![
            3 => word(),
            2 => prop::sample::select(["$all", "$any", "$not", "$in", "$x"].as_slice()).prop_map(str::to_owned),
        ];
        prop_oneof![
            3 => prop::collection::vec((key, inner.clone()), 0..3).prop_map(|entries| entries.into_iter().collect()),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| json!({ "$all": parts })),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| json!({ "$any": parts })),
            1 => inner.clone().prop_map(|part| json!({ "$not": part })),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parameters_mean_what_they_say(filters in prop::collection::vec(parameter(), 0..4)) {
        let rows = rows();
        let expected: Option<Vec<Option<bool>>> = filters.iter().map(|filter| plainly(filter, &rows)).collect();
        match (parse_filters(&filters), expected) {
            (Ok(found), Some(expected)) => {
                let asked: Vec<bool> = expected.into_iter().flatten().collect();
                prop_assert_eq!(found.is_some(), !asked.is_empty());
                let holds = found.is_none_or(|predicate| predicate.matches(&rows));
                prop_assert_eq!(holds, asked.is_empty() || asked.contains(&true), "{:?}", filters);
            }
            (Err(_), None) => {}
            (found, expected) => prop_assert!(false, "{filters:?}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn queries_combine_as_logic_does(parts in prop::collection::vec(query(), 1..4)) {
        let rows = rows();
        let read: Vec<_> = parts.iter().map(Predicate::from_json).collect();
        for predicate in read.iter().flatten() {
            prop_assert!(predicate.check_size().is_ok());
            let kept: Predicate = serde_json::from_value(serde_json::to_value(predicate).unwrap()).unwrap();
            prop_assert_eq!(&kept, predicate, "a cursor carries it unchanged");
        }
        let whole = |query: Value| Predicate::from_json(&query).map(|predicate| predicate.matches(&rows));
        if let Ok(read) = read.into_iter().collect::<Result<Vec<_>, _>>() {
            let each: Vec<bool> = read.iter().map(|predicate| predicate.matches(&rows)).collect();
            // One level more may be one too deep, and is then refused.
            if let Ok(all) = whole(json!({ "$all": parts })) {
                prop_assert_eq!(all, each.iter().all(|holds| *holds));
            }
            if let Ok(any) = whole(json!({ "$any": parts })) {
                prop_assert_eq!(any, each.contains(&true));
            }
            if let Ok(not) = whole(json!({ "$not": parts[0] })) {
                prop_assert_eq!(not, !each[0]);
            }
        } else {
            let refused = whole(json!({ "$all": parts })).is_err();
            prop_assert!(refused);
        }
    }

    #[test]
    fn depth_is_bounded(depth in 1..3 * MAX_DEPTH) {
        let query = (0..depth).fold(json!({ "kind": "x" }), |inner, _| json!({ "$not": inner }));
        prop_assert_eq!(Predicate::from_json(&query).is_ok(), depth <= MAX_DEPTH);
    }

    #[test]
    fn fields_keep_what_they_name_and_nothing_else(fields in prop::collection::vec(word(), 0..6)) {
        let Ok(fields) = FieldSet::parse(&fields) else { return Ok(()) };
        let once = fields.project(&entity());
        prop_assert_eq!(&fields.project(&once), &once);
        let whole = Rows::of(&entity()).unwrap();
        for row in Rows::of(&once).unwrap().iter() {
            let kept = whole.of_key(row.key).any(|known| known.value == row.value);
            // Namespace and the like are filled in where they were left out.
            prop_assert!(kept || !row.key.starts_with("spec"), "{} is not in the entity", row.key);
        }
    }
}
