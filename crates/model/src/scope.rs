//! What a reader may see. Every read of entities takes a [`ReadScope`] and cannot be called without one.

use std::sync::Arc;

/// The part of the catalog a caller may read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReadScope {
    /// Everything.
    All,
    /// Nothing.
    None,
    /// The entities that match a predicate.
    Matching(Arc<crate::filter::Predicate>),
}
