//! Reading settings so that every complaint names the full key.

use std::time::Duration;

use serde_json::Value;

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct ConfigProblem {
    /// The full key, such as `backend.auth.externalAccess[0].options.token`.
    pub key: String,
    /// What is wrong and what to write instead. Never quotes a secret.
    pub message: String,
}

/// A value of the configuration with its key; absent values have one as well.
pub(crate) struct Setting<'a> {
    key: String,
    value: Option<&'a Value>,
}

impl<'a> Setting<'a> {
    /// A section; `Value::Null` is one that is absent.
    pub(crate) fn new(key: &str, value: &'a Value) -> Self {
        Self { key: key.to_owned(), value: Some(value).filter(|value| !value.is_null()) }
    }

    pub(crate) fn member(&self, name: &str) -> Self {
        Self { key: format!("{}.{name}", self.key), value: self.value.and_then(|value| value.get(name)) }
    }

    /// Whether the key is there, even without a value.
    pub(crate) fn is_written(&self) -> bool {
        self.value.is_some()
    }

    pub(crate) fn problem(&self, message: impl Into<String>) -> ConfigProblem {
        ConfigProblem { key: self.key.clone(), message: message.into() }
    }

    fn wanted(&self, what: &str) -> ConfigProblem {
        self.problem(format!("expected {what}"))
    }

    /// The value, unless absent or null.
    fn present(&self) -> Option<&'a Value> {
        self.value.filter(|value| !value.is_null())
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<String>, ConfigProblem> {
        let member = self.member(name);
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        member.present().map(|value| text(value).ok_or_else(|| member.wanted("a string that is not empty"))).transpose()
    }

    pub(crate) fn required_string(&self, name: &str) -> Result<String, ConfigProblem> {
        self.string(name)?.ok_or_else(|| self.member(name).problem("is missing"))
    }

    pub(crate) fn bool(&self, name: &str) -> Result<Option<bool>, ConfigProblem> {
        let member = self.member(name);
        member.present().map(|value| value.as_bool().ok_or_else(|| member.wanted("true or false"))).transpose()
    }

    pub(crate) fn strings(&self, name: &str) -> Result<Option<Vec<String>>, ConfigProblem> {
        let member = self.member(name);
        let Some(value) = member.present() else { return Ok(None) };
        let texts = value
            .as_array()
            .and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        texts.map(Some).ok_or_else(|| member.wanted("a list of strings"))
    }

    /// A list of strings, or one string with commas or spaces between them.
    pub(crate) fn words(&self, name: &str) -> Result<Vec<String>, ConfigProblem> {
        let member = self.member(name);
        match member.present() {
            Some(Value::String(text)) => {
                Ok(text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect())
            }
            _ => Ok(self.strings(name)?.unwrap_or_default()),
        }
    }

    /// The elements of a list.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<Self>, ConfigProblem> {
        let member = self.member(name);
        let Some(value) = member.present() else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or_else(|| member.wanted("a list"))?;
        let element = |(at, value)| Self { key: format!("{}[{at}]", member.key), value: Some(value) };
        Ok(items.iter().enumerate().map(element).collect())
    }

    /// Complains about the first member that is none of these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), ConfigProblem> {
        let Some(value) = self.present() else { return Ok(()) };
        let members = value.as_object().ok_or_else(|| self.wanted("an object"))?;
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(self.member(unknown).problem(format!("unknown key; known are {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    pub(crate) fn duration(&self) -> Result<Option<Duration>, ConfigProblem> {
        let read = |value| config::parse_duration(value).map_err(|error| self.problem(error.to_string()));
        self.present().map(read).transpose()
    }
}
