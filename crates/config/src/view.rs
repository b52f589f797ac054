//! Typed reading with Backstage's error texts, each behind the place it is about.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Config, ConfigError, Origin, Secret, parse_duration, pointer};

/// A value of the configuration that knows its key and its place.
///
/// The getters take a key relative to it (`a.b`); an absent value is `None` (or [`ConfigError::Missing`]), a value of
/// another type is [`ConfigError::Type`]. As in Backstage an empty string is not a string.
#[derive(Clone, Debug)]
pub struct View<'a> {
    config: &'a Config,
    key: String,
    pointer: String,
    value: &'a Value,
}

impl<'a> View<'a> {
    pub(crate) fn new(config: &'a Config, key: String, pointer: String, value: &'a Value) -> Self {
        Self { config, key, pointer, value }
    }

    /// The full key of this value (`a.b[0].c`), empty at the root.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Where this value stands.
    pub fn origin(&self) -> Option<Origin> {
        self.config.origin(&self.pointer)
    }

    /// The folder of the file that says this value, absolute; the working directory when a variable says it.
    pub fn folder(&self) -> PathBuf {
        self.config.folder(&self.pointer)
    }

    /// The value at a relative key of object members, whatever its type.
    pub fn find(&self, key: &str) -> Option<Self> {
        key.split('.').try_fold(self.clone(), |view, part| view.member(part))
    }

