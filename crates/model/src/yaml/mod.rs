//! YAML as Backstage reads it: version 1.2, core schema, values of the JSON kind, numbers as JavaScript has them.
//!
//! Descriptors come from people and from hosts nobody here controls, so everything is bounded ([`Limits`]) and a
//! document that cannot be read never costs its neighbours: a stream is cut at its `---` lines first, which YAML
//! guarantees to be document markers wherever they stand, and each piece is parsed on its own.
//!
//! Decisions where readers differ: the merge key `<<` is an ordinary key, `yes`/`on` and dates are text, a key given
//! twice is an error, unknown tags are ignored, and a mapping or list as a key (an unquoted `{{ x }}`) is an error that
//! says so (contract catalog.md section 1.3).

mod build;
mod locate;
mod scalar;
mod split;
mod tabs;

use serde_json::Value;

pub use locate::{Locator, locate, locate_key};

/// What a source may cost. The defaults are far above what people write and far below what hurts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the whole text, in bytes.
    pub max_bytes: usize,
    /// Nesting of mappings and lists, through aliases too.
    pub max_depth: usize,
    /// Values in one document.
    pub max_nodes: usize,
    /// Values that anchors and aliases may copy in one document; their text is bounded by `max_bytes`.
    pub max_copied_nodes: usize,
    /// Documents in one text.
    pub max_documents: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            max_depth: 100,
            max_nodes: 2_000_000,
            max_copied_nodes: 200_000,
            max_documents: 100_000,
        }
    }
}

/// Why a text, or one document of it, could not be read. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct YamlError {
    pub message: String,
    pub line: u32,
    pub column: u32,
}

impl YamlError {
    fn new(message: impl Into<String>, line: u32, column: u32) -> Self {
        Self { message: message.into(), line, column }
    }
}

/// One document of a stream that is not empty.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its number in the text, from 0; empty documents count. What [`locate`] wants.
    pub index: usize,
    /// The line its content starts on, from 1.
    pub line: u32,
    pub value: Result<Value, YamlError>,
}

/// Reads every document. Empty ones (and `null`) are left out; one that is broken is an error and the others still come.
pub fn parse_documents(text: &str, limits: &Limits) -> Vec<Document> {
    if let Some(error) = oversize(text.len(), limits) {
        return vec![Document { index: 0, line: 1, value: Err(error) }];
    }
    let mut documents = Vec::new();
    for (index, chunk) in split::chunks(text).enumerate() {
        if index >= limits.max_documents {
            let message = format!("more than {} documents in one file", limits.max_documents);
            let line = chunk.lines_before + 1;
            documents.push(Document { index, line, value: Err(YamlError::new(message, line, 1)) });
            break;
        }
        match build::build(&chunk, limits) {
            Ok(built) if built.value.is_null() => {}
            Ok(built) => documents.push(Document { index, line: built.line, value: Ok(built.value) }),
            Err(error) => documents.push(Document { index, line: chunk.lines_before + 1, value: Err(error) }),
        }
    }
    documents
}

/// Reads a text that holds one document; `null` when it holds none.
///
/// # Errors
/// The text is too large, is no YAML, or holds several documents.
pub fn parse_single(text: &str, limits: &Limits) -> Result<Value, YamlError> {
    let mut documents = parse_documents(text, limits).into_iter();
    let Some(first) = documents.next() else { return Ok(Value::Null) };
    let value = first.value?;
    match documents.next() {
        None => Ok(value),
        Some(second) => {
            Err(YamlError::new("expected a single YAML document, but a second one starts here", second.line, 1))
        }
    }
}

/// The text of a file. A UTF-8 byte order mark is left for the parser, which ignores it.
///
/// # Errors
/// Bytes that are no UTF-8, and NUL bytes, with their place.
pub fn decode(bytes: &[u8]) -> Result<&str, YamlError> {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => return Ok(text),
        Ok(_) => bytes.len(),
        Err(error) => error.valid_up_to(),
    };
    let nul = bytes[..valid].iter().position(|byte| *byte == 0);
    let end = nul.unwrap_or(valid);
    let what = if nul.is_some() { "is a NUL character" } else { "is not valid UTF-8" };
    let before = &bytes[..end];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    let hint = if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) || nul.is_some() {
        "; save the file as UTF-8 text (it looks like UTF-16 or a binary file)"
    } else {
        "; save the file as UTF-8"
    };
    let byte = bytes.get(end).copied().unwrap_or_default();
    Err(YamlError::new(format!("the byte 0x{byte:02X} {what}{hint}"), saturate(line), saturate(column)))
}

/// The error for a text of this size, if it is too large.
pub(crate) fn oversize(bytes: usize, limits: &Limits) -> Option<YamlError> {
    (bytes > limits.max_bytes).then(|| {
        YamlError::new(format!("the file has {bytes} bytes, more than the {} that are read", limits.max_bytes), 1, 1)
    })
}

fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
