//! Tokens made to deceive.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::{
    jws::encode,
    keys::Key,
    test_support::{Bench, ada, backend_auth},
};

/// Everything that makes a good token, to be spoilt one by one.
struct Forgery {
    header: Value,
    claims: Value,
}

impl Forgery {
    async fn new(bench: &Bench) -> (Self, Arc<Key>) {
        let key = bench.authority.keys.signing(bench.now()).await.unwrap();
        let now = bench.now() / 1000;
        let header = json!({"typ": "vnd.backstage.user", "alg": "ES256", "kid": key.kid});
        let claims = json!({
            "iss": "http://localhost:7007/api/auth", "sub": "user:default/ada", "aud": "backstage",
            "iat": now, "exp": now + 600,
        });
        (Self { header, claims }, key)
    }

    fn signed(&self, key: &Key) -> String {
        let unsigned = jws::unsigned(&self.header, &self.claims);
        let signature = key.sign(&unsigned);
        format!("{unsigned}.{signature}")
    }
}

async fn refused(bench: &Bench, token: &str) {
    for _ in 0..2 {
        let refusal = bench.authority.authenticate(Some(token), "catalog").await.unwrap_err();
        assert_eq!(refusal.status(), 401, "{token}");
    }
    assert!(bench.authority.authenticate_limited(token).await.is_err(), "{token}");
    assert!(bench.authority.read_session(&format!("callboard-session={token}")).await.unwrap().is_none(), "{token}");
}

#[tokio::test]
async fn the_honest_one_is_accepted() {
    let bench = Bench::new(Auth::default());
    let (honest, key) = Forgery::new(&bench).await;
    bench.authority.authenticate(Some(&honest.signed(&key)), "catalog").await.unwrap();
}

#[tokio::test]
async fn every_wrong_header_and_claim_is_refused() {
    let bench = Bench::new(Auth::default());
    let now = bench.now() / 1000;
    let header = [
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("typ", json!("vnd.backstage.plugin")),
        ("typ", json!("vnd.backstage.limited-user")),
        ("typ", json!("VND.BACKSTAGE.USER")),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("kid", json!("another")),
        ("kid", json!("")),
        ("crit", json!(["b64"])),
    ];
    let claims = [
        ("iss", json!("http://localhost:7008/api/auth")),
        ("iss", json!(null)),
        ("aud", json!("catalog")),
        ("aud", json!(["backstage"])),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("exp", json!(now)),
        ("exp", json!(now - 10)),
        ("exp", json!(null)),
        ("exp", json!("9999999999")),
        ("iat", json!(now + 3600)),
        ("ent", json!("user:default/root")),
    ];
    for (name, value) in header {
        let (mut forgery, key) = Forgery::new(&bench).await;
        forgery.header[name] = value;
        refused(&bench, &forgery.signed(&key)).await;
    }
    for (name, value) in claims {
        let (mut forgery, key) = Forgery::new(&bench).await;
        forgery.claims[name] = value;
        refused(&bench, &forgery.signed(&key)).await;
    }
}

#[tokio::test]
async fn no_signature_and_signatures_of_others_are_refused() {
    let bench = Bench::new(Auth::default());
    let (mut forgery, key) = Forgery::new(&bench).await;
    let unsigned = jws::unsigned(&forgery.header, &forgery.claims);
    refused(&bench, &format!("{unsigned}.")).await;
    refused(&bench, &format!("{unsigned}.{}", encode([0; 64]))).await;
    refused(&bench, &format!("{unsigned}.{}", encode([1; 63]))).await;
    refused(&bench, &format!("{unsigned}.{}", key.sign("something else"))).await;

    // Another portal's key under our key id.
    let (_, foreign) = Forgery::new(&Bench::new(Auth::default())).await;
    refused(&bench, &forgery.signed(&foreign)).await;

    // `none`, in the ways it has been written.
    for none in ["none", "None", "NONE", ""] {
        forgery.header["alg"] = none.into();
        let unsigned = jws::unsigned(&forgery.header, &forgery.claims);
        refused(&bench, &format!("{unsigned}.")).await;
        refused(&bench, &unsigned).await;
    }
}

