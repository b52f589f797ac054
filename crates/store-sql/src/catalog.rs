//! The catalog: the commit door, entities, locations, read states and the change feed.

mod history;
mod rows;
mod write;

use async_trait::async_trait;
use model::EntityRef;
use store::{
    CatalogStore, Change, Commit, Committed, EntityHead, PushedEntity, PushedHead, PushedSet, ReadState, Result,
    StoredEntity, StoredFinal, StoredLocation,
};
use uuid::Uuid;

use crate::{
    SqlStore,
    dialect::{Row, Value},
};

/// References looked up with one statement.
const REFS_PER_READ: usize = 500;

#[async_trait]
impl CatalogStore for SqlStore {
    async fn commit(&self, commit: &Commit) -> Result<Committed> {
        let mut transaction = self.database.begin("committing to the catalog").await?;
        let seq = write::apply(&mut transaction, commit, self.epoch).await?;
        if !commit.changes.is_empty() {
            transaction.announce(seq).await?;
        }
        transaction.commit().await?;
        Ok(Committed { seq })
    }

    async fn entities_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<StoredEntity>> {
        self.page("entity", rows::ENTITY, "id", after, limit).await?.iter().map(rows::entity).collect()
    }

    async fn heads_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<EntityHead>> {
        let heads = "entity LEFT JOIN final_entity ON final_entity.id = entity.id";
        self.page(heads, rows::HEAD, "entity.id", after, limit).await?.iter().map(rows::head).collect()
    }

    async fn finals_after(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<StoredFinal>> {
        self.page("final_entity", rows::FINAL, "id", after, limit).await?.iter().map(rows::final_entity).collect()
    }

    async fn entities(&self, refs: &[EntityRef]) -> Result<Vec<StoredEntity>> {
        self.by_refs("entity", rows::ENTITY, refs).await?.iter().map(rows::entity).collect()
    }

    async fn finals(&self, refs: &[EntityRef]) -> Result<Vec<StoredFinal>> {
        self.by_refs("final_entity", rows::FINAL, refs).await?.iter().map(rows::final_entity).collect()
    }

    async fn locations(&self) -> Result<Vec<StoredLocation>> {
        let sql = "SELECT id, type, target, entity_ref FROM location ORDER BY id".to_owned();
        self.database.read("location", sql, Vec::new()).await?.iter().map(rows::location).collect()
    }

    async fn pushed_sets(&self) -> Result<Vec<PushedSet>> {
        let sql = "SELECT id, updated_at, updated_by, applied FROM pushed_set ORDER BY id".to_owned();
        self.database.read("pushed set", sql, Vec::new()).await?.iter().map(rows::pushed_set).collect()
    }

    async fn pushed_heads(&self, set: &str) -> Result<Vec<PushedHead>> {
        let sql = "SELECT id, ref, hash FROM pushed_entity WHERE set_id = $1 ORDER BY ref".to_owned();
        self.database.read("pushed entity", sql, vec![set.into()]).await?.iter().map(rows::pushed_head).collect()
    }

    async fn pushed_after(&self, set: &str, after: Option<&str>, limit: u32) -> Result<Vec<PushedEntity>> {
        let sql = "SELECT id, set_id, ref, hash, body FROM pushed_entity WHERE set_id = $1 AND ref > $2 ORDER BY ref LIMIT $3";
        let values = vec![set.into(), after.unwrap_or_default().into(), i64::from(limit).into()];
        self.database.read("pushed entity", sql.to_owned(), values).await?.iter().map(rows::pushed_entity).collect()
    }

    async fn read_states(&self) -> Result<Vec<ReadState>> {
        let sql = "SELECT location, etag, content_hash, read_at, problem FROM read_state ORDER BY location".to_owned();
        self.database.read("read state", sql, Vec::new()).await?.iter().map(rows::read_state).collect()
    }

    async fn changes_after(&self, seq: i64, limit: u32) -> Result<Vec<Change>> {
        let sql = format!("SELECT {} FROM change WHERE seq > $1 ORDER BY seq LIMIT $2", rows::CHANGE);
        let values = vec![seq.into(), i64::from(limit).into()];
        self.database.read("change", sql, values).await?.iter().map(rows::change).collect()
    }

    async fn changes_of(&self, entity_ref: &EntityRef, limit: u32) -> Result<Vec<Change>> {
        let sql = format!("SELECT {} FROM change WHERE entity_ref = $1 ORDER BY seq DESC LIMIT $2", rows::CHANGE);
        let values = vec![entity_ref.as_str().into(), i64::from(limit).into()];
        self.database.read("change", sql, values).await?.iter().map(rows::change).collect()
    }

    async fn newest_seq(&self) -> Result<i64> {
        let sql = "SELECT newest FROM change_head".to_owned();
        let rows = self.database.read("position of the change feed", sql, Vec::new()).await?;
        rows.first().map_or(Ok(0), |row| row.int("newest"))
    }
}

impl SqlStore {
    /// Rows in order of their id, after the given one.
    async fn page(&self, table: &str, columns: &str, id: &str, after: Option<Uuid>, limit: u32) -> Result<Vec<Row>> {
        let (condition, values) = match after {
            Some(after) => (format!("WHERE {id} > $2"), vec![i64::from(limit).into(), after.into()]),
            None => (String::new(), vec![i64::from(limit).into()]),
        };
        let sql = format!("SELECT {columns} FROM {table} {condition} ORDER BY {id} LIMIT $1");
        self.database.read("entity", sql, values).await
    }

    /// Rows with these references.
    async fn by_refs(&self, table: &str, columns: &str, refs: &[EntityRef]) -> Result<Vec<Row>> {
        // A reference may be asked for twice, in two chunks even; its row is answered once.
        let mut refs: Vec<&str> = refs.iter().map(EntityRef::as_str).collect();
        refs.sort_unstable();
        refs.dedup();
        let mut found = Vec::with_capacity(refs.len());
        for chunk in refs.chunks(REFS_PER_READ) {
            let parameters = self.database.dialect().parameters(1, chunk.len());
            let sql = format!("SELECT {columns} FROM {table} WHERE ref IN ({parameters})");
            let values = chunk.iter().map(|text| Value::from(*text)).collect();
            found.extend(self.database.read("entity", sql, values).await?);
        }
        Ok(found)
    }
}
