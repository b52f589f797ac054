//! Entities in an order, from a position, forwards or backwards.

use std::cmp::Ordering;

use roaring::RoaringBitmap;
use uuid::Uuid;

use super::{Index, NO_VALUE, key::Key, like::Like, postings::Postings};

/// Sorting a match costs about as much as stepping over this many entities in the dictionary.
const SORT_COST: u64 = 4;

/// What to order by: the values of a key, then ids; or ids alone.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    pub key: Option<&'a str>,
    pub descending: bool,
    /// Only values that contain this have a place.
    pub containing: Option<&'a Like>,
    /// So many values come first of which no selected entity has one, as an earlier walk found.
    pub passed: usize,
}

impl Order<'_> {
    fn admits(&self, value: &str) -> bool {
        self.containing.is_none_or(|text| text.is_in(value))
    }
}

/// A place in an order: behind what has this value and id.
#[derive(Clone, Copy)]
pub(crate) struct Position<'a> {
    /// Lower case; none when ordered by ids alone.
    pub value: Option<&'a str>,
    pub id: Uuid,
}

/// An entity met on a walk. One with several values is met once for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub number: u32,
    pub value: Option<&'a str>,
}

/// What a walk met.
#[derive(Default)]
pub(crate) struct Walk<'a> {
    pub items: Vec<Item<'a>>,
    /// So many values came first of which no selected entity had one; told only of walks from the beginning, in the dictionary.
    pub passed: Option<usize>,
}

/// What a walk collects: some items after some others.
struct Collector<'a> {
    skip: usize,
    take: usize,
    walk: Walk<'a>,
}

impl<'a> Collector<'a> {
    /// False when there is enough.
    fn add(&mut self, item: Item<'a>) -> bool {
        let items = &mut self.walk.items;
        if items.len() == self.take {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            items.push(item);
        }
        items.len() < self.take
    }
}

impl Index {
    /// Of a selection, how many entities have a place in the order by a key.
    pub(crate) fn ordered(&self, selection: &RoaringBitmap, key: Option<&str>) -> u64 {
        match key {
            None => selection.len(),
            Some(name) => self.key(name).map_or(0, |key| key.valued.count_in(selection)),
        }
    }

