//! JSON pointers name a value exactly, whatever characters its keys hold; dotted keys are how people say it.

/// `pointer` extended by an object key.
pub(crate) fn key(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// `pointer` extended by an array index.
pub(crate) fn index(pointer: &str, index: usize) -> String {
    format!("{pointer}/{index}")
}

/// A key as Backstage writes it in messages, `a.b[0].c`, extended by an object key.
pub(crate) fn dotted(parent: &str, child: &str) -> String {
    if parent.is_empty() { child.to_owned() } else { format!("{parent}.{child}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_slashes_are_escaped() {
        let pointer = index(&key(&key("", "proxy"), "/a~b"), 3);
        assert_eq!(pointer, "/proxy/~1a~0b/3");
    }
}
