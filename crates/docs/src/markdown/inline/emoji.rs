//! `:smile:` as a picture.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::options::EmojiIndex;
use super::{Found, Inline, Match};

const PICTURES: &str = "https://cdnjs.cloudflare.com/ajax/libs/emojione/2.2.7/assets/svg/";

/// Short names with the code points of the picture and, where it differs, of the character.
static NAMES: LazyLock<HashMap<&'static str, (&'static str, &'static str)>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/emoji.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (name, code) = (words.next()?, words.next()?);
            Some((name, (code, words.next().unwrap_or(code))))
        })
        .collect()
});

static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r":([+\-\w]+):").expect("a valid pattern"));

pub(super) fn emoji(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let found = NAME.captures_at(text, from)?;
    let range = found.get(0)?.range();
    let known = NAMES.get(&found[1]).filter(|_| doc.options.emoji == EmojiIndex::EmojiOne);
    let Some((code, character)) = known else {
        return Match::new(Found::Text(found[0].to_owned()), range);
    };
    let points = character.split('-').filter_map(|point| char::from_u32(u32::from_str_radix(point, 16).ok()?));
    let element = doc.dom.new_node("img");
    doc.dom.set_attr(element, "class", "emojione");
    doc.dom.set_attr(element, "alt", points.collect::<String>());
    doc.dom.set_attr(element, "src", format!("{PICTURES}{code}.svg"));
    doc.dom.set_attr(element, "title", &found[0]);
    Match::new(Found::Element(element), range)
}
