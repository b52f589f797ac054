//! One key of the search rows: every value it has, in order, and the entities that have it.

use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use model::flatten::RowValue;
use parking_lot::{MappedRwLockReadGuard, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use roaring::RoaringBitmap;

use super::like::Like;
use super::postings::Postings;
use super::texts::Texts;

/// Up to this many changes are put in place one by one; more are merged.
const ONE_BY_ONE: usize = 16;

/// So many searches are remembered.
const SEARCHES: usize = 8;

#[derive(Default)]
pub(crate) struct Key {
    pub name: Box<str>,
    /// Of a key `relations.…`: the type as it is written.
    pub relation: Option<Box<str>>,
    texts: Texts,
    /// The entities of each value.
    postings: Vec<Postings>,
    free: Vec<u32>,
    /// Value ids by the hash of their lower-cased text.
    by_text: HashTable<u32>,
    order: RwLock<Order>,
    /// What was looked for last, newest last; forgotten when an entity's value changes.
    searches: Mutex<Vec<Search>>,
    /// Values that lost their last entity since the last settling.
    vacated: Vec<u32>,
    /// Entities with a value.
    pub valued: Postings,
    /// Entities with a row without value; they may have rows with values too.
    pub bare: Postings,
    hasher: DefaultHashBuilder,
}

/// A text and the entities with a value that contains it. Whoever turns pages or types on asks for it again.
struct Search {
    text: Box<str>,
    is_literal: bool,
    found: Arc<RoaringBitmap>,
}

/// Value ids by lower-cased, then original text. Most keys are never ordered by, so what is new is only put in its place when
/// somebody asks for the order: in a large load, keeping a dozen orders would cost more than everything else.
#[derive(Default)]
struct Order {
    sorted: Vec<u32>,
    fresh: Vec<u32>,
}

impl Key {
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub fn lower(&self, id: u32) -> &str {
        self.texts.lower(id)
    }

    pub fn original(&self, id: u32) -> &str {
        self.texts.original(id)
    }

    pub fn postings(&self, id: u32) -> &Postings {
        &self.postings[id as usize]
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.postings.len() - self.free.len()
    }

    /// Every value id, in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        let values = self.postings.iter().zip(0..);
        values.filter(|(postings, _)| !postings.is_empty()).map(|(_, id)| id)
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

    /// The entities with a value that contains a text.
    pub fn entities_containing(&self, text: &Like) -> Arc<RoaringBitmap> {
        let (name, is_literal) = text.name();
        let is_it = |search: &Search| &*search.text == name && search.is_literal == is_literal;
        if let Some(known) = self.searches.lock().iter().find(|search| is_it(search)) {
            return known.found.clone();
        }
        let found = Arc::new(self.union(self.containing(text).into_iter()).into_owned());
        let mut searches = self.searches.lock();
        if searches.len() == SEARCHES {
            searches.remove(0);
        }
        searches.push(Search { text: name.into(), is_literal, found: found.clone() });
        found
    }

    /// The values that contain a text.
    fn containing(&self, text: &Like) -> Vec<u32> {
        let Some(part) = text.plain_part() else {
            return self.ids().filter(|id| text.is_in(self.lower(*id))).collect();
        };
        let mut found = self.texts.find(part);
        if !text.is_plain() {
            found.retain(|id| text.is_in(self.lower(*id)));
        }
        found
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
        if self.postings[id as usize].insert(number) {
            self.searches.get_mut().clear();
        }
        self.valued.insert(number);
    }

    /// Takes an entity from a value; `valued` tells whether it has another.
    pub fn unpost(&mut self, number: u32, id: u32, valued: bool) {
        if !valued {
            self.valued.remove(number);
        }
        self.searches.get_mut().clear();
        let postings = &mut self.postings[id as usize];
        postings.remove(number);
        if postings.is_empty() {
            self.vacated.push(id);
        }
    }

    /// Forgets the entities, not the values: numbers are about to change.
    pub fn clear_postings(&mut self) {
        self.searches.get_mut().clear();
        self.postings.fill(Postings::default());
        self.valued = Postings::default();
        self.bare = Postings::default();
    }

    fn intern(&mut self, value: RowValue<'_>) -> u32 {
        let hash = self.hasher.hash_one(value.lower);
        if let Some(id) = self.by_text.find(hash, |id| self.original(*id) == value.original) {
            return *id;
        }
        let id = self.free.pop().unwrap_or_else(|| {
            super::push(&mut self.postings, Postings::default());
            self.postings.len() as u32 - 1
        });
        self.texts.keep(id, value);
        let (texts, hasher) = (&self.texts, &self.hasher);
        self.by_text.insert_unique(hash, id, |id| hasher.hash_one(texts.lower(*id)));
        self.order.get_mut().fresh.push(id);
        id
    }

    /// Drops the values that lost their last entity.
    pub fn settle(&mut self) {
        let mut dead = std::mem::take(&mut self.vacated);
        dead.sort_unstable();
        dead.dedup();
        dead.retain(|id| self.postings[*id as usize].is_empty());
        if dead.is_empty() {
            return;
        }
        self.unlist(&dead);
        for id in &dead {
            let hash = self.hasher.hash_one(self.lower(*id));
            if let Ok(entry) = self.by_text.find_entry(hash, |other| other == id) {
                entry.remove();
            }
        }
        let left = self.postings.iter().zip(0..).filter(|(postings, _)| !postings.is_empty()).map(|(_, id)| id);
        self.texts.drop(&dead, left);
        self.free.extend(dead);
    }

    fn unlist(&mut self, dead: &[u32]) {
        let mut order = std::mem::take(self.order.get_mut());
        order.fresh.retain(|id| !self.postings[*id as usize].is_empty());
        if dead.len() > ONE_BY_ONE {
            order.sorted.retain(|id| !self.postings[*id as usize].is_empty());
        } else {
            for id in dead {
                if let Ok(at) =
                    order.sorted.binary_search_by(|other| self.texts.both(*other).cmp(&self.texts.both(*id)))
                {
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
        fresh.sort_unstable_by(|a, b| self.texts.both(*a).cmp(&self.texts.both(*b)));
        let mut end = sorted.len();
        if sorted.capacity() < end + fresh.len() {
            sorted.reserve_exact(fresh.len() + end / 8);
        }
        sorted.resize(end + fresh.len(), 0);
        for (before, id) in fresh.iter().enumerate().rev() {
            let at = sorted[..end].partition_point(|other| self.texts.both(*other) < self.texts.both(*id));
            sorted.copy_within(at..end, at + before + 1);
            sorted[at + before] = *id;
            end = at;
        }
    }
}
