#![allow(clippy::unwrap_used)]
use async_trait::async_trait;
use config::{Config, Settings};
use parking_lot::Mutex;
use store::{DocumentStore, StoredDocument};

use super::permission::{ENTITY_READ, LOCATION_READ, POLICY_READ, POLICY_UPDATE};
use super::*;
use crate::test_support::{OneUser, ada};

/// One document in memory.
#[derive(Default)]
struct Memory(Mutex<Option<StoredDocument>>);

#[async_trait]
impl DocumentStore for Memory {
    async fn documents(&self) -> store::Result<Vec<StoredDocument>> {
        Ok(self.0.lock().iter().cloned().collect())
    }

    async fn document(&self, _: &str) -> store::Result<Option<StoredDocument>> {
        Ok(self.0.lock().clone())
    }

    async fn replace_document(&self, name: &str, known: i64, body: &str) -> store::Result<Option<i64>> {
        let mut kept = self.0.lock();
        if kept.as_ref().map_or(0, |document| document.revision) != known {
            return Ok(None);
        }
        *kept = Some(StoredDocument { name: name.to_owned(), revision: known + 1, body: body.to_owned() });
        Ok(Some(known + 1))
    }
}

async fn permissions(section: &str) -> Permissions {
    let config = Config::from_yaml(&format!("permission:\n  enabled: true\n{section}")).unwrap();
    let options = Settings::read(&config).unwrap().permission;
    let stored = Arc::new(StoredRoles::open(Arc::new(Memory::default())).await.unwrap());
    Permissions::new(&options, stored, Arc::new(OneUser), |warning| panic!("{warning}"))
}

fn someone() -> Principal {
    let engines = EntityRef::new("group", "default", "engines");
    Principal::User(User { entity_ref: ada(), ownership: vec![ada(), engines], expires_at: 0 })
}

fn program(permissions: &[&str], actions: &[&str]) -> Principal {
    let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    let restriction = Some(Restriction { permissions: texts(permissions), actions: texts(actions) });
    Principal::Service(Service { subject: "ci".to_owned(), restriction })
}

#[tokio::test]
async fn without_roles_everything_is_allowed_but_to_restricted_tokens() {
    let open = permissions("").await;
    for who in [someone(), Principal::None] {
        assert_eq!(open.scope(&who, &ENTITY_READ), ReadScope::All);
    }
    for (permissions, actions, scope) in [
        (&[][..], &[][..], ReadScope::All),
        (&["catalog.entity.read"], &["read"], ReadScope::All),
        (&["catalog.location.read"], &[], ReadScope::None),
        (&[], &["delete"], ReadScope::None),
    ] {
        assert_eq!(open.scope(&program(permissions, actions), &ENTITY_READ), scope);
    }
}

#[tokio::test]
async fn with_roles_nobody_sees_anything_that_none_of_them_allows() {
    let closed = permissions("  rbac: {}").await;
    for who in [someone(), Principal::None] {
        assert_eq!(closed.scope(&who, &ENTITY_READ), ReadScope::None);
    }
    let free = Principal::Service(Service { subject: "ci".to_owned(), restriction: None });
    assert_eq!(closed.scope(&free, &ENTITY_READ), ReadScope::All);
    let verdict = closed.verdict(&someone(), &ENTITY_READ);
    let told = verdict.explained(&ENTITY_READ);
    assert_eq!(told["because"], "No role of this person says anything of catalog.entity.read.");
    assert!(told["whatWouldChangeIt"].as_str().unwrap().contains("`catalog.entity.read, read, allow`"));
}

#[tokio::test]
async fn administrators_may_change_roles_and_see_the_catalog() {
    let permissions = permissions("  rbac: {admin: {users: [{name: group:default/engines}]}}").await;
    assert!(permissions.may(&someone(), &POLICY_UPDATE) && permissions.may(&someone(), &ENTITY_READ));
    assert!(!permissions.may(&someone(), &LOCATION_READ));
    let told = permissions.verdict(&someone(), &ENTITY_READ).explained(&ENTITY_READ);
    assert_eq!(
        told["because"],
        "role:default/rbac_admin (source: configuration) allows read catalog-entity; the person has it through \
         group:default/engines."
    );
}

#[tokio::test]
async fn stored_roles_take_effect_at_once_and_lose_no_change() {
    let permissions = permissions("  rbac: {}").await;
    let roles = permissions.roles().unwrap();
    let add = |name: &'static str| {
        roles.stored().change(move |changeable| {
            let mut role = Role { name: name.to_owned(), members: vec![ada().to_string()], ..Role::default() };
            role.metadata.owner = Some("user:default/ada".to_owned());
            role.add_grant(Grant::read("catalog-entity", "read", "allow").unwrap());
            changeable.roles.push(role);
            Ok::<_, std::convert::Infallible>(())
        })
    };
    let (a, b) = tokio::join!(add("role:default/a"), add("role:default/b"));
    a.and(b).unwrap();
    assert_eq!(roles.policies().1.roles().len(), 2);
    assert_eq!(permissions.scope(&someone(), &ENTITY_READ), ReadScope::All);
}

#[tokio::test]
async fn a_role_may_be_left_to_its_owner() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "roles:\n  - name: role:default/delegates\n    members: [user:default/ada]\n    allow:\n      - permission: \
                policy.entity.read\n        when: { rule: IS_OWNER, params: { owners: [$currentUser] } }\n";
    std::fs::write(file.path(), text).unwrap();
    let permissions = permissions(&format!("  rbac: {{rolesFile: {}}}", file.path().display())).await;
    let owned_by = |owner: &str| {
        let mut role = Role { name: "role:default/x".to_owned(), ..Role::default() };
        role.metadata.owner = Some(owner.to_owned());
        permissions.may_with_role(&someone(), &POLICY_READ, &role)
    };
    assert!(owned_by("user:default/ada"));
    assert!(!owned_by("user:default/bob"));
}
