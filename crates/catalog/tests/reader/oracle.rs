//! The index answers as a naive reading of the search rows does, whatever came and went before.

use catalog::{
    CatalogReader, ListRequest, OrderField, PageRequest, TextFilter,
    index::{FinalEntity, Index},
};
use model::{EntityRef, ReadScope, filter::Predicate, flatten::Rows};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support::{entity, json as parse, now, prepared, reader_of};

const KEYS: [&str; 7] =
    ["kind", "metadata.name", "metadata.tags", "metadata.tags.java", "spec.type", "spec.size", "metadata.uid"];
const VALUES: [&str; 9] = ["component", "api", "a", "ab", "java", "true", "service", "10", ""];

/// What happens to a catalog: puts by number, and removals.
#[derive(Clone, Debug)]
struct Batch {
    puts: Vec<(u8, Value)>,
    removals: Vec<u8>,
}

fn body() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["Component", "API", "component"]);
    let tags = prop::sample::subsequence(vec!["java", "a", "b", "ab"], 0..=4);
    let of_spec = |values: Vec<Value>| prop::sample::select(values);
    let kind_type =
        of_spec(vec![json!("service"), json!("Service"), json!(true), json!("True"), Value::Null, json!(["x", null])]);
    let size = of_spec(vec![json!(1), json!(10), json!(2.5), json!([1, 10]), Value::Null, json!("x".repeat(300))]);
    (kind, "[abA]{1,2}", tags, kind_type, size).prop_map(|(kind, name, tags, kind_type, size)| {
        json!({
            "kind": kind, "metadata": { "name": name, "tags": tags }, "spec": { "type": kind_type, "size": size },
            "relations": [{ "type": "ownedBy", "targetRef": "group:default/a" }],
        })
    })
}

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let batch = (prop::collection::vec((0..60u8, body()), 0..25), prop::collection::vec(0..60u8, 0..8))
        .prop_map(|(puts, removals)| Batch { puts, removals });
    prop::collection::vec(batch, 1..5)
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let key = || prop::sample::select(KEYS.to_vec()).prop_map(Box::<str>::from);
    let value = || prop::sample::select(VALUES.to_vec()).prop_map(Box::<str>::from);
    let leaf = prop_oneof![
        key().prop_map(Predicate::Exists),
        (key(), prop::collection::vec(value(), 0..4)).prop_map(|(key, values)| Predicate::In(key, values)),
        (key(), value()).prop_map(|(key, prefix)| Predicate::Prefix(key, prefix)),
        (prop::collection::vec(key(), 1..3), value()).prop_map(|(keys, text)| Predicate::Contains(keys, text)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::All),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::Any),
            inner.prop_map(|part| Predicate::Not(Box::new(part))),
        ]
    })
}

fn order() -> impl Strategy<Value = Option<OrderField>> {
    let field = (prop::sample::select(KEYS.to_vec()), any::<bool>());
    prop::option::of(field.prop_map(|(key, descending)| OrderField { key: key.to_owned(), descending }))
}

/// The catalog as a map, changed in step with the index. Of one reference, the newest put stays.
#[derive(Default)]
struct Naive(BTreeMap<u8, FinalEntity>);

impl Naive {
    fn apply(&mut self, index: &mut Index, batch: &Batch) {
        let refs: Vec<EntityRef> =
            batch.removals.iter().filter_map(|n| self.0.get(n)).map(|entity| entity.entity_ref.clone()).collect();
        let puts: Vec<FinalEntity> = batch.puts.iter().map(|(n, body)| entity((*n).into(), body.clone())).collect();
        index.apply(prepared(puts), &refs);
        self.0.retain(|_, entity| !refs.contains(&entity.entity_ref));
        let mut puts = batch.puts.clone();
        puts.sort_by_key(|(n, _)| *n);
        for (n, body) in puts {
            let entity = entity(n.into(), body);
            self.0.retain(|_, other| other.entity_ref != entity.entity_ref);
            self.0.insert(n, entity);
        }
    }

    fn matching(&self, predicates: &[&Predicate]) -> Vec<(u8, Rows)> {
        let rows = self.0.iter().map(|(n, entity)| (*n, Rows::of(&entity.body.0).unwrap()));
        rows.filter(|(_, rows)| predicates.iter().all(|predicate| predicate.matches(rows))).collect()
    }

    fn uids(&self, numbers: impl IntoIterator<Item = u8>) -> Vec<String> {
        numbers.into_iter().map(|n| self.0[&n].body.uid().unwrap().to_owned()).collect()
    }
}

fn values(rows: &Rows, key: &str) -> Vec<String> {
    rows.of_key(key).filter_map(|row| row.value).map(|value| value.lower.to_owned()).collect()
}

fn uids(items: &[bytes::Bytes]) -> Vec<String> {
    items.iter().map(|item| parse(item)["metadata"]["uid"].as_str().unwrap().to_owned()).collect()
}

/// Every page, forwards to the end and then back to the start.
fn walk(reader: &CatalogReader, scope: &ReadScope, request: &PageRequest) -> (Vec<Vec<String>>, u64) {
    let turn = |cursor| PageRequest { cursor: Some(cursor), limit: request.limit, ..PageRequest::default() };
    let mut page = now(reader.page(scope, request)).unwrap();
    assert!(page.previous_cursor.is_none());
    let total = page.total;
    let mut pages = vec![uids(&page.items)];
    while let Some(next) = page.next_cursor.take() {
        page = now(reader.page(scope, &turn(next))).unwrap();
        assert_eq!(page.total, total);
        pages.push(uids(&page.items));
    }
    let mut back = pages.len() - 1;
    while let Some(previous) = page.previous_cursor.take() {
        page = now(reader.page(scope, &turn(previous))).unwrap();
        back -= 1;
        assert_eq!(uids(&page.items), pages[back]);
        assert!(page.next_cursor.is_some());
    }
    assert_eq!(back, 0);
    (pages, total)
}

