//! A configured secret, which no log, error or debug print can show.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

/// A token or password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret; white space around it, which pasted tokens often carry, is dropped.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The secret itself, for the request that proves who asks. `None` if it is empty, as an unset variable leaves it.
    pub(crate) fn expose(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because derived errors quote the value that they refuse.
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::new(&text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(D::Error::custom("a secret must be text")),
        }
    }
}
