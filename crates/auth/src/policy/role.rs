//! Roles: who has them, and what they allow and forbid (contract permissions.md section 6).

use model::{EntityRef, RefDefaults};
use serde::{Deserialize, Serialize};

use super::criteria::Criteria;
use super::permission::{self, Permission};

/// The role of those who may change roles.
pub const ADMIN_ROLE: &str = "role:default/rbac_admin";

/// Where a role comes from; it is changed nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// `app-config.yaml`.
    Configuration,
    CsvFile,
    RolesFile,
    /// The pages and the API.
    Rest,
}

impl Source {
    /// The word of the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::CsvFile => "csv-file",
            Self::RolesFile => "roles-file",
            Self::Rest => "rest",
        }
    }
}

/// A role with everything that belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// `role:<namespace>/<name>`, lower case.
    pub name: String,
    /// References of users and groups, lower case, each once.
    pub members: Vec<String>,
    pub metadata: RoleMetadata,
    pub grants: Vec<Grant>,
    pub conditions: Vec<Condition>,
}

/// What people should know of a role. Times are RFC 1123 texts, as clients show them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleMetadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// One policy of a role: a permission, or all on a type of resource, allowed or forbidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The name of a permission or a type of resource.
    pub permission: String,
    /// `create`, `read`, `update`, `delete` or `use`.
    pub action: String,
    pub effect: Effect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Allow,
    Deny,
}

/// What a role may do with resources that meet conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Unlike those of all other conditions.
    pub id: u32,
    pub plugin_id: String,
    pub resource_type: String,
    pub mapping: Vec<Mapping>,
    pub conditions: Criteria,
}

/// A permission that a condition is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Every permission with this action on the type of resource when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub action: String,
}

/// The actions that policies know.
pub const ACTIONS: [&str; 5] = ["create", "read", "update", "delete", "use"];

/// The most members, policies and conditions of a role; more belong into groups.
const MAX_PARTS: usize = 10_000;

impl Condition {
    /// Whether it is about a permission.
    pub fn is_about(&self, permission: &Permission<'_>) -> bool {
        permission.resource_type == Some(self.resource_type.as_str())
            && self.mapping.iter().any(|mapping| {
                mapping.action == permission.policy_action()
                    && mapping.name.as_deref().is_none_or(|name| name == permission.name)
            })
    }

    /// The permissions by name, as far as the plugin is known.
    pub fn permissions(&self) -> Vec<Mapping> {
        self.mapping.iter().flat_map(|mapping| self.named(mapping)).collect()
    }

    fn named(&self, mapping: &Mapping) -> Vec<Mapping> {
        if mapping.name.is_some() {
            return vec![mapping.clone()];
        }
        let known = permission::on_resource(&self.plugin_id, &self.resource_type);
        let named: Vec<Mapping> = known
            .filter(|known| known.policy_action() == mapping.action)
            .map(|known| Mapping { name: Some(known.name.to_owned()), action: mapping.action.clone() })
            .collect();
        if named.is_empty() { vec![mapping.clone()] } else { named }
    }
}

/// What is wrong with a role, a policy or a condition, for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// A role's reference in canonical form.
///
/// # Errors
/// It is none.
pub fn role_ref(text: &str) -> Result<String, Invalid> {
    reference(text, &["role"]).map_err(|found| {
        Invalid(format!("\"{found}\" is not the reference of a role; expected role:<namespace>/<name>"))
    })
}

/// A member's reference in canonical form.
///
/// # Errors
/// It is not that of a user or a group.
pub fn member_ref(text: &str) -> Result<String, Invalid> {
    reference(text, &["user", "group"]).map_err(|found| {
        Invalid(format!(
            "\"{found}\" is not the reference of a user or a group; expected user:<namespace>/<name> or \
             group:<namespace>/<name>"
        ))
    })
}

fn reference<'a>(text: &'a str, kinds: &[&str]) -> Result<String, &'a str> {
    let text = text.trim();
    let parsed = EntityRef::parse(text, RefDefaults::default()).ok().filter(|parsed| kinds.contains(&parsed.kind()));
    let written = parsed.filter(|_| !text.contains(['"', '\n', ',']) && text.len() <= 400);
    written.map(|parsed| parsed.as_str().to_owned()).ok_or(text)
}

impl Grant {
    /// A policy of its parts.
    ///
    /// # Errors
    /// A part is missing or not known.
    pub fn read(permission: &str, action: &str, effect: &str) -> Result<Self, Invalid> {
        let permission = permission.trim();
        if permission.is_empty() || permission.len() > 400 || permission.contains('"') {
            return Err(Invalid("'permission' field must not be empty or hold a quote".to_owned()));
        }
        if !ACTIONS.contains(&action) {
            return Err(Invalid(format!(
                "'policy' has invalid value: '{action}'. It should be one of: {}",
                ACTIONS.join(", ")
            )));
        }
        let effect = match effect {
            "allow" => Effect::Allow,
            "deny" => Effect::Deny,
            other => {
                return Err(Invalid(format!("'effect' has invalid value: '{other}'. It should be: 'allow' or 'deny'")));
            }
        };
        Ok(Self { permission: permission.to_owned(), action: action.to_owned(), effect })
    }
}

impl Role {
    /// Adds a member that is not one yet.
    pub fn add_member(&mut self, member: String) {
        if !self.members.contains(&member) && self.members.len() < MAX_PARTS {
            self.members.push(member);
        }
    }

    /// Adds a policy that is not there yet.
    pub fn add_grant(&mut self, grant: Grant) {
        if !self.grants.contains(&grant) && self.grants.len() < MAX_PARTS {
            self.grants.push(grant);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn references_are_canonical_and_of_their_kind() {
        assert_eq!(role_ref(" Role:Default/Team_A").unwrap(), "role:default/team_a");
        assert_eq!(member_ref("User:ann").unwrap(), "user:default/ann");
        for bad in ["", "ann", "component:default/a", "role:default/x", "user:default/a,b"] {
            assert!(member_ref(bad).is_err(), "{bad}");
        }
        assert!(role_ref("group:default/x").is_err());
    }

    #[test]
    fn a_condition_names_its_permissions() {
        let criteria = serde_json::json!({ "rule": "R", "resourceType": "catalog-entity" });
        let mapping =
            |name: Option<&str>, action: &str| Mapping { name: name.map(str::to_owned), action: action.into() };
        let condition = Condition {
            id: 1,
            plugin_id: "catalog".to_owned(),
            resource_type: "catalog-entity".to_owned(),
            mapping: vec![mapping(None, "read"), mapping(Some("catalog.entity.delete"), "delete")],
            conditions: serde_json::from_value(criteria).unwrap(),
        };
        assert!(condition.is_about(&permission::ENTITY_READ));
        assert!(condition.is_about(&permission::ENTITY_DELETE));
        assert!(!condition.is_about(&permission::ENTITY_REFRESH));
        assert!(!condition.is_about(&permission::ENTITY_CREATE));
        assert_eq!(
            condition.permissions(),
            [mapping(Some("catalog.entity.read"), "read"), mapping(Some("catalog.entity.delete"), "delete")]
        );
    }
}
