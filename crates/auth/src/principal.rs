//! Who is calling.

use std::collections::BTreeMap;

pub use config::AccessRestriction as Restriction;
use model::EntityRef;

use crate::AuthError;

/// The caller of a request, after its credentials were verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    User(User),
    Service(Service),
    /// Nobody in particular: the route is open, or the default policy is switched off.
    None,
}

/// A signed-in person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub entity_ref: EntityRef,
    /// What the user owns things as: the user and its groups, as far as they are known now.
    pub ownership: Vec<EntityRef>,
    /// Unix time in milliseconds at which the credentials end.
    pub expires_at: i64,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Who it is, for policies and logs.
    pub subject: String,
    /// What it may do in the plugin that was asked for; `None` is everything.
    pub restriction: Option<Restriction>,
}

/// The plugins an external token may call, each with its limits.
pub type Restrictions = BTreeMap<String, Restriction>;

/// Something a caller may or may not do (contract permissions.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    pub name: &'static str,
    /// `create`, `read`, `update` or `delete`, where it is one of these.
    pub action: Option<&'static str>,
}

impl Principal {
    /// Whether the caller's credentials reach so far. A token with `accessRestrictions` may only do what they list; everybody
    /// else may do everything, as there are no policies yet.
    pub fn may(&self, permission: &Permission) -> bool {
        let Self::Service(Service { restriction: Some(limits), .. }) = self else { return true };
        let allowed = |list: &[String], wanted: Option<&str>| {
            list.is_empty() || wanted.is_some_and(|wanted| list.iter().any(|one| one == wanted))
        };
        allowed(&limits.permissions, Some(permission.name)) && allowed(&limits.actions, permission.action)
    }

    /// The word of the wire for this kind of caller.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Service(_) => "service",
            Self::None => "none",
        }
    }

    /// The user, for a route that only a person may call.
    ///
    /// # Errors
    /// [`AuthError::PrincipalNotAllowed`] for a service, [`AuthError::MissingCredentials`] for nobody.
    pub fn require_user(&self) -> Result<&User, AuthError> {
        match self {
            Self::User(user) => Ok(user),
            Self::Service(_) => Err(AuthError::PrincipalNotAllowed(self.kind())),
            Self::None => Err(AuthError::MissingCredentials),
        }
    }

    /// The service, for a route that only a program may call.
    ///
    /// # Errors
    /// As [`Principal::require_user`], the other way round.
    pub fn require_service(&self) -> Result<&Service, AuthError> {
        match self {
            Self::Service(service) => Ok(service),
            Self::User(_) => Err(AuthError::PrincipalNotAllowed(self.kind())),
            Self::None => Err(AuthError::MissingCredentials),
        }
    }
}
