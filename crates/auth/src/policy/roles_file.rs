//! `rolesFile`: roles as YAML, each with its members, what it allows, and what it denies, conditions beside the permission
//! they are for.
//!
//! ```yaml
//! roles:
//!   - name: role:default/team
//!     description: Everybody in a team
//!     members: [group:default/everybody]
//!     allow:
//!       - catalog.entity.create
//!       - permission: catalog.entity.read
//!         when: { rule: IS_ENTITY_OWNER, params: { claims: [$ownerRefs] } }
//!     deny: [catalog.entity.delete]
//! ```

use model::yaml::{self, Limits};
use serde_json::{Map, Value};

use super::criteria::{Criteria, CriteriaLimits};
use super::permission::{PLUGINS, Permission, PluginPermissions};
use super::role::{Condition, Effect, Grant, Invalid, Mapping, Role, member_ref, role_ref};
use super::rules;

/// Reads roles; those that cannot be used are skipped, and told with their line. Conditions have no ids yet.
pub fn read(text: &str, limits: CriteriaLimits) -> (Vec<Role>, Vec<String>) {
    let value = match yaml::parse_single(text, &Limits::default()) {
        Ok(value) => value,
        Err(error) => return (Vec::new(), vec![error.to_string()]),
    };
    let Some(items) = value.get("roles").and_then(Value::as_array) else {
        return (Vec::new(), vec!["expected `roles:` with a list of roles".to_owned()]);
    };
    let (mut roles, mut problems): (Vec<Role>, Vec<String>) = (Vec::new(), Vec::new());
    for (at, item) in items.iter().enumerate() {
        let read = role(item, limits).and_then(|role| match roles.iter().any(|other| other.name == role.name) {
            true => Err(Invalid(format!("{} is there twice", role.name))),
            false => Ok(role),
        });
        match read {
            Ok(role) => roles.push(role),
            Err(problem) => {
                let line = yaml::locate(text, 0, &format!("/roles/{at}")).map_or(1, |(line, _)| line);
                problems.push(format!("line {line}: {problem}"));
            }
        }
    }
    (roles, problems)
}

fn role(item: &Value, limits: CriteriaLimits) -> Result<Role, Invalid> {
    let object = item.as_object().ok_or_else(|| Invalid("a role is an object with `name` and `members`".to_owned()))?;
    let known = ["name", "description", "owner", "members", "allow", "deny"];
    if let Some(unknown) = object.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(Invalid(format!("`{unknown}` is not known; a role has {}", known.join(", "))));
    }
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let mut role = Role { name: role_ref(text("name").unwrap_or_default())?, ..Role::default() };
    role.metadata.description = text("description").map(str::to_owned);
    role.metadata.owner = text("owner").map(str::to_owned);
    for member in list(object, "members")? {
        role.add_member(member_ref(member.as_str().unwrap_or_default())?);
    }
    let mut conditional: Vec<Conditional> = Vec::new();
    for (name, effect) in [("allow", Effect::Allow), ("deny", Effect::Deny)] {
        for entry in list(object, name)? {
            grant(&mut role, &mut conditional, entry, effect, limits)?;
        }
    }
    for one in conditional {
        one.settle(&mut role)?;
    }
    Ok(role)
}

fn list<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], Invalid> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Invalid(format!("`{name}` expects a list"))),
    }
}

/// A permission by name, or an object with `permission`, `action` and `when`.
fn grant(
    role: &mut Role,
    conditional: &mut Vec<Conditional>,
    entry: &Value,
    effect: Effect,
    limits: CriteriaLimits,
) -> Result<(), Invalid> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let name = entry.as_str().or_else(|| text("permission"));
    let name = name.ok_or_else(|| Invalid("expected the name of a permission, or `permission:` with it".to_owned()))?;
    let known = find(name);
    let action = match (text("action"), &known) {
        (Some(action), _) => action,
        (None, Some((_, known))) => known.policy_action(),
        (None, None) => return Err(Invalid(format!("`{name}` is no permission known here; say its `action` too"))),
    };
    let Some(when) = entry.get("when") else {
        let effect = if effect == Effect::Allow { "allow" } else { "deny" };
        role.add_grant(Grant::read(name, action, effect)?);
        return Ok(());
    };
    let (plugin, resource_type) = match known {
        Some((plugin, Permission { resource_type: Some(resource_type), .. })) => (plugin.plugin, *resource_type),
        _ => return Err(Invalid(format!("`{name}` is about no resource known here, so it takes no `when`"))),
    };
    let when = with_resource_type(when, resource_type);
    let criteria = Criteria::read(&when, resource_type, limits).map_err(|error| Invalid(error.to_string()))?;
    rules::predicate(&criteria).map_err(|error| Invalid(error.to_string()))?;
    let at = conditional.iter().position(|other| other.name == name && other.action == action);
    let at = at.unwrap_or_else(|| {
        conditional.push(Conditional {
            name: name.to_owned(),
            action: action.to_owned(),
            plugin,
            resource_type,
            allow: Vec::new(),
            deny: Vec::new(),
        });
        conditional.len() - 1
    });
    let side = if effect == Effect::Allow { &mut conditional[at].allow } else { &mut conditional[at].deny };
    side.push(criteria);
    Ok(())
}

/// Everything a role says of one permission with `when`.
struct Conditional {
    name: String,
    action: String,
    plugin: &'static str,
    resource_type: &'static str,
    allow: Vec<Criteria>,
    deny: Vec<Criteria>,
}

