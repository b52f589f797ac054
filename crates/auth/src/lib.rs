//! Who is calling, and what they may: tokens and sessions of people, tokens of programs, sign-in, policies. Contract:
//! auth.md, permissions.md.
//!
//! [`Authority`] issues and verifies; [`config::Auth`] is its configuration; [`Principal`] is its answer. Everything it
//! issues is signed with keys that live in the store, and nothing else is kept: a restart signs nobody out.

pub mod audit;
mod authority;
mod bearer;
mod cache;
mod directory;
mod error;
mod external;
mod guest;
mod jws;
mod keys;
mod origin;
pub mod policy;
mod principal;
mod remote_keys;
mod session;
pub mod sign_in;
#[cfg(test)]
mod test_support;
mod tokens;

pub use authority::{Authority, Clock, IssuedToken, Session};
pub use bearer::bearer_token;
pub use directory::{UserDirectory, UserQuery};
pub use error::AuthError;
pub use guest::guest;
pub use origin::RequestOrigin;
pub use policy::Permissions;
pub use policy::permission::{self, Permission};
pub use principal::{Principal, Restriction, Restrictions, Service, User};
pub use session::{SESSION_COOKIE, SESSION_LIFETIME, clear_cookie, session_cookie};
pub use sign_in::SignIn;
