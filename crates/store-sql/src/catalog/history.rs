//! What was: kept by every commit, read back by position, reference and time.

use std::collections::HashMap;

use async_trait::async_trait;
use model::EntityRef;
use sha1::{Digest, Sha1};
use store::{Change, ChangeKind, Commit, Current, Forget, HistoryStore, Result, Since, StoredEntity, Until, Version};

use super::rows;
use super::write::{self, json};
use crate::{
    SqlStore,
    dialect::{Row, Transaction, Value},
    statement::Insert,
};

/// References of one statement.
const REFS: usize = 250;

const COLUMNS: &str = "ref, since, until, since_at, until_at, id, cause, actor, parent, relations, body";

/// The same of what readers see now.
const CURRENT: &str = "ref, since, NULL AS until, since_at, NULL AS until_at, id, cause, actor, \
                       parent_entity AS parent, relations, processed AS body";

const VERSIONS: Insert = Insert {
    table: "version",
    columns: &["ref", "since", "until", "since_at", "until_at", "id", "cause", "actor", "parent", "relations", "body"],
    on_conflict: "ON CONFLICT (ref, since) DO NOTHING",
};

/// What a commit brings, as history tells it.
pub(super) struct Contents<'a> {
    /// Where the feed was before this commit, and where it is with it.
    before: i64,
    newest: i64,
    /// What changed for readers, as it is afterwards, with its position.
    changes: HashMap<&'a EntityRef, (i64, &'a Change)>,
}

/// The body that a commit brings for one entity.
pub(super) struct Content<'a> {
    pub hash: String,
    pub position: i64,
    pub at: i64,
    pub cause: &'a str,
    pub actor: Option<&'a str>,
}

impl<'a> Contents<'a> {
    pub fn of(commit: &'a Commit, newest: i64) -> Self {
        let before = newest - i64::try_from(commit.changes.len()).unwrap_or(i64::MAX);
        let placed = (before + 1..).zip(&commit.changes);
        Self { before, newest, changes: placed.map(|(at, change)| (&change.entity_ref, (at, change))).collect() }
    }

