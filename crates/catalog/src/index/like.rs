//! The text a full text filter looks for, with the wildcards it has on the wire: `%` stands for any text and `_` for any
//! character, as in SQL, which Backstage hands it to (contract catalog.md section 9.1).

use memchr::memmem::Finder;

/// A text that values contain or not.
pub(crate) struct Like {
    /// What tells it from others.
    text: Box<str>,
    is_literal: bool,
    /// What has to come one after the other.
    pieces: Vec<Piece>,
}

enum Piece {
    Plain(Box<Finder<'static>>),
    /// Characters, and places where any will do.
    Holed(Vec<Option<char>>),
}

impl Like {
    /// A text in lower case in which wildcards count.
    pub fn new(text: &str) -> Self {
        let pieces = text.split('%').filter(|piece| !piece.is_empty()).map(Piece::new).collect();
        Self { text: text.into(), is_literal: false, pieces }
    }

    /// A text in lower case as it is.
    pub fn literal(text: &str) -> Self {
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::plain(text)] };
        Self { text: text.into(), is_literal: true, pieces }
    }

    /// What tells it from others: the text, and whether it is meant as it is.
    pub fn name(&self) -> (&str, bool) {
        (&self.text, self.is_literal)
    }

    /// A part that stands in every value that contains it, if it has one without holes; never empty.
    pub fn plain_part(&self) -> Option<&Finder<'static>> {
        self.pieces.iter().find_map(|piece| match piece {
            Piece::Plain(finder) => Some(&**finder),
            Piece::Holed(_) => None,
        })
    }

    /// Whether the plain part is all of it.
    pub fn is_plain(&self) -> bool {
        matches!(&*self.pieces, [Piece::Plain(_)])
    }

    /// Whether a value in lower case contains it.
    pub fn is_in(&self, value: &str) -> bool {
        let mut rest = value;
        self.pieces.iter().all(|piece| match piece.end_in(rest) {
            Some(end) => {
                rest = &rest[end..];
                true
            }
            None => false,
        })
    }
}

impl Piece {
    fn new(text: &str) -> Self {
        if !text.contains('_') {
            return Self::plain(text);
        }
        Self::Holed(text.chars().map(|letter| (letter != '_').then_some(letter)).collect())
    }

    fn plain(text: &str) -> Self {
        Self::Plain(Box::new(Finder::new(text.as_bytes()).into_owned()))
    }

    /// Where its first occurrence ends.
    fn end_in(&self, text: &str) -> Option<usize> {
        match self {
            Self::Plain(finder) => finder.find(text.as_bytes()).map(|at| at + finder.needle().len()),
            Self::Holed(letters) => {
                let fits = |rest: &str| {
                    let mut found = rest.chars();
                    let all = letters
                        .iter()
                        .all(|wanted| found.next().is_some_and(|letter| wanted.is_none_or(|wanted| wanted == letter)));
                    all.then(|| rest.len() - found.as_str().len())
                };
                text.char_indices().find_map(|(at, _)| fits(&text[at..]).map(|len| at + len))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_any_text_and_any_character() {
        for (text, value, expected) in [
            ("b", "abc", true),
            ("c%a", "abc", false),
            ("a%c", "abbbc", true),
            ("%%", "", true),
            ("_", "", false),
            ("a_c", "xaéc", true),
            ("a_c", "xac", false),
            ("__%_", "ab", false),
            ("é_%x", "éax", true),
            ("ab%ab", "abcab", true),
            ("ab%ab", "abc", false),
        ] {
            assert_eq!(Like::new(text).is_in(value), expected, "{text} {value}");
        }
    }

    #[test]
    fn a_literal_has_none() {
        assert!(Like::literal("100%").is_in("is 100% sure") && !Like::literal("a_c").is_in("abc"));
    }

    #[test]
    fn nothing_is_in_every_value() {
        for nothing in [Like::literal(""), Like::new(""), Like::new("%")] {
            assert!(nothing.is_in("abc") && nothing.is_in("") && nothing.plain_part().is_none());
        }
    }
}
