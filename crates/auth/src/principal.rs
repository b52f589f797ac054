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

impl Principal {
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
