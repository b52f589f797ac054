//! How many entities of a selection have which value.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::{Index, NO_VALUE};
use crate::query::FacetValue;

/// Looking into an entity's rows costs about as much as testing this many values.
const ROW_COST: u64 = 4;

impl Index {
    /// The values of a key among a selection, with counts, in order of the original text.
    pub(crate) fn facet(&self, selection: &RoaringBitmap, name: &str) -> Vec<FacetValue> {
        let Some(id) = self.key_id(&name.to_lowercase()) else { return Vec::new() };
        let key = &self.keys[id as usize];
        let everything = selection.len() == self.live.len();
        let mut counts: Vec<(&str, u64)> = if everything {
            key.ids().map(|value| (key.original(value), key.postings(value).len())).collect()
        } else if selection.len() * ROW_COST < key.len() as u64 {
            let mut counts: HashMap<u32, u64> = HashMap::new();
            for number in selection {
                for value in self.values_of(number, id).filter(|value| *value != NO_VALUE) {
                    *counts.entry(value).or_default() += 1;
                }
            }
            counts.into_iter().map(|(value, count)| (key.original(value), count)).collect()
        } else {
            let counts = key.ids().map(|value| (key.original(value), key.postings(value).count_in(selection)));
            counts.filter(|(_, count)| *count > 0).collect()
        };
        counts.sort_unstable();
        counts.into_iter().map(|(value, count)| FacetValue { value: value.to_owned(), count }).collect()
    }

    /// The same, and for each value the values of another key among the entities that have it.
    pub(crate) fn facets_by(
        &self,
        selection: &RoaringBitmap,
        outer: &str,
        inner: &str,
    ) -> Vec<(FacetValue, Vec<FacetValue>)> {
        let values = self.facet(selection, outer).into_iter();
        let with_inner = |value: FacetValue| {
            let key = self.key(&outer.to_lowercase())?;
            let exact = key.equal(&value.value.to_lowercase()).find(|id| key.original(*id) == value.value)?;
            let having = &*key.postings(exact).bitmap() & selection;
            Some((value, self.facet(&having, inner)))
        };
        values.filter_map(with_inner).collect()
    }
}
