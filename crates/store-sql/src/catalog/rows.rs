//! Rows as the types of the store.

use model::{EntityRef, LocationRef};
use store::{
    Change, ChangeKind, EntityHead, Parent, PushedEntity, PushedHead, PushedSet, ReadState, Result, StoredEntity,
    StoredFinal, StoredLocation,
};

use crate::dialect::Row;

pub(super) const ENTITY: &str = "id, ref, location_key, parent_provider, parent_entity, unprocessed, unprocessed_hash, \
                                 processed, relations, refresh_keys, problems, result_hash, updated_at";

pub(super) const HEAD: &str = "entity.id, entity.ref, location_key, parent_provider, parent_entity, unprocessed_hash, \
                               good, relations, refresh_keys, problems, result_hash, updated_at, hash AS final_hash";

pub(super) const FINAL: &str = "id, ref, parent, hash, cuts, body";

pub(super) const CHANGE: &str = "seq, entity_ref, entity_id, kind, at, cause, actor";

pub(super) fn entity(row: &Row) -> Result<StoredEntity> {
    Ok(StoredEntity {
        id: row.id("id")?,
        entity_ref: reference(row, "ref")?,
        location_key: row.optional_text("location_key")?,
        parent: parent(row)?,
        unprocessed: row.text("unprocessed")?.into_boxed_str(),
        unprocessed_hash: row.text("unprocessed_hash")?,
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
        unprocessed_hash: row.text("unprocessed_hash")?,
        processed: row.truth("good")?,
        relations: row.json("relations")?,
        refresh_keys: row.json("refresh_keys")?,
        problems: row.json("problems")?,
        result_hash: row.optional_text("result_hash")?,
        updated_at: row.int("updated_at")?,
        final_hash: row.optional_text("final_hash")?,
    })
}

pub(super) fn final_entity(row: &Row) -> Result<StoredFinal> {
    let parent = row.optional_text("parent")?;
    Ok(StoredFinal {
        id: row.id("id")?,
        entity_ref: reference(row, "ref")?,
        parent: parent.map(|text| parse_ref(row, "parent", &text)).transpose()?,
        hash: row.text("hash")?,
        cuts: row.json("cuts")?,
        body: row.text("body")?.into_boxed_str(),
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

pub(super) fn pushed_set(row: &Row) -> Result<PushedSet> {
    Ok(PushedSet {
        id: row.text("id")?,
        updated_at: row.int("updated_at")?,
        updated_by: row.text("updated_by")?,
        applied: row.optional_text("applied")?,
    })
}

pub(super) fn pushed_head(row: &Row) -> Result<PushedHead> {
    Ok(PushedHead { id: row.id("id")?, entity_ref: reference(row, "ref")?, hash: row.text("hash")? })
}

pub(super) fn pushed_entity(row: &Row) -> Result<PushedEntity> {
    Ok(PushedEntity {
        id: row.id("id")?,
        set: row.text("set_id")?,
        entity_ref: reference(row, "ref")?,
        hash: row.text("hash")?,
        body: row.text("body")?.into_boxed_str(),
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
        actor: row.optional_text("actor")?,
    })
}

pub(super) fn reference(row: &Row, column: &str) -> Result<EntityRef> {
    parse_ref(row, column, &row.text(column)?)
}

pub(super) fn parse_ref(row: &Row, column: &str, text: &str) -> Result<EntityRef> {
    EntityRef::parse_full(text).map_err(|error| row.corrupt(column, error))
}
