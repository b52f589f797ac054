//! The words of every page: Fluent catalogs, one per language, embedded in the binary.
//!
//! A page never holds a sentence of its own; it names a key and the catalog of the reader's language has the words.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use time::OffsetDateTime;
use unic_langid::LanguageIdentifier;

use crate::view::kinds::Faces;

/// A language the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    English,
    Italian,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::English, Lang::Italian];

    /// The BCP 47 code, as in `<html lang>` and the cookie.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Italian => "it",
        }
    }

    /// The language's name for itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Italian => "Italiano",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// The best of our languages for an `Accept-Language` header.
    pub fn negotiate(accept: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for part in accept.split(',').take(32) {
            let mut pieces = part.trim().split(';');
            let Some(lang) = pieces.next().and_then(Self::from_code) else { continue };
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, lang));
            }
        }
        best.map_or_else(Self::default, |(_, lang)| lang)
    }

    fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../../web/messages/en.ftl"),
            Self::Italian => include_str!("../../../web/messages/it.ftl"),
        }
    }
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| Lang::ALL.map(load));

fn load(lang: Lang) -> Bundle {
    let id: LanguageIdentifier = lang.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    // The catalogs are part of the program and a test reads them whole, so what parses is all there is.
    let resource = FluentResource::try_new(lang.source().to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The words in one language, and those that kind definitions have for kinds and relations.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    pub lang: Lang,
    pub faces: &'a Faces,
}

impl<'a> Messages<'a> {
    pub fn new(lang: Lang, faces: &'a Faces) -> Self {
        Self { lang, faces }
    }

    /// The words for a key without variables.
    pub fn text(self, key: &str) -> Cow<'static, str> {
        self.format(key, None).unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    /// The words for a key, with its variables.
    pub fn with(self, key: &str, values: &[(&str, FluentValue<'_>)]) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, value.clone());
        }
        self.format(key, Some(&args)).unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    /// The words for a key, or `None` where the catalog has none: for keys made of data, such as relation types.
    pub fn find(self, key: &str) -> Option<Cow<'static, str>> {
        self.format(key, None)
    }

    /// The words for a count: the catalog chooses the plural by `$count` and shows `$n`, the count with separators.
    pub fn count(self, key: &str, count: u64) -> Cow<'static, str> {
        self.with(key, &[("count", FluentValue::from(count)), ("n", FluentValue::from(self.number(count)))])
    }

    /// A whole number with the language's thousands separator.
    pub fn number(self, value: u64) -> String {
        let separator = match self.lang {
            Lang::English => ',',
            Lang::Italian => '.',
        };
        let digits = value.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(separator);
            }
            out.push(digit);
        }
        out
    }

    /// A moment in UTC, as the language writes dates. Milliseconds since 1970.
    pub fn moment(self, millis: i64) -> String {
        let Ok(at) = OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)) else { return String::new() };
        let month = self.text(&format!("month-{}", u8::from(at.month())));
        format!("{} {month} {}, {:02}:{:02} UTC", at.day(), at.year(), at.hour(), at.minute())
    }

    /// How long ago a moment was, or how long until it comes, in the largest whole unit.
    pub fn relative(self, now: i64, millis: i64) -> Cow<'static, str> {
        const UNITS: [(u64, &str); 6] = [
            (365 * 86_400, "years"),
            (30 * 86_400, "months"),
            (86_400, "days"),
            (3600, "hours"),
            (60, "minutes"),
            (1, "seconds"),
        ];
        let seconds = millis.abs_diff(now) / 1000;
        let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| seconds >= *unit) else {
            return self.text("time-now");
        };
        let key = if millis > now { format!("in-{name}") } else { format!("ago-{name}") };
        self.count(&key, seconds / unit)
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let bundle = &BUNDLES[self.lang as usize];
        let pattern = bundle.get_message(key)?.value()?;
        let mut problems = Vec::new();
        match bundle.format_pattern(pattern, args, &mut problems) {
            Cow::Borrowed(text) => Some(Cow::Borrowed(text)),
            Cow::Owned(text) => Some(Cow::Owned(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;
    use crate::view::kinds::BUILTIN;

    fn messages(lang: Lang) -> Messages<'static> {
        Messages::new(lang, &BUILTIN)
    }

    fn keys(lang: Lang) -> BTreeSet<&'static str> {
        if let Err((_, problems)) = FluentResource::try_new(lang.source().to_owned()) {
            panic!("{}.ftl does not parse: {problems:?}", lang.code());
        }
        let mut keys = BTreeSet::new();
        for line in lang.source().lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            let key = line.split_once(" =").map(|(key, _)| key).unwrap();
            assert!(keys.insert(key), "{}.ftl has {key} twice", lang.code());
        }
        keys
    }

    /// All sources of the pages, one after the other.
    fn sources(folder: &Path) -> String {
        let mut all = String::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            all += &if path.is_dir() { sources(&path) } else { std::fs::read_to_string(&path).unwrap() };
        }
        all
    }

    /// Every literal key in the sources: the first argument of `text`, `with` and `count` on the messages `t`.
    fn used_keys(source: &str) -> BTreeSet<&str> {
        let calls = ["t.text(\"", "t.with(\"", "t.count(\"", "key: \""];
        let used = calls.iter().flat_map(|call| source.split(call).skip(1)).filter_map(|rest| rest.split('"').next());
        used.filter(|key| key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')).collect()
    }

    #[test]
    fn both_languages_have_every_key_that_is_used() {
        let (english, italian) = (keys(Lang::English), keys(Lang::Italian));
        assert_eq!(english, italian);
        let source = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let used = used_keys(&source);
        let missing: Vec<_> = used.iter().filter(|key| !english.contains(*key)).collect();
        assert!(missing.is_empty(), "no words for {missing:?}");
        assert!(used.len() > 50, "the search for keys finds too few: {}", used.len());
    }

    /// What format strings that make keys begin with, such as `kind-` of `"kind-{}"`.
    fn families(source: &str) -> BTreeSet<&str> {
        let begins = |piece: &&str| piece.ends_with('-') && piece.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        source.split('{').filter_map(|before| before.rsplit('"').next()).filter(begins).collect()
    }

    #[test]
    fn no_words_are_kept_that_nobody_says() {
        let source = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let families = families(&source);
        let said = |key: &str| source.contains(&format!("\"{key}\"")) || families.iter().any(|f| key.starts_with(f));
        let unsaid: Vec<_> = keys(Lang::English).into_iter().filter(|key| !said(key)).collect();
        assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
    }

    #[test]
    fn both_languages_take_the_same_values() {
        let values = |lang: Lang| -> BTreeMap<&str, BTreeSet<&str>> {
            let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            let mut key = "";
            for line in lang.source().lines() {
                if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                    key = line.split_once(" =").map_or("", |(key, _)| key);
                }
                for (at, _) in line.match_indices("{ $") {
                    let name = line[at + 3..].split([' ', '}']).next().unwrap_or_default();
                    found.entry(key).or_default().insert(name);
                }
            }
            found
        };
        assert_eq!(values(Lang::English), values(Lang::Italian));
    }

    #[test]
    fn languages_are_negotiated_by_weight() {
        for (accept, expected) in [
            ("it-IT,it;q=0.9,en;q=0.8", Lang::Italian),
            ("de,en-GB;q=0.5,it;q=0.4", Lang::English),
            ("it;q=0, en;q=0.1", Lang::English),
            ("de", Lang::English),
            ("", Lang::English),
            ("it;q=nonsense", Lang::English),
        ] {
            assert_eq!(Lang::negotiate(accept), expected, "{accept}");
        }
    }

    #[test]
    fn plurals_and_numbers_follow_the_language() {
        let (en, it) = (messages(Lang::English), messages(Lang::Italian));
        assert_eq!(en.count("count-entities", 1), "1 entity");
        assert_eq!(en.count("count-entities", 12_345), "12,345 entities");
        assert_eq!(it.count("count-entities", 1), "1 entità");
        assert_eq!(it.count("count-components", 1_200), "1.200 componenti");
    }

    #[test]
    fn time_passes_in_words() {
        let (en, it) = (messages(Lang::English), messages(Lang::Italian));
        const DAY: i64 = 86_400_000;
        for (millis, english, italian) in [
            (0, "now", "adesso"),
            (-1_000, "1 second ago", "1 secondo fa"),
            (-180_000, "3 minutes ago", "3 minuti fa"),
            (90_000, "in 1 minute", "tra 1 minuto"),
            (-DAY, "1 day ago", "1 giorno fa"),
            (-65 * DAY, "2 months ago", "2 mesi fa"),
            (-800 * DAY, "2 years ago", "2 anni fa"),
        ] {
            assert_eq!((&*en.relative(0, millis), &*it.relative(0, millis)), (english, italian));
        }
    }

    #[test]
    fn moments_are_written_in_the_language() {
        assert_eq!(messages(Lang::English).moment(1_763_940_000_000), "23 November 2025, 23:20 UTC");
        assert_eq!(messages(Lang::Italian).moment(0), "1 gennaio 1970, 00:00 UTC");
    }
}
