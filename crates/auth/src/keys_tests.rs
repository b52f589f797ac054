#![allow(clippy::unwrap_used)]

use super::*;
use crate::test_support::MemoryKeys;

const HOUR: i64 = 3_600_000;
const NOW: i64 = 1_800_000_000_000;

fn times() -> KeyTimes {
    KeyTimes::new(Duration::from_secs(3600), Duration::from_secs(12 * 3600))
}

fn ring(store: &Arc<MemoryKeys>) -> KeyRing {
    KeyRing::new(store.clone(), times())
}

async fn published(ring: &KeyRing, now: i64) -> Vec<String> {
    let set = ring.published(now).await.unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_key_signs_for_one_lifetime_and_is_published_for_three() {
    let store = Arc::new(MemoryKeys::default());
    let ring = ring(&store);
    let first = ring.signing(NOW).await.unwrap().kid.clone();
    assert_eq!(ring.signing(NOW + HOUR - 1).await.unwrap().kid, first);
    let second = ring.signing(NOW + HOUR).await.unwrap().kid.clone();
    assert_ne!(second, first);
    assert_eq!(published(&ring, NOW + HOUR).await, [second.clone(), first.clone()]);
    assert!(published(&ring, NOW + 3 * HOUR - 1).await.contains(&first));
    assert!(!published(&ring, NOW + 3 * HOUR).await.contains(&first));
    // What lives longest, a session of the key's last moment, can still be verified.
    assert!(ring.verifying(&first, NOW + 13 * HOUR - 1).await.unwrap().is_some());
    assert!(ring.verifying(&first, NOW + 13 * HOUR).await.unwrap().is_none());
}

#[tokio::test]
async fn keys_survive_a_restart_and_are_shared_by_replicas() {
    let store = Arc::new(MemoryKeys::default());
    let before = ring(&store);
    let key = before.signing(NOW).await.unwrap();
    let after = ring(&store);
    assert_eq!(after.signing(NOW + HOUR / 2).await.unwrap().kid, key.kid);
    let signature = key.sign("text");
    let signature = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, signature).unwrap();
    let known = after.verifying(&key.kid, NOW).await.unwrap().unwrap();
    assert!(known.verify("text", &signature) && !known.verify("texts", &signature));
    // A key that one replica makes is found by the other, though it has looked before.
    let newer = after.signing(NOW + HOUR).await.unwrap().kid.clone();
    assert!(before.verifying(&newer, NOW + HOUR).await.unwrap().is_some());
}

#[tokio::test]
async fn many_callers_at_once_make_one_key() {
    let store = Arc::new(MemoryKeys::default());
    let ring = Arc::new(ring(&store));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            tokio::spawn({
                let ring = ring.clone();
                async move { ring.signing(NOW).await.unwrap().kid.clone() }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn unknown_key_ids_do_not_wear_the_store_out() {
    let store = Arc::new(MemoryKeys::default());
    let ring = ring(&store);
    ring.signing(NOW).await.unwrap();
    let before = store.reads();
    for number in 0..100 {
        assert!(ring.verifying(&format!("junk-{number}"), NOW + 5 * RELOAD_AFTER_MILLIS).await.unwrap().is_none());
    }
    assert_eq!(store.reads(), before + 1);
}

#[tokio::test]
async fn a_stored_key_that_cannot_be_read_is_replaced() {
    let store = Arc::new(MemoryKeys::default());
    let mut broken = generate(NOW, times().verifies).unwrap();
    broken.private_pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned();
    store.add_key(&broken).await.unwrap();
    assert_ne!(ring(&store).signing(NOW).await.unwrap().kid, broken.kid);
}

#[tokio::test]
async fn a_key_made_for_shorter_tokens_signs_no_longer_ones() {
    let store = Arc::new(MemoryKeys::default());
    let short = KeyRing::new(store.clone(), KeyTimes::new(Duration::from_secs(600), Duration::from_secs(600)));
    let kid = short.signing(NOW).await.unwrap().kid.clone();
    assert_ne!(ring(&store).signing(NOW).await.unwrap().kid, kid);
}

#[test]
fn a_public_key_has_the_members_of_the_wire() {
    let key = generate(NOW, HOUR).unwrap();
    let names: Vec<_> = key.public_jwk.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["kty", "x", "y", "crv", "kid", "alg"]);
    assert_eq!(key.public_jwk["x"].as_str().unwrap().len(), 43);
    assert!(!key.public_jwk.to_string().contains("\"d\""));
}
