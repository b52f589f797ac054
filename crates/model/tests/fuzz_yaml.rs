//! The fuzz target of the descriptor reader: whatever the bytes are, it answers, in bounds, without panicking, and says
//! the same the next time. `PROPTEST_CASES=100000 cargo test -p model --test fuzz_yaml` looks harder.

#![allow(clippy::unwrap_used)]

use model::descriptor::check_file;
use model::yaml::{self, Limits};
use model::{KindRegistry, descriptor};
use proptest::prelude::*;
use serde_json::Value;

const SEEDS: [&str; 6] = [
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n  tags: [x, 'y', \"z\"]\n  annotations:\n    a.io/b: |\n      text\n      more\nspec: {type: service, lifecycle: production, owner: team-a}\n",
    "%YAML 1.2\n%TAG !e! tag:example.com,2000:\n---\na: &x !e!t [1, 2.5, 0x1F, ~]\nb: *x\n<<: *x\n...\n---\n- - - deep\n- ? complex\n  : value\n",
    "---\r\nkey: >-\r\n  folded\r\n  text\r\n\r\n  end\r\n--- # comment\r\n'quoted ''text''': \"esc \\u00e9 \\x41 \\\n  cont\"\r\n",
    "{\"json\": [true, false, null, {\"a\": -1.5e+10}], \"b\": {}}\n",
    "a: {{ x }}\nb: {% if x %}\n\tc: @bad\n`d`: %e\n",
    "- &a a\n- *a\n- !!str 12\n- !!int '3'\n- ? [k]\n- ? {k: v}\n- *missing\n",
];

/// What turns good YAML into odd YAML.
const TOKENS: [&str; 32] = [
    "---\n",
    "\n---",
    "...\n",
    "&a ",
    "*a",
    "!!str ",
    "!<tag:x> ",
    "? ",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    "\"",
    "|\n",
    ">2-\n",
    "#",
    "%YAML 1.1\n",
    "\t",
    "\r",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\\",
    "<<: ",
    "\0",
    "é",
    "@",
    "~",
];

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}

fn hold(bytes: &[u8]) {
    let limits =
        Limits { max_depth: 20, max_nodes: 2_000, max_copied_nodes: 500, max_documents: 50, ..Limits::default() };
    let descriptors = descriptor::parse("fuzz", bytes, &limits);
    assert_eq!(descriptors, descriptor::parse("fuzz", bytes, &limits));
    assert!(descriptors.len() <= limits.max_documents + 1);
    let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u32 + 3;
    for found in &descriptors {
        match &found.entity {
            Ok(entity) => {
                assert!(depth(&entity.0) <= limits.max_depth, "{entity:?}");
                assert!(nodes(&entity.0) <= limits.max_nodes + limits.max_copied_nodes);
            }
            Err(problem) => {
                let place = problem.place.as_ref().expect("a problem of a file has a place");
                assert!(place.line >= 1 && place.column >= 1, "{problem}");
            }
        }
        assert!(found.line >= 1 && found.line <= lines, "{found:?}");
    }
    thread_local!(static KINDS: KindRegistry = KindRegistry::builtin());
    KINDS.with(|kinds| {
        for problem in check_file("fuzz", bytes, kinds).problems {
            assert!(problem.place.is_some(), "{problem:?}");
        }
    });
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = yaml::parse_single(text, &limits);
        for pointer in ["", "/", "/a", "/a/0", "/metadata/name", "/~1/~0"] {
            let _ = yaml::locate(text, 0, pointer);
            let _ = yaml::locate_key(text, 1, pointer);
        }
    }
}

/// One change of a text: bytes removed, a piece repeated, or a token put in.
#[derive(Clone, Debug)]
enum Edit {
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize, usize),
    Insert(prop::sample::Index, &'static str),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 1..20usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        (at(), 1..40usize, 1..30usize).prop_map(|(at, length, times)| Edit::Repeat(at, length, times)),
        (at(), prop::sample::select(TOKENS.as_slice())).prop_map(|(at, token)| Edit::Insert(at, token)),
    ]
}

fn apply(text: &mut Vec<u8>, edit: &Edit) {
    let place = |at: &prop::sample::Index, text: &[u8]| at.index(text.len() + 1);
    match edit {
        Edit::Remove(at, length) => {
            let start = place(at, text);
            text.drain(start..(start + length).min(text.len()));
        }
        Edit::Repeat(at, length, times) => {
            let start = place(at, text);
            let end = (start + length).min(text.len());
            let piece = text[start..end].repeat(*times);
            text.splice(end..end, piece);
        }
        Edit::Insert(at, token) => {
            let start = place(at, text);
            text.splice(start..start, token.bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        hold(&bytes);
    }

    #[test]
    fn any_sequence_of_tokens_is_answered(tokens in prop::collection::vec(prop::sample::select(TOKENS.as_slice()), 0..60)) {
        hold(tokens.concat().as_bytes());
    }

    #[test]
    fn changed_descriptors_are_answered(seed in prop::sample::select(SEEDS.as_slice()), edits in prop::collection::vec(edit(), 1..12)) {
        let mut text = seed.as_bytes().to_vec();
        for edit in &edits {
            apply(&mut text, edit);
        }
        hold(&text);
    }

    #[test]
    fn what_json_writes_is_read_back(text in "\\PC{0,40}", number in -1e15..1e15f64) {
        let value = serde_json::json!({"t": text, "n": (number * 1000.0).round() / 1000.0 + 0.5, "l": [text, {"k": text}]});
        let read = yaml::parse_single(&serde_json::to_string(&value).unwrap(), &Limits::default()).unwrap();
        prop_assert_eq!(read["t"].as_str(), value["t"].as_str());
        prop_assert_eq!(&read["l"], &value["l"]);
        prop_assert_eq!(read["n"].as_f64(), value["n"].as_f64());
    }
}
