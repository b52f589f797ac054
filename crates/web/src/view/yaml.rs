//! JSON values written as YAML for reading: block style, keys in their order, prose as literal blocks.

use std::fmt::Write;

use serde_json::Value;

/// Values nested deeper than this are written on one line.
const MAX_DEPTH: usize = 40;

/// The value as a YAML document.
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => write_block(&mut out, value, 0),
        Value::Array(items) if !items.is_empty() => write_block(&mut out, value, 0),
        scalar => {
            write_scalar(&mut out, scalar, 0);
            out.push('\n');
        }
    }
    out
}

/// Writes a non-empty object or array, each entry on a line of its own, starting at the beginning of a line.
fn write_block(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) => {
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 || indent == 0 || out.ends_with('\n') {
                    pad(out, indent);
                }
                write_text(out, key);
                out.push(':');
                write_after_key(out, value, indent);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 || indent == 0 || out.ends_with('\n') {
                    pad(out, indent);
                }
                out.push('-');
                write_item(out, item, indent);
            }
        }
        _ => {}
    }
}

fn write_after_key(out: &mut String, value: &Value, indent: usize) {
    if !is_block(value) || indent / 2 > MAX_DEPTH {
        out.push(' ');
        write_scalar(out, value, indent);
        out.push('\n');
        return;
    }
    out.push('\n');
    write_block(out, value, indent + 2);
}

/// An item of a list: the first line of a block goes beside the dash.
fn write_item(out: &mut String, item: &Value, indent: usize) {
    out.push(' ');
    if is_block(item) && indent / 2 <= MAX_DEPTH {
        write_block(out, item, indent + 2);
    } else {
        write_scalar(out, item, indent);
        out.push('\n');
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

fn write_scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::String(text) if fits_literal(text) => {
            out.push_str(match text.len() - text.trim_end_matches('\n').len() {
                0 => "|-",
                1 => "|",
                _ => "|+",
            });
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    pad(out, indent + 2);
                    out.push_str(line);
                }
            }
        }
        Value::String(text) => write_text(out, text),
        // JSON is YAML: what is left are numbers, words, empty collections and what is nested too deep.
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// Text of several lines that a literal block can hold without an indentation indicator.
fn fits_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t')
}

/// Text on one line, in quotes where YAML would read it as something else.
fn write_text(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        let _ = write!(out, "{}", Value::String(text.to_owned()));
    }
}

fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts_well = !"-?:,[]{}#&*!|>'\"%@`".contains(first) && !first.is_whitespace();
    let reads_as_other = matches!(
        text.to_ascii_lowercase().as_str(),
        "null" | "~" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | ".inf" | ".nan"
    ) || first.is_ascii_digit()
        || (matches!(first, '.' | '+') && text[1..].starts_with(|c: char| c.is_ascii_digit()));
    starts_well
        && !reads_as_other
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.contains(|c: char| c.is_control())
}

fn pad(out: &mut String, width: usize) {
    out.extend(std::iter::repeat_n(' ', width));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_reads_as_people_write_it() {
        let value = json!({
            "kind": "Component",
            "metadata": {
                "name": "pay", "annotations": { "a.b/c": "url:https://h/p", "n": "1" }, "tags": ["java", "on"],
                "links": [{ "url": "https://x", "title": "X: y" }, { "url": "z" }], "empty": {}, "none": [],
            },
            "spec": { "definition": "openapi: 3\ninfo:\n  title: x\n", "note": "a\n\nb", "n": 3, "yes": true, "nil": null },
            "matrix": [[1, 2], ["a"]],
        });
        let expected = "kind: Component\nmetadata:\n  name: pay\n  annotations:\n    a.b/c: url:https://h/p\n    \"n\": \"1\"\n  tags:\n    - java\n    - \"on\"\n  links:\n    - url: https://x\n      title: \"X: y\"\n    - url: z\n  empty: {}\n  none: []\nspec:\n  definition: |\n    openapi: 3\n    info:\n      title: x\n  note: |-\n    a\n\n    b\n  \"n\": 3\n  \"yes\": true\n  nil: null\nmatrix:\n  - - 1\n    - 2\n  - - a\n";
        assert_eq!(to_yaml(&value), expected);
    }

    #[test]
    fn odd_text_is_quoted_and_depth_is_bounded() {
        for (text, expected) in [
            ("", "\"\"\n"),
            ("- x", "\"- x\"\n"),
            ("a #b", "\"a #b\"\n"),
            (" x\ny", "\" x\\ny\"\n"),
            ("1e3", "\"1e3\"\n"),
        ] {
            assert_eq!(to_yaml(&json!(text)), expected);
        }
        let deep = (0..500).fold(json!("x"), |inner, _| json!([inner]));
        assert!(to_yaml(&deep).len() < 10_000);
    }
}
