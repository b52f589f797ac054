//! The texts of a key's values in one piece of memory, so that searching all of them reads it once from end to end.

use memchr::memmem::Finder;

/// Stands between texts; no text has it, for it is never part of UTF-8.
const BETWEEN: u8 = 0xff;

#[derive(Default)]
pub(crate) struct Block {
    text: Vec<u8>,
    /// Where each text begins, and whose it is.
    places: Vec<(u32, u32)>,
}

impl Block {
    pub fn of<'a>(texts: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut block = Self::default();
        for (id, text) in texts {
            block.places.push((block.text.len() as u32, id));
            block.text.extend_from_slice(text.as_bytes());
            block.text.push(BETWEEN);
        }
        block
    }

    /// The ids of the texts in which something is found, each once.
    pub fn find(&self, finder: &Finder<'_>) -> Vec<u32> {
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(at) = finder.find(&self.text[from..]) {
            let next = self.places.partition_point(|(start, _)| *start as usize <= from + at);
            found.push(self.places[next - 1].1);
            let Some((start, _)) = self.places.get(next) else { break };
            from = *start as usize;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_found_once_and_none_across_two() {
        let block = Block::of([(7, "billing bill"), (3, ""), (5, "bi"), (9, "ll"), (1, "é bill")].into_iter());
        let find = |text: &str| block.find(&Finder::new(text.as_bytes()));
        assert_eq!(find("bill"), [7, 1]);
        assert_eq!(find("ll"), [7, 9, 1]);
        assert_eq!(find("é"), [1]);
        assert!(find("gone").is_empty() && Block::default().find(&Finder::new(b"x")).is_empty());
    }
}
