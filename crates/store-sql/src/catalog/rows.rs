//! Rows as the types of the store.

use model::{EntityRef, LocationRef};
use store::{Change, ChangeKind, EntityBodies, EntityHead, Parent, ReadState, Result, StoredEntity, StoredLocation};

use crate::dialect::Row;

pub(super) const ENTITY: &str = "id, ref, location_key, parent_provider, parent_entity, unprocessed, processed, \
                                 relations, refresh_keys, problems, result_hash, updated_at";

pub(super) const HEAD: &str = "id, ref, location_key, parent_provider, parent_entity, processed IS NOT NULL AS good, \
                               relations, refresh_keys, problems, result_hash, updated_at";

pub(super) const BODIES: &str = "id, ref, unprocessed, processed";

pub(super) const CHANGE: &str = "seq, entity_ref, entity_id, kind, at, cause";

pub(super) fn entity(row: &Row) -> Result<StoredEntity> {
    Ok(StoredEntity {
        id: row.id("id")?,
        entity_ref: reference(row, "ref")?,
        location_key: row.optional_text("location_key")?,
        parent: parent(row)?,
        unprocessed: row.text("unprocessed")?.into_boxed_str(),
        processed: row.optional_text("processed")?.map(String::into_boxed_str),
        relations: row.json("relations")?,
        refresh_keys: row.json("refresh_keys")?,
        problems: row.json("problems")?,
        result_hash: row.optional_text("result_hash")?,
        updated_at: row.int("updated_at")?,
    })
}

pub(super) fn head(row: &Row) -> Result<EntityHead> {
    Ok(EntityHead {
        id: row.id("id")?,
        entity_ref: reference(row, "ref")?,
        location_key: row.optional_text("location_key")?,
        parent: parent(row)?,
        processed: row.truth("good")?,
        relations: row.json("relations")?,
        refresh_keys: row.json("refresh_keys")?,
        problems: row.json("problems")?,
        result_hash: row.optional_text("result_hash")?,
        updated_at: row.int("updated_at")?,
    })
}

pub(super) fn bodies(row: &Row) -> Result<EntityBodies> {
    Ok(EntityBodies {
        id: row.id("id")?,
        entity_ref: reference(row, "ref")?,
        unprocessed: row.text("unprocessed")?.into_boxed_str(),
        processed: row.optional_text("processed")?.map(String::into_boxed_str),
    })
}

fn parent(row: &Row) -> Result<Option<Parent>> {
    Ok(match row.optional_text("parent_entity")? {
        Some(text) => Some(Parent::Entity(parse_ref(row, "parent_entity", &text)?)),
        None => row.optional_text("parent_provider")?.map(Parent::Provider),
    })
}

pub(super) fn location(row: &Row) -> Result<StoredLocation> {
    Ok(StoredLocation {
        id: row.id("id")?,
        location: LocationRef::new(row.text("type")?, row.text("target")?),
        entity_ref: reference(row, "entity_ref")?,
    })
}

pub(super) fn read_state(row: &Row) -> Result<ReadState> {
    let problem = match row.optional_text("problem")? {
        Some(_) => Some(row.json("problem")?),
        None => None,
    };
    Ok(ReadState {
        location: row.text("location")?,
        etag: row.optional_text("etag")?,
        content_hash: row.optional_text("content_hash")?,
        read_at: row.int("read_at")?,
        problem,
    })
}

pub(super) fn change(row: &Row) -> Result<Change> {
    let kind = match row.text("kind")?.as_str() {
        "created" => ChangeKind::Created,
        "updated" => ChangeKind::Updated,
        "deleted" => ChangeKind::Deleted,
        other => return Err(row.corrupt("kind", format!("'{other}' is no kind of change"))),
    };
    Ok(Change {
        seq: row.int("seq")?,
        entity_ref: reference(row, "entity_ref")?,
        entity_id: row.id("entity_id")?,
        kind,
        at: row.int("at")?,
        cause: row.text("cause")?,
    })
}

fn reference(row: &Row, column: &str) -> Result<EntityRef> {
    parse_ref(row, column, &row.text(column)?)
}

fn parse_ref(row: &Row, column: &str, text: &str) -> Result<EntityRef> {
    EntityRef::parse_full(text).map_err(|error| row.corrupt(column, error))
}
