#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::{AuthOptions, Principal, test_support::Bench};

const TOKEN: &str = "a-static-token-0123456789";

fn options(backend_auth: Value) -> AuthOptions {
    AuthOptions::from_config(&Value::Null, &backend_auth).unwrap()
}

fn static_access(extra: Value) -> Value {
    let mut entry = json!({"type": "static", "options": {"token": TOKEN, "subject": "ci"}});
    for (name, value) in extra.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}

fn legacy_token(secret: &[u8], claims: &Value) -> String {
    let unsigned = crate::jws::unsigned(&json!({"alg": "HS256"}), claims);
    let key = jsonwebtoken::EncodingKey::from_secret(secret);
    let signature = crypto::sign(unsigned.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{unsigned}.{signature}")
}

#[tokio::test]
async fn a_static_token_is_its_subject() {
    let other = json!({"type": "static", "options": {"token": "another.token.here", "subject": "other"}});
    let bench = Bench::new(options(json!({"externalAccess": [other, static_access(json!({}))]})));
    let service = |subject: &str| Principal::Service(Service { subject: subject.to_owned(), restriction: None });
    assert_eq!(bench.authority.authenticate(Some(TOKEN), "catalog").await.unwrap(), service("ci"));
    let dotted = bench.authority.authenticate(Some("another.token.here"), "catalog").await.unwrap();
    assert_eq!(dotted, service("other"));
    for wrong in [&TOKEN[1..], &format!("{TOKEN}0"), &TOKEN.to_uppercase(), ""] {
        assert!(bench.authority.authenticate(Some(wrong), "catalog").await.is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_restricted_token_is_for_its_plugins() {
    let restrictions = json!([
        {"plugin": "search"},
        {"plugin": "catalog", "permission": "catalog.entity.read, catalog.entity.create", "permissionAttribute": {"action": ["read"]}},
    ]);
    let bench =
        Bench::new(options(json!({"externalAccess": [static_access(json!({"accessRestrictions": restrictions}))]})));
    let principal = bench.authority.authenticate(Some(TOKEN), "catalog").await.unwrap();
    let restriction = principal.require_service().unwrap().restriction.clone().unwrap();
    assert_eq!(restriction.permissions, ["catalog.entity.read", "catalog.entity.create"]);
    assert_eq!(restriction.actions, ["read"]);
    let refusal = bench.authority.authenticate(Some(TOKEN), "scaffolder").await.unwrap_err();
    assert_eq!(refusal.to_string(), "This token's access is restricted to plugin(s) 'catalog', 'search'");
    assert_eq!((refusal.status(), refusal.name()), (403, "NotAllowedError"));
}

#[tokio::test]
async fn legacy_tokens_are_signed_with_the_shared_secret() {
    let backend = json!({
        "externalAccess": [{"type": "legacy", "options": {"secret": "c2VjcmV0LW9uZQ==", "subject": "legacy-one"}}],
        "keys": [{"secret": "c2VjcmV0LXR3bw"}],
    });
    let bench = Bench::new(options(backend));
    let now = bench.now() / 1000;
    let good = json!({"sub": "backstage-server", "exp": now + 60});
    for (secret, subject) in [("secret-one", "legacy-one"), ("secret-two", "external:backstage-plugin")] {
        let principal =
            bench.authority.authenticate(Some(&legacy_token(secret.as_bytes(), &good)), "catalog").await.unwrap();
        assert_eq!(principal.require_service().unwrap().subject, subject);
    }
    let bad = [
        json!({"sub": "backstage-server", "exp": now}),
        json!({"sub": "backstage-server", "exp": now + 60, "aud": "catalog"}),
        json!({"sub": "backstage-server", "exp": "never"}),
        json!({"sub": "backstage-server", "nbf": now + 60}),
        json!({"sub": "someone"}),
        json!({}),
    ];
    for claims in bad {
        let token = legacy_token(b"secret-one", &claims);
        assert!(bench.authority.authenticate(Some(&token), "catalog").await.is_err(), "{claims}");
    }
    assert!(bench.authority.authenticate(Some(&legacy_token(b"", &good)), "catalog").await.is_err());
}

#[test]
fn mistakes_are_told_by_their_key() {
    let entry = |options: Value| json!({"type": "static", "options": options});
    let restricted = |restrictions: Value| static_access(json!({"accessRestrictions": restrictions}));
    let cases = [
        (json!({"externalAccess": {}}), "externalAccess", "expected a list"),
        (json!({"externalAccess": [{}]}), "externalAccess[0].type", "is missing"),
        (json!({"externalAccess": [{"type": "magic"}]}), "externalAccess[0].type", "'magic' is not known"),
        (json!({"externalAccess": [{"type": "jwks"}]}), "externalAccess[0].type", "not supported yet"),
        (json!({"externalAccess": [entry(json!({"subject": "a"}))]}), "externalAccess[0].options.token", "is missing"),
        (
            json!({"externalAccess": [entry(json!({"token": "1234567", "subject": "a"}))]}),
            "externalAccess[0].options.token",
            "at least 8",
        ),
        (
            json!({"externalAccess": [entry(json!({"token": "1234 5678", "subject": "a"}))]}),
            "externalAccess[0].options.token",
            "white space",
        ),
        (
            json!({"externalAccess": [entry(json!({"token": "12345678"}))]}),
            "externalAccess[0].options.subject",
            "is missing",
        ),
        (
            json!({"externalAccess": [entry(json!({"token": "12345678", "subject": "a b"}))]}),
            "externalAccess[0].options.subject",
            "white space",
        ),
        (
            json!({"externalAccess": [static_access(json!({})), static_access(json!({}))]}),
            "externalAccess[1].options.token",
            "same token",
        ),
        (
            json!({"externalAccess": [restricted(json!([{}]))]}),
            "externalAccess[0].accessRestrictions[0].plugin",
            "is missing",
        ),
        (
            json!({"externalAccess": [restricted(json!([{"plugin": "a", "permissions": "b"}]))]}),
            "externalAccess[0].accessRestrictions[0].permissions",
            "unknown key",
        ),
        (
            json!({"externalAccess": [restricted(json!([{"plugin": "a"}, {"plugin": "a"}]))]}),
            "externalAccess[0].accessRestrictions[1].plugin",
            "restricted above",
        ),
        (
            json!({"externalAccess": [restricted(json!([{"plugin": "a", "permissionAttribute": {"action": "fly"}}]))]}),
            "externalAccess[0].accessRestrictions[0].permissionAttribute.action",
            "'fly' is not known",
        ),
        (json!({"keys": [{"secret": "not base64!"}]}), "keys[0].secret", "must"),
        (json!({"keys": [{}]}), "keys[0].secret", "is missing"),
        (
            json!({"dangerouslyDisableDefaultAuthPolicy": "yes"}),
            "dangerouslyDisableDefaultAuthPolicy",
            "expected true or false",
        ),
    ];
    for (backend_auth, key, message) in cases {
        let problem = AuthOptions::from_config(&Value::Null, &backend_auth).unwrap_err();
        assert_eq!(problem.key, format!("backend.auth.{key}"), "{problem}");
        assert!(problem.message.contains(message), "{problem}");
        assert!(!problem.to_string().contains(TOKEN), "{problem}");
    }
}

#[test]
fn no_secret_is_printed() {
    let options =
        options(json!({"externalAccess": [static_access(json!({}))], "keys": [{"secret": "c2VjcmV0LXR3bw"}]}));
    let printed = format!("{options:?}");
    assert!(printed.contains("ci") && !printed.contains(TOKEN) && !printed.contains("secret-two"), "{printed}");
}
