//! One key of the search rows: every value it has, in order, and the entities that have it.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};
use model::flatten::RowValue;

use super::postings::Postings;

/// Up to this many changes are put in place one by one; more are merged.
const ONE_BY_ONE: usize = 16;

#[derive(Default)]
pub(crate) struct Key {
    pub name: Box<str>,
    values: Vec<ValueSlot>,
    free: Vec<u32>,
    by_text: HashTable<u32>,
    /// Value ids by lower-cased, then original text. Complete once settled.
    order: Vec<u32>,
    /// Since the last settling: ids not in `order` yet, and ids that lost their last entity.
    fresh: Vec<u32>,
    vacated: Vec<u32>,
    /// Entities with a value.
    pub valued: Postings,
    /// Entities with a row without value; they may have rows with values too.
    pub bare: Postings,
    hasher: DefaultHashBuilder,
}

#[derive(Default)]
struct ValueSlot {
    original: Box<str>,
    /// When it differs from the original.
    lower: Option<Box<str>>,
    postings: Postings,
}

impl Key {
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub fn lower(&self, id: u32) -> &str {
        let slot = &self.values[id as usize];
        slot.lower.as_ref().unwrap_or(&slot.original)
    }

    pub fn original(&self, id: u32) -> &str {
        &self.values[id as usize].original
    }

    pub fn postings(&self, id: u32) -> &Postings {
        &self.values[id as usize].postings
    }

    /// Every value id, by lower-cased, then original text.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Where the values that equal a lower-cased text are in [`Key::order`]: one place per casing.
    pub fn equal(&self, lower: &str) -> Range<usize> {
        let start = self.order.partition_point(|id| self.lower(*id) < lower);
        self.group(start, |text| text == lower)
    }

    /// Where the values with a lower-cased prefix are in [`Key::order`].
    pub fn prefixed(&self, prefix: &str) -> Range<usize> {
        let start = self.order.partition_point(|id| self.lower(*id) < prefix);
        let len = self.order[start..].partition_point(|id| self.lower(*id).starts_with(prefix));
        start..start + len
    }

    /// The run of values that start at a place and pass a test.
    fn group(&self, start: usize, test: impl Fn(&str) -> bool) -> Range<usize> {
        let len = self.order[start..].iter().take_while(|id| test(self.lower(**id))).count();
        start..start + len
    }

    pub fn is_unused(&self) -> bool {
        self.valued.is_empty() && self.bare.is_empty()
    }

    /// Adds a row of an entity; answers the id of its value. The order is wrong until [`Key::settle`].
    pub fn insert(&mut self, number: u32, value: RowValue<'_>) -> u32 {
        let id = self.intern(value);
        self.post(number, id);
        id
    }

    /// Adds an entity to a value that is there.
    pub fn post(&mut self, number: u32, id: u32) {
        self.values[id as usize].postings.insert(number);
        self.valued.insert(number);
    }

    /// Takes a row of an entity that is being removed with all its rows.
    pub fn remove(&mut self, number: u32, id: Option<u32>) {
        let Some(id) = id else { return self.bare.remove(number) };
        self.valued.remove(number);
        let postings = &mut self.values[id as usize].postings;
        postings.remove(number);
        if postings.is_empty() {
            self.vacated.push(id);
        }
    }

    /// Forgets the entities, not the values: numbers are about to change.
    pub fn clear_postings(&mut self) {
        self.values.iter_mut().for_each(|slot| slot.postings = Postings::default());
        self.valued = Postings::default();
        self.bare = Postings::default();
    }

    fn intern(&mut self, value: RowValue<'_>) -> u32 {
        let hash = self.hasher.hash_one(value.original);
        let values = &self.values;
        if let Some(id) = self.by_text.find(hash, |id| *values[*id as usize].original == *value.original) {
            return *id;
        }
        let slot = ValueSlot {
            original: value.original.into(),
            lower: (value.lower != value.original).then(|| value.lower.into()),
            postings: Postings::default(),
        };
        let id = if let Some(id) = self.free.pop() {
            self.values[id as usize] = slot;
            id
        } else {
            self.values.push(slot);
            self.values.len() as u32 - 1
        };
        let (values, hasher) = (&self.values, &self.hasher);
        self.by_text.insert_unique(hash, id, |id| hasher.hash_one(&*values[*id as usize].original));
        self.fresh.push(id);
        id
    }

    /// Brings the order up to date after rows came and went.
    pub fn settle(&mut self) {
        let mut dead = std::mem::take(&mut self.vacated);
        dead.sort_unstable();
        dead.dedup();
        dead.retain(|id| self.values[*id as usize].postings.is_empty());
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.retain(|id| !self.values[*id as usize].postings.is_empty());
        self.unlist(&dead);
        self.list(fresh);
        for id in dead {
            let slot = std::mem::take(&mut self.values[id as usize]);
            let hash = self.hasher.hash_one(&*slot.original);
            if let Ok(entry) = self.by_text.find_entry(hash, |other| *other == id) {
                entry.remove();
            }
            self.free.push(id);
        }
    }

    fn texts(&self, id: u32) -> (&str, &str) {
        (self.lower(id), self.original(id))
    }

    fn unlist(&mut self, dead: &[u32]) {
        let mut order = std::mem::take(&mut self.order);
        if dead.len() > ONE_BY_ONE {
            order.retain(|id| !self.values[*id as usize].postings.is_empty());
        } else {
            for id in dead {
                if let Ok(at) = order.binary_search_by(|other| self.texts(*other).cmp(&self.texts(*id))) {
                    order.remove(at);
                }
            }
        }
        self.order = order;
    }

    /// Merges new ids into the order, from the end, so that each id moves once and few texts are compared.
    fn list(&mut self, mut fresh: Vec<u32>) {
        if fresh.is_empty() {
            return;
        }
        fresh.sort_unstable_by(|a, b| self.texts(*a).cmp(&self.texts(*b)));
        let mut order = std::mem::take(&mut self.order);
        let mut end = order.len();
        order.resize(end + fresh.len(), 0);
        for (before, id) in fresh.iter().enumerate().rev() {
            let at = order[..end].partition_point(|other| self.texts(*other) < self.texts(*id));
            order.copy_within(at..end, at + before + 1);
            order[at + before] = *id;
            end = at;
        }
        self.order = order;
    }
}
