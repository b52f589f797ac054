//! One key of the search rows: the values it has and the entities that have them.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use model::flatten::RowValue;
use parking_lot::MappedRwLockReadGuard;
use roaring::RoaringBitmap;

use super::dictionary::Dictionary;
use super::like::Like;
use super::postings::{Postings, union};

/// The value of a [`Values::Flag`], and its id.
const TRUE: RowValue<'static> = RowValue { lower: "true", original: "true" };
const TRUE_ID: u32 = 0;

#[derive(Default)]
pub(crate) struct Key {
    pub name: Box<str>,
    /// Of a key `relations.…`: the type as it is written.
    pub relation: Option<Box<str>>,
    values: Values,
    /// Entities with a value.
    pub valued: Postings,
    /// Entities with a row without value; they may have rows with values too.
    pub bare: Postings,
}

#[derive(Default)]
enum Values {
    /// None but `true`. Every text in a list is such a key (`metadata.tags.java`), so most keys are, and they are many.
    #[default]
    Flag,
    Many(Box<Dictionary>),
}

/// Value ids in order.
pub(crate) enum Ordered<'a> {
    Flag(&'static [u32]),
    Many(MappedRwLockReadGuard<'a, [u32]>),
}

impl Deref for Ordered<'_> {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            Self::Flag(ids) => ids,
            Self::Many(ids) => ids,
        }
    }
}

impl Key {
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub fn lower(&self, id: u32) -> &str {
        match &self.values {
            Values::Flag => TRUE.lower,
            Values::Many(values) => values.lower(id),
        }
    }

    pub fn original(&self, id: u32) -> &str {
        match &self.values {
            Values::Flag => TRUE.original,
            Values::Many(values) => values.original(id),
        }
    }

    /// The entities of a value.
    pub fn postings(&self, id: u32) -> &Postings {
        match &self.values {
            Values::Flag => &self.valued,
            Values::Many(values) => values.postings(id),
        }
    }

    /// The entities of some values.
    pub fn union(&self, values: impl Iterator<Item = u32>) -> Cow<'_, RoaringBitmap> {
        union(values.map(|value| self.postings(value)))
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Flag => self.flag().len(),
            Values::Many(values) => values.len(),
        }
    }

    /// Every value id, in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        let (flag, many) = match &self.values {
            Values::Flag => (self.flag(), None),
            Values::Many(values) => (&[][..], Some(values.ids())),
        };
        flag.iter().copied().chain(many.into_iter().flatten())
    }

    /// Every value id, by lower-cased, then original text.
    pub fn order(&self) -> Ordered<'_> {
        match &self.values {
            Values::Flag => Ordered::Flag(self.flag()),
            Values::Many(values) => Ordered::Many(values.order()),
        }
    }

    /// The values that equal a lower-cased text: one for each casing.
    pub fn equal(&self, lower: &str) -> impl Iterator<Item = u32> {
        let (flag, many) = match &self.values {
            Values::Flag => (if lower == TRUE.lower { self.flag() } else { &[] }, None),
            Values::Many(values) => (&[][..], Some(values.equal(lower))),
        };
        flag.iter().copied().chain(many.into_iter().flatten())
    }

    /// The entities with a value that contains a text.
    pub fn entities_containing(&self, text: &Like) -> Arc<RoaringBitmap> {
        match &self.values {
            Values::Flag if text.is_in(TRUE.lower) => Arc::new(self.valued.bitmap().into_owned()),
            Values::Flag => Arc::default(),
            Values::Many(values) => values.entities_containing(text),
        }
    }

    /// Where the values that equal a lower-cased text are in [`Key::order`]: one place per casing.
    pub fn place(&self, order: &[u32], lower: &str) -> Range<usize> {
        let start = order.partition_point(|id| self.lower(*id) < lower);
        let len = order[start..].iter().take_while(|id| self.lower(**id) == lower).count();
        start..start + len
    }

    /// Where the values with a lower-cased prefix are in [`Key::order`].
    pub fn prefixed(&self, order: &[u32], prefix: &str) -> Range<usize> {
        let start = order.partition_point(|id| self.lower(*id) < prefix);
        let len = order[start..].partition_point(|id| self.lower(*id).starts_with(prefix));
        start..start + len
    }

    pub fn is_unused(&self) -> bool {
        self.valued.is_empty() && self.bare.is_empty()
    }

    /// Adds a row of an entity; answers the id of its value.
    pub fn insert(&mut self, number: u32, value: RowValue<'_>) -> u32 {
        if matches!(self.values, Values::Flag) && value.original != TRUE.original {
            self.values = Values::Many(Box::new(match self.flag() {
                [] => Dictionary::default(),
                _ => Dictionary::of(TRUE, self.valued.clone()),
            }));
        }
        self.valued.insert(number);
        match &mut self.values {
            Values::Flag => TRUE_ID,
            Values::Many(values) => values.insert(number, value),
        }
    }

    /// Adds an entity to a value that is there.
    pub fn post(&mut self, number: u32, id: u32) {
        self.valued.insert(number);
        if let Values::Many(values) = &mut self.values {
            values.post(number, id);
        }
    }

    /// Takes an entity from a value; `valued` tells whether it has another.
    pub fn unpost(&mut self, number: u32, id: u32, valued: bool) {
        if !valued {
            self.valued.remove(number);
        }
        if let Values::Many(values) = &mut self.values {
            values.unpost(number, id);
        }
    }

    /// Forgets the entities, not the values: numbers are about to change.
    pub fn clear_postings(&mut self) {
        self.valued = Postings::default();
        self.bare = Postings::default();
        if let Values::Many(values) = &mut self.values {
            values.clear_postings();
        }
    }

    /// Drops the values that lost their last entity.
    pub fn settle(&mut self) {
        if let Values::Many(values) = &mut self.values {
            values.settle();
        }
    }

    /// The value ids of a flag.
    fn flag(&self) -> &'static [u32] {
        if self.valued.is_empty() { &[] } else { &[TRUE_ID] }
    }
}
