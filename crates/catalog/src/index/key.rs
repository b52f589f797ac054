//! One key of the search rows: every value it has, in order, and the entities that have it.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};
use model::flatten::RowValue;
use parking_lot::{MappedRwLockReadGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::block::Block;
use super::like::Like;
use super::postings::Postings;

/// Up to this many changes are put in place one by one; more are merged.
const ONE_BY_ONE: usize = 16;

#[derive(Default)]
pub(crate) struct Key {
    pub name: Box<str>,
    values: Vec<ValueSlot>,
    free: Vec<u32>,
    /// Value ids by the hash of their lower-cased text.
    by_text: HashTable<u32>,
    order: RwLock<Order>,
    /// Made when somebody searches, and anew after values came or went.
    block: RwLock<Option<Block>>,
    /// Values that lost their last entity since the last settling.
    vacated: Vec<u32>,
    /// Entities with a value.
    pub valued: Postings,
    /// Entities with a row without value; they may have rows with values too.
    pub bare: Postings,
    hasher: DefaultHashBuilder,
}

/// Value ids by lower-cased, then original text. Most keys are never ordered by, so what is new is only put in its place when
/// somebody asks for the order: in a large load, keeping a dozen orders would cost more than everything else.
#[derive(Default)]
struct Order {
    sorted: Vec<u32>,
    fresh: Vec<u32>,
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
        self.values[id as usize].lower()
    }

    pub fn original(&self, id: u32) -> &str {
        &self.values[id as usize].original
    }

    pub fn postings(&self, id: u32) -> &Postings {
        &self.values[id as usize].postings
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    /// Every value id, in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        let slots = self.values.iter().zip(0..);
        slots.filter(|(slot, _)| !slot.postings.is_empty()).map(|(_, id)| id)
    }

    /// Every value id, by lower-cased, then original text.
    pub fn order(&self) -> MappedRwLockReadGuard<'_, [u32]> {
        let order = self.order.read();
        let order = if order.fresh.is_empty() {
            order
        } else {
            drop(order);
            let mut order = self.order.write();
            self.list(&mut order);
            RwLockWriteGuard::downgrade(order)
        };
        RwLockReadGuard::map(order, |order| order.sorted.as_slice())
    }

    /// The values that equal a lower-cased text: one for each casing.
    pub fn equal(&self, lower: &str) -> impl Iterator<Item = u32> {
        let candidates = self.by_text.iter_hash(self.hasher.hash_one(lower)).copied();
        candidates.filter(move |id| self.lower(*id) == lower)
    }

    /// The values that contain a text.
    pub fn containing(&self, text: &Like) -> Vec<u32> {
        let Some(part) = text.plain_part() else {
            return self.ids().filter(|id| text.is_in(self.lower(*id))).collect();
        };
        let mut found = match &*self.block() {
            Some(block) => block.find(part),
            None => Vec::new(),
        };
        if !text.is_plain() {
            found.retain(|id| text.is_in(self.lower(*id)));
        }
        found
    }

    fn block(&self) -> RwLockReadGuard<'_, Option<Block>> {
        let block = self.block.read();
        if block.is_some() {
            return block;
        }
        drop(block);
        let mut block = self.block.write();
        if block.is_none() {
            *block = Some(Block::of(self.ids().map(|id| (id, self.lower(id)))));
        }
        RwLockWriteGuard::downgrade(block)
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
        let id = self.intern(value);
        self.post(number, id);
        id
    }

    /// Adds an entity to a value that is there.
    pub fn post(&mut self, number: u32, id: u32) {
        self.values[id as usize].postings.insert(number);
        self.valued.insert(number);
    }

    /// Takes an entity from a value; `valued` tells whether it has another.
    pub fn unpost(&mut self, number: u32, id: u32, valued: bool) {
        if !valued {
            self.valued.remove(number);
        }
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
        let hash = self.hasher.hash_one(value.lower);
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
            super::push(&mut self.values, slot);
            self.values.len() as u32 - 1
        };
        let (values, hasher) = (&self.values, &self.hasher);
        self.by_text.insert_unique(hash, id, |id| hasher.hash_one(values[*id as usize].lower()));
        self.order.get_mut().fresh.push(id);
        *self.block.get_mut() = None;
        id
    }

    /// Drops the values that lost their last entity.
    pub fn settle(&mut self) {
        let mut dead = std::mem::take(&mut self.vacated);
        dead.sort_unstable();
        dead.dedup();
        dead.retain(|id| self.values[*id as usize].postings.is_empty());
        if dead.is_empty() {
            return;
        }
        self.unlist(&dead);
        *self.block.get_mut() = None;
        for id in dead {
            let slot = std::mem::take(&mut self.values[id as usize]);
            let hash = self.hasher.hash_one(slot.lower());
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
        let mut order = std::mem::take(self.order.get_mut());
        order.fresh.retain(|id| !self.values[*id as usize].postings.is_empty());
        if dead.len() > ONE_BY_ONE {
            order.sorted.retain(|id| !self.values[*id as usize].postings.is_empty());
        } else {
            for id in dead {
                if let Ok(at) = order.sorted.binary_search_by(|other| self.texts(*other).cmp(&self.texts(*id))) {
                    order.sorted.remove(at);
                }
            }
        }
        *self.order.get_mut() = order;
    }

    /// Merges new ids into the order, from the end, so that each id moves once and few texts are compared.
    fn list(&self, order: &mut Order) {
        let mut fresh = std::mem::take(&mut order.fresh);
        let sorted = &mut order.sorted;
        fresh.sort_unstable_by(|a, b| self.texts(*a).cmp(&self.texts(*b)));
        let mut end = sorted.len();
        if sorted.capacity() < end + fresh.len() {
            sorted.reserve_exact(fresh.len() + end / 8);
        }
        sorted.resize(end + fresh.len(), 0);
        for (before, id) in fresh.iter().enumerate().rev() {
            let at = sorted[..end].partition_point(|other| self.texts(*other) < self.texts(*id));
            sorted.copy_within(at..end, at + before + 1);
            sorted[at + before] = *id;
            end = at;
        }
    }
}

impl ValueSlot {
    fn lower(&self) -> &str {
        self.lower.as_ref().unwrap_or(&self.original)
    }
}
