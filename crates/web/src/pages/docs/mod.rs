//! `/docs`: documentation of entities, to find and to read.

pub mod home;
pub mod reader;

use model::EntityRef;

/// Where documentation is listed.
pub const PATH: &str = "/docs";

/// The address of an entity's documentation. It ends in a slash: what a page links to is relative to it.
pub fn address(entity_ref: &EntityRef) -> String {
    let part = crate::urls::encode;
    format!("{PATH}/{}/{}/{}/", part(entity_ref.namespace()), part(entity_ref.kind()), part(entity_ref.name()))
}
