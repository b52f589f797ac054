//! Conditions of a decision: rules joined by `allOf`, `anyOf` and `not` (contract permissions.md sections 1 and 6.4).

use model::EntityRef;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Conditions, as policies write them and the wire shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Criteria {
    AllOf {
        #[serde(rename = "allOf")]
        all_of: Vec<Criteria>,
    },
    AnyOf {
        #[serde(rename = "anyOf")]
        any_of: Vec<Criteria>,
    },
    Not {
        not: Box<Criteria>,
    },
    Rule(RuleCall),
}

/// One rule with what it is asked with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleCall {
    pub rule: String,
    pub resource_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Map<String, Value>>,
}

/// How large conditions may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CriteriaLimits {
    pub depth: usize,
    pub nodes: usize,
    pub items: usize,
}

impl Default for CriteriaLimits {
    fn default() -> Self {
        Self { depth: 12, nodes: 256, items: 64 }
    }
}

/// What is wrong with conditions, for their author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct CriteriaError {
    /// Where in the conditions: `conditions.anyOf[1]`.
    pub place: String,
    pub reason: String,
}

/// Stands for the person who is asking.
const CURRENT_USER: &str = "$currentUser";
/// Stands for all that the person owns things as.
const OWNER_REFS: &str = "$ownerRefs";

impl Criteria {
    /// Reads conditions; every rule has to be about this type of resource.
    ///
    /// # Errors
    /// They have not the shape of conditions, or are larger than the limits.
    pub fn read(value: &Value, resource_type: &str, limits: CriteriaLimits) -> Result<Self, CriteriaError> {
        Reading { resource_type, limits, left: limits.nodes }.read(value, "conditions", 0)
    }

    /// Any of several.
    pub fn any_of(criteria: impl IntoIterator<Item = Self>) -> Self {
        Self::AnyOf { any_of: criteria.into_iter().collect() }
    }

    /// The same with what stands for a person replaced by the person.
    #[must_use]
    pub fn for_person(&self, user: &EntityRef, owners: &[EntityRef]) -> Self {
        let each = |parts: &[Self]| parts.iter().map(|part| part.for_person(user, owners)).collect();
        match self {
            Self::AllOf { all_of } => Self::AllOf { all_of: each(all_of) },
            Self::AnyOf { any_of } => Self::AnyOf { any_of: each(any_of) },
            Self::Not { not } => Self::Not { not: Box::new(not.for_person(user, owners)) },
            Self::Rule(call) => {
                let replace = |params: &Map<String, Value>| {
                    params.iter().map(|(name, value)| (name.clone(), personal(value, user, owners))).collect()
                };
                Self::Rule(RuleCall { params: call.params.as_ref().map(replace), ..call.clone() })
            }
        }
    }

    /// Every rule, in the order written.
    pub fn rules(&self) -> Vec<&RuleCall> {
        match self {
            Self::AllOf { all_of: parts } | Self::AnyOf { any_of: parts } => {
                parts.iter().flat_map(Self::rules).collect()
            }
            Self::Not { not } => not.rules(),
            Self::Rule(call) => vec![call],
        }
    }
}

fn personal(value: &Value, user: &EntityRef, owners: &[EntityRef]) -> Value {
    let texts = |refs: &[EntityRef]| refs.iter().map(|one| Value::from(one.as_str())).collect::<Vec<_>>();
    match value {
        Value::String(text) if text == CURRENT_USER => user.as_str().into(),
        Value::String(text) if text == OWNER_REFS => Value::Array(texts(owners)),
        Value::Array(items) => {
            let spliced = items.iter().flat_map(|item| match item.as_str() {
                Some(OWNER_REFS) => texts(owners),
                _ => vec![personal(item, user, owners)],
            });
            Value::Array(spliced.collect())
        }
        other => other.clone(),
    }
}

struct Reading<'a> {
    resource_type: &'a str,
    limits: CriteriaLimits,
    left: usize,
}

