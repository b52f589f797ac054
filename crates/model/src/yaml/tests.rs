#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

fn one(text: &str) -> Value {
    parse_single(text, &Limits::default()).unwrap()
}

fn error(text: &str) -> YamlError {
    parse_single(text, &Limits::default()).unwrap_err()
}

#[test]
fn the_core_schema_decides_what_plain_scalars_are() {
    for (text, expected) in [
        ("yes", json!("yes")),
        ("on", json!("on")),
        ("NO", json!("NO")),
        ("True", json!(true)),
        ("tRUE", json!("tRUE")),
        ("~", json!(null)),
        ("Null", json!(null)),
        ("2024-01-31", json!("2024-01-31")),
        ("2024-01-31T00:00:00Z", json!("2024-01-31T00:00:00Z")),
        ("12:30", json!("12:30")),
        ("1_000", json!("1_000")),
        ("010", json!(10)),
        ("0o17", json!(15)),
        ("0xFF", json!(255)),
        ("-0xFF", json!("-0xFF")),
        ("0b11", json!("0b11")),
        ("+12", json!(12)),
        ("1.0", json!(1)),
        ("1.", json!(1)),
        (".5", json!(0.5)),
        (".", json!(".")),
        ("-", json!([null])),
        ("1e3", json!(1000)),
        ("1e", json!("1e")),
        ("12e03", json!(12000)),
        ("1.2.3", json!("1.2.3")),
        ("9007199254740993", json!(9_007_199_254_740_992_i64)),
        ("123456789012345678901234567890", json!(1.234_567_890_123_456_8e29)),
        (".inf", json!(null)),
        (".NaN", json!(null)),
        ("'12'", json!("12")),
        ("\"true\"", json!("true")),
        ("!!str 12", json!("12")),
        ("!!int '12'", json!(12)),
        ("!!float 12", json!(12)),
        ("!custom 12", json!("12")),
        ("! 12", json!("12")),
    ] {
        assert_eq!(
            parse_single(&format!("v: {text}"), &Limits::default()).map_or(json!([null]), |v| v["v"].clone()),
            expected,
            "{text}"
        );
    }
}

#[test]
fn keys_are_text_and_the_merge_key_is_one_of_them() {
    assert_eq!(
        one("1: a\ntrue: b\n~: c\n1.50: d\n<<: {x: 1}"),
        json!({"1": "a", "true": "b", "": "c", "1.5": "d", "<<": {"x": 1}})
    );
}

#[test]
fn anchors_copy_values() {
    assert_eq!(one("a: &x [1, {b: 2}]\nc: *x"), json!({"a": [1, {"b": 2}], "c": [1, {"b": 2}]}));
    assert!(error("a: &x [1, *x]").message.contains("contains it"));
    assert_eq!(error("a: 1\nb: *nope").line, 2);
}

#[test]
fn a_key_given_twice_is_an_error_at_the_second() {
    let error = error("a:\n  b: 1\n  c: 2\n  b: 3\n");
    assert_eq!((error.line, error.column), (4, 3));
    assert!(error.message.contains("'b'"), "{error}");
}

#[test]
fn an_unquoted_template_expression_is_reported_where_it_stands() {
    let error = error("a: 1\nb:\n  - {{ x }}\n");
    assert_eq!(error.line, 3);
    assert!(error.message.contains("quotes"), "{error}");
}

#[test]
fn tabs_are_reported_on_their_line() {
    assert_eq!(error("a: 1\nb:\n\tc: 1\n").line, 3);
}

#[test]
fn a_tab_behind_a_colon_is_white_space() {
    let text = "a:\tb\nc:\t\t1\nd: |\n  x:\ty\n";
    assert_eq!(one(text), json!({"a": "b", "c": 1, "d": "x:\ty\n"}));
    assert_eq!(locate(text, 0, "/c"), Some((2, 5)));
    assert_eq!(error("ä:\tb: c\n").line, 1);
    assert_eq!(error("a:\t- b\n").line, 1);
}

