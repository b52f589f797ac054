//! Which entities are meant: the predicate that both filter languages of the wire are read into
//! (contract catalog.md section 10), evaluated against search rows (section 7.1).

mod json;
mod parameter;
mod shape;

use serde::{Deserialize, Serialize};

pub use parameter::parse_filters;

use crate::flatten::Rows;

/// Conditions nested deeper than this are refused.
pub const MAX_DEPTH: usize = 32;

/// A predicate with more conditions and values than this is refused.
pub const MAX_TERMS: usize = 20_000;

/// A key of no search row: it holds for what one of its values owns through groups. Of a group that is what the groups below it
/// own, of a person what the groups own that it is in, and those above them. The catalog alone can tell.
pub const OWNED_BY_THROUGH: &str = "relations.ownedby.through";

/// A key of no search row: it holds for who is in a group or in one below it. The catalog alone can tell.
pub const MEMBER_OF_THROUGH: &str = "relations.memberof.through";

/// A condition on an entity's search rows. Keys and values are lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Predicate {
    /// True when all hold; true when empty.
    All(Vec<Predicate>),
    /// True when one holds; false when empty.
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    /// There is a row with this key.
    Exists(Box<str>),
    /// There is a row with this key and one of these values.
    In(Box<str>, Vec<Box<str>>),
    /// There is a row with this key whose value starts so.
    Prefix(Box<str>, Box<str>),
    /// There is a row with one of these keys whose value has this text in it. No filter of the wire says so; lists do.
    Contains(Vec<Box<str>>, Box<str>),
}

/// Why a filter cannot be understood; each is for the caller to fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    #[error("Invalid filter, '{0}' is not a valid statement (expected a string on the form a=b or a= or a)")]
    Statement(String),
    #[error("Query must be an object")]
    NotAnObject,
    /// What is wrong with its shape.
    #[error("Invalid query: {0}")]
    Query(String),
    #[error(
        "Invalid filter predicate: top-level primitive values are not supported. Wrap the value in a field expression, \
         e.g. {{ \"kind\": {0} }}"
    )]
    Primitive(String),
    #[error("Object form of $contains is not supported for field \"{0}\"")]
    Contains(String),
    #[error("The $contains operator for \"relations\" requires a \"type\" string property")]
    RelationType,
    #[error("Duplicate key \"{0}\" in $contains for \"relations\"")]
    RelationTwice(String),
    #[error("Unsupported key \"{0}\" in $contains for \"relations\". Only \"type\" and \"targetRef\" are supported")]
    RelationKey(String),
    #[error("Empty \"$in\" array for $contains on \"relations\" is not allowed")]
    NoTargets,
    #[error(
        "Unsupported value in $contains for \"relations\": expected a string or {{ \"$in\": [strings] }}, but got {0}"
    )]
    RelationTarget(String),
    #[error(
        "Invalid filter: at most {MAX_TERMS} conditions and values, nested at most {MAX_DEPTH} deep, can be asked for"
    )]
    TooLarge,
}

impl Predicate {
    /// The key has this value, in any casing.
    pub fn equals(key: &str, value: &str) -> Self {
        Self::In(key.to_lowercase().into(), vec![value.to_lowercase().into()])
    }

    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut parts) => {
                parts.push(other);
                Self::All(parts)
            }
            single => Self::All(vec![single, other]),
        }
    }

    /// Whether an entity with these rows is meant.
    pub fn matches(&self, rows: &Rows) -> bool {
        let some_value = |key: &str, test: &dyn Fn(&str) -> bool| {
            rows.of_key(key).filter_map(|row| row.value).any(|value| test(value.lower))
        };
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(rows)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(rows)),
            Self::Not(part) => !part.matches(rows),
            Self::Exists(key) => rows.of_key(key).next().is_some(),
            Self::In(key, values) => some_value(key, &|found| values.iter().any(|value| **value == *found)),
            Self::Prefix(key, prefix) => some_value(key, &|found| found.starts_with(&**prefix)),
            Self::Contains(keys, text) => keys.iter().any(|key| some_value(key, &|found| found.contains(&**text))),
        }
    }

    /// Refuses what has not the shape of a `query`, whatever its keys are.
    pub fn check_shape(query: &serde_json::Value) -> Result<(), FilterError> {
        json::check_shape(query, &[])
    }

    /// Refuses what is too deep or too large to evaluate; predicates from outside pass here.
    pub fn check_size(&self) -> Result<(), FilterError> {
        let mut left = MAX_TERMS;
        self.spend(0, &mut left)
    }

    fn spend(&self, depth: usize, left: &mut usize) -> Result<(), FilterError> {
        let cost = if let Self::In(_, values) = self { 1 + values.len() } else { 1 };
        *left = left.checked_sub(cost).filter(|_| depth <= MAX_DEPTH).ok_or(FilterError::TooLarge)?;
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().try_for_each(|part| part.spend(depth + 1, left)),
            Self::Not(part) => part.spend(depth + 1, left),
            Self::Exists(_) | Self::In(..) | Self::Prefix(..) | Self::Contains(..) => Ok(()),
        }
    }
}
