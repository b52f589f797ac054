//! Ownership and membership through nested groups.

use std::sync::Arc;

use catalog::CatalogReader;
use model::filter::{Predicate, parse_filters};
use model::{EntityRef, ReadScope};
use serde_json::{Value, json};

use crate::support::{json as parse, now, reader};

fn entity(kind: &str, name: &str, relations: &[(&str, &str)]) -> Value {
    let relation = |(kind, target): &(&str, &str)| json!({ "type": kind, "targetRef": target });
    let relations: Vec<Value> = relations.iter().map(relation).collect();
    json!({ "kind": kind, "metadata": { "name": name }, "spec": { "type": "team" }, "relations": relations })
}

/// `top` has `mid`, which has `low`, which has `top`; ann is in `low`, bob in `top` and `low`, cyd in no group.
fn organisation() -> CatalogReader {
    let group = |name: &str| format!("group:default/{name}");
    let (top, mid, low) = (group("top"), group("mid"), group("low"));
    let (ann, bob) = ("user:default/ann", "user:default/bob");
    let owned = |name: &str, owner: &str| entity("Component", name, &[("ownedBy", owner)]);
    reader([
        entity("Group", "top", &[("parentOf", &mid), ("childOf", &low), ("hasMember", bob)]),
        entity("Group", "mid", &[("parentOf", &low), ("parentOf", "group:default/gone"), ("childOf", &top)]),
        entity("Group", "low", &[("parentOf", &top), ("childOf", &mid), ("hasMember", ann), ("hasMember", bob)]),
        entity("Group", "other", &[("hasMember", "user:default/dan")]),
        entity("User", "ann", &[("memberOf", &low)]),
        entity("User", "bob", &[("memberOf", &low), ("memberOf", &top)]),
        entity("User", "cyd", &[]),
        entity("User", "dan", &[("memberOf", "group:default/other")]),
        owned("of-top", &top),
        owned("of-low", &low),
        owned("of-gone", "group:default/gone"),
        owned("of-other", "group:default/other"),
        owned("of-cyd", "user:default/cyd"),
    ])
}

fn found(reader: &CatalogReader, scope: &ReadScope, filter: &str) -> Vec<String> {
    let predicate = parse_filters(&[filter.to_owned()]).unwrap();
    let request = catalog::ListRequest { predicate: predicate.clone(), ..Default::default() };
    let names = |items: Vec<bytes::Bytes>| -> Vec<String> {
        items.iter().map(|item| parse(item)["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let mut listed = names(now(reader.list(scope, &request)).unwrap().items);
    listed.sort();
    // One by one it is the same.
    let all = names(now(reader.list(scope, &Default::default())).unwrap().items);
    let kinds = ["component", "user", "group"];
    let refs: Vec<String> = all.iter().flat_map(|name| kinds.map(|kind| format!("{kind}:default/{name}"))).collect();
    let each = now(reader.by_refs(scope, &refs, predicate.as_ref(), None)).unwrap();
    let mut each = names(each.into_iter().flatten().collect());
    each.sort();
    assert_eq!(each, listed, "{filter}");
    listed
}

#[test]
fn a_filter_looks_through_groups_and_the_exact_one_does_not() {
    let reader = organisation();
    let found = |filter: &str| found(&reader, &ReadScope::All, filter);
    assert_eq!(found("relations.ownedBy=group:default/top"), ["of-top"]);
    assert_eq!(found("relations.ownedBy.through=Group:default/Top"), ["of-gone", "of-low", "of-top"]);
    assert_eq!(found("relations.ownedBy.through=group:default/other"), ["of-other"]);
    assert_eq!(found("relations.ownedBy.through=user:default/ann"), ["of-low", "of-top"]);
    assert_eq!(found("relations.ownedBy.through=user:default/cyd"), ["of-cyd"]);
    assert_eq!(found("relations.ownedBy.through=user:default/nobody"), [""; 0]);
    let both = "relations.ownedBy.through=user:default/cyd,relations.ownedBy.through=group:default/other";
    assert_eq!(found(both), ["of-cyd", "of-other"]);
    assert_eq!(found("relations.ownedBy.through").len(), 5);
    assert_eq!(found("relations.memberOf.through=group:default/mid"), ["ann", "bob"]);
    assert_eq!(found("kind=user,relations.memberOf.through=group:default/other"), ["dan"]);
    let query = json!({"$not": {"relations.ownedBy.through": {"$in": ["group:default/top"]}}, "kind": "component"});
    assert!(Predicate::from_json(&query).is_err(), "operators stand alone");
    let query = json!({"$all": [{"kind": "component"}, {"$not": {"relations.ownedBy.through": "group:default/top"}}]});
    let predicate = Predicate::from_json(&query).unwrap();
    assert_eq!(reader.count(&ReadScope::All, Some(&predicate)), 2);
}

#[test]
fn only_groups_that_the_reader_may_see_lead_on() {
    let reader = organisation();
    let hidden = Predicate::Not(Box::new(Predicate::equals("metadata.name", "mid")));
    let scope = ReadScope::Matching(Arc::new(hidden));
    assert_eq!(found(&reader, &scope, "relations.ownedBy.through=group:default/top"), ["of-top"]);
    // A scope may look through groups itself, and then sees all of them.
    let through = Predicate::equals("relations.ownedBy.through", "group:default/top");
    let scope = ReadScope::Matching(Arc::new(through));
    assert_eq!(reader.count(&scope, None), 3);
    assert!(now(reader.by_ref(&scope, &EntityRef::new("component", "default", "of-low"))).unwrap().is_some());
    assert!(now(reader.by_ref(&scope, &EntityRef::new("component", "default", "of-other"))).unwrap().is_none());
}

#[test]
fn members_come_directly_and_through_subgroups_even_in_circles() {
    let reader = organisation();
    let group = |name: &str| EntityRef::new("group", "default", name);
    let user = |name: &str| EntityRef::new("user", "default", name);
    let membership = reader.membership(&ReadScope::All, &group("top"));
    assert_eq!(membership.direct, [user("bob")]);
    assert_eq!(membership.through, [(user("ann"), vec![group("low")])]);
    assert_eq!(membership.subgroups, [group("gone"), group("low"), group("mid")]);
    assert!(!membership.truncated);
    assert_eq!(reader.membership(&ReadScope::None, &group("top")), catalog::Membership::default());
    let owners = reader.owners(&ReadScope::All, &[user("dan"), group("mid")]);
    assert_eq!(owners, [user("dan"), group("mid"), group("other"), group("top"), group("low")]);
}

#[test]
fn types_are_counted_within_kinds() {
    let reader = organisation();
    let counted = reader.facets_by(&ReadScope::All, "kind", "spec.type", None);
    let shape: Vec<(&str, u64, u64)> =
        counted.iter().map(|(kind, types)| (kind.value.as_str(), kind.count, types[0].count)).collect();
    assert_eq!(shape, [("Component", 5, 5), ("Group", 4, 4), ("User", 4, 4)]);
}
