//! The catalog index: everything that reads ask for, in memory.
//!
//! Entities have dense numbers in order of their ids, so order by id is order of number. Each key of the search rows
//! (contract catalog.md section 7.1) has a sorted dictionary of its values, and each value the set of entities that have
//! it; filters, orders, facets and text search are all answered from these. The final JSON is kept ready to send.

mod dictionary;
mod evaluate;
mod facets;
mod graph;
mod head;
mod impact;
mod key;
mod like;
mod org;
mod postings;
mod prepared;
mod relations;
mod suggest;
mod texts;
mod walk;

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use model::{EntityRef, flatten::Rows};
use roaring::RoaringBitmap;
use uuid::Uuid;

pub(crate) use head::Head;
pub(crate) use like::Like;
pub(crate) use prepared::Body;
pub use prepared::Prepared;
use prepared::StoredBody;
pub(crate) use prepared::shorten;
pub(crate) use walk::{Item, Order, Position};

use key::Key;

/// This many places of removed entities are not worth renumbering.
const HOLES: usize = 1024;

/// Stands for the value of a row that has none.
const NO_VALUE: u32 = u32::MAX;

/// An entity as readers see it: body with relations, status, uid and etag.
#[derive(Clone, Debug)]
pub struct FinalEntity {
    pub id: Uuid,
    pub entity_ref: EntityRef,
    pub body: model::Entity,
    /// The entity that emitted it, for ancestry.
    pub parent: Option<EntityRef>,
}

/// The projection that answers reads.
#[derive(Default)]
pub struct Index {
    /// By number, increasing; the place of a removed entity keeps its id.
    ids: Vec<Uuid>,
    /// By number.
    slots: Vec<Option<Slot>>,
    live: RoaringBitmap,
    by_ref: HashTable<u32>,
    keys: Vec<Key>,
    /// Key ids by the hash of their name.
    key_ids: HashTable<u32>,
    free_keys: Vec<u32>,
    /// The ids of keys whose values are the targets of relations, in order: a few dozen.
    relation_keys: Vec<u32>,
    /// Keys that lost values or entities and must be settled before the next read.
    touched: BTreeSet<u32>,
    hasher: DefaultHashBuilder,
    generation: u64,
}

struct Slot {
    entity_ref: EntityRef,
    parent: Option<EntityRef>,
    body: StoredBody,
    /// Key id and value id (or [`NO_VALUE`]) of each search row, in order of key id.
    rows: Box<[(u32, u32)]>,
}

impl Index {
    /// Takes in what a commit changed: removals, then puts. Readers see all of it or nothing of it.
    pub fn apply(&mut self, mut puts: Vec<Prepared>, removals: &[EntityRef]) {
        let mut changed = !puts.is_empty();
        for entity_ref in removals {
            if let Some(number) = self.number_of(entity_ref) {
                self.remove(number);
                changed = true;
            }
        }
        self.generation += u64::from(changed);
        // Stable, so that of several puts of an entity the last wins.
        puts.sort_by_key(|put| put.id);
        self.make_room(&puts);
        for put in puts {
            self.put(put);
        }
        for key in std::mem::take(&mut self.touched) {
            self.settle(key);
        }
        if self.slots.len() > 2 * self.len() + HOLES {
            self.renumber(Vec::new());
        }
    }

