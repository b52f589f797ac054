//! What sign-in needs to know of the catalog. The server wires the catalog behind it.

use std::fmt;

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

    /// The users that are looked for; several where the catalog cannot tell which is meant.
    async fn find_users(&self, query: &UserQuery) -> Vec<EntityRef>;
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserQuery {
    Ref(EntityRef),
    /// `spec.profile.email`.
    Email(String),
    /// An annotation with its value.
    Annotation(String, String),
}

impl fmt::Display for UserQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ref(user) => write!(f, "the reference {user}"),
            Self::Email(email) => write!(f, "spec.profile.email: {email}"),
            Self::Annotation(key, value) => write!(f, "the annotation {key}: {value}"),
        }
    }
}
