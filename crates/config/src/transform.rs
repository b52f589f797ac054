//! Turns a parsed file into a layer: variables substituted, `$env`, `$file` and `$include` resolved.
//!
//! Paths are relative to the file that names them and may leave its directory, as in Backstage: the person who writes
//! the configuration is the person who runs the server. Contract: platform-services section 1.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::files::{Files, MAX_BYTES};
use crate::layers::{Source, Target};
use crate::loader::ReadRemote;
use crate::merge::{Kind, Node};
use crate::origin::Mark;
use crate::secret::is_secret_name;
use crate::substitute::substitute;
use crate::{ConfigError, Environment, pointer};

const INCLUDE_KEYS: [&str; 3] = ["$file", "$env", "$include"];

/// How deep includes may nest before they are taken for a circle.
const MAX_INCLUDE_DEPTH: usize = 16;

/// Reads files and resolves what is in them, collecting what the merged configuration has to remember.
pub(crate) struct Transform<'a> {
    pub environment: &'a Environment,
    pub files: Files,
    /// How layers that are addresses are read.
    pub remote: Option<ReadRemote>,
    /// Values of secret variables and files, wherever they were put.
    pub secrets: Vec<String>,
}

/// Where in which file the transform is.
#[derive(Clone, Copy)]
struct Scope<'a> {
    directory: &'a Path,
    /// `directory` as the user would write it, for names in messages.
    name: &'a Path,
    depth: usize,
    /// The text came over the network: it says nothing about files of this machine.
    remote: bool,
}

/// An absent value: a variable in it is undefined.
type Resolved = Result<Option<Node>, ConfigError>;

