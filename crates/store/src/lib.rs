//! What Callboard keeps, as traits. A backend implements them all; the contract suite in [`suite`] is the same for every
//! backend. Nothing but [`CatalogStore::commit`] changes the catalog.

pub mod archive;
pub mod audit;
pub mod catalog;
pub mod document;
pub mod error;
pub mod history;
pub mod keys;
pub mod replica;
pub mod suite;

pub use catalog::{
    CatalogStore, Change, ChangeKind, Commit, Committed, EntityHead, Parent, PushedEntity, PushedHead, PushedSet,
    ReadState, StoredEntity, StoredFinal, StoredLocation,
};
pub use document::{DocumentStore, StoredDocument};
pub use error::{Result, StoreError};
pub use history::{Current, Forget, HistoryStore, Since, Until, Version};
pub use keys::{KeyStore, StoredKey};
pub use replica::{Leader, Listener, News, Question, ReplicaStore, Standing};
