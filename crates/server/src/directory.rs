//! The catalog as sign-in sees it.

use async_trait::async_trait;
use auth::policy::decide::GroupPath;
use auth::{UserDirectory, UserQuery};
use catalog::{CatalogReader, ListRequest};
use model::filter::Predicate;
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

    async fn find_users(&self, query: &UserQuery) -> Vec<EntityRef> {
        let wanted = match query {
            UserQuery::Ref(user) => {
                return if self.0.sees(&ReadScope::All, user) { vec![user.clone()] } else { Vec::new() };
            }
            UserQuery::Email(email) => Predicate::equals("spec.profile.email", email),
            UserQuery::Annotation(key, value) => Predicate::equals(&format!("metadata.annotations.{key}"), value),
        };
        let predicate = Predicate::All(vec![Predicate::equals("kind", "user"), wanted]);
        let request = ListRequest { predicate: Some(predicate), limit: Some(2), ..ListRequest::default() };
        // A catalog that cannot be read knows nobody; that it cannot is told where it is read.
        let found = self.0.list(&ReadScope::All, &request).await.map(|list| list.items).unwrap_or_default();
        let users = found.iter().filter_map(|json| serde_json::from_slice::<Entity>(json).ok());
        users.map(|user| user.entity_ref()).collect()
    }

    fn groups(&self, user: &EntityRef, max_depth: Option<usize>) -> Vec<GroupPath> {
        let groups = self.0.groups_of(user, max_depth).into_iter();
        groups.map(|(group, below)| GroupPath { group, below }).collect()
    }
}
