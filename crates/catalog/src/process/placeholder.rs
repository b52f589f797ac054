//! Placeholders: an object whose only key is `$text`, `$json`, `$yaml`, `$openapi` or `$asyncapi` stands for the content of
//! another file (contract catalog.md section 5). Files are fetched outside; here one only says which are needed.

use std::collections::HashMap;
use std::sync::Arc;

use model::yaml::Limits;
use serde_json::Value;

use super::bundle;
use super::stable::Hash;

/// A file that processing needs: a reference as written, and the address of the file it was written in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// A path or URL, relative to `base` or absolute.
    pub value: String,
    pub base: String,
}

/// What fetching a reference gave.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The address in full, a path or a URL.
    pub address: String,
    /// The location this counts as for refresh: `url:…` or `file:…`.
    pub refresh_key: String,
    pub text: Arc<str>,
    /// What was read by URL is asked for again now and then, to see whether it is still this.
    pub version: Option<Version>,
}

/// How a file that was read by URL is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub etag: Option<String>,
    pub hash: Hash,
}

/// Why a reference could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It is no address at all.
    #[error("could not form a URL out of {base} and {value}, {reason}")]
    Malformed { base: String, value: String, reason: String },
    /// It lies outside the repository, or for files outside the folder of the location.
    #[error("{0}")]
    Forbidden(String),
    #[error("could not read location {address}, {reason}")]
    Unreadable { address: String, refresh_key: String, reason: String },
}

impl ReferenceError {
    /// What may change so that fetching works, if that is known.
    pub fn refresh_key(&self) -> Option<&str> {
        match self {
            Self::Unreadable { refresh_key, .. } => Some(refresh_key),
            Self::Malformed { .. } | Self::Forbidden(_) => None,
        }
    }
}

/// What was fetched so far.
pub type ResolvedReferences = HashMap<Reference, Result<Fetched, ReferenceError>>;

/// The message of a contained place that placeholders may not leave, as clients know it.
pub const SAME_REPOSITORY: &str = "Placeholder may only reference files from the same repository as the entity";

/// What replacing came to.
#[derive(Debug, Default)]
pub struct Replaced {
    /// References that have to be fetched before this can be finished.
    pub needs: Vec<Reference>,
    /// Refresh keys of every file that took part, those that could not be read included.
    pub refresh_keys: Vec<String>,
    /// The first thing that went wrong, and the JSON pointer to the placeholder.
    pub failure: Option<(String, String)>,
}

/// Replaces every placeholder in `value`, in place. `base` is the address of the file the entity was read from.
pub fn replace(value: &mut Value, base: &str, resolved: &ResolvedReferences) -> Replaced {
    let mut run = Run { base, resolved, outcome: Replaced::default() };
    run.visit(value, &At::Root);
    run.outcome
}

/// Where in the entity we are, kept on the stack: it is only written out when something is wrong there.
enum At<'a> {
    Root,
    Key(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl At<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(above, key) => format!("{}/{}", above.pointer(), key.replace('~', "~0").replace('/', "~1")),
            Self::Item(above, index) => format!("{}/{index}", above.pointer()),
        }
    }
}

struct Run<'a> {
    base: &'a str,
    resolved: &'a ResolvedReferences,
    outcome: Replaced,
}

