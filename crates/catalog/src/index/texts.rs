//! The texts of a key's values, each lower-cased and as its author wrote it, in one piece of memory: little to pay for each,
//! and searching all of them reads memory once from end to end.

use std::sync::OnceLock;

use memchr::memmem::Finder;
use model::flatten::RowValue;

/// Stands for the place of an original that equals its lower-cased text.
const SAME: u32 = u32::MAX;

#[derive(Default)]
pub(crate) struct Texts {
    lower: String,
    /// Those that differ from their lower-cased form.
    original: String,
    /// By value id.
    places: Vec<Place>,
    /// Where each lower-cased text begins, and whose it is or was, in order. Made when somebody searches: most keys are never
    /// searched.
    starts: OnceLock<Vec<(u32, u32)>>,
    /// Bytes of the lower-cased texts of dropped values.
    dead: usize,
}

/// Where the texts of a value are. A value has 200 characters at most, and the values of a key stay far below 4 GiB.
#[derive(Clone, Copy, Default)]
struct Place {
    lower: u32,
    original: u32,
    lower_len: u16,
    original_len: u16,
}

impl Texts {
    pub fn lower(&self, id: u32) -> &str {
        let place = &self.places[id as usize];
        &self.lower[place.lower as usize..][..place.lower_len.into()]
    }

    pub fn original(&self, id: u32) -> &str {
        let place = &self.places[id as usize];
        match place.original {
            SAME => self.lower(id),
            start => &self.original[start as usize..][..place.original_len.into()],
        }
    }

    /// Lower-cased, then original text: what values are ordered by.
    pub fn both(&self, id: u32) -> (&str, &str) {
        (self.lower(id), self.original(id))
    }

    /// Keeps the texts of a value.
    pub fn keep(&mut self, id: u32, value: RowValue<'_>) {
        let place = Place {
            lower: append(&mut self.lower, value.lower),
            lower_len: value.lower.len() as u16,
            original: if value.lower == value.original { SAME } else { append(&mut self.original, value.original) },
            original_len: value.original.len() as u16,
        };
        while self.places.len() <= id as usize {
            super::push(&mut self.places, Place::default());
        }
        self.places[id as usize] = place;
        if let Some(starts) = self.starts.get_mut() {
            super::push(starts, (place.lower, id));
        }
    }

    /// Takes note that values have no text any longer; `left` are all that still have one.
    pub fn drop(&mut self, ids: &[u32], left: impl Iterator<Item = u32>) {
        for id in ids {
            let place = std::mem::take(&mut self.places[*id as usize]);
            self.dead += usize::from(place.lower_len);
        }
        if self.dead > self.lower.len() / 2 {
            let old = std::mem::take(self);
            for id in left {
                self.keep(id, RowValue { lower: old.lower(id), original: old.original(id) });
            }
        }
    }

    /// The ids of the values whose lower-cased text has something in it, each once. What is looked for is not empty.
    pub fn find(&self, finder: &Finder<'_>) -> Vec<u32> {
        let (mut found, mut from, mut next) = (Vec::new(), 0, 0);
        let (text, starts) = (self.lower.as_bytes(), self.starts.get_or_init(|| self.starts()));
        while let Some(at) = finder.find(&text[from..]) {
            let at = from + at;
            next += behind(&starts[next..], at);
            // It may begin in one text and end in another, or be in the text of a dropped value, whose place is another or none.
            from = at + 1;
            let Some((start, id)) = next.checked_sub(1).map(|last| starts[last]) else { continue };
            let place = &self.places[id as usize];
            let end = start as usize + usize::from(place.lower_len);
            if place.lower == start && at + finder.needle().len() <= end {
                found.push(id);
                from = end;
            }
        }
        found
    }

    fn starts(&self) -> Vec<(u32, u32)> {
        let mut ids: Vec<u32> =
            (0..self.places.len() as u32).filter(|id| self.places[*id as usize].lower_len > 0).collect();
        ids.sort_unstable_by_key(|id| self.places[*id as usize].lower);
        ids.into_iter().map(|id| (self.places[id as usize].lower, id)).collect()
    }
}

/// How many texts begin up to a byte. The one that is looked for is near: in a search, matches come in order.
fn behind(starts: &[(u32, u32)], at: usize) -> usize {
    let begins = |(start, _): &(u32, u32)| *start as usize <= at;
    let mut reach = 1;
    while starts.get(reach).is_some_and(begins) {
        reach *= 2;
    }
    starts[..starts.len().min(reach)].partition_point(begins)
}

fn append(texts: &mut String, text: &str) -> u32 {
    let start = texts.len();
    if texts.capacity() < start + text.len() {
        texts.reserve_exact((start / 8).max(text.len()));
    }
    texts.push_str(text);
    start as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Texts {
        let mut kept = Texts::default();
        for (original, id) in texts.iter().zip(0..) {
            kept.keep(id, RowValue { lower: &original.to_lowercase(), original });
        }
        kept
    }

    fn find(texts: &Texts, text: &str) -> Vec<u32> {
        texts.find(&Finder::new(text.as_bytes()))
    }

    #[test]
    fn each_text_is_found_once_and_none_across_two() {
        let texts = of(&["Billing bill", "", "bi", "ll", "bil", "lÉ bill"]);
        assert_eq!(find(&texts, "bill"), [0, 5]);
        assert_eq!(find(&texts, "ll"), [0, 3, 5]);
        assert_eq!(find(&texts, "é"), [5]);
        assert!(find(&texts, "gone").is_empty() && find(&Texts::default(), "x").is_empty());
        assert_eq!(texts.both(0), ("billing bill", "Billing bill"));
        assert_eq!((texts.both(1), texts.both(5)), (("", ""), ("lé bill", "lÉ bill")));
    }

    #[test]
    fn what_is_dropped_is_found_no_longer_and_its_room_comes_back() {
        let mut texts = of(&["Bill one", "bill two", "bill three", "bill four"]);
        texts.drop(&[1], [0, 2, 3].into_iter());
        assert_eq!(find(&texts, "bill"), [0, 2, 3]);
        texts.keep(1, RowValue { lower: "phil", original: "Phil" });
        texts.drop(&[0, 2], [1, 3].into_iter());
        assert_eq!(
            (find(&texts, "il"), texts.both(1), texts.both(3)),
            (vec![1, 3], ("phil", "Phil"), ("bill four", "bill four"))
        );
        texts.drop(&[3], [1].into_iter());
        assert_eq!((find(&texts, "il"), texts.lower.len(), texts.starts().len()), (vec![1], 4, 1));
    }
}
