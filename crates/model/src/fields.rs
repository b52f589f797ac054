//! The `fields` parameter: dotted paths that pick parts of an entity (contract catalog.md section 10.3).

/// Parsed field paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSet {
    pub(crate) paths: Vec<String>,
}
