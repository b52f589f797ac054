//! `$openapi` and `$asyncapi`: an API description that is spread over files becomes one text, in YAML. Every external
//! `$ref` is replaced by what it points to where it is first met, and by a pointer to that place from then on, so that
//! recursive schemas stay finite.

use std::collections::HashMap;
use std::sync::Arc;

use model::yaml::Limits;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::placeholder::{Fetched, Reference, ReferenceError, ResolvedReferences};
use super::write_yaml::to_yaml;

/// Nesting beyond this is refused; real descriptions stay below 60.
const MAX_DEPTH: usize = 256;
/// A pointer may pass through so many other references.
const MAX_HOPS: usize = 50;
/// So many values may be copied in from other files.
const MAX_COPIED: usize = 500_000;

/// What JavaScript's clients expect to be escaped in a URL fragment.
const FRAGMENT: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}').add(b'|').add(b'^').add(b'%');

/// What bundling came to.
#[derive(Debug)]
pub enum Bundled {
    /// These files have to be fetched first.
    Needs(Vec<Reference>),
    Done {
        text: String,
        /// Refresh keys of the files that were copied in.
        refresh_keys: Vec<String>,
    },
}

/// Why a description could not be made whole.
#[derive(Debug)]
pub struct BundleError {
    pub message: String,
    /// What may change so that it works.
    pub refresh_key: Option<String>,
}

impl BundleError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), refresh_key: None }
    }
}

/// Bundles the description in `root` with the files it refers to, as YAML text.
pub fn bundle(root: &Fetched, resolved: &ResolvedReferences) -> Result<Bundled, BundleError> {
    let mut value = parse(root)?;
    if !value.is_object() && !value.is_array() {
        return Err(BundleError::new("it holds no object"));
    }
    let mut bundler = Bundler {
        root: &root.address,
        resolved,
        documents: HashMap::from([(root.address.clone(), Arc::new(value.clone()))]),
        placed: HashMap::new(),
        needs: Vec::new(),
        refresh_keys: Vec::new(),
        copied: 0,
    };
    bundler.visit(&mut value, &root.address, &mut Vec::new())?;
    if !bundler.needs.is_empty() {
        return Ok(Bundled::Needs(bundler.needs));
    }
    Ok(Bundled::Done { text: to_yaml(&value), refresh_keys: bundler.refresh_keys })
}

fn parse(file: &Fetched) -> Result<Value, BundleError> {
    let broken = |e: &dyn std::fmt::Display| BundleError {
        message: format!("the file at {} cannot be parsed, {e}", file.address),
        refresh_key: Some(file.refresh_key.clone()),
    };
    if file.text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str(&file.text)
    {
        return Ok(value);
    }
    model::yaml::parse_single(&file.text, &Limits::default()).map_err(|e| broken(&e))
}

struct Bundler<'a> {
    root: &'a str,
    resolved: &'a ResolvedReferences,
    /// Every file that was met, as it was written.
    documents: HashMap<String, Arc<Value>>,
    /// Where the value behind (address, fragment) stands in the bundle.
    placed: HashMap<(String, String), String>,
    needs: Vec<Reference>,
    refresh_keys: Vec<String>,
    copied: usize,
}

