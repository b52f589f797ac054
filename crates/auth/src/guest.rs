//! Guest sign-in: anybody is let in as one configured user (contract auth.md sections 1.4 and 2). For trials and
//! development.

use serde_json::{Value, json};

use crate::{AuthError, AuthOptions, Authority, GuestOptions, IssuedToken};

/// Name of the provider in paths and configuration.
const GUEST: &str = "guest";

impl AuthOptions {
    /// Lets guests in, as the demo does that starts without a configuration: an administrator who chose an environment or
    /// configured guests keeps what was said.
    pub fn allow_demo_guest(&mut self) {
        if self.environment.is_none() {
            self.guest.get_or_insert_default().allow_outside_development = true;
        }
    }

    /// The guest, if guests may sign in.
    ///
    /// # Errors
    /// [`AuthError::UnknownProvider`] when guests are not configured, [`AuthError::GuestNotAllowed`] when this is not
    /// the place for them.
    pub fn guest(&self) -> Result<&GuestOptions, AuthError> {
        let guest = self.guest.as_ref().ok_or_else(|| AuthError::UnknownProvider(GUEST.to_owned()))?;
        if guest.allow_outside_development || self.environment.as_deref() == Some("development") {
            Ok(guest)
        } else {
            Err(AuthError::GuestNotAllowed)
        }
    }
}

impl Authority {
    /// The settings this authority works with.
    pub fn options(&self) -> &AuthOptions {
        &self.options
    }

    /// The body of `/api/auth/guest/refresh`: a fresh user token and who it is for.
    ///
    /// # Errors
    /// As [`AuthOptions::guest`] and [`Authority::issue_user_token`].
    pub async fn guest_refresh(&self) -> Result<Value, AuthError> {
        let user = &self.options.guest()?.user;
        let ownership = self.ownership(user).await;
        let issued = self.issue_user_token(user, &ownership).await?;
        Ok(json!({
            "profile": {},
            "backstageIdentity": {
                "token": issued.token,
                "identity": { "type": "user", "userEntityRef": user, "ownershipEntityRefs": ownership },
                "expiresInSeconds": issued.lifetime.as_secs(),
            },
        }))
    }

    /// Signs a browser in as the guest.
    ///
    /// # Errors
    /// As [`AuthOptions::guest`] and [`Authority::start_session`].
    pub async fn guest_session(&self) -> Result<IssuedToken, AuthError> {
        self.start_session(&self.options.guest()?.user).await
    }
}
