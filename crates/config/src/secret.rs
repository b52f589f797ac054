//! Values that must not be seen: a type that never prints, and the rules that say which keys hold one.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// What is shown in place of a secret.
pub(crate) const MASK: &str = "***";

/// A secret value. It prints as `***`; [`Secret::expose`] is the only way to its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    pub fn new(value: impl Into<Arc<str>>) -> Self {
        Self(value.into())
    }

    /// The text itself, for the request it authenticates and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Endings of key, variable and file names that announce a secret, compared in lower case without `-`, `_` and `.`.
const SECRET_ENDINGS: &[&str] = &[
    "accesskey",
    "accountkey",
    "apikey",
    "authorization",
    "connectionstring",
    "cookie",
    "encryptionkey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pvk",
    "secret",
    "secretkey",
    "signingkey",
    "token",
];

/// Whether a name announces a secret: `clientSecret`, `GITHUB_TOKEN`, `x-api-key`, `secrets` …
pub(crate) fn is_secret_name(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let singular = plain.strip_suffix('s').unwrap_or(&plain);
    SECRET_ENDINGS.iter().any(|ending| plain.ends_with(ending) || singular.ends_with(ending))
}

/// The password inside a URL (`scheme://user:password@host`), if `text` has one.
pub(crate) fn url_password(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (userinfo, _) = authority.rsplit_once('@')?;
    let (_, password) = userinfo.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

/// `value` with every string and number in it replaced by the mask.
pub(crate) fn mask_all(value: &mut Value) {
    match value {
        Value::String(_) | Value::Number(_) => *value = Value::from(MASK),
        Value::Array(items) => items.iter_mut().for_each(mask_all),
        Value::Object(members) => members.values_mut().for_each(mask_all),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn names_announce_secrets() {
        for name in [
            "token",
            "GITHUB_TOKEN",
            "clientSecret",
            "client_secret",
            "x-api-key",
            "Authorization",
            "secretAccessKey",
            "privateKey",
            "secrets",
            "accountKey",
            "commitSigningKey",
            "appPassword",
            "personalAccessToken",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in
            ["tokenLifetime", "key", "host", "keyId", "publicKeyFile", "tokenEndpoint", "credentials", "clientId"]
        {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn passwords_in_urls_are_found() {
        assert_eq!(url_password("postgres://me:p%40ss@db:5432/x"), Some("p%40ss"));
        for none in ["postgres://me@db", "http://a/b:c@d", "plain", "https://:@x"] {
            assert_eq!(url_password(none), None, "{none}");
        }
    }
}
