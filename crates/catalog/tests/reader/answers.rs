//! Names, references, relations, large texts and suggestions.

use std::sync::Arc;

use catalog::{
    CatalogReader, GraphRequest, ListRequest, OrderField, PageRequest,
    index::{FinalEntity, Index, Prepared},
};
use model::{EntityRef, ReadScope, fields::FieldSet, filter::Predicate};
use serde_json::{Value, json};

use crate::support::{entity, json as parse, names, now, prepared, reader, reader_of};

fn component(name: &str, relations: &[(&str, &str)]) -> Value {
    let relations: Vec<Value> =
        relations.iter().map(|(kind, target)| json!({ "type": kind, "targetRef": target })).collect();
    json!({ "kind": "Component", "metadata": { "name": name }, "spec": { "type": "service" }, "relations": relations })
}

fn entity_ref(text: &str) -> EntityRef {
    EntityRef::parse_full(text).unwrap()
}

fn only(key: &str, value: &str) -> ReadScope {
    ReadScope::Matching(Arc::new(Predicate::equals(key, value)))
}

#[test]
fn references_are_read_in_any_casing_and_junk_is_nothing() {
    let reader = reader([component("a", &[]), component("b", &[])]);
    let refs = ["Component:Default/A", "component:b", "component:default/b", "::::", "", "a"].map(str::to_owned);
    let fields = FieldSet::parse(&["metadata.name"]).unwrap();
    let found = now(reader.by_refs(&ReadScope::All, &refs, None, Some(&fields))).unwrap();
    let found: Vec<Value> = found.iter().map(|item| item.as_ref().map_or(Value::Null, parse)).collect();
    let named = |name: &str| json!({ "metadata": { "name": name } });
    assert_eq!(found, [named("a"), named("b"), named("b"), Value::Null, Value::Null, Value::Null]);
}

#[test]
fn a_large_text_is_left_in_the_store_until_it_is_asked_for() {
    let definition = "x".repeat(10_000);
    let body = json!({ "kind": "API", "metadata": { "name": "a", "etag": "e1" }, "spec": { "type": "openapi", "definition": definition } });
    let full = reader([body.clone()]);
    let hit = now(full.by_ref(&ReadScope::All, &entity_ref("api:default/a"))).unwrap().unwrap();
    assert_eq!((parse(&hit.json)["spec"].clone(), hit.etag.as_str()), (body["spec"].clone(), "e1"));

    // Without a store that has it, what does not need it still answers.
    let mut index = Index::default();
    index.apply(prepared([entity(0, body)]), &[]);
    let bare = reader_of(index);
    let fields = FieldSet::parse(&["spec.type"]).unwrap();
    let request = PageRequest { limit: 1, fields: Some(fields), ..PageRequest::default() };
    let page = now(bare.page(&ReadScope::All, &request)).unwrap();
    assert_eq!(parse(&page.items[0]), json!({ "spec": { "type": "openapi" } }));
}

#[test]
fn keys_that_differ_in_casing_are_a_problem_of_the_entity() {
    let body = json!({ "kind": "Component", "metadata": { "name": "a", "labels": { "x": "1", "X": "2" } } });
    let problem = Prepared::new(entity(0, body)).err().unwrap();
    assert_eq!(
        (problem.name.as_str(), problem.message.as_str()),
        ("InputError", "Entity has duplicate keys that vary only in casing, 'metadata.labels.x'")
    );
}

#[test]
fn ancestry_goes_up_as_far_as_the_reader_sees() {
    let parent = |name: &str| Some(entity_ref(&format!("component:default/{name}")));
    let entities = [("c", parent("b")), ("b", parent("a")), ("a", None)];
    let mut index = Index::default();
    let entities =
        (0..).zip(entities).map(|(n, (name, parent))| FinalEntity { parent, ..entity(n, component(name, &[])) });
    index.apply(prepared(entities), &[]);
    let reader = reader_of(index);
    let ancestry = |scope: &ReadScope, name: &str| -> Option<Vec<(String, Vec<String>)>> {
        let chain = now(reader.ancestry(scope, &entity_ref(name))).unwrap()?;
        let line = |a: &catalog::Ancestor| {
            (
                parse(&a.json)["metadata"]["name"].as_str().unwrap().to_owned(),
                a.parents.iter().map(ToString::to_string).collect(),
            )
        };
        Some(chain.iter().map(line).collect())
    };
    let step = |name: &str, parents: &[&str]| (name.to_owned(), parents.iter().map(|p| (*p).to_owned()).collect());
    assert_eq!(
        ancestry(&ReadScope::All, "component:c"),
        Some(vec![step("c", &["component:default/b"]), step("b", &["component:default/a"]), step("a", &[]),])
    );
    assert_eq!(ancestry(&only("metadata.name", "c"), "component:c"), Some(vec![step("c", &[])]));
    assert_eq!(ancestry(&only("metadata.name", "c"), "component:b"), None);
    assert_eq!(ancestry(&ReadScope::All, "component:x"), None);
}

