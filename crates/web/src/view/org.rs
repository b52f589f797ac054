//! What owners own, as their pages count it.

use catalog::CatalogReader;
use model::ReadScope;
use model::filter::Predicate;

/// What some owners own of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedKind {
    pub kind: String,
    pub count: u64,
    /// By `spec.type`, most first.
    pub types: Vec<(String, u64)>,
}

/// Counts what a predicate finds, by kind and type.
pub fn owned(reader: &CatalogReader, scope: &ReadScope, predicate: &Predicate) -> Vec<OwnedKind> {
    let counted = reader.facets_by(scope, "kind", "spec.type", Some(predicate));
    let mut kinds: Vec<OwnedKind> = counted
        .into_iter()
        .map(|(kind, types)| {
            let mut types: Vec<(String, u64)> = types.into_iter().map(|value| (value.value, value.count)).collect();
            types.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            OwnedKind { kind: kind.value, count: kind.count, types }
        })
        .collect();
    kinds.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.kind.cmp(&b.kind)));
    kinds
}