#[test]
fn byte_order_mark_and_crlf_are_no_matter() {
    assert_eq!(one("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n"), json!({"a": 1, "b": "x\ny\n"}));
    assert_eq!(one("\u{feff}---\na: 1\n"), json!({"a": 1}));
}

#[test]
fn a_broken_document_leaves_its_neighbours_alone() {
    let text = "a: 1\n---\nb: [1\n---\n# nothing\n---\nc: 'x\n---\nd: 4\n";
    let documents = parse_documents(text, &Limits::default());
    let seen: Vec<_> = documents.iter().map(|d| (d.index, d.value.as_ref().ok().cloned())).collect();
    assert_eq!(seen, [(0, Some(json!({"a": 1}))), (1, None), (3, None), (4, Some(json!({"d": 4})))]);
    assert!(matches!(&documents[1].value, Err(error) if (3..=4).contains(&error.line)), "{:?}", documents[1]);
    assert_eq!(documents[3].line, 9);
}

#[test]
fn limits_hold() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    assert!(error(&deep).message.contains("nested deeper"), "{}", error(&deep));
    let block: String = (0..200).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(error(&block).message.contains("nested deeper"));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
    }
    assert!(error(&bomb).message.contains("expand"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 5000].join(", "));
    assert!(error(&long).message.contains("expand"));
    // Aliases that only make the value deeper.
    let mut chain = format!("a0: &a0 {}{}\n", "[".repeat(60), "]".repeat(60));
    chain += &format!("a1: {}*a0{}\n", "[".repeat(60), "]".repeat(60));
    assert!(error(&chain).message.contains("nested deeper"));
    let small = Limits { max_bytes: 10, ..Limits::default() };
    assert!(parse_single("a: 12345678", &small).unwrap_err().message.contains("11 bytes"));
    let few = Limits { max_documents: 2, ..Limits::default() };
    assert_eq!(parse_documents("a: 1\n---\nb: 1\n---\nc: 1\n---\nd: 1\n", &few).len(), 3);
}

#[test]
fn a_single_document_is_asked_for() {
    assert_eq!(one("# none"), Value::Null);
    assert_eq!(one("a: 1\n---\n"), json!({"a": 1}));
    assert_eq!(error("a: 1\n---\nb: 2\n").line, 3);
}

#[test]
fn json_is_yaml() {
    assert_eq!(
        one("{\n\t\"a\": [1, 2.5, \"x\\u00e9\\n\"],\n\t\"b\": {\"c\": null}\n}"),
        json!({"a": [1, 2.5, "xé\n"], "b": {"c": null}})
    );
}

#[test]
fn undecodable_bytes_have_a_place() {
    let error = decode(b"a: 1\nb: caf\xe9\n").unwrap_err();
    assert_eq!((error.line, error.column), (2, 7));
    assert!(decode(b"a: \0").unwrap_err().message.contains("NUL"));
    assert!(decode(b"\xff\xfea\0").unwrap_err().message.contains("UTF-16"));
    assert_eq!(decode(b"a: 1").unwrap(), "a: 1");
}

#[test]
fn pointers_are_located() {
    let text =
        "x: 1\n---\nmetadata:\n  name: a\n  tags:\n    - one\n    - two\nspec:\n  type: service\n  a/b: {c: [1, 2]}\n";
    assert_eq!(locate(text, 1, "/metadata/name"), Some((4, 9)));
    assert_eq!(locate_key(text, 1, "/metadata/name"), Some((4, 3)));
    assert_eq!(locate(text, 1, "/metadata/tags/1"), Some((7, 7)));
    assert_eq!(locate(text, 1, "/spec/a~1b/c/1"), Some((10, 16)));
    assert_eq!(locate(text, 1, "/spec/owner"), Some((8, 1)), "a missing key is looked for at its parent");
    assert_eq!(locate(text, 1, "/kind"), Some((3, 1)));
    assert_eq!(locate(text, 1, "/spec"), Some((8, 1)), "a block is looked for at its key");
    assert_eq!(locate(text, 0, "/x"), Some((1, 4)));
    assert_eq!(locate(text, 7, "/x"), None);
}
