//! `:smile:` as a picture.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::NodeId;
use super::super::options::EmojiIndex;
use super::{Found, Inline, Match};

/// The pictures of one project.
struct Index {
    class: &'static str,
    pictures: &'static str,
    /// Short names with the code points of the picture and, where it differs, of the character.
    names: HashMap<&'static str, (&'static str, &'static str)>,
}

fn index(class: &'static str, pictures: &'static str, text: &'static str) -> Index {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| {
        let mut words = line.split(' ');
        let (name, code) = (words.next()?, words.next()?);
        Some((name, (code, words.next().unwrap_or(code))))
    });
    Index { class, pictures, names: names.collect() }
}

static EMOJI_ONE: LazyLock<Index> = LazyLock::new(|| {
    let pictures = "https://cdnjs.cloudflare.com/ajax/libs/emojione/2.2.7/assets/svg/";
    index("emojione", pictures, include_str!("../../../data/emoji.txt"))
});

static TWEMOJI: LazyLock<Index> = LazyLock::new(|| {
    let pictures = "https://cdn.jsdelivr.net/gh/jdecked/twemoji@16.0.1/assets/svg/";
    index("twemoji", pictures, include_str!("../../../data/twemoji.txt"))
});

/// Sets of icons that Material's index has beside emoji.
const ICONS: &[&str] = &["material-", "fontawesome-", "octicons-", "simple-"];

static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r":([+\-\w]+):").expect("a valid pattern"));

pub(super) fn emoji(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let found = NAME.captures_at(text, from)?;
    let range = found.get(0)?.range();
    let index: &Index = match doc.options.emoji {
        EmojiIndex::EmojiOne => &EMOJI_ONE,
        EmojiIndex::Twemoji => &TWEMOJI,
    };
    if let Some((code, character)) = index.names.get(&found[1]) {
        let element = picture(doc, index, code, character, &found[0]);
        return Match::new(Found::Element(element), range);
    }
    if doc.options.emoji == EmojiIndex::Twemoji && ICONS.iter().any(|set| found[1].starts_with(set)) {
        // The drawing itself is left to whoever shows the page.
        let element = doc.dom.new_node("span");
        doc.dom.set_attr(element, "class", "twemoji");
        doc.dom.set_attr(element, "data-icon", &found[1]);
        return Match::new(Found::Element(element), range);
    }
    Match::new(Found::Text(found[0].to_owned()), range)
}

fn picture(doc: &mut Document, index: &Index, code: &str, character: &str, name: &str) -> NodeId {
    let points = character.split('-').filter_map(|point| char::from_u32(u32::from_str_radix(point, 16).ok()?));
    let element = doc.dom.new_node("img");
    doc.dom.set_attr(element, "class", index.class);
    doc.dom.set_attr(element, "alt", points.collect::<String>());
    doc.dom.set_attr(element, "src", format!("{}{code}.svg", index.pictures));
    doc.dom.set_attr(element, "title", name);
    element
}