    /// Up to `take` entities of a selection in an order, behind a position if given, without the first `skip`.
    pub(crate) fn walk(
        &self,
        selection: &RoaringBitmap,
        order: Order<'_>,
        after: Option<Position<'_>>,
        skip: usize,
        take: usize,
    ) -> Walk<'_> {
        let mut collector = Collector { skip, take, walk: Walk::default() };
        if take == 0 {
            return collector.walk;
        }
        let Some(name) = order.key else {
            let bounds = self.bounds(after.map(|after| after.id), order.descending);
            step(selection, bounds, order.descending, &mut |number| collector.add(Item { number, value: None }));
            return collector.walk;
        };
        let Some(id) = self.key_id(name) else { return collector.walk };
        let key = &self.keys[id as usize];
        let matches = key.valued.count_in(selection);
        let wanted = skip.saturating_add(take) as u64;
        if matches.saturating_mul(matches).saturating_mul(SORT_COST) < wanted.saturating_mul(key.valued.len()) {
            self.walk_by_sorting(id, selection, order, after, &mut collector);
        } else {
            self.walk_dictionary(key, selection, order, after, &mut collector);
        }
        collector.walk
    }

    /// Steps through the dictionary: good when most of what is met is selected.
    fn walk_dictionary<'a>(
        &'a self,
        key: &'a Key,
        selection: &RoaringBitmap,
        order: Order<'_>,
        after: Option<Position<'_>>,
        collector: &mut Collector<'a>,
    ) {
        let descending = order.descending;
        let sorted = key.order();
        let start = after.and_then(|after| after.value).map(|value| key.place(&sorted, value));
        let all = selection.len() == self.live.len();
        let mut place = match &start {
            None if descending => sorted.len().saturating_sub(order.passed),
            None => order.passed.min(sorted.len()),
            Some(start) if descending => start.end,
            Some(start) => start.start,
        };
        loop {
            // Most of what is passed over has one entity, which is not selected: not even its text is looked at.
            let passed =
                |id: &&u32| matches!(key.postings(**id), Postings::One(number) if !selection.contains(*number));
            let group = if descending {
                place -= sorted[..place].iter().rev().take_while(passed).count();
                key.group_before(&sorted, place)
            } else {
                place += sorted[place..].iter().take_while(passed).count();
                key.group_from(&sorted, place)
            };
            if group.is_empty() {
                return;
            }
            place = if descending { group.start } else { group.end };
            let from = after
                .filter(|_| start.as_ref().is_some_and(|start| start.contains(&group.start)))
                .map(|after| after.id);
            let bounds = self.bounds(from, descending);
            let values = &sorted[group.clone()];
            let value = Some(key.lower(values[0]));
            if !order.admits(key.lower(values[0])) {
                continue;
            }
            let before = if descending { sorted.len() - group.end } else { group.start };
            let mut add = |number| {
                if after.is_none() {
                    collector.walk.passed.get_or_insert(before);
                }
                collector.add(Item { number, value })
            };
            let go_on = match values {
                [single] => match key.postings(*single) {
                    Postings::One(number) => !(bounds.contains(number) && selection.contains(*number)) || add(*number),
                    Postings::Many(many) if all => step(many, bounds, descending, &mut add),
                    postings => step(&(&*postings.bitmap() & selection), bounds, descending, &mut add),
                },
                several => step(&(&*key.union(several.iter().copied()) & selection), bounds, descending, &mut add),
            };
            if !go_on {
                return;
            }
        }
    }

    /// Sorts what is selected: good when that is little.
    fn walk_by_sorting<'a>(
        &'a self,
        key_id: u32,
        selection: &RoaringBitmap,
        order: Order<'_>,
        after: Option<Position<'_>>,
        collector: &mut Collector<'a>,
    ) {
        let key = &self.keys[key_id as usize];
        let direct = |ordering: Ordering| if order.descending { ordering.reverse() } else { ordering };
        let mut found: Vec<(&str, u32)> = Vec::new();
        for number in selection {
            let values =
                self.values_of(number, key_id).filter(|value| *value != NO_VALUE).map(|value| key.lower(value));
            found.extend(values.filter(|value| order.admits(value)).map(|value| (value, number)));
        }
        if let Some(Position { value: Some(value), id }) = after {
            let behind = |(other, number): &(&str, u32)| other.cmp(&value).then_with(|| self.id_of(*number).cmp(&id));
            found.retain(|place| direct(behind(place)) == Ordering::Greater);
        }
        found.sort_unstable_by(|a, b| direct(a.cmp(b)));
        for (value, number) in found {
            if !collector.add(Item { number, value: Some(value) }) {
                return;
            }
        }
    }

    /// The numbers behind an id.
    fn bounds(&self, after: Option<Uuid>, descending: bool) -> std::ops::Range<u32> {
        let end = self.ids.len() as u32;
        match after.map(|id| self.ids.binary_search(&id)) {
            None => 0..end,
            Some(Ok(at) | Err(at)) if descending => 0..at as u32,
            Some(Ok(at)) => at as u32 + 1..end,
            Some(Err(at)) => at as u32..end,
        }
    }
}

impl Key {
    /// The values that differ only in casing from the one at a place, from there on; empty at the end.
    fn group_from(&self, order: &[u32], start: usize) -> std::ops::Range<usize> {
        let Some(first) = order.get(start) else { return start..start };
        let same = order[start..].iter().take_while(|id| self.lower(**id) == self.lower(*first)).count();
        start..start + same
    }

    /// The same, before a place.
    fn group_before(&self, order: &[u32], end: usize) -> std::ops::Range<usize> {
        let order = &order[..end];
        let Some(last) = order.last() else { return 0..0 };
        let same = order.iter().rev().take_while(|id| self.lower(**id) == self.lower(*last)).count();
        end - same..end
    }
}

/// Visits the numbers of a set within bounds, in a direction, until told to stop; false then.
fn step(
    set: &RoaringBitmap,
    bounds: std::ops::Range<u32>,
    descending: bool,
    add: &mut impl FnMut(u32) -> bool,
) -> bool {
    if bounds.is_empty() {
        return true;
    }
    let mut numbers = set.range(bounds);
    if descending { numbers.rev().all(add) } else { numbers.all(add) }
}