impl Transform<'_> {
    /// The layer a target adds, or `None` when it is empty.
    pub(crate) fn target(&mut self, target: &Target) -> Resolved {
        match &target.source {
            Source::File(path) => {
                let text = self.files.text(path, &target.name)?;
                self.text(path, &target.name, text, false)
            }
            Source::Remote(url) => {
                let failed = |reason| ConfigError::Remote { name: target.name.clone(), reason };
                let read = self.remote.ok_or_else(|| failed("only files are read here".to_owned()))?;
                let text = read(url, MAX_BYTES).map_err(failed)?;
                // In no folder, so that what is relative in it starts at the working directory.
                self.text(Path::new("app-config.yaml"), &target.name, text, true)
            }
        }
    }

    /// The layer that `text` adds as the content of the file at `path`.
    pub(crate) fn text(&mut self, path: &Path, name: &str, text: String, remote: bool) -> Resolved {
        let (value, source) = self.files.parse(path, name, text)?;
        if value.is_null() {
            return Ok(None);
        }
        let scope = Scope { directory: parent(path), name: parent(Path::new(name)), depth: 0, remote };
        let mark = Mark::File { source, pointer: String::new() };
        let place = mark.resolve(&self.files.sources);
        match self.value(value, &mark, "", scope)? {
            Some(node) if matches!(node.kind, Kind::Object(_)) => Ok(Some(node)),
            _ => Err(ConfigError::RootNotObject { origin: place.map(Box::new) }),
        }
    }

    fn value(&mut self, value: Value, mark: &Mark, key: &str, scope: Scope<'_>) -> Resolved {
        match value {
            Value::String(text) => Ok(self.substituted(&text, mark)),
            Value::Array(items) => {
                let mut nodes = Vec::with_capacity(items.len());
                for (i, item) in items.into_iter().enumerate() {
                    nodes.extend(self.value(item, &mark.index(i), &format!("{key}[{i}]"), scope)?);
                }
                Ok(Some(node(mark, Kind::Array(nodes))))
            }
            Value::Object(members) => match INCLUDE_KEYS.into_iter().find(|include| members.contains_key(*include)) {
                Some(include) => self.include(include, &members, mark, key, scope),
                None => self.object(members, mark, key, scope),
            },
            scalar => Ok(Some(node(mark, Kind::Scalar(scalar)))),
        }
    }

    fn object(&mut self, members: Map<String, Value>, mark: &Mark, key: &str, scope: Scope<'_>) -> Resolved {
        let mut nodes = Vec::with_capacity(members.len());
        for (name, member) in members {
            if let Some(member) = self.value(member, &mark.key(&name), &pointer::dotted(key, &name), scope)? {
                nodes.push((name, member));
            }
        }
        Ok(Some(node(mark, Kind::Object(nodes))))
    }

    fn substituted(&mut self, text: &str, mark: &Mark) -> Option<Node> {
        let substituted = substitute(text, self.environment);
        let secret = !substituted.secrets.is_empty();
        self.secrets.extend(substituted.secrets);
        let kind = Kind::Scalar(substituted.text?.into());
        Some(Node { secret, given: substituted.given, ..node(mark, kind) })
    }

    fn include(
        &mut self,
        include: &'static str,
        members: &Map<String, Value>,
        mark: &Mark,
        key: &str,
        scope: Scope<'_>,
    ) -> Resolved {
        let fail = |this: &Self, message: String| {
            let origin = mark.key(include).resolve(&this.files.sources);
            Err(ConfigError::Include { origin: origin.map(Box::new), key: key.to_owned(), message })
        };
        if members.len() != 1 {
            return fail(self, format!("include key {include} should not have adjacent keys"));
        }
        let Some(written) = members.get(include).and_then(Value::as_str) else {
            return fail(self, format!("{include} include value is not a string"));
        };
        let Some(argument) = substitute(written, self.environment).text else {
            return fail(self, format!("{include} substitution value was undefined"));
        };
        if scope.remote && include != "$env" {
            return fail(self, format!("{include} names a file, which configuration read from an address may not do"));
        }
        let result = match include {
            "$env" => return Ok(self.variable(&argument, mark)),
            "$file" => self.text_file(&argument, mark, scope),
            _ => return self.included_file(&argument, key, scope, fail),
        };
        result.or_else(|error| fail(self, failed_to_read(&argument, &error)))
    }

    fn variable(&mut self, name: &str, mark: &Mark) -> Option<Node> {
        let value = self.environment.get(name)?.to_owned();
        let secret = is_secret_name(name);
        if secret {
            self.secrets.push(value.clone());
        }
        Some(Node { secret, given: true, ..node(mark, Kind::Scalar(value.into())) })
    }

    fn text_file(&mut self, argument: &str, mark: &Mark, scope: Scope<'_>) -> Resolved {
        let path = scope.directory.join(argument);
        let text = self.files.text(&path, &display(scope, argument))?.trim_end().to_owned();
        let secret = path.file_stem().and_then(|stem| stem.to_str()).is_some_and(is_secret_name);
        if secret {
            self.secrets.push(text.clone());
        }
        Ok(Some(Node { secret, given: true, ..node(mark, Kind::Scalar(text.into())) }))
    }

    fn included_file(
        &mut self,
        argument: &str,
        key: &str,
        scope: Scope<'_>,
        fail: impl Fn(&Self, String) -> Resolved,
    ) -> Resolved {
        let (file, path_in_file) = argument.split_once('#').unwrap_or((argument, ""));
        let path: PathBuf = scope.directory.join(file);
        if !matches!(path.extension().and_then(|extension| extension.to_str()), Some("json" | "yaml" | "yml")) {
            return fail(self, format!("no configuration parser available for included file {file}"));
        }
        if scope.depth == MAX_INCLUDE_DEPTH {
            return fail(self, format!("files include each other more than {MAX_INCLUDE_DEPTH} levels deep"));
        }
        let name = display(scope, file);
        let (mut value, source) = match self.files.document(&path, &name) {
            Ok(document) => document,
            Err(error @ ConfigError::Syntax { .. }) => {
                return fail(self, format!("failed to parse included file {file}, {error}"));
            }
            Err(error) => return fail(self, failed_to_read(file, &error)),
        };
        let mut mark = Mark::File { source, pointer: String::new() };
        let parts: Vec<&str> = if path_in_file.is_empty() { Vec::new() } else { path_in_file.split('.').collect() };
        for (i, part) in parts.iter().enumerate() {
            let Value::Object(mut members) = value else {
                let walked = parts[..i].join(".");
                return fail(self, format!("value at '{walked}' in included file {file} is not an object"));
            };
            // A last part that is missing makes the value absent; one on the way makes the next part fail.
            match members.remove(*part) {
                Some(member) => value = member,
                None if i + 1 == parts.len() => return Ok(None),
                None => value = Value::Null,
            }
            mark = mark.key(part);
        }
        let nested =
            Scope { directory: parent(&path), name: parent(Path::new(&name)), depth: scope.depth + 1, remote: false };
        self.value(value, &mark, key, nested)
    }
}

/// The message for a file that is named in another one.
fn failed_to_read(written: &str, error: &ConfigError) -> String {
    match error {
        ConfigError::NotFound { .. } => format!("failed to read file {written}, the file does not exist"),
        error => format!("failed to read file {written}, {error}"),
    }
}

fn node(mark: &Mark, kind: Kind) -> Node {
    Node { mark: mark.clone(), secret: false, given: false, kind }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn display(scope: Scope<'_>, argument: &str) -> String {
    scope.name.join(argument).display().to_string()
}
