//! Small texts that are changed as a whole.

use async_trait::async_trait;
use store::{DocumentStore, Result, StoredDocument};

use crate::SqlStore;
use crate::dialect::Row;

#[async_trait]
impl DocumentStore for SqlStore {
    async fn documents(&self) -> Result<Vec<StoredDocument>> {
        let sql = "SELECT name, revision, body FROM document ORDER BY name";
        self.database.read("document", sql.to_owned(), Vec::new()).await?.iter().map(document).collect()
    }

    async fn document(&self, name: &str) -> Result<Option<StoredDocument>> {
        let sql = "SELECT name, revision, body FROM document WHERE name = $1";
        let rows = self.database.read("document", sql.to_owned(), vec![name.into()]).await?;
        rows.first().map(document).transpose()
    }

    async fn replace_document(&self, name: &str, known: i64, body: &str) -> Result<Option<i64>> {
        let revision = known + 1;
        let mut transaction = self.database.begin("replacing a document").await?;
        let (sql, values) = if known == 0 {
            let sql = "INSERT INTO document (name, revision, body) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
            (sql, vec![name.into(), revision.into(), body.into()])
        } else {
            let sql = "UPDATE document SET revision = $2, body = $3 WHERE name = $1 AND revision = $4";
            (sql, vec![name.into(), revision.into(), body.into(), known.into()])
        };
        let changed = transaction.execute(sql.to_owned(), values, true).await?;
        transaction.commit().await?;
        Ok((changed > 0).then_some(revision))
    }
}

fn document(row: &Row) -> Result<StoredDocument> {
    Ok(StoredDocument { name: row.text("name")?, revision: row.int("revision")?, body: row.text("body")? })
}