#[tokio::test]
async fn the_public_key_is_no_shared_secret() {
    let options = backend_auth(
        json!({"externalAccess": [{"type": "legacy", "options": {"secret": "c2VjcmV0c2VjcmV0", "subject": "old"}}]}),
    );
    let bench = Bench::new(options);
    let (mut forgery, _) = Forgery::new(&bench).await;
    forgery.header["alg"] = "HS256".into();
    let jwk = bench.authority.jwks().await.unwrap()["keys"][0].clone();
    for secret in [jwk.to_string(), jwk["x"].as_str().unwrap().to_owned(), String::new()] {
        for sub in ["user:default/ada", "backstage-server"] {
            forgery.claims = json!({"sub": sub, "exp": bench.now() / 1000 + 600});
            let unsigned = jws::unsigned(&forgery.header, &forgery.claims);
            let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
            let signature =
                jsonwebtoken::crypto::sign(unsigned.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
            refused(&bench, &format!("{unsigned}.{signature}")).await;
        }
    }
}

#[tokio::test]
async fn a_token_that_was_touched_anywhere_is_refused() {
    let bench = Bench::new(Auth::default());
    let token = bench.token_of_ada().await;
    // It is known by now: a cache must not forgive anything either.
    bench.authority.authenticate(Some(&token), "catalog").await.unwrap();
    for at in (0..token.len()).step_by(7) {
        refused(&bench, &token[..at]).await;
        let replacement = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
        refused(&bench, &format!("{}{replacement}{}", &token[..at], &token[at + 1..])).await;
    }
    for odd in
        [format!("{token}."), format!("{token}.x"), format!("{token}="), format!(".{token}"), format!("{token}A")]
    {
        refused(&bench, &odd).await;
    }
}

#[tokio::test]
async fn a_limited_signature_signs_nothing_else() {
    let bench = Bench::new(Auth::default());
    let limited = bench.authority.limit(&bench.token_of_ada().await).await.unwrap().token;
    let (signed, signature) = limited.rsplit_once('.').unwrap();
    let kid = bench.authority.keys.signing(bench.now()).await.unwrap().kid.clone();
    let now = bench.now() / 1000;
    let root = EntityRef::new("user", "default", "root");
    for (user, iat, exp) in [(&root, now, now + 3600), (&ada(), now, now + 7200), (&ada(), now - 1, now + 3600)] {
        let forged = format!("{}.{signature}", tokens::limited_form(&kid, user, iat, exp));
        assert!(bench.authority.authenticate_limited(&forged).await.is_err());
    }
    // The same claims in other bytes.
    let spaced = json!({"iat": now, "sub": "user:default/ada", "exp": now + 3600});
    let forged = format!("{}.{}.{signature}", signed.split('.').next().unwrap(), encode(spaced.to_string()));
    assert!(bench.authority.authenticate_limited(&forged).await.is_err());
}

#[tokio::test]
async fn size_and_junk_cost_nothing() {
    let bench = Bench::new(Auth::default());
    bench.authority.jwks().await.unwrap();
    let (mut forgery, key) = Forgery::new(&bench).await;
    forgery.claims["padding"] = "x".repeat(100_000).into();
    refused(&bench, &forgery.signed(&key)).await;
    let reads = bench.keys.reads();
    let deep = format!("{}.{}.AAAA", encode(format!("{}{}", "[".repeat(9000), "]".repeat(9000))), encode("{}"));
    let dots = ".".repeat(30_000);
    let junk = ["", ".", "..", "...", "a.b.c", "é.ü.ñ", "\0.\0.\0", &dots, &deep, &"x".repeat(100_000)];
    for token in junk {
        refused(&bench, token).await;
    }
    assert_eq!(bench.keys.reads(), reads, "nothing of it reached the store");
}
