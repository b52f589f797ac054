//! Going through pages forwards and back (contract catalog.md section 9.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{OrderField, PageRequest, QueryError};
use model::ReadScope;
use model::filter::Predicate;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{names, now, pages, reader};

fn by(key: &str, limit: usize) -> PageRequest {
    let order = Some(OrderField { key: key.to_owned(), descending: false });
    PageRequest { order, limit, count: true, ..PageRequest::default() }
}

fn tagged() -> catalog::CatalogReader {
    reader([
        json!({ "kind": "Component", "metadata": { "name": "one", "tags": ["a", "b", "c"] } }),
        json!({ "kind": "Component", "metadata": { "name": "two", "tags": ["B"] } }),
        json!({ "kind": "Component", "metadata": { "name": "none" } }),
        json!({ "kind": "Component", "metadata": { "name": "three", "tags": ["b", "d"] } }),
    ])
}

#[test]
fn an_entity_with_several_values_is_met_once_for_each_and_counted_once() {
    let reader = tagged();
    let page = now(reader.page(&ReadScope::All, &by("metadata.tags", 100))).unwrap();
    assert_eq!(names(&page.items), ["one", "one", "two", "three", "one", "three"]);
    assert_eq!(page.total, 3);
    for limit in 1..7 {
        assert_eq!(pages(&reader, &by("metadata.tags", limit)).0.concat(), names(&page.items), "limit {limit}");
    }
}

#[test]
fn the_way_back_ends_at_the_first_page() {
    let reader = tagged();
    let (found, previous) = pages(&reader, &by("metadata.name", 1));
    assert_eq!(found.concat(), ["none", "one", "three", "two"]);
    let mut previous = previous;
    for expected in ["three", "one", "none"] {
        let back = PageRequest { cursor: previous, limit: 1, ..PageRequest::default() };
        let page = now(reader.page(&ReadScope::All, &back)).unwrap();
        assert_eq!((names(&page.items), page.total), (vec![expected.to_owned()], 4));
        previous = page.previous_cursor;
    }
    assert!(previous.is_none());
}

#[test]
fn counting_alone_and_not_counting() {
    let reader = tagged();
    let counted = now(reader.page(&ReadScope::All, &by("metadata.name", 0))).unwrap();
    assert_eq!((counted.items.len(), counted.total, counted.next_cursor), (0, 4, None));
    let request = PageRequest { count: false, ..by("metadata.name", 2) };
    let page = now(reader.page(&ReadScope::All, &request)).unwrap();
    assert_eq!((page.items.len(), page.total), (2, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_broken_cursor_is_told_and_never_fatal(
        cut in 0..400usize, at in 0..400usize, with in any::<char>(), garbage in "\\PC{0,40}",
    ) {
        let reader = tagged();
        let page = now(reader.page(&ReadScope::All, &by("metadata.tags", 1))).unwrap();
        let mut text: Vec<char> = page.next_cursor.unwrap().chars().collect();
        let last = text.len() - 1;
        text[at.min(last)] = with;
        text.truncate(cut.max(1));
        for cursor in [text.into_iter().collect(), garbage] {
            let request = PageRequest { cursor: Some(cursor), limit: 2, ..PageRequest::default() };
            match now(reader.page(&ReadScope::All, &request)) {
                Ok(page) => prop_assert!(page.items.len() <= 2),
                Err(error) => prop_assert!(matches!(error, QueryError::MalformedCursor(_)), "{error}"),
            }
        }
    }

    #[test]
    fn a_cursor_that_says_something_else_is_answered_or_told(
        at in any::<prop::sample::Index>(), with in json_value(), forward in any::<bool>(),
    ) {
        let reader = tagged();
        let filtered = PageRequest { predicate: Some(Predicate::equals("kind", "component")), ..by("metadata.tags", 2) };
        let page = now(reader.page(&ReadScope::All, &filtered)).unwrap();
        let mut cursor: Value = serde_json::from_slice(&STANDARD.decode(page.next_cursor.unwrap()).unwrap()).unwrap();
        cursor["isPrevious"] = (!forward).into();
        let count = nodes(&mut cursor).len();
        *nodes(&mut cursor).swap_remove(at.index(count)) = with;
        let request = PageRequest { cursor: Some(STANDARD.encode(cursor.to_string())), limit: 2, ..PageRequest::default() };
        match now(reader.page(&ReadScope::All, &request)) {
            Ok(page) => {
                prop_assert!(page.items.len() <= 2);
                // Where it leads on from here holds as well.
                for next in [page.next_cursor, page.previous_cursor].into_iter().flatten() {
                    let request = PageRequest { cursor: Some(next), limit: 2, ..PageRequest::default() };
                    prop_assert!(now(reader.page(&ReadScope::All, &request)).is_ok());
                }
            }
            Err(error) => prop_assert!(matches!(error, QueryError::MalformedCursor(_)), "{error}"),
        }
    }
}

/// Every value that holds no other.
fn nodes(value: &mut Value) -> Vec<&mut Value> {
    let full = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    if !full {
        return vec![value];
    }
    match value {
        Value::Object(map) => map.values_mut().flat_map(nodes).collect(),
        Value::Array(list) => list.iter_mut().flat_map(nodes).collect(),
        _ => Vec::new(),
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["a", "00000000-0000-0000-0000-000000000000"])),
        Just(json!([null, "ffffffff-ffff-ffff-ffff-ffffffffffff"])),
        Just(json!({ "in": ["metadata.tags", ["b"]] })),
        Just(json!([{ "field": "metadata.name", "order": "desc" }])),
    ]
}
