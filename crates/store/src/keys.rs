//! Signing keys of the tokens Callboard issues.

use async_trait::async_trait;

use crate::error::Result;

/// A signing key with the time it was made. The private half never leaves the store but to sign.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StoredKey {
    pub kid: String,
    /// PKCS#8 PEM.
    pub private_pem: String,
    /// The public half as a JWK.
    pub public_jwk: serde_json::Value,
    /// Unix time in milliseconds.
    pub created_at: i64,
    /// Unix time in milliseconds after which the public half is served no longer.
    pub expires_at: i64,
}

#[async_trait]
pub trait KeyStore: Send + Sync {
    async fn add_key(&self, key: &StoredKey) -> Result<()>;
    /// Keys whose `expires_at` is after `now`, newest first.
    async fn keys(&self, now: i64) -> Result<Vec<StoredKey>>;
    /// Drops keys that expired before `now`; answers how many.
    async fn remove_expired_keys(&self, now: i64) -> Result<u64>;
}
