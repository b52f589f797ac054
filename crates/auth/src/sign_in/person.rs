//! A person as a provider knows it.

use serde_json::{Value, json};

/// Who signed in, in the words of the provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// The id that never changes.
    pub id: Option<String>,
    pub username: Option<String>,
    pub preferred_username: Option<String>,
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub picture: Option<String>,
    /// All that the provider said.
    pub claims: Value,
}

impl Person {
    /// The claims of OpenID Connect, which many providers use.
    pub fn from_claims(claims: &Value) -> Self {
        let text = |name: &str| text(claims, name);
        Self {
            id: text("sub"),
            username: text("preferred_username").or_else(|| text("nickname")),
            preferred_username: text("preferred_username"),
            email: text("email"),
            display_name: text("name"),
            picture: text("picture"),
            claims: claims.clone(),
        }
    }

    /// The `profile` of the wire.
    pub fn profile(&self) -> Value {
        let mut profile = json!({});
        for (name, value) in [("email", &self.email), ("displayName", &self.display_name), ("picture", &self.picture)] {
            if let Some(value) = value {
                profile[name] = value.as_str().into();
            }
        }
        profile
    }

    /// What is known, in one line for whoever has to find out why nobody was found. It goes into no log.
    pub fn described(&self) -> String {
        let known =
            [("id", &self.id), ("username", &self.username), ("email", &self.email), ("name", &self.display_name)];
        let known: Vec<String> = known
            .iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} \"{value}\"")))
            .collect();
        if known.is_empty() { "nothing".to_owned() } else { known.join(", ") }
    }
}

/// A claim as text; numbers are ids to some providers.
pub(super) fn text(claims: &Value, name: &str) -> Option<String> {
    match claims.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
