//! What fails with an entity.

use std::sync::Arc;

use catalog::{CatalogReader, Impact, ImpactRequest};
use model::filter::Predicate;
use model::{EntityRef, KindRegistry, ReadScope};
use serde_json::{Value, json};

use crate::support::reader;

fn entity(kind: &str, name: &str, relations: &[(&str, &str)]) -> Value {
    let relation = |(kind, target): &(&str, &str)| json!({ "type": kind, "targetRef": target });
    let relations: Vec<Value> = relations.iter().map(relation).collect();
    json!({ "kind": kind, "metadata": { "name": name, "title": name.to_uppercase() }, "relations": relations })
}

/// `db` ← `shop` and `till`; `shop` provides `orders`, which `web` consumes; `web` and `shop` need each other.
fn catalog() -> CatalogReader {
    let (shop, till, web) = ("component:default/shop", "component:default/till", "component:default/web");
    let (a, b) = (("ownedBy", "group:default/a"), ("ownedBy", "group:default/b"));
    reader([
        entity("Resource", "db", &[("dependencyOf", shop), ("dependencyOf", till), ("ownedBy", "group:default/a")]),
        entity(
            "Component",
            "shop",
            &[a, ("providesApi", "api:default/orders"), ("dependencyOf", web), ("partOf", "system:default/all")],
        ),
        entity("Component", "till", &[a, b]),
        entity("API", "orders", &[b, ("apiConsumedBy", web), ("apiConsumedBy", "component:default/ghost")]),
        entity("Component", "web", &[("dependencyOf", shop)]),
        entity("System", "all", &[("hasPart", shop)]),
    ])
}

fn request(root: &str) -> ImpactRequest {
    let relations = KindRegistry::builtin().impact_relations();
    ImpactRequest { root: EntityRef::parse_full(root).unwrap(), relations, depth: 20, offset: 0, limit: 100 }
}

fn shape(impact: &Impact) -> Vec<(usize, String)> {
    impact.items.iter().map(|item| (item.distance, item.entity_ref.to_string())).collect()
}

fn expected(items: &[(usize, &str)]) -> Vec<(usize, String)> {
    items.iter().map(|(distance, entity_ref)| (*distance, (*entity_ref).to_owned())).collect()
}

#[test]
fn what_depends_on_it_comes_nearest_first_with_owners_and_ways() {
    let impact = catalog().impact(&ReadScope::All, &request("resource:db")).unwrap();
    let all = [
        (1, "component:default/shop"),
        (1, "component:default/till"),
        (2, "api:default/orders"),
        (2, "component:default/web"),
        (3, "component:default/ghost"),
    ];
    assert_eq!(shape(&impact), expected(&all));
    let owner = |name: &str| EntityRef::new("group", "default", name);
    assert_eq!(impact.owners, [(owner("a"), 2), (owner("b"), 2)]);
    assert_eq!((impact.total, impact.unowned, impact.truncated), (5, 2, false));
    let (till, orders, ghost) = (&impact.items[1], &impact.items[2], &impact.items[4]);
    assert_eq!(till.owners, [owner("a"), owner("b")]);
    assert_eq!((orders.via[0].from.name(), orders.via[0].relation.as_str()), ("shop", "providesApi"));
    assert_eq!(orders.name.as_ref().map(|name| name.title.as_str()), Some("ORDERS"));
    assert!(ghost.name.is_none());
}

#[test]
fn steps_relations_and_pages_are_chosen() {
    let catalog = catalog();
    let of = |request: &ImpactRequest| shape(&catalog.impact(&ReadScope::All, request).unwrap());
    let near = ImpactRequest { depth: 1, ..request("resource:db") };
    assert_eq!(of(&near).len(), 2);
    let part = ImpactRequest { offset: 1, limit: 2, ..request("resource:db") };
    assert_eq!(of(&part), expected(&[(1, "component:default/till"), (2, "api:default/orders")]));
    let only = ImpactRequest { relations: vec!["DependencyOf".to_owned()], ..request("resource:db") };
    assert_eq!(of(&only).len(), 3);
    assert_eq!(of(&request("system:all"))[0], (1, "component:default/shop".to_owned()));
    assert_eq!(of(&request("component:till")), []);
    assert!(!of(&request("component:web")).contains(&(0, "component:default/web".to_owned())), "circles end");
    assert!(catalog.impact(&ReadScope::All, &request("component:nope")).is_none());
}

#[test]
fn what_the_reader_may_not_see_leads_nowhere() {
    let hidden = Predicate::Not(Box::new(Predicate::equals("metadata.name", "shop")));
    let scope = ReadScope::Matching(Arc::new(hidden));
    let impact = catalog().impact(&scope, &request("resource:db")).unwrap();
    assert_eq!(shape(&impact), expected(&[(1, "component:default/shop"), (1, "component:default/till")]));
    assert!(impact.items[0].name.is_none() && impact.items[0].owners.is_empty());
    assert!(catalog().impact(&ReadScope::None, &request("resource:db")).is_none());
}
