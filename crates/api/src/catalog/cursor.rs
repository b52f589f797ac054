//! Cursors: JSON in base64, as clients hand it back.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// Writes a cursor.
pub fn encode(json: &str) -> String {
    BASE64_STANDARD.encode(json)
}

/// Reads a cursor; `None` when it is none. The padding may be missing.
pub fn decode(cursor: &str) -> Option<Value> {
    let bare = cursor.trim_end_matches('=');
    let padding = "=".repeat((4 - bare.len() % 4) % 4);
    serde_json::from_slice(&BASE64_STANDARD.decode(format!("{bare}{padding}")).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cursor_is_read_with_and_without_padding() {
        for text in ["{}", "{\"a\":1}", "{\"a\":12}"] {
            let cursor = encode(text);
            assert_eq!(decode(&cursor), decode(cursor.trim_end_matches('=')), "{text}");
            assert!(decode(&cursor).is_some());
        }
        assert_eq!(decode("e30"), Some(json!({})));
        for junk in ["", "!", "zzz", "garbage"] {
            assert_eq!(decode(junk), None, "{junk}");
        }
    }
}