impl Conditional {
    /// One condition of it all: one of what allows has to be met, and nothing of what denies.
    fn settle(self, role: &mut Role) -> Result<(), Invalid> {
        let always = |grant: &Grant| {
            grant.permission == self.name && grant.action == self.action && grant.effect == Effect::Allow
        };
        let everywhere = role.grants.iter().any(always);
        if self.allow.is_empty() && !everywhere {
            return Err(Invalid(format!("`{}` is denied under a condition, but nothing allows it", self.name)));
        }
        let any = |mut criteria: Vec<Criteria>| {
            if criteria.len() == 1 { criteria.remove(0) } else { Criteria::any_of(criteria) }
        };
        let denied = (!self.deny.is_empty()).then(|| Criteria::Not { not: Box::new(any(self.deny)) });
        let conditions = match (everywhere, denied) {
            (true, None) => return Ok(()),
            (true, Some(denied)) => denied,
            (false, None) => any(self.allow),
            (false, Some(denied)) => Criteria::AllOf { all_of: vec![any(self.allow), denied] },
        };
        role.grants.retain(|grant| {
            !(grant.permission == self.name && grant.action == self.action && grant.effect == Effect::Allow)
        });
        role.conditions.push(Condition {
            id: 0,
            plugin_id: self.plugin.to_owned(),
            resource_type: self.resource_type.to_owned(),
            mapping: vec![Mapping { name: Some(self.name), action: self.action }],
            conditions,
        });
        Ok(())
    }
}

fn find(name: &str) -> Option<(&'static PluginPermissions, &'static Permission<'static>)> {
    PLUGINS.iter().find_map(|plugin| Some((plugin, plugin.permissions.iter().find(|known| known.name == name)?)))
}

/// The permission says what its conditions are about; they need not.
fn with_resource_type(when: &Value, resource_type: &str) -> Value {
    match when {
        Value::Object(object) => {
            let inner = object.iter().filter(|(name, _)| *name != "params");
            let mut filled: Map<String, Value> =
                inner.map(|(name, value)| (name.clone(), with_resource_type(value, resource_type))).collect();
            if let Some(params) = object.get("params") {
                filled.insert("params".to_owned(), params.clone());
            }
            if object.contains_key("rule") {
                filled.entry("resourceType").or_insert_with(|| resource_type.into());
            }
            Value::Object(filled)
        }
        Value::Array(items) => items.iter().map(|item| with_resource_type(item, resource_type)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::policy::permission::{ENTITY_CREATE, ENTITY_READ};

    #[test]
    fn a_role_is_read_with_all_it_has() {
        let text = "roles:\n  - name: role:default/team\n    description: d\n    members: [group:default/a, user:ann]\n    \
                    allow:\n      - catalog.entity.create\n      - permission: catalog.entity.read\n        when:\n          \
                    anyOf:\n            - { rule: IS_ENTITY_OWNER, params: { claims: [$ownerRefs] } }\n    \
                    deny: [{ permission: x.y, action: use }]\n";
        let (roles, problems) = read(text, CriteriaLimits::default());
        assert_eq!(problems, [""; 0]);
        let role = &roles[0];
        assert_eq!(role.members, ["group:default/a", "user:default/ann"]);
        let grants: Vec<_> = role.grants.iter().map(|g| (g.permission.as_str(), g.action.as_str(), g.effect)).collect();
        assert_eq!(grants, [(ENTITY_CREATE.name, "create", Effect::Allow), ("x.y", "use", Effect::Deny)]);
        assert!(role.conditions[0].is_about(&ENTITY_READ));
        assert_eq!(role.conditions[0].conditions.rules()[0].resource_type, "catalog-entity");
    }

    #[test]
    fn what_denies_under_a_condition_narrows_what_allows() {
        let deny = "deny: [{ permission: catalog.entity.read, when: { rule: HAS_LABEL, params: { label: secret } } }]";
        let conditions = |allow: &str| {
            let (roles, problems) = read(
                &format!("roles:\n  - name: role:default/a\n    allow: {allow}\n    {deny}\n"),
                CriteriaLimits::default(),
            );
            assert!(roles.iter().all(|role| role.grants.is_empty()));
            (roles.first().map(|role| serde_json::to_value(&role.conditions[0].conditions).unwrap()), problems)
        };
        let label = serde_json::json!({"not": {"rule": "HAS_LABEL", "resourceType": "catalog-entity", "params": {"label": "secret"}}});
        assert_eq!(conditions("[catalog.entity.read]").0, Some(label.clone()));
        let kinds = "[{ permission: catalog.entity.read, when: { rule: IS_ENTITY_KIND, params: { kinds: [API] } } }]";
        assert_eq!(conditions(kinds).0.unwrap()["allOf"][1], label);
        assert!(conditions("[]").1[0].ends_with("is denied under a condition, but nothing allows it"));
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_line() {
        let text = "roles:\n  - name: role:default/a\n    member: []\n  - name: x\n  - name: role:default/b\n    \
                    allow: [no.such]\n  - name: role:default/c\n    allow:\n      - permission: catalog.entity.create\n        \
                    when: {}\n  - name: role:default/c\n  - name: role:default/c\n";
        let (roles, problems) = read(text, CriteriaLimits::default());
        assert_eq!(roles.len(), 1);
        assert_eq!(problems.len(), 5, "{problems:?}");
        assert!(problems[0].starts_with("line 2: `member` is not known"), "{problems:?}");
        assert!(problems[1].starts_with("line 4: \"x\" is not the reference of a role"), "{problems:?}");
        assert!(problems[2].starts_with("line 5: `no.such` is no permission known here"), "{problems:?}");
        assert!(problems[3].ends_with("so it takes no `when`"), "{problems:?}");
        assert!(problems[4].ends_with("role:default/c is there twice"), "{problems:?}");
        assert!(read("- a", CriteriaLimits::default()).1[0].starts_with("expected `roles:`"));
    }
}
