//! Addresses as they may be shown and logged.

use url::Url;

/// Parts of query keys whose values are secrets.
const SECRET_KEYS: [&str; 9] =
    ["token", "secret", "password", "passwd", "signature", "credential", "apikey", "api_key", "sig"];

/// The address without user name and password, and with the values of secret-looking query parameters masked.
pub fn redact(url: &Url) -> String {
    let secret = |key: &str| {
        let key = key.to_ascii_lowercase();
        SECRET_KEYS.iter().any(|part| if *part == "sig" { key == *part } else { key.contains(part) })
    };
    let has_userinfo = !url.username().is_empty() || url.password().is_some();
    let has_secret = url.query_pairs().any(|(key, _)| secret(&key));
    if !has_userinfo && !has_secret {
        return url.to_string();
    }
    let mut clean = url.clone();
    if has_userinfo {
        // Fails only for addresses that cannot have them.
        let _ = clean.set_username("");
        let _ = clean.set_password(None);
    }
    if has_secret {
        let masked = url.query_pairs().map(|(key, value)| {
            let value = if secret(&key) { "***".into() } else { value };
            (key, value)
        });
        clean.query_pairs_mut().clear().extend_pairs(masked);
    }
    clean.to_string()
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
        ] {
            assert_eq!(redact(&Url::parse(url).unwrap()), expected);
        }
    }
}
