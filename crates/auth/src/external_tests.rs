#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::{
    Principal,
    test_support::{Bench, backend_auth},
};

const TOKEN: &str = "a-static-token-0123456789";

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
    let bench = Bench::new(backend_auth(json!({"externalAccess": [other, static_access(json!({}))]})));
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
    let bench = Bench::new(backend_auth(
        json!({"externalAccess": [static_access(json!({"accessRestrictions": restrictions}))]}),
    ));
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
    let bench = Bench::new(backend_auth(backend));
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
