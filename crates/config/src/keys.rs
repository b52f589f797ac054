//! The table of keys this version reads, put together from the sections. It finds unknown keys, tells which keys hold
//! secrets, and is the reference the documentation is made from.

use serde_json::Value;

use crate::section;

/// A key the product reads.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// `a.b`, with `[]` for list elements, `*` for any key and `**` for whatever is below.
    pub path: &'static str,
    /// What it does, for people.
    pub doc: &'static str,
    /// Its value must not be shown.
    pub secret: bool,
}

impl Key {
    pub(crate) const fn new(path: &'static str, doc: &'static str) -> Self {
        Self { path, doc, secret: false }
    }

    pub(crate) const fn secret(path: &'static str, doc: &'static str) -> Self {
        Self { path, doc, secret: true }
    }
}

/// Every key, section by section.
pub fn known_keys() -> impl Iterator<Item = &'static Key> {
    section::KEYS.iter().copied().flatten()
}

/// How a key relates to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not read.
    Unknown,
    /// Read, and nothing below it can be unknown.
    Known,
    /// Something below it is read.
    Parent,
}

/// The standing of the key made of `segments`, where `[]` stands for a list element.
pub(crate) fn standing(segments: &[&str]) -> Standing {
    let mut standing = Standing::Unknown;
    for key in known_keys() {
        match compare(key.path, segments) {
            Standing::Parent => return Standing::Parent,
            Standing::Known => standing = Standing::Known,
            Standing::Unknown => {}
        }
    }
    standing
}

fn compare(pattern: &str, segments: &[&str]) -> Standing {
    let mut pattern = pattern_segments(pattern);
    for segment in segments {
        match pattern.next() {
            Some("**") => return Standing::Known,
            Some(expected) if expected == *segment || (expected == "*" && *segment != "[]") => {}
            _ => return Standing::Unknown,
        }
    }
    match pattern.next() {
        None | Some("**") => Standing::Known,
        Some(_) => Standing::Parent,
    }
}

fn pattern_segments(pattern: &str) -> impl Iterator<Item = &str> {
    pattern
        .split('.')
        .flat_map(|part| match part.strip_suffix("[]") {
            Some(name) => [Some(name), Some("[]")],
            None => [Some(part), None],
        })
        .flatten()
}

/// Whether the table says that the value at `key` (`a.b[0].c`) is a secret.
pub(crate) fn is_secret(key: &str) -> bool {
    let plain = without_indices(key);
    let segments: Vec<&str> = pattern_segments(&plain).collect();
    known_keys().any(|key| key.secret && compare(key.path, &segments) == Standing::Known)
}

/// Whether the table has `key` (`a.b[0].c`), the list it is an element of, or something below it.
pub(crate) fn is_known(key: &str) -> bool {
    let plain = without_indices(key);
    let known = |key: &str| standing(&pattern_segments(key).collect::<Vec<_>>()) != Standing::Unknown;
    known(&plain) || plain.strip_suffix("[]").is_some_and(known)
}

/// `a.b[].c` for `a.b[0].c`.
fn without_indices(key: &str) -> String {
    let mut plain = String::with_capacity(key.len());
    let mut in_index = false;
    for c in key.chars() {
        match c {
            '[' => in_index = true,
            ']' => in_index = false,
            _ if in_index => continue,
            _ => {}
        }
        plain.push(c);
    }
    plain
}

/// The key written most like `segments` of those that stand where its last one does, if it is near enough to be meant.
pub(crate) fn nearest(segments: &[&str]) -> Option<&'static str> {
    let (last, parents) = segments.split_last()?;
    let beside = |key: &'static Key| {
        let mut pattern = pattern_segments(key.path);
        let same = parents.iter().all(|segment| pattern.next() == Some(segment));
        pattern.next().filter(|name| same && !matches!(*name, "*" | "**" | "[]"))
    };
    // One slip in three letters; more is another word.
    let slips = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &last.to_lowercase());
    let near = known_keys().filter_map(beside).map(|name| (slips(name), name));
    near.filter(|(slips, name)| slips * 3 <= name.len()).min().map(|(_, name)| name)
}

/// The children of a value with the segment each adds.
pub(crate) fn children(value: &Value) -> Vec<(&str, &Value)> {
    match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.as_str(), member)).collect(),
        Value::Array(items) => items.iter().map(|item| ("[]", item)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_tell_known_from_unknown() {
        for (pattern, segments, expected) in [
            ("a.b", &["a"][..], Standing::Parent),
            ("a.b", &["a", "b"], Standing::Known),
            ("a.b", &["a", "c"], Standing::Unknown),
            ("a.b", &["a", "b", "c"], Standing::Unknown),
            ("a[].b", &["a"], Standing::Parent),
            ("a[].b", &["a", "[]", "b"], Standing::Known),
            ("a.*", &["a", "x"], Standing::Known),
            ("a.*", &["a", "[]"], Standing::Unknown),
            ("a.**", &["a"], Standing::Known),
            ("a.**", &["a", "x", "[]", "y"], Standing::Known),
        ] {
            assert_eq!(compare(pattern, segments), expected, "{pattern} {segments:?}");
        }
    }

    #[test]
    fn the_table_knows_secrets_by_place() {
        assert!(is_secret("backend.https.certificate.key"));
        assert!(!is_secret("backend.https.certificate.cert"));
        assert!(is_secret("integrations.github[12].token"));
    }

    #[test]
    fn a_slip_of_the_pen_finds_the_key_that_was_meant() {
        for (segments, meant) in [
            (&["app", "tittle"][..], Some("title")),
            (&["app", "baseURL"], Some("baseUrl")),
            (&["backend", "lisen"], Some("listen")),
            (&["catlog"], Some("catalog")),
            (&["catalog", "location"], Some("locations")),
            (&["catalog", "rules", "[]", "allows"], Some("allow")),
            (&["integrations", "github", "[]", "tokne"], Some("token")),
            (&["integrations", "gitub"], Some("github")),
            (&["backend", "cache"], None),
            (&["backend", "csp", "img-srcs"], None),
            (&["kubernetes"], None),
            (&["auth", "providers", "spnego"], None),
            (&["title"], None),
        ] {
            assert_eq!(nearest(segments), meant, "{segments:?}");
        }
    }

    #[test]
    fn every_key_is_documented_once() {
        let mut seen = std::collections::HashSet::new();
        for key in known_keys() {
            assert!(seen.insert(key.path), "{} is listed twice", key.path);
            assert!(key.doc.len() > 5, "{} has no documentation", key.path);
        }
    }
}
