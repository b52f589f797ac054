//! Relations between entities (contract catalog.md section 3.1).

use crate::reference::EntityRef;

/// A directed relation as an entity shows it: what it is to the target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relation {
    #[serde(rename = "type")]
    pub kind: String,
    pub target_ref: EntityRef,
}

/// A relation with its source, as processing emits it: an entity may state relations of others
/// (a component that names its owner also makes the group `ownerOf` it).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelationEdge {
    pub source_ref: EntityRef,
    #[serde(rename = "type")]
    pub kind: String,
    pub target_ref: EntityRef,
}
