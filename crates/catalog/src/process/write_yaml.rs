//! Values as YAML text, laid out as the `yaml` library of JavaScript does by default: two spaces, lines of at most 80
//! where words allow it, quotes only where they are needed. Clients compare texts, and people read them.

use model::js::js_string;
use serde_json::{Map, Value};

use super::fold::{Mode, fold};

/// Lines are folded to this where they have spaces to do it.
pub(super) const WIDTH: usize = 80;
/// A longer key cannot stand before a colon on one line.
const MAX_KEY: usize = 1024;

/// The value as a YAML document that ends with a line break.
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    node(value, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes a value whose lines are indented by `indent`; on its first line `taken` characters already stand.
fn node(value: &Value, indent: usize, taken: usize, out: &mut String) {
    match value {
        Value::Object(map) if map.is_empty() => out.push_str("{}"),
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Object(map) => {
            for (index, (key, value)) in ordered(map).into_iter().enumerate() {
                if index > 0 {
                    line(indent, out);
                }
                pair(key, value, indent, out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    line(indent, out);
                }
                out.push_str("- ");
                node(item, indent + 2, indent + 2, out);
            }
        }
        Value::String(text) => out.push_str(&scalar(text, indent, taken)),
        other => out.push_str(&js_string(other)),
    }
}

fn pair(key: &str, value: &Value, indent: usize, out: &mut String) {
    let key = key_text(key, indent + 2);
    let long = key.encode_utf16().count() > MAX_KEY;
    if long {
        out.push_str("? ");
        out.push_str(&key);
        line(indent, out);
        out.push_str(": ");
        return node(value, indent + 2, indent + 2, out);
    }
    out.push_str(&key);
    out.push(':');
    let nested = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        line(indent + 2, out);
        return node(value, indent + 2, indent + 2, out);
    }
    let mut text = String::new();
    node(value, indent + 2, key.encode_utf16().count() + 2, &mut text);
    if !text.starts_with('\n') {
        out.push(' ');
    }
    out.push_str(&text);
}

fn line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// JavaScript lists keys that are array indices first, by number.
fn ordered(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let index = |key: &str| key.parse::<u32>().ok().filter(|n| *n < u32::MAX && n.to_string() == key);
    let mut entries: Vec<_> = map.iter().collect();
    // Stable, so that the others stay in the order they were written in.
    entries.sort_by_key(|(key, _)| index(key).map_or((1, 0), |number| (0, number)));
    entries
}

fn key_text(key: &str, indent: usize) -> String {
    if needs_escapes(key) {
        return double_quoted(key);
    }
    let marker = indent == 2 && has_document_marker(key);
    if key.contains('\n') || marker || !may_be_plain(key) || is_other_type(key) { quoted(key) } else { key.to_owned() }
}

fn scalar(text: &str, indent: usize, taken: usize) -> String {
    let folded = |quoted: String| {
        let mode = if quoted.starts_with('"') && quoted.len() > 1 { Mode::Quoted } else { Mode::Flow };
        fold(&quoted, indent, mode, taken).text
    };
    if needs_escapes(text) {
        folded(double_quoted(text))
    } else if text.contains('\n') {
        // A last line of nothing but spaces cannot be told from the indentation.
        let last = text.rsplit('\n').next().unwrap_or_default();
        let invisible_end = !last.is_empty() && last.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        if invisible_end { folded(double_quoted(text)) } else { block(text, indent) }
    } else if !may_be_plain(text) || is_other_type(text) || indent == 0 && has_document_marker(text) {
        folded(quoted(text))
    } else {
        fold(text, indent, Mode::Flow, taken).text
    }
}

fn needs_escapes(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n'))
}

fn has_document_marker(text: &str) -> bool {
    text.split('\n').any(|line| ["%", "---", "..."].iter().any(|marker| line.starts_with(marker)))
}

