//! Whether a resource meets conditions.

use auth::Permission;
use auth::policy::criteria::Criteria;
use auth::policy::permission::{CATALOG_ENTITY, POLICY_ENTITY};
use auth::policy::{meets, rules};
use model::EntityRef;
use serde_json::Value;

use crate::error::ApiError;
use crate::extract::Object;
use crate::state::ApiState;

/// A permission as a request names it.
#[derive(Debug)]
pub struct Asked {
    pub name: String,
    pub action: Option<String>,
    pub resource_type: Option<String>,
}

impl Asked {
    /// Reads `{type, name, attributes: {action?}, resourceType?}`.
    pub fn read(permission: &Object<'_>) -> Result<Self, ApiError> {
        permission.require(&["name", "type"])?;
        let name = permission.text("name")?.unwrap_or_default();
        let kind = permission.one_of("type", &["basic", "resource"])?;
        let action = match permission.object("attributes")? {
            Some(attributes) => attributes.one_of("action", &["create", "read", "update", "delete"])?,
            None => None,
        };
        let resource_type = permission.text("resourceType")?.filter(|_| kind.as_deref() == Some("resource"));
        if kind.as_deref() == Some("resource") && resource_type.is_none() {
            permission.require(&["resourceType"])?;
        }
        Ok(Self { name, action, resource_type })
    }

    pub fn permission(&self) -> Permission<'_> {
        Permission { name: &self.name, action: self.action.as_deref(), resource_type: self.resource_type.as_deref() }
    }
}

/// The resources of a request: one reference, a list of them, or none.
#[derive(Debug)]
pub enum Refs {
    None,
    One(String),
    Many(Vec<String>),
}

impl Refs {
    /// Reads `resourceRef`.
    pub fn read(item: &Object<'_>) -> Result<Self, ApiError> {
        match item.value("resourceRef") {
            None => Ok(Self::None),
            Some(Value::Array(_)) => Ok(Self::Many(item.texts("resourceRef")?.unwrap_or_default())),
            Some(_) => Ok(item.text("resourceRef")?.map_or(Self::None, Self::One)),
        }
    }

    /// What `decide` says of each, in the shape of the wire: a word, or a list of words.
    pub fn each(&self, decide: impl Fn(&str) -> bool) -> Option<Value> {
        let word = |text: &String| Value::from(if decide(text) { "ALLOW" } else { "DENY" });
        match self {
            Self::None => None,
            Self::One(text) => Some(word(text)),
            Self::Many(texts) => Some(texts.iter().map(word).collect()),
        }
    }
}

/// Whether a resource of a type meets conditions. One that is not there meets none, nor the opposite of any.
pub fn meets_conditions(state: &ApiState, resource_type: &str, criteria: &Criteria, resource: &str) -> bool {
    match resource_type {
        CATALOG_ENTITY => EntityRef::parse_full(resource)
            .is_ok_and(|entity_ref| state.catalog.sees(&rules::scope(criteria), &entity_ref)),
        POLICY_ENTITY => {
            let policies = state.permissions.roles().map(auth::policy::Roles::policies);
            let role = policies.as_ref().and_then(|policies| policies.1.role(resource));
            role.is_some_and(|(_, role)| rules::predicate(criteria).is_ok_and(|predicate| meets(role, &predicate)))
        }
        _ => false,
    }
}
