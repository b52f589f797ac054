//! What was done.

use async_trait::async_trait;
use store::audit::{AuditEvent, AuditQuery, AuditStore};
use store::{Result, StoreError};

use crate::SqlStore;
use crate::dialect::Value;
use crate::statement::Insert;

const INSERT: Insert = Insert {
    table: "audit_event",
    columns: &["id", "at", "plugin", "event_id", "status", "actor", "body"],
    on_conflict: "",
};

#[async_trait]
impl AuditStore for SqlStore {
    async fn record(&self, event: &AuditEvent) -> Result<()> {
        const OPERATION: &str = "recording what was done";
        let body = serde_json::to_string(event)
            .map_err(|error| StoreError::Database { operation: OPERATION, reason: error.to_string() })?;
        let mut transaction = self.database.begin(OPERATION).await?;
        let row = [
            event.id.into(),
            event.at.into(),
            event.plugin.as_str().into(),
            event.event_id.as_str().into(),
            event.status.as_str().into(),
            event.actor.actor_id.as_deref().into(),
            body.as_str().into(),
        ];
        INSERT.run(&mut transaction, std::iter::once(row)).await?;
        transaction.commit().await
    }

    async fn events(&self, query: &AuditQuery, limit: u32) -> Result<Vec<AuditEvent>> {
        let mut values: Vec<Value<'_>> = Vec::new();
        let mut conditions = Vec::new();
        let equal = [
            ("actor", &query.actor),
            ("plugin", &query.plugin),
            ("event_id", &query.event_id),
            ("status", &query.status),
        ];
        for (column, wanted) in equal {
            if let Some(wanted) = wanted {
                values.push(wanted.as_str().into());
                conditions.push(format!("{column} = ${}", values.len()));
            }
        }
        if let Some(before) = query.before {
            values.push(before.into());
            conditions.push(format!("id < ${}", values.len()));
        }
        let conditions = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
        let sql = format!("SELECT body FROM audit_event WHERE {conditions} ORDER BY id DESC LIMIT {limit}");
        self.database.read("audit event", sql, values).await?.iter().map(|row| row.json("body")).collect()
    }

    async fn forget_events(&self, before: i64) -> Result<u64> {
        let mut transaction = self.database.begin("forgetting what was done").await?;
        let sql = "DELETE FROM audit_event WHERE at < $1".to_owned();
        let removed = transaction.execute(sql, vec![before.into()], true).await?;
        transaction.commit().await?;
        Ok(removed)
    }
}
