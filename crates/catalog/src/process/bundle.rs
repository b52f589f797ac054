//! `$openapi` and `$asyncapi`: an API description that is spread over files becomes one text. Every external `$ref` is
//! replaced by what it points to where it is first met, and by a pointer to that place from then on, so that recursive
//! schemas stay finite.

use std::collections::HashMap;

use model::yaml::Limits;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::placeholder::{Fetched, Reference, ReferenceError, ResolvedReferences};

/// Nesting beyond this is refused; real descriptions stay below 60.
const MAX_DEPTH: usize = 256;
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

/// Bundles the description in `root` with the files it refers to. Without external references its text stays as it is.
pub fn bundle(root: &Fetched, resolved: &ResolvedReferences) -> Result<Bundled, BundleError> {
    let mut value = parse(root)?;
    let mut bundler = Bundler {
        root: &root.address,
        resolved,
        documents: HashMap::new(),
        placed: HashMap::new(),
        needs: Vec::new(),
        refresh_keys: Vec::new(),
        copied: 0,
    };
    bundler.visit(&mut value, &root.address, &mut Vec::new())?;
    if !bundler.needs.is_empty() {
        return Ok(Bundled::Needs(bundler.needs));
    }
    let text = if bundler.placed.is_empty() {
        root.text.to_string()
    } else {
        serde_json::to_string_pretty(&value).map_err(|e| BundleError::new(e.to_string()))?
    };
    Ok(Bundled::Done { text, refresh_keys: bundler.refresh_keys })
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
    documents: HashMap<String, Value>,
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
        let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
        let Some(found) = self.address_of(file, address)? else { return Ok(()) };
        if found == self.root {
            value["$ref"] = Value::String(format!("#{fragment}"));
            return Ok(());
        }
        let key = (found.clone(), fragment.to_owned());
        if let Some(place) = self.placed.get(&key) {
            value["$ref"] = Value::String(place.clone());
            return Ok(());
        }
        let document = self.documents.get(&found).ok_or_else(|| BundleError::new(format!("{found} is not loaded")))?;
        let pointer = percent_decode_str(fragment).decode_utf8_lossy();
        let content = document
            .pointer(&pointer)
            .ok_or_else(|| BundleError::new(format!("{found} has nothing at #{fragment}")))?
            .clone();
        self.copied += count(&content);
        if self.copied > MAX_COPIED {
            return Err(BundleError::new("its references copy in too much"));
        }
        self.placed.insert(key, pointer_to(path));
        let beside = std::mem::replace(value, content);
        // Keys beside `$ref` refine what it points to.
        if let (Value::Object(map), Value::Object(beside)) = (&mut *value, beside) {
            map.extend(beside.into_iter().filter(|(key, _)| key != "$ref"));
        }
        self.visit(value, &found, path)
    }

    /// The address of the file a reference names, with the file loaded; `None` when it has to be fetched first or when
    /// the reference stays within the root.
    fn address_of(&mut self, file: &str, base: &str) -> Result<Option<String>, BundleError> {
        if file.is_empty() {
            return Ok((base != self.root).then(|| base.to_owned()));
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
                if fetched.address != self.root && !self.documents.contains_key(&fetched.address) {
                    self.documents.insert(fetched.address.clone(), parse(fetched)?);
                    self.refresh_keys.push(fetched.refresh_key.clone());
                }
                Ok(Some(fetched.address.clone()))
            }
        }
    }
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

fn pointer_to(path: &[String]) -> String {
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
        Fetched { address: address.to_owned(), refresh_key: format!("file:{address}"), text: text.into() }
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
    fn without_external_references_the_text_stays() {
        let root = file("/a.yaml", "openapi: 3.0.0 # kept\npaths: { x: { $ref: '#/y' } }\n");
        assert!(matches!(bundle(&root, &HashMap::new()).unwrap(), Bundled::Done { text, .. } if *text == *root.text));
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
