//! Sets of entity numbers, compact for the common case: most values of a catalog belong to one entity.

use std::borrow::Cow;

use roaring::RoaringBitmap;

/// Up to this many numbers a sorted list is smaller and faster than a bitmap.
const FEW: usize = 16;

#[derive(Clone, Debug, Default)]
pub(crate) enum Postings {
    #[default]
    None,
    One(u32),
    /// In order. Boxed, since there is one of these for each value and few are this.
    #[allow(clippy::box_collection, reason = "it halves the size of the others")]
    Few(Box<Vec<u32>>),
    Many(Box<RoaringBitmap>),
}

impl Postings {
    /// Adds a number; false when it was there.
    pub fn insert(&mut self, number: u32) -> bool {
        match self {
            Self::None => *self = Self::One(number),
            Self::One(one) if *one == number => return false,
            Self::One(one) => *self = Self::Few(Box::new(vec![(*one).min(number), (*one).max(number)])),
            Self::Few(few) => match few.binary_search(&number) {
                Ok(_) => return false,
                Err(at) => {
                    if few.len() < FEW {
                        few.insert(at, number);
                    } else {
                        let mut many: RoaringBitmap = few.iter().copied().collect();
                        many.insert(number);
                        *self = Self::Many(Box::new(many));
                    }
                }
            },
            Self::Many(many) => return many.insert(number),
        }
        true
    }

    pub fn remove(&mut self, number: u32) {
        match self {
            Self::One(one) if *one == number => *self = Self::default(),
            Self::None | Self::One(_) => {}
            Self::Few(few) => {
                few.retain(|other| *other != number);
                if few.is_empty() {
                    *self = Self::None;
                }
            }
            Self::Many(many) => {
                many.remove(number);
                // Well below the other limit, so that a set at the limit does not change its form with every write.
                if many.len() <= FEW as u64 / 2 {
                    *self = Self::Few(Box::new(many.iter().collect()));
                }
            }
        }
    }

    pub fn len(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Few(few) => few.len() as u64,
            Self::Many(many) => many.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    /// How many are in the other set too.
    pub fn count_in(&self, other: &RoaringBitmap) -> u64 {
        match self {
            Self::None => 0,
            Self::One(one) => u64::from(other.contains(*one)),
            Self::Few(few) => few.iter().filter(|number| other.contains(**number)).count() as u64,
            Self::Many(many) => many.intersection_len(other),
        }
    }

    /// The numbers in order where they are kept so, else the set.
    pub fn listed(&self) -> Result<&[u32], &RoaringBitmap> {
        match self {
            Self::None => Ok(&[]),
            Self::One(one) => Ok(std::slice::from_ref(one)),
            Self::Few(few) => Ok(few),
            Self::Many(many) => Err(many),
        }
    }

    pub fn bitmap(&self) -> Cow<'_, RoaringBitmap> {
        match self.listed() {
            Ok(few) => Cow::Owned(few.iter().copied().collect()),
            Err(many) => Cow::Borrowed(many),
        }
    }
}

/// What is in any of some sets.
pub(crate) fn union<'a>(mut sets: impl Iterator<Item = &'a Postings>) -> Cow<'a, RoaringBitmap> {
    let Some(first) = sets.next() else { return Cow::Owned(RoaringBitmap::new()) };
    let Some(second) = sets.next() else { return first.bitmap() };
    // Most sets of a long union have one number: put in order first, those cost little each.
    let (mut union, mut few) = (RoaringBitmap::new(), Vec::new());
    for set in [first, second].into_iter().chain(sets) {
        match set.listed() {
            Ok(numbers) => few.extend_from_slice(numbers),
            Err(many) => union |= many,
        }
    }
    few.sort_unstable();
    few.dedup();
    // In order and each once: it cannot fail.
    union |= RoaringBitmap::from_sorted_iter(few).unwrap_or_default();
    Cow::Owned(union)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_was_put_in_at_every_size() {
        let mut postings = Postings::default();
        let mut expected = std::collections::BTreeSet::new();
        for number in (0..40).rev().chain(0..40) {
            postings.insert(number * 3);
            expected.insert(number * 3);
            assert_eq!(postings.bitmap().iter().collect::<Vec<_>>(), expected.iter().copied().collect::<Vec<_>>());
        }
        for number in 0..130 {
            postings.remove(number);
            expected.remove(&number);
            assert_eq!(postings.len(), expected.len() as u64);
            assert_eq!(postings.bitmap().iter().collect::<Vec<_>>(), expected.iter().copied().collect::<Vec<_>>());
        }
        assert!(postings.is_empty());
    }
}