    /// Increases with every change that readers may see. It starts anew with each process.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How many entities there are.
    pub fn len(&self) -> usize {
        self.live.len() as usize
    }

    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// How many entities of each kind there are; kinds in lower case.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&str, u64)> {
        let key = self.key("kind");
        key.into_iter().flat_map(|key| key.ids().map(|value| (key.lower(value), key.postings(value).len())))
    }

    /// Every entity of a kind in lower case.
    pub(crate) fn refs_of_kind(&self, kind: &str) -> Vec<EntityRef> {
        let numbers = self.select(&model::ReadScope::All, Some(&model::filter::Predicate::equals("kind", kind)));
        numbers.iter().filter_map(|number| self.ref_of(number).cloned()).collect()
    }

    pub(crate) fn number_of(&self, entity_ref: &EntityRef) -> Option<u32> {
        let hash = self.hasher.hash_one(entity_ref.as_str());
        self.by_ref.find(hash, |number| self.ref_of(*number) == Some(entity_ref)).copied()
    }

    pub(crate) fn number_of_id(&self, id: Uuid) -> Option<u32> {
        let number = self.ids.binary_search(&id).ok()?;
        self.slots[number].is_some().then_some(number as u32)
    }

    pub(crate) fn id_of(&self, number: u32) -> Uuid {
        self.ids[number as usize]
    }

    pub(crate) fn ref_of(&self, number: u32) -> Option<&EntityRef> {
        self.slot(number).map(|slot| &slot.entity_ref)
    }

    pub(crate) fn parent_of(&self, number: u32) -> Option<&EntityRef> {
        self.slot(number)?.parent.as_ref()
    }

    pub(crate) fn key(&self, name: &str) -> Option<&Key> {
        self.key_id(name).map(|id| &self.keys[id as usize])
    }

    fn key_id(&self, name: &str) -> Option<u32> {
        self.key_ids.find(self.hasher.hash_one(name), |id| *self.keys[*id as usize].name == *name).copied()
    }

    fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(number as usize)?.as_ref()
    }

    /// The value ids of an entity under one key; [`NO_VALUE`] for a row without.
    fn values_of(&self, number: u32, key: u32) -> impl Iterator<Item = u32> {
        let rows: &[(u32, u32)] = self.slot(number).map_or(&[], |slot| &slot.rows);
        let start = rows.partition_point(|(other, _)| *other < key);
        rows[start..].iter().take_while(move |(other, _)| *other == key).map(|(_, value)| *value)
    }

    fn put(&mut self, put: Prepared) {
        let known = self.number_of(&put.entity_ref);
        let number = match self.ids.binary_search(&put.id) {
            Ok(number) => number as u32,
            Err(_) => {
                push(&mut self.ids, put.id);
                push(&mut self.slots, None);
                self.ids.len() as u32 - 1
            }
        };
        let stays = known == Some(number);
        if !stays {
            // Whoever has the reference under another id, or the id under another reference, makes room.
            known.into_iter().for_each(|other| self.remove(other));
            self.remove(number);
        }
        let rows = self.list(number, &put.rows);
        let body = if self.tells(&rows, &put.relations) { put.body } else { put.body.restored(&put.relations) };
        if let Some(old) = self.slots[number as usize].take() {
            self.unlist(number, &old.rows, &rows);
        }
        let hash = self.hasher.hash_one(put.entity_ref.as_str());
        self.slots[number as usize] = Some(Slot { entity_ref: put.entity_ref, parent: put.parent, body, rows });
        if !stays {
            self.list_ref(hash, number);
            self.live.insert(number);
        }
    }

    fn remove(&mut self, number: u32) {
        if let Some(entity_ref) = self.ref_of(number) {
            let hash = self.hasher.hash_one(entity_ref.as_str());
            if let Ok(entry) = self.by_ref.find_entry(hash, |other| *other == number) {
                entry.remove();
            }
        }
        let Some(slot) = self.slots[number as usize].take() else { return };
        self.unlist(number, &slot.rows, &[]);
        self.live.remove(number);
    }

    /// Adds an entity to the values of its rows.
    fn list(&mut self, number: u32, rows: &Rows) -> Box<[(u32, u32)]> {
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows.iter() {
            let key_id = self.intern_key(row.key);
            let key = &mut self.keys[key_id as usize];
            let value = match row.value {
                Some(value) => key.insert(number, value),
                None => {
                    key.bare.insert(number);
                    NO_VALUE
                }
            };
            listed.push((key_id, value));
        }
        listed.sort_unstable();
        listed.into()
    }

    /// Takes an entity out of the values it had and has no longer; both in order.
    fn unlist(&mut self, number: u32, old: &[(u32, u32)], new: &[(u32, u32)]) {
        for row in old.iter().filter(|row| new.binary_search(row).is_err()) {
            let (key_id, value) = *row;
            let key = &mut self.keys[key_id as usize];
            if value == NO_VALUE {
                key.bare.remove(number);
            } else {
                // Rows without a value stand behind those with one.
                let first = new.get(new.partition_point(|(key, _)| *key < key_id));
                let valued = first.is_some_and(|(key, value)| *key == key_id && *value != NO_VALUE);
                key.unpost(number, value, valued);
            }
            self.touched.insert(key_id);
        }
    }

    fn list_ref(&mut self, hash: u64, number: u32) {
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.by_ref.insert_unique(hash, number, |number| {
            slots[*number as usize].as_ref().map_or(0, |slot| hasher.hash_one(slot.entity_ref.as_str()))
        });
    }

    fn intern_key(&mut self, name: &str) -> u32 {
        if let Some(id) = self.key_id(name) {
            return id;
        }
        let id = if let Some(id) = self.free_keys.pop() {
            self.keys[id as usize] = Key::new(name);
            id
        } else {
            push(&mut self.keys, Key::new(name));
            self.keys.len() as u32 - 1
        };
        let (keys, hasher) = (&self.keys, &self.hasher);
        self.key_ids.insert_unique(hasher.hash_one(name), id, |id| hasher.hash_one(&*keys[*id as usize].name));
        id
    }

    fn settle(&mut self, id: u32) {
        let key = &mut self.keys[id as usize];
        if key.is_unused() {
            let hash = self.hasher.hash_one(&*std::mem::take(key).name);
            if let Ok(entry) = self.key_ids.find_entry(hash, |other| *other == id) {
                entry.remove();
            }
            self.free_keys.push(id);
            self.relation_keys.retain(|other| *other != id);
        } else {
            key.settle();
        }
    }

    /// Ids increase as a rule. One that does not gets a number in its order, which shifts those behind it.
    fn make_room(&mut self, puts: &[Prepared]) {
        let Some(newest) = self.ids.last() else { return };
        let behind = puts.iter().map(|put| put.id).filter(|id| id < newest);
        if behind.clone().all(|id| self.ids.binary_search(&id).is_ok()) {
            return;
        }
        // Places of removed entities go away too, so those that come back are reserved with the late ones.
        let mut reserved: Vec<Uuid> = behind.filter(|id| self.number_of_id(*id).is_none()).collect();
        reserved.dedup();
        self.renumber(reserved);
    }

    /// Gives every entity its number anew, without holes but for those that are about to be filled.
    fn renumber(&mut self, reserved: Vec<Uuid>) {
        let slots = std::mem::take(&mut self.slots).into_iter();
        let live = std::mem::take(&mut self.ids).into_iter().zip(slots).filter(|(_, slot)| slot.is_some());
        let mut places: Vec<(Uuid, Option<Slot>)> = live.chain(reserved.into_iter().map(|id| (id, None))).collect();
        places.sort_by_key(|(id, _)| *id);
        (self.ids, self.slots) = places.into_iter().unzip();
        self.live.clear();
        self.by_ref.clear();
        self.keys.iter_mut().for_each(Key::clear_postings);
        for number in 0..self.slots.len() as u32 {
            let Some(slot) = &self.slots[number as usize] else { continue };
            for (key, value) in &slot.rows {
                let key = &mut self.keys[*key as usize];
                if *value == NO_VALUE {
                    key.bare.insert(number);
                } else {
                    key.post(number, *value);
                }
            }
            let hash = self.hasher.hash_one(slot.entity_ref.as_str());
            self.list_ref(hash, number);
            self.live.insert(number);
        }
    }
}

/// Pushes with an eighth to spare where there is no room, not as much again: the lists of the index are long and many, and
/// what they have to spare is memory.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 4);
    }
    list.push(item);
}
