//! Going through pages forwards and back (contract catalog.md section 9.1).

use catalog::{OrderField, PageRequest, QueryError};
use model::ReadScope;
use proptest::prelude::*;
use serde_json::json;

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
}