    pub fn content_of(&self, entity: &'a StoredEntity) -> Content<'a> {
        let hash = entity.processed.as_deref().map(|body| hex::encode(Sha1::digest(body))).unwrap_or_default();
        match self.changes.get(&entity.entity_ref) {
            Some((position, change)) => Content {
                hash,
                position: *position,
                at: change.at,
                cause: &change.cause,
                actor: change.actor.as_deref(),
            },
            None => {
                let cause = entity.location_key.as_deref().unwrap_or_default();
                Content { hash, position: self.newest, at: entity.updated_at, cause, actor: None }
            }
        }
    }

    fn updates(&self, entity_ref: &EntityRef) -> bool {
        self.changes.get(entity_ref).is_some_and(|(_, change)| change.kind == ChangeKind::Updated)
    }
}

/// Keeps what the commit is about to replace or remove of what readers see. A body that stays as it is remains where it is.
/// The changes of the commit are in the feed already.
pub(super) async fn keep(transaction: &mut Transaction, commit: &Commit, contents: &Contents<'_>) -> Result<()> {
    let updated = commit.upserts.iter().filter(|entity| contents.updates(&entity.entity_ref));
    let replaced: Vec<_> = updated.map(|entity| (&entity.entity_ref, contents.content_of(entity).hash)).collect();
    for chunk in replaced.chunks(REFS) {
        let refs = chunk.iter().map(|(entity_ref, _)| entity_ref.as_str().into());
        let bodies = chunk.iter().map(|(_, content)| content.as_str().into());
        copy(transaction, contents.before, ChangeKind::Updated, refs.collect(), bodies.collect()).await?;
    }
    let gone = commit.changes.iter().filter(|change| change.kind == ChangeKind::Deleted);
    let removed: Vec<&EntityRef> = gone.map(|change| &change.entity_ref).collect();
    for chunk in removed.chunks(REFS) {
        let refs = chunk.iter().map(|entity_ref| entity_ref.as_str().into());
        copy(transaction, contents.before, ChangeKind::Deleted, refs.collect(), Vec::new()).await?;
    }
    Ok(())
}

/// Copies what stands under these references, but for these contents, to the versions; it ended with the change of this kind
/// that comes after a position of the feed. What was written before contents were told apart is not known to differ.
async fn copy(
    transaction: &mut Transaction,
    before: i64,
    ended_by: ChangeKind,
    refs: Vec<Value<'_>>,
    same: Vec<Value<'_>>,
) -> Result<()> {
    let dialect = transaction.dialect();
    let (after, kind) = (dialect.parameters(1, 1), dialect.parameters(2, 1));
    let among = dialect.parameters(3, refs.len());
    let but = dialect.parameters(3 + refs.len(), same.len());
    let but = if same.is_empty() { String::new() } else { format!("AND content NOT IN ({but})") };
    let sql = format!(
        "INSERT INTO version ({COLUMNS}) \
         SELECT ref, since, seq, since_at, at, id, entity.cause, entity.actor, parent_entity, relations, processed \
         FROM entity JOIN change ON change.entity_ref = entity.ref AND seq > {after} AND kind = {kind} \
         WHERE ref IN ({among}) AND good AND content <> '' {but} ON CONFLICT (ref, since) DO NOTHING"
    );
    let repeated = refs.len() == REFS || refs.len() == 1;
    let values = [before.into(), write::kind(ended_by).into()].into_iter().chain(refs).chain(same).collect();
    transaction.execute(sql, values, repeated).await.map(drop)
}

/// Takes over history that comes from elsewhere.
pub(super) async fn put(transaction: &mut Transaction, commit: &Commit) -> Result<()> {
    let versions = commit.put_versions.iter().filter_map(|version| Some((version, version.until?)));
    let rows = versions.map(|(version, until)| {
        let Since { position, at, cause, actor } = &version.since;
        [
            version.entity_ref.as_str().into(),
            (*position).into(),
            until.position.into(),
            (*at).into(),
            until.at.into(),
            version.id.into(),
            cause.as_str().into(),
            actor.as_deref().into(),
            version.parent.as_ref().map(EntityRef::as_str).into(),
            json(&version.relations),
            (&*version.body).into(),
        ]
    });
    VERSIONS.run(transaction, rows).await?;
    for Current { entity_ref, since, content } in &commit.put_currents {
        let sql = "UPDATE entity SET since = $2, since_at = $3, cause = $4, actor = $5, content = $6 WHERE ref = $1";
        let values = vec![
            entity_ref.as_str().into(),
            since.position.into(),
            since.at.into(),
            since.cause.as_str().into(),
            since.actor.as_deref().into(),
            content.as_str().into(),
        ];
        transaction.execute(sql.to_owned(), values, true).await?;
    }
    Ok(())
}

fn version(row: &Row) -> Result<Version> {
    let parent = row.optional_text("parent")?;
    let until = match (row.optional_int("until")?, row.optional_int("until_at")?) {
        (Some(position), Some(at)) => Some(Until { position, at }),
        _ => None,
    };
    Ok(Version {
        entity_ref: rows::reference(row, "ref")?,
        id: row.id("id")?,
        since: since(row)?,
        until,
        parent: parent.map(|text| rows::parse_ref(row, "parent", &text)).transpose()?,
        relations: row.json("relations")?,
        body: row.text("body")?.into_boxed_str(),
    })
}

fn since(row: &Row) -> Result<Since> {
    Ok(Since {
        position: row.int("since")?,
        at: row.int("since_at")?,
        cause: row.text("cause")?,
        actor: row.optional_text("actor")?,
    })
}

/// A beginning of all positions, and an end.
const NEVER: i64 = i64::MAX;

#[async_trait]
impl HistoryStore for SqlStore {
    async fn versions(&self, entity_ref: &EntityRef, before: Option<i64>, limit: u32) -> Result<Vec<Version>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM version WHERE ref = $1 AND since < $2 \
             UNION ALL SELECT {CURRENT} FROM entity WHERE ref = $1 AND since < $2 AND good \
             ORDER BY since DESC LIMIT $3"
        );
        self.past(sql, vec![entity_ref.as_str().into(), before.unwrap_or(NEVER).into(), i64::from(limit).into()]).await
    }

    async fn version_at(&self, entity_ref: &EntityRef, position: i64) -> Result<Option<Version>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM version WHERE ref = $1 AND since <= $2 AND until > $2 \
             UNION ALL SELECT {CURRENT} FROM entity WHERE ref = $1 AND since <= $2 AND good"
        );
        Ok(self.past(sql, vec![entity_ref.as_str().into(), position.into()]).await?.pop())
    }

    async fn versions_at(&self, position: i64, after: Option<&EntityRef>, limit: u32) -> Result<Vec<Version>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM version WHERE since <= $1 AND until > $1 AND ref > $2 \
             UNION ALL SELECT {CURRENT} FROM entity WHERE since <= $1 AND good AND ref > $2 \
             ORDER BY ref LIMIT $3"
        );
        let after = after.map_or("", EntityRef::as_str);
        self.past(sql, vec![position.into(), after.into(), i64::from(limit).into()]).await
    }

    async fn versions_after(&self, after: Option<(&EntityRef, i64)>, limit: u32) -> Result<Vec<Version>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM version WHERE ref > $1 OR ref = $1 AND since > $2 ORDER BY ref, since LIMIT $3"
        );
        let (entity_ref, since) = after.map_or(("", 0), |(entity_ref, since)| (entity_ref.as_str(), since));
        self.past(sql, vec![entity_ref.into(), since.into(), i64::from(limit).into()]).await
    }

    async fn currents_after(&self, after: Option<&EntityRef>, limit: u32) -> Result<Vec<Current>> {
        let sql = "SELECT ref, content, since, since_at, cause, actor FROM entity WHERE ref > $1 ORDER BY ref LIMIT $2";
        let values = vec![after.map_or("", EntityRef::as_str).into(), i64::from(limit).into()];
        let current = |row: &Row| {
            let entity_ref = rows::reference(row, "ref")?;
            Ok(Current { entity_ref, since: since(row)?, content: row.text("content")? })
        };
        self.database.read("entity", sql.to_owned(), values).await?.iter().map(current).collect()
    }

    async fn position_at(&self, time: i64) -> Result<Option<i64>> {
        let sql = "SELECT seq FROM change WHERE at <= $1 ORDER BY seq DESC LIMIT 1".to_owned();
        self.database.read("change", sql, vec![time.into()]).await?.first().map(|row| row.int("seq")).transpose()
    }

    async fn changes_before(&self, before: Option<i64>, limit: u32) -> Result<Vec<Change>> {
        let sql = format!("SELECT {} FROM change WHERE seq < $1 ORDER BY seq DESC LIMIT $2", rows::CHANGE);
        let values = vec![before.unwrap_or(NEVER).into(), i64::from(limit).into()];
        self.database.read("change", sql, values).await?.iter().map(rows::change).collect()
    }

    async fn kept_from(&self) -> Result<i64> {
        let sql = "SELECT kept_from FROM change_head".to_owned();
        let rows = self.database.read("position of the change feed", sql, Vec::new()).await?;
        rows.first().map_or(Ok(0), |row| row.int("kept_from"))
    }

    async fn forget_versions(&self, forget: Forget) -> Result<u64> {
        let mut transaction = self.database.begin("forgetting old versions").await?;
        let mark = "UPDATE change_head SET kept_from = COALESCE((SELECT MAX(until) FROM version WHERE until_at < $1), kept_from)";
        transaction.execute(mark.to_owned(), vec![forget.ended_before.into()], true).await?;
        let old = "DELETE FROM version WHERE until_at < $1".to_owned();
        let mut gone = transaction.execute(old, vec![forget.ended_before.into()], true).await?;
        let surplus = "DELETE FROM version WHERE (ref, since) IN (SELECT ref, since FROM \
                       (SELECT ref, since, ROW_NUMBER() OVER (PARTITION BY ref ORDER BY since DESC) AS place FROM version) \
                       AS placed WHERE place > $1)";
        gone += transaction.execute(surplus.to_owned(), vec![i64::from(forget.beyond).into()], true).await?;
        transaction.commit().await?;
        Ok(gone)
    }
}

impl SqlStore {
    async fn past(&self, sql: String, values: Vec<Value<'_>>) -> Result<Vec<Version>> {
        self.database.read("version", sql, values).await?.iter().map(version).collect()
    }
}
