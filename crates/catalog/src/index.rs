//! The catalog index. (placeholder: owned by the index author)
use bytes::Bytes;
use model::EntityRef;
use uuid::Uuid;

/// An entity as readers see it: body with relations, status, uid and etag.
#[derive(Clone, Debug)]
pub struct FinalEntity {
    pub id: Uuid,
    pub entity_ref: EntityRef,
    pub body: model::Entity,
    /// The entity that emitted it, for ancestry.
    pub parent: Option<EntityRef>,
}

/// A final entity made ready for the index: serialised and flattened, outside any lock.
pub struct Prepared {
    pub entity: FinalEntity,
    pub json: Bytes,
}

/// The projection that answers reads.
#[derive(Default)]
pub struct Index {}

impl Prepared {
    pub fn new(_entity: FinalEntity) -> Self {
        todo!()
    }
}

impl Index {
    /// Takes in what a commit changed. Readers see all of it or nothing of it.
    pub fn apply(&mut self, _puts: Vec<Prepared>, _removals: &[EntityRef]) {
        todo!()
    }
}
