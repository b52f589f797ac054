//! `key:<tab>value` is good YAML and stands in real files, but the parser refuses a tab right behind a colon. Such a tab
//! is exchanged for a space, which moves nothing, and the text is read again: only texts that have one pay for it.

use saphyr_parser::ScanError;

/// How many bytes may be read again for the tabs of one document.
const MAX_REREAD: usize = 32 * 1024 * 1024;

/// Runs a reader over a text until no tab behind a colon is in its way.
pub(super) fn forgiving<T>(text: &str, mut read: impl FnMut(&str) -> Result<T, ScanError>) -> Result<T, ScanError> {
    let mut patched: Option<String> = None;
    let mut left = MAX_REREAD;
    loop {
        let current = patched.as_deref().unwrap_or(text);
        let error = match read(current) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let (Some(at), Some(rest)) = (refused_tab(current, &error), left.checked_sub(current.len())) else {
            return Err(error);
        };
        left = rest;
        let text = patched.get_or_insert_with(|| text.to_owned());
        text.replace_range(at..=at, " ");
    }
}

/// The byte position of the tab that the parser complains about. Its mark is behind the white space.
fn refused_tab(text: &str, error: &ScanError) -> Option<usize> {
    if !is_refused_tab(error) {
        return None;
    }
    let mark = error.marker();
    let line_start = match mark.line() {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line - 2).map(|(at, _)| at + 1)?,
    };
    let line = &text[line_start..];
    let end = line.char_indices().nth(mark.col()).map_or(line.len(), |(at, _)| at);
    let tab = line[..end].trim_end_matches(['\t', ' ']).len();
    (line.as_bytes().get(tab) == Some(&b'\t')).then_some(line_start + tab)
}

/// Whether this is the complaint that [`forgiving`] knows a way around.
pub(super) fn is_refused_tab(error: &ScanError) -> bool {
    error.info().starts_with("':' must be followed by")
}
