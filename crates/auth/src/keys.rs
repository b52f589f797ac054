//! The signing keys: one signs, older ones are kept to verify what they signed. They live in the store, so tokens survive a
//! restart and every replica signs with the same key.

use std::{sync::Arc, time::Duration};

use p256::{
    SecretKey,
    ecdsa::{
        Signature, SigningKey, VerifyingKey,
        signature::{Signer, Verifier},
    },
    pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding},
};
use parking_lot::RwLock;
use serde_json::{Value, json};
use store::{KeyStore, StoreError, StoredKey};

use crate::jws::{self, ES256};

/// An unknown key id makes us look into the store, for another replica may have made it; not more often than this.
const RELOAD_AFTER_MILLIS: i64 = 1_000;

/// Times of the keys, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyTimes {
    /// How long a key signs.
    pub(crate) signs: i64,
    /// How long its public half is published.
    pub(crate) published: i64,
    /// How long it verifies: at least as long as anything it signed is valid.
    pub(crate) verifies: i64,
}

impl KeyTimes {
    /// Keys rotate with the lifetime of a user token and are published three times as long (contract auth.md section 3.1).
    /// `longest` is the life of whatever they sign that lives longest.
    pub(crate) fn new(token: Duration, longest: Duration) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 8);
        let (signs, longest) = (millis(token), millis(longest.max(token)));
        Self { signs, published: 3 * signs, verifies: (3 * signs).max(signs + longest) }
    }
}

/// A key that can sign and verify.
pub(crate) struct Key {
    pub(crate) kid: String,
    signing: SigningKey,
    verifying: VerifyingKey,
    jwk: Value,
    created_at: i64,
    expires_at: i64,
}

impl Key {
    /// The signature over these bytes, in base64url.
    pub(crate) fn sign(&self, bytes: &str) -> String {
        let signature: Signature = self.signing.sign(bytes.as_bytes());
        jws::encode(signature.to_bytes())
    }

    pub(crate) fn verify(&self, bytes: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.verifying.verify(bytes.as_bytes(), &signature).is_ok())
    }

    fn read(stored: &StoredKey) -> Option<Self> {
        let secret = SecretKey::from_pkcs8_pem(&stored.private_pem).ok()?;
        let signing = SigningKey::from(&secret);
        Some(Self {
            kid: stored.kid.clone(),
            verifying: *signing.verifying_key(),
            signing,
            jwk: stored.public_jwk.clone(),
            created_at: stored.created_at,
            expires_at: stored.expires_at,
        })
    }
}

/// All keys that count now.
pub(crate) struct KeyRing {
    store: Arc<dyn KeyStore>,
    times: KeyTimes,
    /// Newest first.
    keys: RwLock<Vec<Arc<Key>>>,
    /// Held while the store is read or written: the time of the last look.
    looked: tokio::sync::Mutex<i64>,
}

impl KeyRing {
    pub(crate) fn new(store: Arc<dyn KeyStore>, times: KeyTimes) -> Self {
        Self { store, times, keys: RwLock::default(), looked: tokio::sync::Mutex::new(i64::MIN) }
    }

    /// The key to sign with: the newest while it is fresh, else one from the store, else a new one.
    pub(crate) async fn signing(&self, now: i64) -> Result<Arc<Key>, StoreError> {
        if let Some(key) = self.fresh(now) {
            return Ok(key);
        }
        let mut looked = self.looked.lock().await;
        // Somebody else may have made one while this waited, or a replica or an earlier run before.
        if let Some(key) = self.fresh(now) {
            return Ok(key);
        }
        self.load(now).await?;
        *looked = now;
        if let Some(key) = self.fresh(now) {
            return Ok(key);
        }
        let stored = generate(now, self.times.verifies)?;
        self.store.add_key(&stored).await?;
        self.load(now).await?;
        // Nothing that was signed by them is valid any more, and nobody waits for their removal.
        if let Err(error) = self.store.remove_expired_keys(now).await {
            tracing::warn!(%error, "expired signing keys could not be removed");
        }
        self.fresh(now).ok_or_else(|| StoreError::Corrupt {
            what: "signing key",
            id: stored.kid,
            reason: "it was written and cannot be read back".to_owned(),
        })
    }

    /// The key of this id, if it still verifies.
    pub(crate) async fn verifying(&self, kid: &str, now: i64) -> Result<Option<Arc<Key>>, StoreError> {
        if let Some(key) = self.find(kid, now) {
            return Ok(Some(key));
        }
        let mut looked = self.looked.lock().await;
        if now.saturating_sub(*looked) >= RELOAD_AFTER_MILLIS {
            *looked = now;
            self.load(now).await?;
        }
        Ok(self.find(kid, now))
    }

    /// The public halves as a JWK set, newest first.
    pub(crate) async fn published(&self, now: i64) -> Result<Value, StoreError> {
        // There is always one to publish: who reads the set before the first sign-in must not cache an empty one.
        self.signing(now).await?;
        let published = |key: &&Arc<Key>| now < key.created_at.saturating_add(self.times.published);
        let keys: Vec<Value> = self.keys.read().iter().filter(published).map(|key| key.jwk.clone()).collect();
        Ok(json!({ "keys": keys }))
    }

    fn fresh(&self, now: i64) -> Option<Arc<Key>> {
        let fresh = |key: &&Arc<Key>| {
            // One that lies in the future was made under a wrong clock; one that was made for shorter times ends too early.
            key.created_at <= now.saturating_add(self.times.signs)
                && now < key.created_at.saturating_add(self.times.signs)
                && key.expires_at >= key.created_at.saturating_add(self.times.verifies)
        };
        self.keys.read().iter().find(fresh).cloned()
    }

    fn find(&self, kid: &str, now: i64) -> Option<Arc<Key>> {
        self.keys.read().iter().find(|key| key.kid == kid && now < key.expires_at).cloned()
    }

    async fn load(&self, now: i64) -> Result<(), StoreError> {
        let read = |stored: StoredKey| {
            let key = Key::read(&stored).map(Arc::new);
            if key.is_none() {
                tracing::warn!(kid = stored.kid, "a stored signing key cannot be read and is not used");
            }
            key
        };
        let keys = self.store.keys(now).await?.into_iter().filter_map(read).collect();
        *self.keys.write() = keys;
        Ok(())
    }
}

/// A new key that ends after so many milliseconds.
fn generate(now: i64, verifies: i64) -> Result<StoredKey, StoreError> {
    let secret = loop {
        // Fewer than one in 2^32 draws is no key of this curve.
        if let Ok(secret) = SecretKey::from_slice(&base::ids::random_bytes::<32>()) {
            break secret;
        }
    };
    let kid = base::ids::new_id().to_string();
    let private_pem = secret
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| StoreError::Database { operation: "writing a signing key", reason: error.to_string() })?;
    let public = VerifyingKey::from(&SigningKey::from(&secret)).to_encoded_point(false);
    let coordinate = |bytes: Option<&p256::FieldBytes>| bytes.map(jws::encode).unwrap_or_default();
    let public_jwk = json!({
        "kty": "EC", "x": coordinate(public.x()), "y": coordinate(public.y()), "crv": "P-256", "kid": kid, "alg": ES256,
    });
    Ok(StoredKey {
        kid,
        private_pem: private_pem.to_string(),
        public_jwk,
        created_at: now,
        expires_at: now.saturating_add(verifies),
    })
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
