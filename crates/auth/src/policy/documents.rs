//! Conditions as YAML documents: `conditionalPoliciesFile` and the bodies of the API (contract permissions.md section 6.4).

use model::yaml::{self, Limits};
use serde_json::Value;

use super::criteria::{Criteria, CriteriaLimits};
use super::role::{ACTIONS, Condition, Invalid, Mapping, role_ref};
use super::rules;

/// How large a file of conditions may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    pub bytes: usize,
    pub documents: usize,
    pub criteria: CriteriaLimits,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { bytes: 1 << 20, documents: 256, criteria: CriteriaLimits::default() }
    }
}

/// Reads a file of conditions: each with the role it belongs to. What cannot be used is skipped, and told with its line.
pub fn read(text: &str, limits: FileLimits) -> (Vec<(String, Condition)>, Vec<String>) {
    if text.len() > limits.bytes {
        return (Vec::new(), vec![format!("has {} bytes, at most {} are read", text.len(), limits.bytes)]);
    }
    let documents = yaml::parse_documents(text, &Limits::default());
    if documents.len() > limits.documents {
        let message = format!("has {} documents, at most {} are read", documents.len(), limits.documents);
        return (Vec::new(), vec![message]);
    }
    let (mut conditions, mut problems) = (Vec::new(), Vec::new());
    for document in documents {
        let line = document.line;
        match document.value {
            Err(error) => problems.push(error.to_string()),
            Ok(Value::Null) => {}
            Ok(value) => match condition(&value, limits.criteria, false) {
                Ok(read) => conditions.push(read),
                Err(error) => problems.push(format!("document at line {line}: {error}")),
            },
        }
    }
    (conditions, problems)
}

/// One condition and the role it belongs to; its id is to be given. Permissions have to be named where `named` says so.
///
/// # Errors
/// It has not the shape of a condition, or asks rules for what they do not take.
pub fn condition(value: &Value, limits: CriteriaLimits, named: bool) -> Result<(String, Condition), Invalid> {
    let text = |name: &str| {
        let found = value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.ok_or_else(|| Invalid(format!("'{name}' must be specified in the role condition")))
    };
    let role = role_ref(text("roleEntityRef")?)?;
    match value.get("result").and_then(Value::as_str) {
        Some("CONDITIONAL") => {}
        _ => return Err(Invalid("'result' must be CONDITIONAL".to_owned())),
    }
    let (plugin_id, resource_type) = (text("pluginId")?.to_owned(), text("resourceType")?.to_owned());
    let mapping = mapping(value.get("permissionMapping"), named)?;
    let written = value.get("conditions").ok_or_else(|| Invalid("'conditions' must be specified".to_owned()))?;
    let conditions = Criteria::read(written, &resource_type, limits).map_err(|error| Invalid(error.to_string()))?;
    // Rules of plugins outside are theirs to judge.
    if !rules::rules_for(&resource_type).is_empty() {
        rules::predicate(&conditions).map_err(|error| Invalid(error.to_string()))?;
    }
    Ok((role, Condition { id: 0, plugin_id, resource_type, mapping, conditions }))
}

fn mapping(value: Option<&Value>, named: bool) -> Result<Vec<Mapping>, Invalid> {
    let items = value.and_then(Value::as_array).filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| Invalid("'permissionMapping' must be a list that is not empty".to_owned()))?;
    let mut all: Vec<Mapping> = Vec::new();
    for item in items {
        let (name, action) = match item {
            Value::String(action) if !named => (None, action.as_str()),
            Value::Object(object) => {
                let text = |name: &str| object.get(name).and_then(Value::as_str);
                let name = text("name").ok_or_else(|| Invalid("'permissionMapping' lacks a 'name'".to_owned()))?;
                (Some(name.to_owned()), text("action").unwrap_or("use"))
            }
            _ => return Err(Invalid("'permissionMapping' expects objects with 'name' and 'action'".to_owned())),
        };
        if !ACTIONS.contains(&action) {
            return Err(Invalid(format!(
                "'permissionMapping' has the action '{action}'; expected one of {}",
                ACTIONS.join(", ")
            )));
        }
        if all.iter().any(|other| other.action == action) {
            return Err(Invalid(format!("'permissionMapping' has the action '{action}' twice")));
        }
        all.push(Mapping { name, action: action.to_owned() });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &str = "result: CONDITIONAL\nroleEntityRef: role:default/Test\npluginId: catalog\n\
                        resourceType: catalog-entity\npermissionMapping: [read, update]\nconditions:\n  \
                        rule: IS_ENTITY_OWNER\n  resourceType: catalog-entity\n  params: {claims: [\"$ownerRefs\"]}\n";

    #[test]
    fn documents_are_read_one_by_one() {
        let text = format!("{GOOD}---\n{}---\n", GOOD.replace("IS_ENTITY_OWNER", "NOPE"));
        let (conditions, problems) = read(&text, FileLimits::default());
        assert_eq!(conditions.len(), 1);
        assert_eq!(conditions[0].0, "role:default/test");
        assert_eq!(conditions[0].1.mapping.len(), 2);
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].ends_with("Permission rule 'NOPE' does not exist for resource type 'catalog-entity'"),
            "{problems:?}"
        );
        let (none, problems) = read(&text, FileLimits { documents: 1, ..FileLimits::default() });
        assert!(none.is_empty() && problems[0].contains("at most 1 are read"));
    }

    #[test]
    fn a_mapping_names_distinct_actions() {
        for (change, message) in [
            ("[read, read]", "'permissionMapping' has the action 'read' twice"),
            ("[]", "'permissionMapping' must be a list that is not empty"),
            ("[fly]", "'permissionMapping' has the action 'fly'; expected one of create, read, update, delete, use"),
        ] {
            let (none, problems) = read(&GOOD.replace("[read, update]", change), FileLimits::default());
            assert!(none.is_empty());
            assert!(problems[0].ends_with(message), "{problems:?}");
        }
        let parsed = yaml::parse_single(GOOD, &Limits::default()).unwrap();
        assert!(condition(&parsed, CriteriaLimits::default(), true).is_err());
    }
}