    /// The object member named exactly `name`, dots and all.
    pub fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|_| self.value.is_object())?;
        Some(Self {
            config: self.config,
            key: pointer::dotted(&self.key, name),
            pointer: pointer::key(&self.pointer, name),
            value,
        })
    }

    fn element(&self, index: usize, value: &'a Value) -> Self {
        Self {
            config: self.config,
            key: format!("{}[{index}]", self.key),
            pointer: pointer::index(&self.pointer, index),
            value,
        }
    }

    /// The members of this object.
    ///
    /// # Errors
    /// It is no object.
    pub fn members(&self) -> Result<Vec<(&'a str, Self)>, ConfigError> {
        let members = self.as_object()?;
        Ok(members.keys().filter_map(|name| Some((name.as_str(), self.member(name)?))).collect())
    }

    /// The elements of this array.
    ///
    /// # Errors
    /// It is no array.
    pub fn elements(&self, wanted: &'static str) -> Result<Vec<Self>, ConfigError> {
        let items = self.value.as_array().ok_or_else(|| self.wanted(wanted))?;
        Ok(items.iter().enumerate().map(|(i, item)| self.element(i, item)).collect())
    }

    fn as_object(&self) -> Result<&'a Map<String, Value>, ConfigError> {
        self.value.as_object().ok_or_else(|| self.wanted("object"))
    }

    /// This value as a non-empty string.
    ///
    /// # Errors
    /// It is none.
    pub fn as_str(&self) -> Result<&'a str, ConfigError> {
        self.value.as_str().filter(|text| !text.is_empty()).ok_or_else(|| self.wanted("string"))
    }

    /// The object at `key`.
    ///
    /// # Errors
    /// See [`View`].
    pub fn object(&self, key: &str) -> Result<Option<Self>, ConfigError> {
        self.typed(key, |view| view.as_object().map(|_| ()).map(|()| view))
    }

    /// The objects of the array at `key`, none when it is absent.
    ///
    /// # Errors
    /// See [`View`].
    pub fn objects(&self, key: &str) -> Result<Vec<Self>, ConfigError> {
        let read = |view: Self| {
            let elements = view.elements("object-array")?;
            match elements.iter().find(|element| !element.value.is_object()) {
                Some(element) => Err(element.wanted("object-array")),
                None => Ok(elements),
            }
        };
        self.typed(key, read).map(Option::unwrap_or_default)
    }

    /// # Errors
    /// See [`View`].
    pub fn string(&self, key: &str) -> Result<Option<String>, ConfigError> {
        self.typed(key, |view| view.as_str().map(str::to_owned))
    }

    /// # Errors
    /// See [`View`].
    pub fn required_string(&self, key: &str) -> Result<String, ConfigError> {
        self.string(key)?.ok_or_else(|| self.missing(key))
    }

    /// A secret, trimmed: pasted tokens often carry white space. A number counts as its digits, white space alone as
    /// nothing.
    ///
    /// # Errors
    /// See [`View`]; none quotes the value.
    pub fn secret(&self, key: &str) -> Result<Option<Secret>, ConfigError> {
        let text = self.typed(key, |view| match view.value {
            Value::Number(digits) => Ok(digits.to_string()),
            _ => view.as_str().map(|text| text.trim().to_owned()),
        })?;
        Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
    }

    /// # Errors
    /// See [`View`].
    pub fn bool(&self, key: &str) -> Result<Option<bool>, ConfigError> {
        self.typed(key, |view| view.value.as_bool().ok_or_else(|| view.wanted("boolean")))
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// See [`View`].
    pub fn integer<T: TryFrom<u64>>(&self, key: &str) -> Result<Option<T>, ConfigError> {
        self.typed(key, |view| {
            let number = view.value.as_number().ok_or_else(|| view.wanted("number"))?;
            number
                .as_u64()
                .and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| view.invalid(format!("expected a whole number in range, got {number}")))
        })
    }

    /// The strings of the array at `key`.
    ///
    /// # Errors
    /// See [`View`].
    pub fn strings(&self, key: &str) -> Result<Option<Vec<String>>, ConfigError> {
        self.typed(key, |view| view.as_strings())
    }

    /// This value as an array of non-empty strings.
    ///
    /// # Errors
    /// It is none.
    pub fn as_strings(&self) -> Result<Vec<String>, ConfigError> {
        let string = |element: &Self| element.as_str().map(str::to_owned).map_err(|_| element.wanted("string-array"));
        self.elements("string-array")?.iter().map(string).collect()
    }

    /// An array of strings, or one string.
    ///
    /// # Errors
    /// See [`View`].
    pub fn string_or_strings(&self, key: &str) -> Result<Option<Vec<String>>, ConfigError> {
        self.typed(key, |view| view.as_string_or_strings())
    }

    /// This value as an array of non-empty strings, or as one.
    ///
    /// # Errors
    /// It is neither.
    pub fn as_string_or_strings(&self) -> Result<Vec<String>, ConfigError> {
        match self.value {
            Value::String(_) => Ok(vec![self.as_str()?.to_owned()]),
            _ => self.as_strings(),
        }
    }

    /// A duration in any of Backstage's forms.
    ///
    /// # Errors
    /// It is none.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>, ConfigError> {
        self.typed(key, |view| parse_duration(view.value).map_err(|error| view.invalid(error.to_string())))
    }

    /// One of a closed set of words.
    ///
    /// # Errors
    /// It is another word, or no string.
    pub fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, ConfigError> {
        self.typed(key, |view| {
            let text = view.as_str()?;
            let found = words.iter().find(|(word, _)| *word == text);
            found.map(|(_, meaning)| *meaning).ok_or_else(|| {
                let words: Vec<String> = words.iter().map(|(word, _)| format!("'{word}'")).collect();
                view.invalid(format!("expected one of {}, got {}", words.join(", "), view.shown()))
            })
        })
    }

    fn typed<T>(&self, key: &str, read: impl FnOnce(Self) -> Result<T, ConfigError>) -> Result<Option<T>, ConfigError> {
        let mut view = self.clone();
        for part in key.split('.') {
            view.as_object()?;
            match view.member(part) {
                Some(member) => view = member,
                None => return Ok(None),
            }
        }
        read(view).map(Some)
    }

    /// The error that a required value below this one is absent.
    pub fn missing(&self, key: &str) -> ConfigError {
        ConfigError::Missing { near: self.origin().map(Box::new), key: pointer::dotted(&self.key, key) }
    }

    /// The error that this value has the wrong type.
    pub fn wanted(&self, wanted: &'static str) -> ConfigError {
        let origin = self.origin();
        let context = origin.as_ref().map_or("empty-config", Origin::context).to_owned();
        let key = self.key.clone();
        ConfigError::Type { origin: origin.map(Box::new), context, key, got: type_name(self.value), wanted }
    }

    /// The error that this value cannot be used.
    pub fn invalid(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::Invalid { origin: self.origin().map(Box::new), key: self.key.clone(), message: message.into() }
    }

    /// This value as a message may quote it: JSON, secrets masked, cut when it is long.
    pub(crate) fn shown(&self) -> String {
        const LONGEST: usize = 80;
        let mut value = self.value.clone();
        self.config.mask(&mut value, &self.pointer, &self.key);
        let text = value.to_string();
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// Backstage's name for the type of a value.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(text) if text.is_empty() => "empty-string",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
