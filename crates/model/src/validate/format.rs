//! The formats of single fields (contract catalog.md section 1.2). What fits is ASCII, so lengths in bytes are lengths
//! as JavaScript counts them.

/// `<suffix>` or `<prefix>/<suffix>`: a DNS subdomain and 1 to 63 letters and digits.
pub fn is_api_version(text: &str) -> bool {
    prefixed(text, |suffix| has_length(suffix, 63) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A letter, then letters and digits; at most 63.
pub fn is_kind(text: &str) -> bool {
    has_length(text, 63)
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `metadata.name`: letters, digits and `-_.` inside; at most 63.
pub fn is_object_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    has_length(text, 63) && text.bytes().all(inner) && has_ends(text, |byte| byte.is_ascii_alphanumeric())
}

/// `metadata.namespace`: lower case letters, digits and `-` inside; at most 63.
pub fn is_dns_label(text: &str) -> bool {
    let outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    has_length(text, 63) && text.bytes().all(|byte| outer(byte) || byte == b'-') && has_ends(text, outer)
}

/// Keys of labels and annotations: an object name, with an optional DNS subdomain and a slash before it.
pub fn is_prefixed_name(text: &str) -> bool {
    prefixed(text, is_object_name)
}

/// Values of labels: empty, or as names.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_object_name(text)
}

/// Words of lower case letters, digits and `:+#`, joined by single `-`; at most 63.
pub fn is_tag(text: &str) -> bool {
    let in_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b':' | b'+' | b'#');
    has_length(text, 63) && text.split('-').all(|word| !word.is_empty() && word.bytes().all(in_word))
}

/// An absolute URL by the WHATWG rules.
pub fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok()
}

/// Something is left when JavaScript trims it.
pub fn is_not_blank(text: &str) -> bool {
    text.chars().any(|c| c != '\u{feff}' && (!c.is_whitespace() || c == '\u{85}'))
}

fn prefixed(text: &str, suffix: impl Fn(&str) -> bool) -> bool {
    match text.split_once('/') {
        None => suffix(text),
        Some((prefix, rest)) => is_dns_subdomain(prefix) && suffix(rest),
    }
}

fn is_dns_subdomain(text: &str) -> bool {
    has_length(text, 253) && text.split('.').all(is_dns_label)
}

fn has_length(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
}

fn has_ends(text: &str, outer: impl Fn(u8) -> bool) -> bool {
    text.bytes().next().is_some_and(&outer) && text.bytes().next_back().is_some_and(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rule: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(rule(text), "{text}");
        }
        for text in bad {
            assert!(!rule(text), "{text}");
        }
    }

    #[test]
    fn formats() {
        let (long, too_long) = ("a".repeat(63), "a".repeat(64));
        table(is_object_name, &["a", "A-b_c.9", "a--b", &long], &["", "-a", "a-", "a b", "ä", &too_long]);
        table(is_dns_label, &["a", "a--b", "9", &long], &["", "A", "a_b", "-a", "a-", &too_long]);
        table(is_kind, &["A", "a1"], &["", "1a", "a-b", "É", &too_long]);
        table(is_tag, &["c++", "c#", "a:b", "a-b"], &["", "Java", "a_b", "a--b", "-a", "go 1.15.3", &too_long]);
        table(is_label_value, &["", "a.b"], &[" ", "a/b"]);
        table(is_prefixed_name, &["a", "a.b-c/D_e"], &["", "/a", "a/", "a/b/c", "A.b/c", "a..b/c", "-bad/key-"]);
        table(
            is_api_version,
            &["v1", "backstage.io/v1alpha1"],
            &["", "a/b/c", "/v1", "backstage.io/", "a b/v1", "v-1"],
        );
        table(is_url, &["https://x", "mailto:a@b", "x:y"], &["nope", "/a", "", "http://"]);
        table(is_not_blank, &["a"], &["", " \t\u{feff}"]);
        let prefix = format!("{long}.{long}.{long}.{}", "a".repeat(61));
        assert!(is_prefixed_name(&format!("{prefix}/a")) && !is_prefixed_name(&format!("{prefix}a/a")));
    }
}
