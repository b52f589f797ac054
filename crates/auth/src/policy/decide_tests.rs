#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;
use crate::policy::permission::{ENTITY_CREATE, ENTITY_READ, ENTITY_REFRESH};
use crate::policy::role::{Condition, Mapping};

fn entity_ref(text: &str) -> EntityRef {
    EntityRef::parse_full(text).unwrap()
}

/// Ann, who is in `a`, which is below `b`.
fn ann() -> Subject {
    let (user, a, b) = (entity_ref("user:default/ann"), entity_ref("group:default/a"), entity_ref("group:default/b"));
    Subject {
        owners: vec![user.clone(), a.clone()],
        groups: vec![GroupPath { group: a.clone(), below: None }, GroupPath { group: b, below: Some(a) }],
        user,
    }
}

fn role(name: &str, members: &[&str], grants: &[(&str, &str, &str)]) -> Role {
    Role {
        name: format!("role:default/{name}"),
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        grants: grants.iter().map(|(p, a, e)| Grant::read(p, a, e).unwrap()).collect(),
        ..Role::default()
    }
}

fn owned(id: u32) -> Condition {
    let written = json!({ "rule": "IS_ENTITY_OWNER", "resourceType": "catalog-entity",
        "params": { "claims": ["$ownerRefs"] } });
    Condition {
        id,
        plugin_id: "catalog".to_owned(),
        resource_type: "catalog-entity".to_owned(),
        mapping: vec![Mapping { name: None, action: "read".to_owned() }],
        conditions: serde_json::from_value(written).unwrap(),
    }
}

fn policies(roles: Vec<Role>, precedence: Precedence) -> Policies {
    let roles = roles.into_iter().map(|role| (Source::Rest, role)).collect();
    let root = HashSet::from([entity_ref("group:default/root")]);
    let (policies, ignored) = Policies::new(roles, root, Some("role:default/everybody"), precedence);
    assert!(ignored.is_empty());
    policies
}

fn decided(roles: Vec<Role>, permission: &Permission<'_>) -> Verdict {
    policies(roles, Precedence::Conditional).decide(&ann(), permission)
}

#[test]
fn nothing_is_allowed_that_no_role_allows() {
    assert_eq!(decided(Vec::new(), &ENTITY_READ), Verdict { decision: Decision::Deny, reason: Reason::Silence });
    let other = role("x", &["user:default/bob"], &[("catalog-entity", "read", "allow")]);
    assert_eq!(decided(vec![other], &ENTITY_READ).decision, Decision::Deny);
    let everybody = role("everybody", &[], &[("catalog.entity.create", "create", "allow")]);
    let verdict = decided(vec![everybody], &ENTITY_CREATE);
    assert_eq!(verdict.decision, Decision::Allow);
    assert!(matches!(verdict.reason, Reason::Policy { held: Held { through: Through::Everybody, .. }, .. }));
}

#[test]
fn a_role_comes_through_groups_and_says_by_which() {
    let verdict = decided(vec![role("b", &["group:default/b"], &[("catalog-entity", "read", "allow")])], &ENTITY_READ);
    assert_eq!(verdict.decision, Decision::Allow);
    let Reason::Policy { held, .. } = verdict.reason else { panic!("{:?}", verdict.reason) };
    assert_eq!(held.through, Through::Groups(vec![entity_ref("group:default/a"), entity_ref("group:default/b")]));
}

#[test]
fn a_denial_outweighs_and_a_name_outranks_a_type() {
    let allow = role("a", &["user:default/ann"], &[("catalog-entity", "read", "allow")]);
    let deny = role("d", &["group:default/a"], &[("catalog-entity", "read", "deny")]);
    assert_eq!(decided(vec![allow.clone(), deny.clone()], &ENTITY_READ).decision, Decision::Deny);
    let named = role("n", &["user:default/ann"], &[("catalog.entity.read", "read", "allow")]);
    assert_eq!(decided(vec![allow, deny, named], &ENTITY_READ).decision, Decision::Allow);
    let refresh = role("r", &["user:default/ann"], &[("catalog-entity", "read", "allow")]);
    assert_eq!(decided(vec![refresh], &ENTITY_REFRESH).decision, Decision::Deny);
}

#[test]
fn conditions_of_several_roles_are_alternatives() {
    let allow = role("a", &["user:default/ann"], &[("catalog-entity", "read", "allow")]);
    let conditional = Role { conditions: vec![owned(7)], ..role("c", &["group:default/a"], &[]) };
    let verdict = decided(vec![allow.clone(), conditional.clone()], &ENTITY_READ);
    let Decision::Conditional(criteria) = &verdict.decision else { panic!("{:?}", verdict.decision) };
    assert_eq!(
        serde_json::to_value(criteria).unwrap(),
        json!({ "anyOf": [{ "rule": "IS_ENTITY_OWNER", "resourceType": "catalog-entity",
            "params": { "claims": ["user:default/ann", "group:default/a"] } }] })
    );
    assert!(matches!(&verdict.reason, Reason::Conditions(by) if by.len() == 1 && by[0].1 == 7));
    let basic_first = policies(vec![allow, conditional.clone()], Precedence::Basic);
    assert_eq!(basic_first.decide(&ann(), &ENTITY_READ).decision, Decision::Allow);
    let twice = Role { conditions: vec![owned(1), owned(2)], ..conditional };
    let verdict = decided(vec![twice], &ENTITY_READ);
    assert_eq!(verdict.decision, Decision::Deny);
    assert!(matches!(verdict.reason, Reason::Ambiguous { ids, .. } if ids == [1, 2]));
}

#[test]
fn super_users_may_do_everything_directly_only() {
    let policies =
        policies(vec![role("d", &["user:default/ann"], &[("catalog-entity", "read", "deny")])], Precedence::Basic);
    let mut subject = ann();
    subject
        .groups
        .push(GroupPath { group: entity_ref("group:default/root"), below: Some(entity_ref("group:default/b")) });
    assert_eq!(policies.decide(&subject, &ENTITY_READ).decision, Decision::Deny);
    subject.owners.push(entity_ref("group:default/root"));
    assert_eq!(policies.decide(&subject, &ENTITY_READ).decision, Decision::Allow);
}

#[test]
fn of_equal_names_the_first_counts() {
    let roles = vec![
        (Source::CsvFile, role("a", &["user:default/ann"], &[])),
        (Source::Rest, role("a", &["user:default/bob"], &[])),
    ];
    let (policies, ignored) = Policies::new(roles, HashSet::new(), None, Precedence::Basic);
    assert_eq!(ignored, [(Source::Rest, "role:default/a".to_owned())]);
    assert_eq!(policies.role("role:default/a").unwrap().0, Source::CsvFile);
}
