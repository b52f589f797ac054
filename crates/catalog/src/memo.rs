//! What was found out since the catalog last changed. Everybody opens the same lists; beside each stand the counts of thousands of
//! values, and before its first entity come those of thousands of others.

use std::collections::HashMap;
use std::sync::Arc;

use model::{ReadScope, filter::Predicate};
use parking_lot::Mutex;

use crate::query::FacetValue;

/// So many values are remembered in all, those in questions included; then everything is forgotten.
const MAX_VALUES: usize = 100_000;

/// Which counts: who reads, what of, and by which key.
type Question = (ReadScope, Option<Predicate>, String);

/// The beginning of a list: who reads, what of, by which key, and whether from its end.
pub(crate) type Beginning = (ReadScope, Option<Predicate>, String, bool);

/// Fewer values than this are passed over sooner than looked up.
const WORTH_KEEPING: usize = 256;

#[derive(Default)]
pub(crate) struct Memo(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    generation: u64,
    values: usize,
    counts: HashMap<Question, Arc<[FacetValue]>>,
    passed: HashMap<Beginning, usize>,
}

impl Memo {
    /// What was counted in this generation of the catalog, else what `count` counts.
    pub fn counts(
        &self,
        generation: u64,
        scope: &ReadScope,
        predicate: Option<&Predicate>,
        key: &str,
        count: impl FnOnce() -> Vec<FacetValue>,
    ) -> Arc<[FacetValue]> {
        let question = (scope.clone(), predicate.cloned(), key.to_owned());
        if let Some(known) = self.0.lock().of(generation).counts.get(&question) {
            return known.clone();
        }
        // Beside the lock: counting takes its time.
        let counted: Arc<[FacetValue]> = count().into();
        let weight = counted.len() + predicate.map_or(1, terms);
        if weight <= MAX_VALUES / 2 {
            self.0.lock().with_room(generation, weight).counts.insert(question, counted.clone());
        }
        counted
    }

    /// How many values come before the first entity of a list, as far as that is known.
    pub fn passed(&self, generation: u64, beginning: &Beginning) -> usize {
        self.0.lock().of(generation).passed.get(beginning).copied().unwrap_or(0)
    }

    /// Remembers that.
    pub fn keep_passed(&self, generation: u64, beginning: Beginning, passed: usize) {
        let weight = 1 + beginning.1.as_ref().map_or(0, terms);
        if passed >= WORTH_KEEPING && weight <= MAX_VALUES / 2 {
            self.0.lock().with_room(generation, weight).passed.insert(beginning, passed);
        }
    }
}

impl Kept {
    /// What is known of a generation; that of others is forgotten.
    fn of(&mut self, generation: u64) -> &mut Self {
        if self.generation != generation {
            *self = Self { generation, ..Self::default() };
        }
        self
    }

    /// The same, with room for so many values more.
    fn with_room(&mut self, generation: u64, weight: usize) -> &mut Self {
        let kept = self.of(generation);
        if kept.values + weight > MAX_VALUES {
            *kept = Self { generation, ..Self::default() };
        }
        kept.values += weight;
        kept
    }
}

/// Conditions and values of a predicate.
fn terms(predicate: &Predicate) -> usize {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => 1 + parts.iter().map(terms).sum::<usize>(),
        Predicate::Not(part) => 1 + terms(part),
        Predicate::In(_, values) | Predicate::Contains(values, _) => 1 + values.len(),
        Predicate::Exists(_) | Predicate::Prefix(..) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_stays_until_the_catalog_changes() {
        let memo = Memo::default();
        let value = |value: &str| vec![FacetValue { value: value.to_owned(), count: 1 }];
        let ask = |generation, key: &str, found: &str| {
            memo.counts(generation, &ReadScope::All, None, key, || value(found))[0].value.clone()
        };
        assert_eq!(
            (ask(1, "kind", "a"), ask(1, "kind", "b"), ask(1, "spec.type", "b")),
            ("a".into(), "a".into(), "b".into())
        );
        let blind = memo.counts(1, &ReadScope::None, None, "kind", Vec::new);
        assert!(blind.is_empty());
        assert_eq!((ask(2, "kind", "c"), ask(2, "kind", "d")), ("c".to_owned(), "c".to_owned()));
        let beginning = || (ReadScope::All, None, "metadata.name".to_owned(), false);
        memo.keep_passed(2, beginning(), 1000);
        assert_eq!((memo.passed(2, &beginning()), memo.passed(3, &beginning())), (1000, 0));
    }
}
