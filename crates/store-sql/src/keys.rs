//! Signing keys.

use async_trait::async_trait;
use store::{KeyStore, Result, StoredKey};

use crate::{SqlStore, statement::Insert};

const INSERT: Insert = Insert {
    table: "signing_key",
    columns: &["kid", "private_pem", "public_jwk", "created_at", "expires_at"],
    on_conflict: "",
};

#[async_trait]
impl KeyStore for SqlStore {
    async fn add_key(&self, key: &StoredKey) -> Result<()> {
        let mut transaction = self.database.begin("keeping a signing key").await?;
        let row = [
            key.kid.as_str().into(),
            key.private_pem.as_str().into(),
            key.public_jwk.to_string().into(),
            key.created_at.into(),
            key.expires_at.into(),
        ];
        INSERT.run(&mut transaction, std::iter::once(row)).await?;
        transaction.commit().await
    }

    async fn keys(&self, now: i64) -> Result<Vec<StoredKey>> {
        let sql = "SELECT kid, private_pem, public_jwk, created_at, expires_at FROM signing_key \
                   WHERE expires_at > $1 ORDER BY created_at DESC, kid DESC";
        let rows = self.database.read("signing key", sql.to_owned(), vec![now.into()]).await?;
        let key = |row: &crate::dialect::Row| {
            Ok(StoredKey {
                kid: row.text("kid")?,
                private_pem: row.text("private_pem")?,
                public_jwk: row.json("public_jwk")?,
                created_at: row.int("created_at")?,
                expires_at: row.int("expires_at")?,
            })
        };
        rows.iter().map(key).collect()
    }

    async fn remove_expired_keys(&self, now: i64) -> Result<u64> {
        let mut transaction = self.database.begin("removing expired signing keys").await?;
        let sql = "DELETE FROM signing_key WHERE expires_at <= $1".to_owned();
        let removed = transaction.execute(sql, vec![now.into()], true).await?;
        transaction.commit().await?;
        Ok(removed)
    }
}
