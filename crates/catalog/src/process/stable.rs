//! Hashes over JSON that do not depend on the order of keys, so that reordering a file changes nothing downstream.

use serde_json::Value;
use sha1::{Digest, Sha1};

/// A SHA-1 digest.
pub type Hash = [u8; 20];

/// The SHA-1 of a value written with sorted keys and no spaces.
pub fn stable_hash(value: &Value) -> Hash {
    let mut text = String::with_capacity(1024);
    write(value, &mut text);
    Sha1::digest(text.as_bytes()).into()
}

/// The SHA-1 of bytes.
pub fn content_hash(bytes: &[u8]) -> Hash {
    Sha1::digest(bytes).into()
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::String(text) => write_text(text, out),
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// Texts are delimited by length, which is cheaper than escaping and just as unambiguous for a hash.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    out.push_str(&text.len().to_string());
    out.push(':');
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_keys_does_not_matter_but_everything_else_does() {
        let a = stable_hash(&json!({ "a": 1, "b": { "c": [1, 2], "d": "x" } }));
        assert_eq!(a, stable_hash(&json!({ "b": { "d": "x", "c": [1, 2] }, "a": 1 })));
        for other in [
            json!({ "a": 1, "b": { "c": [2, 1], "d": "x" } }),
            json!({ "a": "1", "b": { "c": [1, 2], "d": "x" } }),
            json!({ "a": 1, "b": { "c": [1, 2], "d": "x", "e": null } }),
        ] {
            assert_ne!(a, stable_hash(&other));
        }
        assert_ne!(stable_hash(&json!(["a", "b"])), stable_hash(&json!(["a,b"])));
    }
}
