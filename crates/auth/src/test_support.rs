//! What the tests of this crate share.
#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use async_trait::async_trait;
use config::{Auth, Config, Settings};
use model::EntityRef;
use parking_lot::Mutex;
use store::{KeyStore, StoredKey};

use crate::policy::decide::GroupPath;
use crate::{Authority, UserDirectory, UserQuery};

/// Keys in memory.
#[derive(Default)]
pub(crate) struct MemoryKeys {
    keys: Mutex<Vec<StoredKey>>,
    reads: AtomicU64,
}

impl MemoryKeys {
    pub(crate) fn len(&self) -> usize {
        self.keys.lock().len()
    }

    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl KeyStore for MemoryKeys {
    async fn add_key(&self, key: &StoredKey) -> store::Result<()> {
        self.keys.lock().push(key.clone());
        Ok(())
    }

    async fn keys(&self, now: i64) -> store::Result<Vec<StoredKey>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let mut keys: Vec<_> = self.keys.lock().iter().filter(|key| key.expires_at > now).cloned().collect();
        keys.sort_by_key(|key| -key.created_at);
        Ok(keys)
    }

    async fn remove_expired_keys(&self, now: i64) -> store::Result<u64> {
        let mut keys = self.keys.lock();
        let before = keys.len();
        keys.retain(|key| key.expires_at > now);
        Ok((before - keys.len()) as u64)
    }
}

/// A catalog with one user, `user:default/ada` of `group:default/engines`.
pub(crate) struct OneUser;

#[async_trait]
impl UserDirectory for OneUser {
    async fn ownership(&self, user: &EntityRef) -> Option<Vec<EntityRef>> {
        (*user == ada()).then(|| vec![ada(), EntityRef::new("group", "default", "engines")])
    }

    async fn find_users(&self, query: &UserQuery) -> Vec<EntityRef> {
        let found = matches!(query, UserQuery::Ref(user) if *user == ada())
            || *query == UserQuery::Email("ada@example.com".to_owned());
        if found { vec![ada()] } else { Vec::new() }
    }

    fn groups(&self, user: &EntityRef, _: Option<usize>) -> Vec<GroupPath> {
        let engines = GroupPath { group: EntityRef::new("group", "default", "engines"), below: None };
        if *user == ada() { vec![engines] } else { Vec::new() }
    }
}

pub(crate) fn ada() -> EntityRef {
    EntityRef::new("user", "default", "ada")
}

/// The section `backend.auth` with this value.
pub(crate) fn backend_auth(section: serde_json::Value) -> Auth {
    let written = serde_json::json!({ "backend": { "auth": section } });
    Settings::read(&Config::from_yaml(&written.to_string()).unwrap()).unwrap().auth
}

/// An authority on http://localhost:7007 with a clock that tests move.
pub(crate) struct Bench {
    pub(crate) authority: Authority,
    pub(crate) keys: Arc<MemoryKeys>,
    now: Arc<AtomicI64>,
}

impl Bench {
    pub(crate) fn new(options: Auth) -> Self {
        let keys = Arc::new(MemoryKeys::default());
        let now = Arc::new(AtomicI64::new(1_800_000_000_000));
        let clock = now.clone();
        let authority = Authority::new(options, "http://localhost:7007/", keys.clone(), Arc::new(OneUser))
            .unwrap()
            .with_clock(Arc::new(move || clock.load(Ordering::Relaxed)));
        Self { authority, keys, now }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub(crate) async fn token_of_ada(&self) -> String {
        let ownership = self.authority.ownership(&ada()).await;
        self.authority.issue_user_token(&ada(), &ownership).await.unwrap().token
    }
}
