//! Texts as JavaScript counts them: in UTF-16 units.

/// How many units it has.
pub(crate) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The unit at a place, as a text.
pub(crate) fn unit(text: &str, at: usize) -> Option<String> {
    if text.is_ascii() {
        return text.get(at..=at).map(str::to_owned);
    }
    text.encode_utf16().nth(at).map(|unit| String::from_utf16_lossy(&[unit]))
}

/// The units from one place to another. Half a character at an edge becomes the replacement character.
pub(crate) fn slice(text: &str, from: usize, to: usize) -> String {
    if from >= to {
        return String::new();
    }
    if text.is_ascii() {
        return text[from.min(text.len())..to.min(text.len())].to_owned();
    }
    let units: Vec<u16> = text.encode_utf16().skip(from).take(to - from).collect();
    String::from_utf16_lossy(&units)
}

/// The place in units of a place in bytes.
pub(crate) fn units_before(text: &str, byte: usize) -> usize {
    length(&text[..byte])
}

/// The place in bytes of a place in units; the end when it is past it.
pub(crate) fn byte_of(text: &str, unit: usize) -> usize {
    let mut units = 0;
    for (byte, char) in text.char_indices() {
        if units >= unit {
            return byte;
        }
        units += char.len_utf16();
    }
    text.len()
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '`' => escaped.push_str("&#96;"),
            '\\' => escaped.push_str("&#92;"),
            other => escaped.push(other),
        }
    }
    escaped
}
