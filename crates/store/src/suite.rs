//! The contract every backend must pass. Each case takes a fresh, empty backend; [`catalog_suite`](crate::catalog_suite),
//! [`key_suite`](crate::key_suite) and [`document_suite`](crate::document_suite) make a test of each case, so that a
//! backend runs them all with one line.
//!
//! It panics where a contract is broken: it is for tests and is called from nowhere else.
#![allow(clippy::unwrap_used)]

pub mod audit;
pub mod catalog;
pub mod concurrency;
pub mod documents;
pub mod history;
pub mod keys;

use model::{EntityRef, LocationRef, Problem, relation::RelationEdge};
use uuid::Uuid;

use crate::{Change, ChangeKind, Parent, ReadState, StoredEntity, StoredFinal, StoredLocation};

/// Makes a `#[tokio::test]` of every case of the catalog contract. `$open` is an async function that answers a fresh
/// `Arc<dyn CatalogStore>` and something to keep alive beside it, or `None` where this backend cannot be tested.
#[macro_export]
macro_rules! catalog_suite {
    ($open:path) => {
        $crate::suite_cases!(
            $open,
            catalog: an_empty_store_answers_nothing, everything_of_an_entity_comes_back, an_upsert_replaces_by_reference,
            the_newest_of_equal_references_wins, a_delete_makes_room_for_a_rename, an_id_belongs_to_one_entity,
            deleting_what_is_not_there_is_no_error, entities_page_in_order_of_id, heads_page_like_entities, finals_are_kept_beside_entities,
            entities_are_found_by_reference,
            locations_are_kept, a_location_that_exists_is_a_conflict, a_lost_location_cannot_be_updated,
            a_removed_location_makes_room, pushed_sets_are_kept_with_what_stands_in_them, read_states_replace_and_are_forgotten, the_feed_is_ordered_without_gaps,
            the_feed_of_one_entity_is_newest_first, a_commit_that_fails_leaves_nothing, any_text_survives,
            a_body_of_five_megabytes_survives, ten_thousand_rows_in_one_commit;
            history: what_is_replaced_or_removed_is_kept, what_stays_keeps_its_time, everything_as_it_was_at_a_position,
            the_feed_is_read_from_its_end, versions_are_forgotten_by_age_and_number, history_moves_between_stores;
            concurrency: readers_see_whole_commits_only, concurrent_commits_share_one_feed
        );
    };
}

/// Makes a `#[tokio::test]` of every case of the key contract; `$open` as in [`catalog_suite`].
#[macro_export]
macro_rules! key_suite {
    ($open:path) => {
        $crate::suite_cases!(
            $open,
            keys: keys_come_back_newest_first, expired_keys_are_not_served, expired_keys_are_removed,
            a_key_id_is_used_once
        );
    };
}

/// Makes a `#[tokio::test]` of every case of the document contract; `$open` as in [`catalog_suite`].
#[macro_export]
macro_rules! document_suite {
    ($open:path) => {
        $crate::suite_cases!(
            $open,
            documents: a_document_is_replaced_by_who_knows_it, of_many_at_once_one_wins
        );
    };
}

/// Makes a `#[tokio::test]` of every case of the audit contract; `$open` as in [`catalog_suite`].
#[macro_export]
macro_rules! audit_suite {
    ($open:path) => {
        $crate::suite_cases!(
            $open,
            audit: events_come_back_newest_first, events_are_found_by_what_they_say, old_events_are_forgotten
        );
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! suite_cases {
    ($open:path, $($group:ident: $($case:ident),+);+) => {
        $($(
            #[tokio::test]
            async fn $case() {
                let Some((store, _kept_alive)) = $open().await else { return };
                $crate::suite::$group::$case(store).await;
            }
        )+)+
    };
}

/// An id for a name: the same name gives the same id, whatever the clock says.
pub fn id(name: &str) -> Uuid {
    let mut bytes = [0u8; 16];
    for (at, byte) in name.bytes().enumerate() {
        bytes[at % 16] = bytes[at % 16].wrapping_mul(31).wrapping_add(byte);
    }
    Uuid::from_bytes(bytes)
}

/// The component of this name with something in every field.
pub fn entity(name: &str) -> StoredEntity {
    let entity_ref = EntityRef::new("component", "default", name);
    let owner = EntityRef::new("group", "default", "owners");
    StoredEntity {
        id: id(name),
        location_key: Some(format!("url:https://example.com/{name}.yaml")),
        parent: Some(Parent::Provider("config".to_owned())),
        unprocessed: format!(r#"{{"kind":"Component","metadata":{{"name":"{name}"}}}}"#).into(),
        unprocessed_hash: "ab12".to_owned(),
        processed: Some(
            format!(r#"{{"kind":"Component","metadata":{{"name":"{name}","namespace":"default"}}}}"#).into(),
        ),
        relations: vec![
            RelationEdge { source_ref: entity_ref.clone(), kind: "ownedBy".to_owned(), target_ref: owner.clone() },
            RelationEdge { source_ref: owner, kind: "ownerOf".to_owned(), target_ref: entity_ref.clone() },
        ],
        refresh_keys: vec!["url:https://example.com/api.json".to_owned()],
        problems: vec![Problem::warning("InputError", "the tag is odd").pointing_to("/metadata/tags/0")],
        result_hash: Some("0123abcd".to_owned()),
        updated_at: 1_700_000_000_000,
        entity_ref,
    }
}

/// What readers see of this entity.
pub fn final_of(entity: &StoredEntity) -> StoredFinal {
    StoredFinal {
        id: entity.id,
        entity_ref: entity.entity_ref.clone(),
        parent: Some(EntityRef::new("location", "default", "all")),
        hash: "cd34".to_owned(),
        body: format!(r#"{{"metadata":{{"name":"{}"}},"spec":{{"definition":"open"}}}}"#, entity.entity_ref.name())
            .into(),
        cuts: vec!["/spec/definition".to_owned()],
    }
}

/// The feed line of an entity's creation.
pub fn change(entity: &StoredEntity) -> Change {
    Change {
        seq: 0,
        entity_ref: entity.entity_ref.clone(),
        entity_id: entity.id,
        kind: ChangeKind::Created,
        at: entity.updated_at,
        cause: "url:https://example.com/all.yaml".to_owned(),
        actor: Some("user:default/somebody".to_owned()),
    }
}

/// A registered location of this name.
pub fn location(name: &str) -> StoredLocation {
    let location = LocationRef::new("url", format!("https://example.com/{name}.yaml"));
    let entity_ref = EntityRef::new("location", "default", &location.generated_name());
    StoredLocation { id: id(name), location, entity_ref }
}

/// What is remembered of the location of this name, nothing left out.
pub fn read_state(name: &str) -> ReadState {
    ReadState {
        location: format!("url:https://example.com/{name}.yaml"),
        etag: Some("W/\"1\"".to_owned()),
        content_hash: Some("cafe".to_owned()),
        read_at: 1_700_000_000_000,
        problem: Some(Problem::error("NotFoundError", "404")),
    }
}
