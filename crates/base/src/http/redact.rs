//! Addresses as they may be shown and logged.

use std::borrow::Cow;

use url::Url;

/// Parts of query keys whose values are secrets.
const SECRET_PARTS: [&str; 8] =
    ["token", "secret", "password", "passwd", "signature", "credential", "apikey", "api_key"];

/// Query keys whose values are secrets, and which are too short to be looked for inside others.
const SECRET_KEYS: [&str; 2] = ["sig", "code"];

/// The address without user name and password, and with the values of secret-looking query parameters masked.
pub fn redact(url: &Url) -> String {
    let mut clean = url.clone();
    // Fails only for addresses that cannot have them.
    let _ = clean.set_username("");
    let _ = clean.set_password(None);
    if let Some(query) = url.query() {
        clean.set_query(Some(&redact_query(query)));
    }
    clean.to_string()
}

/// A query with the values of secret-looking parameters masked, and all else as it was written.
pub fn redact_query(query: &str) -> Cow<'_, str> {
    let secret = |pair: &str| pair.split_once('=').is_some_and(|(key, _)| is_secret(key));
    if !query.split('&').any(secret) {
        return query.into();
    }
    let mask = |pair| {
        if secret(pair) { format!("{}=***", pair.split('=').next().unwrap_or_default()) } else { pair.to_owned() }
    };
    query.split('&').map(mask).collect::<Vec<_>>().join("&").into()
}

fn is_secret(key: &str) -> bool {
    // A key is one pair without a value.
    let decoded = url::form_urlencoded::parse(key.as_bytes()).next();
    let key = decoded.map(|(key, _)| key.to_ascii_lowercase()).unwrap_or_default();
    SECRET_KEYS.contains(&key.as_str()) || SECRET_PARTS.iter().any(|part| key.contains(part))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn secrets_are_masked_and_the_rest_is_kept() {
        for (url, expected) in [
            ("https://user:pw@h/x", "https://h/x"),
            ("https://h/x?path=%2Fa%20b&version=GBmain", "https://h/x?path=%2Fa%20b&version=GBmain"),
            ("https://h/x?ref=main&private_token=abc", "https://h/x?ref=main&private_token=***"),
            ("https://h/x?X-Amz-Signature=abc&sig=1&design=2", "https://h/x?X-Amz-Signature=***&sig=***&design=2"),
            (
                "https://h/x?c%6Fde=abc&codec=1&access%5Ftoken=a=b&token",
                "https://h/x?c%6Fde=***&codec=1&access%5Ftoken=***&token",
            ),
        ] {
            assert_eq!(redact(&Url::parse(url).unwrap()), expected);
        }
    }
}
