//! What sign-in needs to know of the catalog. The server wires the catalog behind it.

use async_trait::async_trait;
use model::EntityRef;

use crate::policy::decide::GroupPath;

/// The users of the catalog.
#[async_trait]
pub trait UserDirectory: Send + Sync {
    /// What a user owns things as: its own reference and those of the groups it is `memberOf` (not their parents;
    /// contract auth.md section 2.1). `None` when the catalog has no such user.
    async fn ownership(&self, user: &EntityRef) -> Option<Vec<EntityRef>>;

    /// The groups a user is in and those above them, nearest first, each once; `max_depth` of the groups above count, all
    /// when `None`.
    fn groups(&self, user: &EntityRef, max_depth: Option<usize>) -> Vec<GroupPath>;
}