impl Run<'_> {
    fn visit(&mut self, value: &mut Value, at: &At<'_>) {
        match value {
            Value::Array(items) => {
                items.iter_mut().enumerate().for_each(|(index, item)| self.visit(item, &At::Item(at, index)));
            }
            Value::Object(map) => {
                if !map.keys().any(|key| key.starts_with('$')) {
                    map.iter_mut().for_each(|(key, value)| self.visit(value, &At::Key(at, key)));
                    return;
                }
                // Beside other keys it is left alone and not looked into.
                let mut entries = map.iter();
                let (Some((key, target)), None) = (entries.next(), entries.next()) else { return };
                let Some(kind) = Kind::of(key) else { return };
                let Some(target) = target.as_str() else {
                    self.fail(format!(
                        "Placeholder {key} expected a string value parameter, in the form of an absolute URL or a relative path"
                    ), at);
                    return;
                };
                let reference = Reference { value: target.to_owned(), base: self.base.to_owned() };
                if let Some(content) = self.content(kind, reference, at) {
                    *value = content;
                }
            }
            _ => {}
        }
    }

    /// The content a placeholder stands for; `None` when it has to be fetched first or cannot be had.
    fn content(&mut self, kind: Kind, reference: Reference, at: &At<'_>) -> Option<Value> {
        let (key, written) = (kind.key(), reference.value.clone());
        let fetched = match self.resolved.get(&reference) {
            None => {
                self.outcome.needs.push(reference);
                return None;
            }
            Some(Err(error)) => {
                self.outcome.refresh_keys.extend(error.refresh_key().map(str::to_owned));
                let text = match error {
                    ReferenceError::Forbidden(text) if text == SAME_REPOSITORY => {
                        format!(
                            "Placeholder ${key} could not form a URL out of {} and {written}, Error: {text}",
                            self.base
                        )
                    }
                    ReferenceError::Forbidden(text) => text.clone(),
                    ReferenceError::Unreadable { reason, .. } => {
                        format!("Placeholder ${key} could not read location {written}, {reason}")
                    }
                    ReferenceError::Malformed { .. } => format!("Placeholder ${key} {error}"),
                };
                self.fail(text, at);
                return None;
            }
            Some(Ok(fetched)) => fetched,
        };
        self.outcome.refresh_keys.push(fetched.refresh_key.clone());
        let content = match kind {
            Kind::Text => Ok(Value::String(fetched.text.to_string())),
            Kind::Json => serde_json::from_str(&fetched.text)
                .map_err(|e| format!("Placeholder $json failed to parse JSON data at {written}, SyntaxError: {e}")),
            Kind::Yaml => model::yaml::parse_single(&fetched.text, &Limits::default())
                .map_err(|e| format!("Placeholder $yaml found an error in the data at {written}, {e}")),
            Kind::OpenApi | Kind::AsyncApi => match bundle::bundle(fetched, self.resolved) {
                Ok(bundle::Bundled::Needs(needs)) => {
                    self.outcome.needs.extend(needs);
                    return None;
                }
                Ok(bundle::Bundled::Done { text, refresh_keys }) => {
                    self.outcome.refresh_keys.extend(refresh_keys);
                    Ok(Value::String(text))
                }
                Err(error) => {
                    self.outcome.refresh_keys.extend(error.refresh_key);
                    Err(format!(
                        "Placeholder ${key} unable to bundle the file at {}, {}",
                        fetched.address, error.message
                    ))
                }
            },
        };
        content.map_err(|text| self.fail(text, at)).ok()
    }

    fn fail(&mut self, text: String, at: &At<'_>) {
        self.outcome.failure.get_or_insert_with(|| (text, at.pointer()));
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Json,
    Yaml,
    OpenApi,
    AsyncApi,
}

impl Kind {
    /// Other keys that begin with `$` are left alone.
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "$text" => Self::Text,
            "$json" => Self::Json,
            "$yaml" => Self::Yaml,
            "$openapi" => Self::OpenApi,
            "$asyncapi" => Self::AsyncApi,
            _ => return None,
        })
    }

    fn key(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::OpenApi => "openapi",
            Self::AsyncApi => "asyncapi",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolved(entries: &[(&str, &str)]) -> ResolvedReferences {
        let fetched = |value: &str, text: &str| Fetched {
            address: format!("/r/{value}"),
            refresh_key: format!("file:/r/{value}"),
            text: text.into(),
            version: None,
        };
        let reference = |value: &str| Reference { value: value.to_owned(), base: "/r/e.yaml".to_owned() };
        entries.iter().map(|(value, text)| (reference(value), Ok(fetched(value, text)))).collect()
    }

    #[test]
    fn content_takes_the_place_of_the_placeholder() {
        let mut value = json!({ "a": [{ "$text": "t" }], "b": { "$json": "j" }, "c": { "$yaml": "y" } });
        let files = resolved(&[("t", "hello"), ("j", r#"{"$text":"kept"}"#), ("y", "- 1\n- x: y\n")]);
        let replaced = replace(&mut value, "/r/e.yaml", &files);
        assert!(replaced.needs.is_empty() && replaced.failure.is_none());
        assert_eq!(value, json!({ "a": ["hello"], "b": { "$text": "kept" }, "c": [1, { "x": "y" }] }));
        assert_eq!(replaced.refresh_keys, ["file:/r/t", "file:/r/j", "file:/r/y"]);
    }

    #[test]
    fn what_is_no_placeholder_stays() {
        let original = json!({
            "two": { "$text": "a", "$json": "b" }, "beside": { "$text": "a", "x": { "$text": "b" } },
            "unknown": { "$ref": 1 },
        });
        let mut value = original.clone();
        let replaced = replace(&mut value, "/r/e.yaml", &ResolvedReferences::new());
        assert!(replaced.needs.is_empty());
        assert_eq!(value, original);
    }

    #[test]
    fn what_is_missing_is_asked_for_and_what_is_broken_is_told() {
        let mut value = json!({ "a": { "$text": "later" }, "b": { "$json": "broken" } });
        let replaced = replace(&mut value, "/r/e.yaml", &resolved(&[("broken", "{")]));
        assert_eq!(replaced.needs.len(), 1);
        let (text, pointer) = replaced.failure.unwrap();
        assert!(text.starts_with("Placeholder $json failed to parse JSON data at broken, "), "{text}");
        assert_eq!(pointer, "/b");
        let replaced = replace(&mut json!({ "a": { "$text": 1 } }), "/r/e.yaml", &resolved(&[]));
        let message =
            "Placeholder $text expected a string value parameter, in the form of an absolute URL or a relative path";
        assert_eq!(replaced.failure.unwrap(), (message.to_owned(), "/a".to_owned()));
    }
}
