//! The three small languages of catalog requests, read into the catalog's own terms: filters, predicates, fields.

use model::fields::FieldSet;
use model::filter::{Predicate, parse_filters};
use serde_json::Value;

use crate::error::ApiError;

/// Reads repeated `filter` parameters (contract catalog.md section 10.1).
pub fn filter(texts: &[String]) -> Result<Option<Predicate>, ApiError> {
    parse_filters(texts).map_err(|error| ApiError::Input(error.to_string()))
}

/// Reads a `query` predicate from a body (section 10.2).
pub fn query(value: Option<&Value>) -> Result<Option<Predicate>, ApiError> {
    value.map(Predicate::from_json).transpose().map_err(|error| ApiError::Input(error.to_string()))
}

/// Reads the paths of `fields` (section 10.3). No path asks for whole entities.
pub fn fields(paths: &[String]) -> Result<Option<FieldSet>, ApiError> {
    if paths.is_empty() {
        return Ok(None);
    }
    FieldSet::parse(paths).map(Some).map_err(|error| ApiError::Input(error.to_string()))
}

/// Both conditions, where there are two.
pub fn both(first: Option<Predicate>, second: Option<Predicate>) -> Option<Predicate> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first.and(second)),
        (first, second) => first.or(second),
    }
}