impl Bundler<'_> {
    /// Walks a value that was read from the file at `address` and stands at `path` in the bundle.
    fn visit(&mut self, value: &mut Value, address: &str, path: &mut Vec<String>) -> Result<(), BundleError> {
        if path.len() > MAX_DEPTH {
            return Err(BundleError::new(format!("it is nested more than {MAX_DEPTH} levels deep")));
        }
        if let Some(target) = reference_of(value) {
            return self.follow(value, &target, address, path);
        }
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    path.push(key.clone());
                    self.visit(value, address, path)?;
                    path.pop();
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter_mut().enumerate() {
                    path.push(index.to_string());
                    self.visit(value, address, path)?;
                    path.pop();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn follow(
        &mut self,
        value: &mut Value,
        target: &str,
        address: &str,
        path: &mut Vec<String>,
    ) -> Result<(), BundleError> {
        if target.starts_with('#') && address == self.root {
            return Ok(());
        }
        let Some(found) = self.find(target, address)? else { return Ok(()) };
        if found.address == self.root {
            value["$ref"] = Value::String(fragment_of(&found.tokens));
            return Ok(());
        }
        let key = (found.address, fragment_of(&found.tokens));
        if let Some(place) = self.placed.get(&key) {
            value["$ref"] = Value::String(place.clone());
            return Ok(());
        }
        self.copied += count(&found.value);
        if self.copied > MAX_COPIED {
            return Err(BundleError::new("its references copy in too much"));
        }
        self.placed.insert(key.clone(), fragment_of(path));
        let beside = std::mem::replace(value, found.value);
        // Keys beside `$ref` refine what it points to, here and nowhere else.
        let refined = beside.as_object().is_some_and(|map| map.len() > 1) && value.is_object();
        if let (true, Value::Object(mut refined), Value::Object(map)) = (refined, beside, &mut *value) {
            refined.remove("$ref");
            for (key, value) in std::mem::take(map) {
                refined.entry(key).or_insert(value);
            }
            *map = refined;
        }
        self.visit(value, &key.0, path)?;
        if refined {
            self.placed.remove(&key);
        }
        Ok(())
    }

    /// What a reference in the file at `address` points to; `None` when a file has to be fetched first.
    fn find(&mut self, target: &str, address: &str) -> Result<Option<Found>, BundleError> {
        let (mut target, mut address) = (target.to_owned(), address.to_owned());
        let mut beyond: Vec<String> = Vec::new();
        for _ in 0..MAX_HOPS {
            let (file, fragment) = target.split_once('#').unwrap_or((&target, ""));
            let Some(found) = self.address_of(file, &address)? else { return Ok(None) };
            let Some(document) = self.documents.get(&found).cloned() else {
                return Err(BundleError::new(format!("{found} is not loaded")));
            };
            let nothing = || BundleError::new(format!("{found} has nothing at #{fragment}"));
            let mut tokens = tokens_of(fragment).ok_or_else(nothing)?;
            tokens.append(&mut beyond);
            match walk(&document, &tokens) {
                Walk::Value(value) => return Ok(Some(Found { value: value.clone(), address: found, tokens })),
                // The way leads through another reference.
                Walk::Reference(next, passed) => {
                    beyond = tokens.split_off(passed);
                    target = next;
                    address = found;
                }
                Walk::Nothing => return Err(nothing()),
            }
        }
        Err(BundleError::new(format!("'{target}' leads through more than {MAX_HOPS} references")))
    }

    /// The address of the file a reference names, with the file loaded; `None` when it has to be fetched first.
    fn address_of(&mut self, file: &str, base: &str) -> Result<Option<String>, BundleError> {
        if file.is_empty() {
            return Ok(Some(base.to_owned()));
        }
        let reference = Reference { value: file.to_owned(), base: base.to_owned() };
        match self.resolved.get(&reference) {
            None => {
                if !self.needs.contains(&reference) {
                    self.needs.push(reference);
                }
                Ok(None)
            }
            Some(Err(error)) => Err(BundleError {
                message: match error {
                    ReferenceError::Forbidden(text) => text.clone(),
                    other => format!("'{file}' {other}"),
                },
                refresh_key: error.refresh_key().map(str::to_owned),
            }),
            Some(Ok(fetched)) => {
                if !self.documents.contains_key(&fetched.address) {
                    self.documents.insert(fetched.address.clone(), Arc::new(parse(fetched)?));
                    self.refresh_keys.push(fetched.refresh_key.clone());
                }
                Ok(Some(fetched.address.clone()))
            }
        }
    }
}

/// What a reference points to.
struct Found {
    value: Value,
    address: String,
    tokens: Vec<String>,
}

enum Walk<'a> {
    Value(&'a Value),
    /// A reference stands in the way, after so many tokens.
    Reference(String, usize),
    Nothing,
}

fn walk<'a>(document: &'a Value, tokens: &[String]) -> Walk<'a> {
    let mut at = document;
    for (passed, token) in tokens.iter().enumerate() {
        let next = match at {
            Value::Object(map) => map.get(token),
            Value::Array(items) => token.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        match (next, reference_of(at)) {
            (Some(next), _) => at = next,
            (None, Some(target)) => return Walk::Reference(target, passed),
            (None, None) => return Walk::Nothing,
        }
    }
    Walk::Value(at)
}

/// The tokens of a JSON pointer in a URL fragment; `None` for other fragments.
fn tokens_of(fragment: &str) -> Option<Vec<String>> {
    let pointer = percent_decode_str(fragment).decode_utf8_lossy();
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let unescape = |token: &str| token.replace("~1", "/").replace("~0", "~");
    pointer.strip_prefix('/').map(|rest| rest.split('/').map(unescape).collect())
}

fn reference_of(value: &Value) -> Option<String> {
    value.as_object()?.get("$ref")?.as_str().map(str::to_owned)
}

fn count(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(count).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        _ => 1,
    }
}

