//! Which entities a predicate, a text or a scope means: set algebra over postings.

use std::borrow::Cow;

use model::{ReadScope, filter::Predicate};
use roaring::RoaringBitmap;

use super::{Index, NO_VALUE, key::Key, like::Like};

/// A set of entity numbers.
pub(crate) type Selection<'a> = Cow<'a, RoaringBitmap>;

/// Looking into an entity's rows costs about as much as looking at this many values.
const ROW_COST: u64 = 4;

impl Index {
    /// The entities that a reader may see and that match.
    pub(crate) fn select(&self, scope: &ReadScope, predicate: Option<&Predicate>) -> Selection<'_> {
        let visible = match scope {
            ReadScope::All => None,
            ReadScope::None => return Cow::Owned(RoaringBitmap::new()),
            ReadScope::Matching(predicate) => Some(self.evaluate(&self.resolved(predicate, &ReadScope::All))),
        };
        let meant = predicate.map(|predicate| self.evaluate(&self.resolved(predicate, scope)));
        match (visible, meant) {
            (None, None) => Cow::Borrowed(&self.live),
            (Some(one), None) | (None, Some(one)) => one,
            (Some(visible), Some(meant)) => intersect(visible, &meant),
        }
    }

    /// Whether the reader may see one entity.
    pub(crate) fn is_visible(&self, number: u32, scope: &ReadScope) -> bool {
        match scope {
            ReadScope::All => true,
            ReadScope::None => false,
            ReadScope::Matching(predicate) => self.holds(number, &self.resolved(predicate, &ReadScope::All)),
        }
    }

    /// Whether one entity matches a predicate that is [`Index::resolved`], from its own rows.
    pub(crate) fn holds(&self, number: u32, predicate: &Predicate) -> bool {
        let some_value = |name: &str, test: &dyn Fn(&str) -> bool| {
            self.key_id(name).is_some_and(|id| {
                let key = &self.keys[id as usize];
                self.values_of(number, id).any(|value| value != NO_VALUE && test(key.lower(value)))
            })
        };
        match predicate {
            Predicate::All(parts) => parts.iter().all(|part| self.holds(number, part)),
            Predicate::Any(parts) => parts.iter().any(|part| self.holds(number, part)),
            Predicate::Not(part) => !self.holds(number, part),
            Predicate::Exists(key) => self.key_id(key).is_some_and(|id| self.values_of(number, id).next().is_some()),
            Predicate::In(key, values) => some_value(key, &|found| values.iter().any(|value| **value == *found)),
            Predicate::Prefix(key, prefix) => some_value(key, &|found| found.starts_with(&**prefix)),
            Predicate::Contains(keys, text) => keys.iter().any(|key| some_value(key, &|found| found.contains(&**text))),
        }
    }

    /// Of a selection, the entities where one of the keys has a value that contains a text.
    pub(crate) fn containing(&self, selection: Selection<'_>, keys: &[String], text: &Like) -> RoaringBitmap {
        let mut found = RoaringBitmap::new();
        for id in keys.iter().filter_map(|name| self.key_id(name)) {
            let key = &self.keys[id as usize];
            let has = |value: &u32| text.is_in(key.lower(*value));
            if selection.len() * ROW_COST < key.len() as u64 {
                found.extend(selection.iter().filter(|number| {
                    self.values_of(*number, id).filter(|value| *value != NO_VALUE).any(|value| has(&value))
                }));
            } else {
                found |= &*key.entities_containing(text);
            }
        }
        found &= &*selection;
        found
    }

    /// An entity's first or last value of a key, in order.
    pub(crate) fn value_of(&self, number: u32, name: &str, last: bool) -> Option<&str> {
        let values = self.values(number, name);
        if last { values.max() } else { values.min() }
    }

    /// An entity's values of a key, in lower case.
    pub(crate) fn values(&self, number: u32, name: &str) -> impl Iterator<Item = &str> {
        let values = move |id: u32| {
            let values = self.values_of(number, id).filter(|value| *value != NO_VALUE);
            values.map(move |value| self.keys[id as usize].lower(value))
        };
        self.key_id(name).into_iter().flat_map(values)
    }

    fn evaluate(&self, predicate: &Predicate) -> Selection<'_> {
        let nothing = || Cow::Owned(RoaringBitmap::new());
        match predicate {
            Predicate::All(parts) => {
                let sets = parts.iter().map(|part| self.evaluate(part));
                sets.reduce(|all, set| intersect(all, &set)).unwrap_or(Cow::Borrowed(&self.live))
            }
            Predicate::Any(parts) => {
                let sets = parts.iter().map(|part| self.evaluate(part));
                sets.reduce(|any, set| Cow::Owned(any.into_owned() | &*set)).unwrap_or_else(nothing)
            }
            Predicate::Not(part) => Cow::Owned(&self.live - &*self.evaluate(part)),
            Predicate::Exists(key) => self.key(key).map_or_else(nothing, Key::entities),
            Predicate::In(key, values) => {
                self.key(key).map_or_else(nothing, |key| key.union(values.iter().flat_map(|value| key.equal(value))))
            }
            Predicate::Prefix(key, prefix) => self.key(key).map_or_else(nothing, |key| {
                if prefix.is_empty() {
                    return key.valued.bitmap();
                }
                let order = key.order();
                key.union(order[key.prefixed(&order, prefix)].iter().copied())
            }),
            Predicate::Contains(keys, text) => {
                let text = Like::literal(text);
                let sets = keys.iter().filter_map(|name| self.key(name)).map(|key| key.entities_containing(&text));
                Cow::Owned(sets.fold(RoaringBitmap::new(), |any, set| any | &*set))
            }
        }
    }
}

impl Key {
    /// Every entity with a row.
    fn entities(&self) -> Selection<'_> {
        let mut all = self.valued.bitmap();
        if !self.bare.is_empty() {
            *all.to_mut() |= &*self.bare.bitmap();
        }
        all
    }
}

fn intersect<'a>(one: Selection<'a>, other: &RoaringBitmap) -> Selection<'a> {
    Cow::Owned(match one {
        Cow::Borrowed(one) => one & other,
        Cow::Owned(one) => one & other,
    })
}
