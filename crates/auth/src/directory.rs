//! What sign-in needs to know of the catalog. The server wires the catalog behind it.

use async_trait::async_trait;
use model::EntityRef;

/// The users of the catalog.
#[async_trait]
pub trait UserDirectory: Send + Sync {
    /// What a user owns things as: its own reference and those of the groups it is `memberOf` (not their parents;
    /// contract auth.md section 2.1). `None` when the catalog has no such user.
    async fn ownership(&self, user: &EntityRef) -> Option<Vec<EntityRef>>;
}