#[test]
fn a_graph_shows_what_is_hidden_as_what_is_not_there() {
    let reader = reader([
        component(
            "a",
            &[
                ("dependsOn", "component:default/b"),
                ("dependsOn", "component:default/gone"),
                ("ownedBy", "group:default/g"),
            ],
        ),
        component("b", &[("dependencyOf", "component:default/a"), ("dependsOn", "component:default/c")]),
        component("c", &[("dependencyOf", "component:default/b")]),
    ]);
    let request = GraphRequest {
        roots: vec![entity_ref("component:a")],
        depth: 1,
        relations: vec!["dependsOn".to_owned(), "dependencyOf".to_owned()],
        kinds: vec!["component".to_owned()],
        max_nodes: 10,
    };
    let show = |scope: &ReadScope, request: &GraphRequest| {
        let graph = reader.graph(scope, request);
        let nodes: Vec<(String, bool, usize)> =
            graph.nodes.iter().map(|node| (node.label.clone(), node.exists, node.distance)).collect();
        let edges: Vec<String> =
            graph.edges.iter().map(|e| format!("{} {} {}", e.source.name(), e.relation, e.target.name())).collect();
        (nodes, edges, graph.truncated)
    };
    let node = |name: &str, exists: bool, distance: usize| (name.to_owned(), exists, distance);
    let (nodes, edges, truncated) = show(&ReadScope::All, &request);
    assert_eq!(nodes, [node("a", true, 0), node("b", true, 1), node("gone", false, 1)]);
    assert_eq!(edges, ["a dependsOn b", "a dependsOn gone", "b dependencyOf a"]);
    assert!(!truncated);
    let (nodes, edges, _) = show(&only("metadata.name", "a"), &request);
    assert_eq!(nodes, [node("a", true, 0), node("b", false, 1), node("gone", false, 1)]);
    assert_eq!(edges, ["a dependsOn b", "a dependsOn gone"]);
    let (nodes, _, truncated) = show(&ReadScope::All, &GraphRequest { depth: 5, max_nodes: 2, ..request });
    assert_eq!((nodes.len(), truncated), (2, true));
}

#[test]
fn suggestions_put_the_better_fit_first() {
    let mut titled = component("zzz", &[]);
    titled["metadata"]["title"] = json!("Pay");
    let reader = reader([
        component("prepay", &[]),
        component("payments", &[]),
        component("pay", &[]),
        component("old-pay", &[]),
        titled,
        component("other", &[]),
    ]);
    let suggest = |scope: &ReadScope, text: &str, limit: usize| -> Vec<String> {
        reader.suggest(scope, text, limit).into_iter().map(|suggestion| suggestion.name).collect()
    };
    assert_eq!(suggest(&ReadScope::All, " PAY ", 10), ["pay", "zzz", "payments", "old-pay", "prepay"]);
    assert_eq!(suggest(&ReadScope::All, "pay", 2), ["pay", "zzz"]);
    assert_eq!(suggest(&only("metadata.name", "prepay"), "pay", 10), ["prepay"]);
    assert!(suggest(&ReadScope::All, "  ", 10).is_empty());
    assert!(suggest(&ReadScope::None, "pay", 10).is_empty());
}

fn listed(reader: &CatalogReader, order: &[(&str, bool)], paged: bool) -> Vec<String> {
    let order =
        order.iter().map(|(key, descending)| OrderField { key: (*key).to_owned(), descending: *descending }).collect();
    let request = ListRequest { order, limit: paged.then_some(100), ..ListRequest::default() };
    names(&now(reader.list(&ReadScope::All, &request)).unwrap().items)
}

#[test]
fn the_older_list_has_two_orders() {
    let titled = |name: &str, title: &str| {
        let mut body = component(name, &[]);
        body["metadata"]["title"] = json!(title);
        body
    };
    let reader = reader([titled("c", "One"), component("b", &[]), titled("a", "two"), titled("d", "one")]);
    // Everything at once: by id, and with an order without those that lack the field.
    assert_eq!(listed(&reader, &[], false), ["c", "b", "a", "d"]);
    assert_eq!(listed(&reader, &[("metadata.Title", true)], false), ["a", "d", "c"]);
    // Paged: by reference, and with an order those that lack the field come last.
    assert_eq!(listed(&reader, &[], true), ["a", "b", "c", "d"]);
    assert_eq!(listed(&reader, &[("metadata.title", true)], true), ["a", "c", "d", "b"]);
    assert_eq!(listed(&reader, &[("metadata.title", false), ("metadata.name", true)], true), ["d", "c", "a", "b"]);
    // Fields are looked up as written.
    assert_eq!(listed(&reader, &[("metadata.Title", true)], true), ["c", "b", "a", "d"]);
    assert_eq!(listed(&reader, &[("metadata.title", false), ("metadata.NAME", true)], true), ["c", "d", "a", "b"]);
}

#[test]
fn a_page_of_the_older_list_has_an_entity_once_for_each_value() {
    let tagged = |name: &str, tags: &[&str]| {
        let mut body = component(name, &[]);
        body["metadata"]["tags"] = json!(tags);
        body
    };
    let reader = reader([tagged("a", &["x", "z"]), tagged("b", &["y"]), component("c", &[])]);
    assert_eq!(listed(&reader, &[("metadata.tags", false)], true), ["a", "b", "a", "c"]);
    assert_eq!(listed(&reader, &[("metadata.tags", false), ("metadata.name", false)], true), ["a", "b", "c"]);
}