/// Whether a text is like a pattern with SQL's wildcards.
fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some(('%', rest)), _) => (0..=text.len()).any(|at| like(rest, &text[at..])),
        (Some((wanted, rest)), Some((found, behind))) => (*wanted == '_' || wanted == found) && like(rest, behind),
        (Some(_), None) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_the_naive_one(
        batches in batches(),
        (visible, meant) in (prop::option::of(predicate()), predicate()),
        order in order(),
        (term, fields) in ("[a1s%_]{0,2}", prop::option::of(prop::sample::subsequence(KEYS.to_vec(), 0..3))),
        limit in 1..7usize,
    ) {
        let (mut naive, mut index) = (Naive::default(), Index::default());
        for batch in &batches {
            naive.apply(&mut index, batch);
        }
        prop_assert_eq!(index.len(), naive.0.len());
        let reader = reader_of(index);
        let scope = visible.clone().map_or(ReadScope::All, |visible| ReadScope::Matching(Arc::new(visible)));
        let predicates: Vec<&Predicate> = visible.iter().chain([&meant]).collect();
        let matching = naive.matching(&predicates);
        prop_assert_eq!(reader.count(&scope, Some(&meant)), matching.len() as u64);
        prop_assert_eq!(reader.count(&ReadScope::None, Some(&meant)), 0);

        // Pages.
        let key = order.as_ref().map(|order| order.key.as_str());
        let fields: Option<Vec<String>> = fields.map(|fields| fields.iter().map(|field| (*field).to_owned()).collect());
        let searched = fields.clone().unwrap_or_else(|| vec![key.unwrap_or("metadata.uid").to_owned()]);
        let pattern = format!("%{term}%").chars().collect::<Vec<_>>();
        let is_like = |value: &str| term.is_empty() || like(&pattern, &value.chars().collect::<Vec<_>>());
        let has_text = |rows: &Rows| {
            term.is_empty() || searched.iter().any(|key| values(rows, key).iter().any(|value| is_like(value)))
        };
        let in_place = |value: &String| searched.len() != 1 || Some(searched[0].as_str()) != key || is_like(value);
        let mut places: Vec<(String, u8)> = Vec::new();
        for (n, rows) in matching.iter().filter(|(_, rows)| has_text(rows)) {
            match key {
                None => places.push((String::new(), *n)),
                Some(key) => {
                    places.extend(values(rows, key).into_iter().filter(in_place).map(|value| (value, *n)));
                }
            }
        }
        places.sort();
        if order.as_ref().is_some_and(|order| order.descending) {
            places.reverse();
        }
        let request = PageRequest {
            predicate: Some(meant.clone()),
            text: Some(TextFilter { term: term.clone(), fields }),
            order: order.clone(),
            limit,
            count: true,
            ..PageRequest::default()
        };
        let (pages, total) = walk(&reader, &scope, &request);
        let expected = naive.uids(places.iter().map(|(_, n)| *n));
        prop_assert_eq!(pages.concat(), expected.clone());
        prop_assert!(pages.len() <= 1 || pages.iter().all(|page| !page.is_empty()));
        let distinct: std::collections::BTreeSet<u8> = places.iter().map(|(_, n)| *n).collect();
        prop_assert_eq!(total, distinct.len() as u64);
        let later = PageRequest { offset: 3, limit: 1000, ..request };
        let later = now(reader.page(&scope, &later)).unwrap();
        prop_assert_eq!(uids(&later.items), expected.get(3..).unwrap_or_default());

        // Facets.
        let keys: Vec<String> = KEYS.iter().map(|key| (*key).to_owned()).collect();
        for (key, found) in reader.facets(&scope, &keys, Some(&meant)) {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for value in matching.iter().flat_map(|(_, rows)| rows.of_key(&key)).filter_map(|row| row.value) {
                *counts.entry(value.original.to_owned()).or_default() += 1;
            }
            let found: Vec<(String, u64)> = found.iter().map(|facet| (facet.value.clone(), facet.count)).collect();
            prop_assert_eq!(found, counts.into_iter().collect::<Vec<_>>());
        }

        // The older list, paged: by reference.
        let list = ListRequest { predicate: Some(meant.clone()), limit: Some(limit), offset: Some(1), ..ListRequest::default() };
        let list = now(reader.list(&scope, &list)).unwrap();
        let mut by_ref: Vec<(&EntityRef, u8)> = matching.iter().map(|(n, _)| (&naive.0[n].entity_ref, *n)).collect();
        by_ref.sort();
        let expected = naive.uids(by_ref.iter().map(|(_, n)| *n).skip(1).take(limit));
        prop_assert_eq!(uids(&list.items), expected);
        prop_assert_eq!(list.more, by_ref.len() > limit + 1);

        // One by one.
        let refs: Vec<String> = naive.0.values().map(|entity| entity.entity_ref.to_string()).collect();
        let found = now(reader.by_refs(&scope, &refs, Some(&meant), None)).unwrap();
        let expected: Vec<bool> = naive.0.keys().map(|n| matching.iter().any(|(other, _)| other == n)).collect();
        prop_assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), expected);
    }
}