/// Whether a text of one line reads back as it is without quotes.
fn may_be_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let starts_badly = match bytes {
        [first, ..] if b"\t ,[]{}#&*!|>'\"%@`".contains(first) => true,
        [b'?' | b'-'] => true,
        [b'?' | b'-', second, ..] => blank(second),
        _ => false,
    };
    let breaks = |pair: &[u8]| pair[0] == b':' && blank(&pair[1]) || blank(&pair[0]) && pair[1] == b'#';
    let ends_badly = matches!(bytes.last(), Some(b' ' | b'\t' | b':'));
    !starts_badly && !ends_badly && !bytes.windows(2).any(breaks)
}

/// Whether a reader would take the plain text for null, a boolean or a number.
fn is_other_type(text: &str) -> bool {
    match text {
        "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return true,
        ".nan" | ".NaN" | ".NAN" => return true,
        _ => {}
    }
    let radix = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix).filter(|digits| !digits.is_empty());
        digits.is_some_and(|digits| digits.chars().all(|c| c.is_digit(radix)))
    };
    if radix("0o", 8) || radix("0x", 16) {
        return true;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || is_decimal(unsigned)
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent_fits && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// Single quotes around double ones, else double quotes.
fn quoted(text: &str) -> String {
    if text.contains('"') && !text.contains(['\'', '\n']) { format!("'{text}'") } else { double_quoted(text) }
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{b}' => out.push_str("\\v"),
            '\u{1b}' => out.push_str("\\e"),
            // A space before a line break would be lost in folding.
            ' ' if chars.peek() == Some(&'\n') => out.push_str("\\ "),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text of several lines: literal while its lines are short, else folded where its words allow it.
fn block(text: &str, indent: usize) -> String {
    // At the root a block is indented too, so that none of its lines is taken for the end of the document.
    let indent = if indent == 0 { 2 } else { indent };
    let margin = " ".repeat(indent);
    let content = text.trim_end_matches(['\n', '\t', ' ']);
    let end = &text[content.len()..];
    let keep = end.contains('\n') && (content.is_empty() || end.find('\n') != Some(end.len() - 1));
    let chomp = match end.contains('\n') {
        false => "-",
        true if keep => "+",
        true => "",
    };
    let end = indent_runs(end.strip_suffix('\n').unwrap_or(end), &margin, false);
    let blank = content.len() - content.trim_start_matches([' ', '\n']).len();
    let start_end = content[..blank].rfind('\n').map_or(0, |at| at + 1);
    let indicator = if content[..blank].contains(' ') { "2" } else { "" };
    let (start, content) = content.split_at(start_end);
    let start = indent_runs(start, &margin, true);
    let limit = WIDTH.saturating_sub(indent);
    if text.split('\n').any(|line| line.encode_utf16().count() > limit) {
        let unfolded = indent_runs(&unfold(content), &margin, true);
        let folded = fold(&format!("{start}{unfolded}{end}"), indent, Mode::Block, indent);
        if !folded.overflow {
            return format!(">{indicator}{chomp}\n{margin}{}", folded.text);
        }
    }
    format!("|{indicator}{chomp}\n{margin}{start}{}{end}", indent_runs(content, &margin, true))
}

/// Adds the margin after each run of line breaks; after one that ends the text only if `last`.
fn indent_runs(text: &str, margin: &str, last: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let run_ends = c == '\n' && chars.peek() != Some(&'\n');
        if run_ends && (last || chars.peek().is_some()) {
            out.push_str(margin);
        }
    }
    out
}

/// Line breaks as a folded block wants them: one more in each run, but none more around lines that begin with a blank,
/// which are not folded.
fn unfold(text: &str) -> String {
    let blank = |byte: u8| matches!(byte, b' ' | b'\t');
    let mut doubled = String::with_capacity(text.len() + 16);
    for (index, c) in text.char_indices() {
        if c == '\n' && !text[..index].ends_with('\n') {
            doubled.push('\n');
        }
        doubled.push(c);
    }
    let bytes = doubled.as_bytes();
    let mut out = String::with_capacity(doubled.len());
    let mut at = 0;
    while at < bytes.len() {
        let body = match bytes[at] {
            byte if at == 0 && blank(byte) => at,
            b'\n' if bytes.get(at + 1).copied().is_some_and(blank) => at + 1,
            _ => {
                let next = doubled[at + 1..].find('\n').map_or(bytes.len(), |found| at + 1 + found);
                out.push_str(&doubled[at..next]);
                at = next;
                continue;
            }
        };
        let line_end = doubled[body..].find('\n').map_or(bytes.len(), |found| body + found);
        let run = bytes[line_end..].iter().take_while(|byte| **byte == b'\n' || blank(**byte)).count();
        let run_end = line_end + run;
        let closes = run > 0 && bytes[run_end - 1] == b'\n';
        at = if closes { run_end } else { line_end };
        out.push_str(&doubled[body..if closes { run_end - 1 } else { line_end }]);
    }
    out
}

#[cfg(test)]
mod tests {
    use model::yaml::{Limits, parse_single};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_those_of_the_javascript_library() {
        let long = "The quick brown fox jumps over the lazy dog and runs away from it as fast as it can manage to";
        for (value, expected) in [
            (
                json!({ "a": 1, "b": [1, "1", { "c": null, "d": true }], "e": {}, "f": [] }),
                "a: 1\nb:\n  - 1\n  - \"1\"\n  - c: null\n    d: true\ne: {}\nf: []\n",
            ),
            (json!({ "default": 1, "404": 2, "200": 3 }), "\"200\": 3\n\"404\": 2\ndefault: 1\n"),
            (
                json!({ "$ref": "#/a/b", "x": "a: b", "y": "it's", "z": "say \"hi\"", "*": "-" }),
                "$ref: \"#/a/b\"\nx: \"a: b\"\ny: it's\nz: say \"hi\"\n\"*\": \"-\"\n",
            ),
            (
                json!({ "v": "3.0.0", "w": "3.0", "x": "yes", "y": "", "z": "2020-01-01", "q": "\"hi\" she said" }),
                "v: 3.0.0\nw: \"3.0\"\nx: yes\ny: \"\"\nz: 2020-01-01\nq: '\"hi\" she said'\n",
            ),
            (
                json!({ "t": "one\ntwo\n", "u": "one\ntwo", "v": "one\n\n", "w": "  one\ntwo\n" }),
                "t: |\n  one\n  two\nu: |-\n  one\n  two\nv: |+\n  one\n\nw: |2\n    one\n  two\n",
            ),
            (
                json!({ "t": long }),
                "t: The quick brown fox jumps over the lazy dog and runs away from it as fast as\n  it can manage to\n",
            ),
            (
                json!({ "t": format!("{long}\n  indented\nend\n") }),
                "t: >\n  The quick brown fox jumps over the lazy dog and runs away from it as fast as\n  it can manage to\n    indented\n  end\n",
            ),
            (json!([[1, [2]], { "a": ["b"] }]), "- - 1\n  - - 2\n- a:\n    - b\n"),
            (json!({ "n": [1.5, 1e21, -3] }), "n:\n  - 1.5\n  - 1e+21\n  - -3\n"),
        ] {
            assert_eq!(to_yaml(&value), expected);
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            "[ -~]{0,12}",
            "[a-c :#'\"\\-?\\n\\t]{0,200}",
            "([a-z]{1,9}[ \\n]{1,3}){0,40}",
            "\\PC{0,10}",
            any::<String>(),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            (-1e9..1e9f64).prop_map(model::js::number),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..5).prop_map(|entries| entries.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_reads_back(value in value()) {
            let value = json!({ "root": value });
            let text = to_yaml(&value);
            let back = parse_single(&text, &Limits::default());
            prop_assert_eq!(back.as_ref().ok(), Some(&value), "{}", text);
        }
    }
}
