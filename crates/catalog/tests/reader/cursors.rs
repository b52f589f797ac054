//! Going through pages forwards and back (contract catalog.md section 9.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{
    CatalogReader, OrderField, PageRequest, QueryError,
    index::{FinalEntity, Index},
};
use model::filter::Predicate;
use model::{EntityRef, ReadScope};
use parking_lot::RwLock;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::support::{Bodies, entity, names, now, pages, prepared, reader};

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

#[test]
fn a_list_that_begins_late_is_the_same_when_asked_again_and_after_changes() {
    let named = |kind: &str, name: String| json!({ "kind": kind, "metadata": { "name": name } });
    let apis = (0..400).map(|i| named("API", format!("m{i:03}")));
    let components = ["z1", "z2", "a1"].map(|name| named("Component", name.to_owned()));
    let entities: Vec<FinalEntity> = (0..).zip(apis.chain(components)).map(|(n, body)| entity(n, body)).collect();
    let index = Arc::new(RwLock::new(Index::default()));
    index.write().apply(prepared(entities), &[]);
    let reader = CatalogReader::of(index.clone(), Arc::new(Bodies::default()));
    let list = |descending: bool| {
        let order = OrderField { key: "metadata.name".to_owned(), descending };
        let request = PageRequest {
            predicate: Some(Predicate::equals("kind", "component")),
            order: Some(order),
            limit: 10,
            ..PageRequest::default()
        };
        names(&now(reader.page(&ReadScope::All, &request)).unwrap().items)
    };
    let apply = |put: Option<FinalEntity>, gone: &[&str]| {
        let gone: Vec<EntityRef> = gone.iter().map(|text| EntityRef::parse_full(text).unwrap()).collect();
        index.write().apply(prepared(put), &gone);
    };
    for _ in 0..3 {
        assert_eq!(list(false), ["a1", "z1", "z2"]);
        assert_eq!(list(true), ["z2", "z1", "a1"]);
    }
    apply(None, &["component:default/a1"]);
    for _ in 0..3 {
        assert_eq!(list(false), ["z1", "z2"]);
        assert_eq!(list(true), ["z2", "z1"]);
    }
    apply(Some(entity(1000, named("Component", "b".to_owned()))), &["component:default/z1", "component:default/z2"]);
    for _ in 0..3 {
        assert_eq!(list(false), ["b"]);
        assert_eq!(list(true), ["b"]);
    }
}
