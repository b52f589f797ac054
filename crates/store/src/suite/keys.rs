//! The contract of [`KeyStore`].

use std::sync::Arc;

use crate::{KeyStore, StoreError, StoredKey};

type Store = Arc<dyn KeyStore>;

fn key(kid: &str, created_at: i64, expires_at: i64) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        private_pem: format!("-----BEGIN PRIVATE KEY-----\n{kid}\n-----END PRIVATE KEY-----\n"),
        public_jwk: serde_json::json!({ "kty": "EC", "x": "é", "kid": kid }),
        created_at,
        expires_at,
    }
}

async fn kids(store: &Store, now: i64) -> Vec<String> {
    store.keys(now).await.unwrap().into_iter().map(|key| key.kid).collect()
}

pub async fn keys_come_back_newest_first(store: Store) {
    assert!(kids(&store, 0).await.is_empty());
    for key in [key("b", 20, 100), key("c", 30, 100), key("a", 10, 100)] {
        store.add_key(&key).await.unwrap();
    }
    assert_eq!(kids(&store, 0).await, ["c", "b", "a"]);
    let (kept, added) = (store.keys(0).await.unwrap().remove(1), key("b", 20, 100));
    assert_eq!(kept.private_pem, added.private_pem);
    assert_eq!(kept.public_jwk, added.public_jwk);
    assert_eq!((kept.created_at, kept.expires_at), (20, 100));
}

pub async fn expired_keys_are_not_served(store: Store) {
    store.add_key(&key("short", 1, 10)).await.unwrap();
    store.add_key(&key("long", 1, 20)).await.unwrap();
    assert_eq!(kids(&store, 9).await.len(), 2);
    assert_eq!(kids(&store, 10).await, ["long"]);
    assert!(kids(&store, 20).await.is_empty());
}

pub async fn expired_keys_are_removed(store: Store) {
    store.add_key(&key("short", 1, 10)).await.unwrap();
    store.add_key(&key("long", 1, 20)).await.unwrap();
    assert_eq!(store.remove_expired_keys(9).await.unwrap(), 0);
    assert_eq!(store.remove_expired_keys(10).await.unwrap(), 1);
    assert_eq!(kids(&store, 0).await, ["long"]);
}

pub async fn a_key_id_is_used_once(store: Store) {
    store.add_key(&key("a", 1, 10)).await.unwrap();
    let refusal = store.add_key(&key("a", 2, 20)).await.unwrap_err();
    assert!(matches!(refusal, StoreError::Conflict(_)), "{refusal}");
    assert_eq!(store.keys(0).await.unwrap()[0].created_at, 1);
}