fn fragment_of(path: &[String]) -> String {
    let mut pointer = String::from("#");
    for part in path {
        let escaped = part.replace('~', "~0").replace('/', "~1");
        pointer.push('/');
        pointer.extend(utf8_percent_encode(&escaped, FRAGMENT));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(address: &str, text: &str) -> Fetched {
        let refresh_key = format!("file:{address}");
        Fetched { address: address.to_owned(), refresh_key, text: text.into(), version: None }
    }

    fn resolved(entries: &[(&str, &str, &str)]) -> ResolvedReferences {
        let entry = |(value, base, text): &(&str, &str, &str)| {
            let address = format!("/{}", value.trim_start_matches("./"));
            (Reference { value: (*value).to_owned(), base: (*base).to_owned() }, Ok(file(&address, text)))
        };
        entries.iter().map(entry).collect()
    }

    fn done(root: &Fetched, files: &ResolvedReferences) -> Value {
        match bundle(root, files).unwrap() {
            Bundled::Done { text, .. } => model::yaml::parse_single(&text, &Limits::default()).unwrap(),
            Bundled::Needs(needs) => panic!("still needs {needs:?}"),
        }
    }

    #[test]
    fn the_text_is_yaml_whatever_it_was() {
        for text in ["openapi: \"3.0.0\" # said\nx: {$ref: '#/y'}", r##"{"openapi": "3.0.0", "x": {"$ref": "#/y"}}"##] {
            let Bundled::Done { text, .. } = bundle(&file("/a", text), &HashMap::new()).unwrap() else { panic!() };
            assert_eq!(text, "openapi: 3.0.0\nx:\n  $ref: \"#/y\"\n");
        }
        assert!(bundle(&file("/a", "just text"), &HashMap::new()).is_err());
    }

    #[test]
    fn pointers_lead_through_references_and_what_stands_beside_refines() {
        let root = file(
            "/a.yaml",
            "one: { $ref: './b.yaml#/x/deep' }\ntwo: { $ref: './b.yaml#/y', title: mine }\n\
             three: { $ref: './b.yaml#/y' }\nfour: { $ref: './b.yaml#/loop/z' }\n",
        );
        let b = "x: { $ref: './c.json#/c' }\ny: { title: theirs, type: string }\n";
        let b = format!("{b}loop: {{ $ref: '#/pool' }}\npool: {{ $ref: '#/loop' }}\n");
        let mut files = resolved(&[("./b.yaml", "/a.yaml", &b), ("./c.json", "/b.yaml", r#"{"c":{"deep":[1]}}"#)]);
        let error = bundle(&root, &files).unwrap_err();
        assert!(error.message.ends_with("leads through more than 50 references"), "{}", error.message);
        files.extend(resolved(&[(
            "./b.yaml",
            "/a.yaml",
            &b.replace("loop:", "other:").replace("pool:", "loop: { z: 1 }\npool:"),
        )]));
        assert_eq!(
            done(&root, &files),
            json!({
                "one": [1],
                "two": { "title": "mine", "type": "string" },
                "three": { "title": "theirs", "type": "string" },
                "four": 1,
            })
        );
    }

    #[test]
    fn what_copies_itself_without_end_is_refused() {
        let root = file("/a.yaml", "x: { $ref: './b.yaml', title: root }");
        let text: String = (0..30).map(|i| format!("k{i}: {{ $ref: './b.yaml', title: t{i} }}\n")).collect();
        let files = resolved(&[("./b.yaml", "/a.yaml", &text), ("./b.yaml", "/b.yaml", &text)]);
        assert_eq!(done(&root, &files)["x"]["k3"]["$ref"], "#/x");
        // Each level refines the next in another way, and doubles it.
        let names =
            |i: usize| format!("l{i}: {{ a: {{ $ref: '#/l{0}', t: 1 }}, b: {{ $ref: '#/l{0}', t: 2 }} }}\n", i + 1);
        let text: String = (0..40).map(names).collect();
        let files = resolved(&[("./b.yaml", "/a.yaml", &format!("{text}l40: 1\n"))]);
        let error = bundle(&file("/a.yaml", "x: { $ref: './b.yaml#/l0' }"), &files).unwrap_err();
        assert_eq!(error.message, "its references copy in too much");
    }

    #[test]
    fn external_references_are_copied_in_once() {
        let root = file("/a.yaml", "x: { $ref: './b.yaml#/s' }\n'/p/{id}': { $ref: './b.yaml#/s' }\nroot: 1\n");
        let files =
            resolved(&[("./b.yaml", "/a.yaml", "s: { kids: { $ref: '#/s' }, up: { $ref: './a.yaml#/root' } }")]);
        let Bundled::Needs(needs) = bundle(&root, &files).unwrap() else { panic!("a.yaml is not fetched yet") };
        assert_eq!(needs, [Reference { value: "./a.yaml".to_owned(), base: "/b.yaml".to_owned() }]);
        let mut files = files;
        files.extend(resolved(&[("./a.yaml", "/b.yaml", &root.text)]));
        assert_eq!(
            done(&root, &files),
            json!({
                "x": { "kids": { "$ref": "#/x" }, "up": { "$ref": "#/root" } },
                "/p/{id}": { "$ref": "#/x" },
                "root": 1,
            })
        );
    }

    #[test]
    fn places_are_escaped_and_loops_end() {
        let root = file("/a.yaml", "'/p/{id}': { $ref: './b.yaml' }\nz: { $ref: './b.yaml' }\n");
        let files = resolved(&[("./b.yaml", "/a.yaml", "{ a: { $ref: '#/b' }, b: { $ref: '#/a' } }")]);
        let bundled = done(&root, &files);
        assert_eq!(bundled["z"]["$ref"], "#/~1p~1%7Bid%7D");
        let error = bundle(&file("/a.yaml", "x: { $ref: './b.yaml#/none' }"), &files).unwrap_err();
        assert_eq!(error.message, "/b.yaml has nothing at #/none");
    }
}
