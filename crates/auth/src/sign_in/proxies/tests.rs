#![allow(clippy::unwrap_used)]
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::*;

fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
    all.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
}

fn token(claims: &Value) -> String {
    format!("{}.{}", crate::jws::unsigned(&json!({ "alg": "ES256", "typ": "JWT" }), claims), crate::jws::encode("x"))
}

#[test]
fn oauth2_proxy_tells_by_headers_and_token() {
    let sent = headers(&[
        ("x-forwarded-user", "ann"),
        ("x-forwarded-email", "ann@x"),
        ("x-forwarded-preferred-username", "a.b"),
    ]);
    let (person, _) = oauth2_proxy::person(&sent).unwrap();
    assert_eq!((person.username.as_deref(), person.email.as_deref()), (Some("ann"), Some("ann@x")));
    assert_eq!(person.preferred_username.as_deref(), Some("a.b"));
    let bearer = format!("Bearer {}", token(&json!({ "sub": "7", "name": "Ann", "email": "a@y" })));
    let (person, info) = oauth2_proxy::person(&headers(&[("x-oauth2-proxy-id-token", &bearer)])).unwrap();
    assert_eq!((person.display_name.as_deref(), person.email.as_deref()), (Some("Ann"), Some("a@y")));
    assert_eq!(info["accessToken"], bearer["Bearer ".len()..]);
    assert!(oauth2_proxy::person(&HeaderMap::new()).is_err());
}

#[test]
fn azure_takes_tokens_of_version_two() {
    let sent = |claims: &Value| headers(&[("x-ms-token-aad-id-token", &token(claims))]);
    let (person, _) = azure_easy_auth::person(&sent(&json!({ "ver": "2.0", "oid": "7", "email": "a@x" }))).unwrap();
    assert_eq!(person.id.as_deref(), Some("7"));
    let old = azure_easy_auth::person(&sent(&json!({ "ver": "1.0", "oid": "7" }))).unwrap_err();
    assert_eq!(old.to_string(), "id_token is not version 2.0");
    assert!(
        azure_easy_auth::person(&HeaderMap::new())
            .unwrap_err()
            .to_string()
            .starts_with("Missing header: x-ms-token-aad-id-token")
    );
}
