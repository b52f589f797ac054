//! Values that must not be seen: a type that never prints, and the rules that say which keys hold one.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;
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
    "credential",
    "encryptionkey",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pvk",
    "secret",
    "secretkey",
    "signature",
    "signingkey",
    "token",
    "webhook",
    "webhookurl",
];

/// Last words of such names that are too short to be endings: `compat` is no secret.
const SECRET_WORDS: &[&str] = &["pass", "pat", "psk", "pw", "pwd", "sas", "sig"];

/// Whether a name announces a secret: `clientSecret`, `GITHUB_TOKEN`, `x-api-key`, `DB_PASS` …
///
/// `credentials` in the plural is a list that is looked into.
pub(crate) fn is_secret_name(name: &str) -> bool {
    if name.eq_ignore_ascii_case("credentials") {
        return false;
    }
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let singular = plain.strip_suffix('s').unwrap_or(&plain);
    SECRET_ENDINGS.iter().any(|ending| plain.ends_with(ending) || singular.ends_with(ending))
        || SECRET_WORDS.contains(&last_word(name).to_ascii_lowercase().as_str())
}

/// `Pass` of `dbPass`, `PWD` of `DB_PWD`.
fn last_word(name: &str) -> &str {
    let name = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(name);
    let starts_word = |at: &usize| {
        let (before, letter) = (name.as_bytes()[at - 1], name.as_bytes()[*at]);
        letter.is_ascii_uppercase() && !before.is_ascii_uppercase()
    };
    &name[(1..name.len()).rev().find(starts_word).unwrap_or(0)..]
}

/// What is secret in a text wherever it stands. The last group of each match is the secret.
static PARTS: LazyLock<[Regex; 5]> = LazyLock::new(|| {
    [
        // The password of an address, and a token where a user name would be.
        r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@:]*:([^\s/?#]+)@",
        r"https?://([^\s/?#@:]+)@",
        // What a credential is written behind.
        r"(?i)^\s*(?:bearer|basic|token)\s+(\S+)\s*$",
        // Tokens that tell by themselves what they are.
        r"\b((?:gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|AKIA|npm_|sk-)[A-Za-z0-9_-]{12,}|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)",
        r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----.*)",
    ]
    .map(|pattern| Regex::new(pattern).unwrap_or_else(|error| unreachable!("{error}")))
});

/// `name=value`, as in queries and connection strings.
static ASSIGNMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([A-Za-z0-9_.-]+)\s*=\s*([^&;\s]+)").unwrap_or_else(|error| unreachable!("{error}")));

/// Which parts of a text are secrets though nothing around it says so, in order and apart.
pub(crate) fn secret_parts(text: &str) -> Vec<Range<usize>> {
    let told = PARTS.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(|found| found.get(1));
    let assigned = ASSIGNMENT.captures_iter(text).filter(|found| is_secret_name(&found[1]));
    let mut parts: Vec<Range<usize>> =
        told.chain(assigned.filter_map(|found| found.get(2))).map(|found| found.range()).collect();
    parts.sort_by_key(|part| (part.start, std::cmp::Reverse(part.end)));
    parts.dedup_by(|later, earlier| later.start < earlier.end);
    parts
}

/// Masks the secret parts of a text.
pub(crate) fn mask_parts(text: &mut String) {
    for part in secret_parts(text).into_iter().rev() {
        text.replace_range(part, MASK);
    }
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
            "DB_PASS",
            "dbPass",
            "GH_PAT",
            "pg.pwd",
            "slackWebhookUrl",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "tokenLifetime",
            "key",
            "host",
            "keyId",
            "publicKeyFile",
            "tokenEndpoint",
            "credentials",
            "clientId",
            "compat",
            "bypass",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn secrets_inside_texts_are_found() {
        for (text, masked) in [
            ("postgres://me:p%40ss@db:5432/x", "postgres://me:***@db:5432/x"),
            ("redis://:pw@a, redis://:p:w@b/1", "redis://:***@a, redis://:***@b/1"),
            ("https://t0ken@github.com/a/b", "https://***@github.com/a/b"),
            ("https://h/x?a=1&access_token=abc&sig=d%20e#f", "https://h/x?a=1&access_token=***&sig=***"),
            ("host=db user=me password=hush dbname=x", "host=db user=me password=*** dbname=x"),
            ("Server=s;User Id=u;Password = p;", "Server=s;User Id=u;Password = ***;"),
            ("Bearer abc", "Bearer ***"),
            ("use ghp_0123456789abcdef here", "use *** here"),
            ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln b", "a *** b"),
            ("-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\n", "***"),
        ] {
            let mut shown = text.to_owned();
            mask_parts(&mut shown);
            assert_eq!(shown, masked);
        }
        for none in [
            "postgres://me@db",
            "http://a/b:c@d",
            "https://:@x",
            "Basic authentication of people",
            "tokenLifetime=5",
            "-----BEGIN CERTIFICATE-----",
            "http://localhost:7007",
        ] {
            assert!(secret_parts(none).is_empty(), "{none}");
        }
    }
}
