//! The catalog as sign-in sees it.

use async_trait::async_trait;
use auth::UserDirectory;
use auth::policy::decide::GroupPath;
use catalog::CatalogReader;
use model::{Entity, EntityRef, ReadScope, Relation};

/// Finds users in the catalog.
pub struct CatalogUsers(pub CatalogReader);

#[async_trait]
impl UserDirectory for CatalogUsers {
    async fn ownership(&self, user: &EntityRef) -> Option<Vec<EntityRef>> {
        // Who a person is does not depend on what that person may see.
        let hit = self.0.by_ref(&ReadScope::All, user).await.ok()??;
        let entity: Entity = serde_json::from_slice(&hit.json).ok()?;
        let relations: Vec<Relation> = serde_json::from_value(entity.0.get("relations")?.clone()).ok()?;
        let groups = relations
            .into_iter()
            .filter(|relation| relation.kind == "memberOf" && relation.target_ref.kind() == "group")
            .map(|relation| relation.target_ref);
        Some(std::iter::once(user.clone()).chain(groups).collect())
    }

    fn groups(&self, user: &EntityRef, max_depth: Option<usize>) -> Vec<GroupPath> {
        let groups = self.0.groups_of(user, max_depth).into_iter();
        groups.map(|(group, below)| GroupPath { group, below }).collect()
    }
}
