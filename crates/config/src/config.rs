//! The merged configuration and what is remembered about each of its keys.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::files::Files;
use crate::merge::{Mention, Mentions, Node};
use crate::origin::SourceFile;
use crate::secret::{is_secret_name, mask_all, mask_parts, secret_parts};
use crate::unknown::{self, UnknownKey, Warning};
use crate::view::View;
use crate::{Origin, keys, pointer};

/// One load's result. Values are plain JSON; every one knows its origin.
#[derive(Debug)]
pub struct Config {
    root: Value,
    mentions: Mentions,
    sources: Vec<SourceFile>,
    secrets: Vec<String>,
    is_built_in: bool,
}

/// A scalar or an empty collection of the merged configuration, secrets masked.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `a.b[0].c`
    pub key: String,
    pub value: Value,
    /// Where its key stands.
    pub origin: Option<Origin>,
}

impl Config {
    pub(crate) fn new(root: Node, files: Files, secrets: Vec<String>, is_built_in: bool) -> Self {
        let mut mentions = Mentions::new();
        let root = root.flatten("", &mut mentions);
        Self { root, mentions, sources: files.sources, secrets, is_built_in }
    }

    /// Nobody wrote a configuration, and this is the one for that case.
    pub fn is_built_in(&self) -> bool {
        self.is_built_in
    }

    /// The merged value, secrets in clear: not for showing.
    pub fn value(&self) -> &Value {
        &self.root
    }

    /// The whole configuration as a [`View`].
    pub fn root(&self) -> View<'_> {
        View::new(self, String::new(), String::new(), &self.root)
    }

    /// The value at `key` (`a.b`), if there is one.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.root().find(key).map(|view| view.value())
    }

    /// The merged value with every secret replaced by `***`.
    pub fn masked(&self) -> Value {
        let mut root = self.root.clone();
        self.mask(&mut root, "", "");
        root
    }

    /// All secret values, longest first, for redacting logs.
    pub fn redactions(&self) -> Vec<String> {
        let mut found = self.secrets.clone();
        self.collect_secrets(&self.root, "", "", false, &mut found);
        let mut found: Vec<String> =
            found.into_iter().map(|secret| secret.trim().to_owned()).filter(|secret| secret.len() > 1).collect();
        found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        found.dedup();
        found
    }

    /// Keys this version does not read, each reported at its topmost level: other plugins' sections, mistyped keys.
    /// They are accepted.
    pub fn unknown_keys(&self) -> Vec<UnknownKey> {
        unknown::unknown_keys(self)
    }

    /// Keys that are read but should go, or that used to mean something.
    pub fn warnings(&self) -> Vec<Warning> {
        unknown::warnings(self)
    }

    /// Every scalar and empty collection with its origin, in the order of the merged value, secrets masked.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.collect_entries(&self.masked(), "", "", &mut entries);
        entries
    }

    /// Where the value at a JSON pointer stands; for an absent one, its nearest ancestor.
    pub(crate) fn origin(&self, pointer: &str) -> Option<Origin> {
        self.mention(pointer)?.mark.resolve(&self.sources)
    }

    /// Where the key of the value at a JSON pointer stands.
    pub(crate) fn key_origin(&self, pointer: &str) -> Option<Origin> {
        self.mention(pointer)?.mark.resolve_key(&self.sources)
    }

    /// The folder of the file that says the value at a JSON pointer, absolute; the working directory when no file does.
    pub(crate) fn folder(&self, pointer: &str) -> PathBuf {
        let said = self.mention(pointer).and_then(|mention| mention.mark.folder(&self.sources));
        let folder = Path::new(".").join(said.unwrap_or(Path::new("")));
        // Fails only when the working directory is gone; relative paths have no better meaning then.
        std::path::absolute(&folder).unwrap_or(folder)
    }

    fn mention(&self, pointer: &str) -> Option<&Mention> {
        let mut at = pointer;
        loop {
            if let Some(mention) = self.mentions.get(at) {
                return Some(mention);
            }
            at = at.rsplit_once('/')?.0;
        }
    }

    fn is_secret(&self, at: &str, key: &str) -> bool {
        self.mentions.get(at).is_some_and(|mention| mention.secret)
            || keys::is_secret(key)
            || key.rsplit('.').next().is_some_and(is_secret_name)
    }

    /// Whether a value must not be shown though nothing announces a secret: what a variable or a file says under a key of
    /// somebody else may be anything.
    fn is_anybodys(&self, at: &str, key: &str) -> bool {
        self.mentions.get(at).is_some_and(|mention| mention.given) && !keys::is_known(key)
    }

    /// Masks in `value`, which stands at the pointer `at` and the key `key`, what must not be shown.
    pub(crate) fn mask(&self, value: &mut Value, at: &str, key: &str) {
        if self.is_secret(at, key) || self.is_anybodys(at, key) {
            return mask_all(value);
        }
        match value {
            Value::String(text) => mask_parts(text),
            Value::Array(items) => {
                for (i, item) in items.iter_mut().enumerate() {
                    self.mask(item, &pointer::index(at, i), &format!("{key}[{i}]"));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.mask(member, &pointer::key(at, name), &pointer::dotted(key, name));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn collect_secrets(&self, value: &Value, at: &str, key: &str, inside: bool, found: &mut Vec<String>) {
        let secret = inside || self.is_secret(at, key);
        match value {
            Value::String(text) if secret => found.push(text.clone()),
            Value::String(text) => found.extend(secret_parts(text).into_iter().map(|part| text[part].to_owned())),
            Value::Number(number) if secret => found.push(number.to_string()),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.collect_secrets(item, &pointer::index(at, i), &format!("{key}[{i}]"), secret, found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let key = pointer::dotted(key, name);
                    self.collect_secrets(member, &pointer::key(at, name), &key, secret, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn collect_entries(&self, value: &Value, at: &str, key: &str, entries: &mut Vec<Entry>) {
        match value {
            Value::Array(items) if !items.is_empty() => {
                for (i, item) in items.iter().enumerate() {
                    self.collect_entries(item, &pointer::index(at, i), &format!("{key}[{i}]"), entries);
                }
            }
            Value::Object(members) if !members.is_empty() => {
                for (name, member) in members {
                    self.collect_entries(member, &pointer::key(at, name), &pointer::dotted(key, name), entries);
                }
            }
            leaf => {
                entries.push(Entry { key: key.to_owned(), value: leaf.clone(), origin: self.key_origin(at) });
            }
        }
    }
}