impl Reading<'_> {
    fn read(&mut self, value: &Value, place: &str, depth: usize) -> Result<Criteria, CriteriaError> {
        let refuse = |reason: String| Err(CriteriaError { place: place.to_owned(), reason });
        if depth >= self.limits.depth {
            return refuse(format!("conditions may be nested {} deep", self.limits.depth));
        }
        let Some(left) = self.left.checked_sub(1) else {
            return refuse(format!("there may be {} conditions in all", self.limits.nodes));
        };
        self.left = left;
        let Some(object) = value.as_object() else {
            return refuse("expected an object with `rule`, `allOf`, `anyOf` or `not`".to_owned());
        };
        let known = ["allOf", "anyOf", "not", "rule"].into_iter().filter(|name| object.contains_key(*name));
        let [form] = known.collect::<Vec<_>>()[..] else {
            return refuse("expected exactly one of `rule`, `allOf`, `anyOf` and `not`".to_owned());
        };
        let inner = &object[form];
        match form {
            "not" => Ok(Criteria::Not { not: Box::new(self.read(inner, &format!("{place}.not"), depth + 1)?) }),
            "rule" => self.rule(object, place).map(Criteria::Rule),
            form => {
                let items = inner.as_array().filter(|items| !items.is_empty());
                let Some(items) = items.filter(|items| items.len() <= self.limits.items) else {
                    return refuse(format!("`{form}` expects a list of 1 to {} conditions", self.limits.items));
                };
                let part = |(at, item)| self.read(item, &format!("{place}.{form}[{at}]"), depth + 1);
                let parts = items.iter().enumerate().map(part).collect::<Result<_, _>>()?;
                Ok(if form == "allOf" { Criteria::AllOf { all_of: parts } } else { Criteria::AnyOf { any_of: parts } })
            }
        }
    }

    fn rule(&self, object: &Map<String, Value>, place: &str) -> Result<RuleCall, CriteriaError> {
        let refuse = |reason: String| CriteriaError { place: place.to_owned(), reason };
        let text = |name: &str| object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let rule = text("rule").ok_or_else(|| refuse("`rule` expects the name of a rule".to_owned()))?;
        let resource_type = text("resourceType")
            .ok_or_else(|| refuse(format!("`resourceType` expects a text such as `{}`", self.resource_type)))?;
        if resource_type != self.resource_type {
            let expected = self.resource_type;
            return Err(refuse(format!("`resourceType` is {resource_type}, expected {expected}")));
        }
        let params = match object.get("params") {
            None | Some(Value::Null) => None,
            Some(Value::Object(params)) => Some(params.clone()),
            Some(_) => return Err(refuse("`params` expects an object".to_owned())),
        };
        Ok(RuleCall { rule: rule.to_owned(), resource_type: resource_type.to_owned(), params })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn owner(claims: &Value) -> Value {
        json!({ "rule": "IS_ENTITY_OWNER", "resourceType": "catalog-entity", "params": { "claims": claims } })
    }

    fn read(value: &Value) -> Result<Criteria, String> {
        Criteria::read(value, "catalog-entity", CriteriaLimits::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn conditions_come_back_as_they_were_written() {
        let written = json!({ "anyOf": [
            owner(&json!(["$ownerRefs"])),
            { "allOf": [{ "not": owner(&json!(["group:default/x"])) }] },
            { "rule": "R", "resourceType": "catalog-entity" },
        ]});
        assert_eq!(serde_json::to_value(read(&written).unwrap()).unwrap(), written);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (value, message) in [
            (json!(1), "conditions: expected an object with `rule`, `allOf`, `anyOf` or `not`"),
            (json!({}), "conditions: expected exactly one of `rule`, `allOf`, `anyOf` and `not`"),
            (json!({"anyOf": []}), "conditions: `anyOf` expects a list of 1 to 64 conditions"),
            (
                json!({"anyOf": [{"not": {}}]}),
                "conditions.anyOf[0].not: expected exactly one of `rule`, `allOf`, `anyOf` and `not`",
            ),
            (json!({"rule": "R"}), "conditions: `resourceType` expects a text such as `catalog-entity`"),
            (json!({"rule": "R", "resourceType": "x"}), "conditions: `resourceType` is x, expected catalog-entity"),
            (
                json!({"rule": "R", "resourceType": "catalog-entity", "params": []}),
                "conditions: `params` expects an object",
            ),
        ] {
            assert_eq!(read(&value).unwrap_err(), message);
        }
        let deep = (0..20).fold(owner(&json!([])), |inner, _| json!({ "not": inner }));
        assert!(read(&deep).unwrap_err().ends_with("conditions may be nested 12 deep"));
        let wide: Vec<Value> = (0..60).map(|_| json!({ "anyOf": vec![owner(&json!([])); 5] })).collect();
        assert!(read(&json!({ "anyOf": wide })).unwrap_err().ends_with("there may be 256 conditions in all"));
    }

    #[test]
    fn a_person_takes_the_place_of_its_alias() {
        let (user, team) = (EntityRef::new("user", "default", "ann"), EntityRef::new("group", "default", "a"));
        let written = read(&owner(&json!(["$ownerRefs", "group:default/z", "$currentUser"]))).unwrap();
        let personal = written.for_person(&user, &[user.clone(), team]);
        assert_eq!(
            serde_json::to_value(personal).unwrap(),
            owner(&json!(["user:default/ann", "group:default/a", "group:default/z", "user:default/ann"]))
        );
        let single =
            read(&json!({"rule": "R", "resourceType": "catalog-entity", "params": {"a": "$ownerRefs"}})).unwrap();
        let personal = serde_json::to_value(single.for_person(&user, std::slice::from_ref(&user))).unwrap();
        assert_eq!(personal["params"], json!({ "a": ["user:default/ann"] }));
    }
}
