//! The values of a key, in order, each with the entities that have it.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use model::flatten::RowValue;
use parking_lot::{MappedRwLockReadGuard, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use roaring::RoaringBitmap;

use super::like::Like;
use super::postings::{Postings, union};
use super::texts::Texts;

/// Up to this many changes are put in place one by one; more are merged.
const ONE_BY_ONE: usize = 16;

/// So many searches are remembered.
const SEARCHES: usize = 8;

#[derive(Default)]
pub(super) struct Dictionary {
    texts: Texts,
    /// The entities of each value.
    postings: Vec<Postings>,
    free: Vec<u32>,
    /// Value ids by the hash of their lower-cased text.
    by_text: HashTable<u32>,
    /// `None` until somebody asks for it.
    order: RwLock<Option<Order>>,
    /// What was looked for last, newest last; forgotten when an entity's value changes.
    searches: Mutex<Vec<Search>>,
    /// Values that lost their last entity since the last settling.
    vacated: Vec<u32>,
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

impl Dictionary {
    /// With one value, which some entities have.
    pub fn of(value: RowValue<'_>, entities: Postings) -> Self {
        let mut dictionary = Self::default();
        let id = dictionary.intern(value);
        dictionary.postings[id as usize] = entities;
        dictionary
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
        let order = if order.as_ref().is_some_and(|order| order.fresh.is_empty()) {
            order
        } else {
            drop(order);
            let mut order = self.order.write();
            self.list(order.get_or_insert_with(|| Order { sorted: Vec::new(), fresh: self.ids().collect() }));
            RwLockWriteGuard::downgrade(order)
        };
        RwLockReadGuard::map(order, |order| order.as_ref().map_or(&[][..], |order| &order.sorted))
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
        let found = Arc::new(union(self.containing(text).into_iter().map(|id| self.postings(id))).into_owned());
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

    /// Adds an entity to a value, which may be new; answers the id of the value.
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
    }

    /// Takes an entity from a value.
    pub fn unpost(&mut self, number: u32, id: u32) {
        self.searches.get_mut().clear();
        let postings = &mut self.postings[id as usize];
        postings.remove(number);
        if postings.is_empty() {
            self.vacated.push(id);
        }
    }

    /// Forgets the entities, not the values.
    pub fn clear_postings(&mut self) {
        self.searches.get_mut().clear();
        self.postings.fill(Postings::default());
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
        if let Some(order) = self.order.get_mut() {
            order.fresh.push(id);
        }
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
        let Some(mut order) = self.order.get_mut().take() else { return };
        order.fresh.retain(|id| !self.postings[*id as usize].is_empty());
        if dead.len() > ONE_BY_ONE {
            order.sorted.retain(|id| !self.postings[*id as usize].is_empty());
        } else {
            for id in dead {
                let place = |other: &u32| self.texts.both(*other).cmp(&self.texts.both(*id));
                if let Ok(at) = order.sorted.binary_search_by(place) {
                    order.sorted.remove(at);
                }
            }
        }
        *self.order.get_mut() = Some(order);
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
