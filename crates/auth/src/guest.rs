//! Guest sign-in: anybody is let in as one configured user (contract auth.md sections 1.4 and 2). For trials and
//! development.

use config::{Auth, Guest};
use serde_json::{Value, json};

use crate::{AuthError, Authority, IssuedToken};

/// Name of the provider in paths and configuration.
const GUEST: &str = "guest";

/// The guest, if guests may sign in.
///
/// # Errors
/// [`AuthError::UnknownProvider`] when guests are not configured, [`AuthError::GuestNotAllowed`] when this is not the
/// place for them.
pub fn guest(options: &Auth) -> Result<&Guest, AuthError> {
    let guest = options.guest.as_ref().ok_or_else(|| AuthError::UnknownProvider(GUEST.to_owned()))?;
    if guest.allow_outside_development || options.environment.as_deref() == Some("development") {
        Ok(guest)
    } else {
        Err(AuthError::GuestNotAllowed)
    }
}

impl Authority {
    /// The guest, if guests may sign in.
    ///
    /// # Errors
    /// As [`guest`].
    pub fn guest(&self) -> Result<&Guest, AuthError> {
        guest(&self.options)
    }

    /// The body of `/api/auth/guest/refresh`: a fresh user token and who it is for.
    ///
    /// # Errors
    /// As [`guest`] and [`Authority::issue_user_token`].
    pub async fn guest_refresh(&self) -> Result<Value, AuthError> {
        let identity = self.identity(&self.guest()?.user).await?;
        Ok(json!({ "profile": {}, "backstageIdentity": identity }))
    }

    /// Signs a browser in as the guest.
    ///
    /// # Errors
    /// As [`guest`] and [`Authority::start_session`].
    pub async fn guest_session(&self) -> Result<IssuedToken, AuthError> {
        self.start_session(&self.guest()?.user).await
    }
}
