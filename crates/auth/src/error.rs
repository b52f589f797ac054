//! Why somebody was not let in, in the words and with the status that clients of the wire know.

use store::StoreError;

/// A refused request. [`AuthError::name`] and [`AuthError::status`] are what the error envelope shows.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// A protected route was called without credentials.
    #[error("Missing credentials")]
    MissingCredentials,
    /// No kind of token recognises this one. It says no more on purpose.
    #[error("Illegal token")]
    IllegalToken,
    /// A token of a person that is not valid, or no longer.
    #[error("Failed user token verification")]
    IllegalUserToken,
    /// A token of a plugin: none outside this process has keys that are trusted.
    #[error("Failed plugin token verification")]
    IllegalPluginToken,
    /// A limited token that is not valid, or one where a full token is needed.
    #[error("Illegal limited user token")]
    IllegalLimitedToken,
    /// An external token that is limited to other plugins.
    #[error("This token's access is restricted to plugin(s) {}", quoted(.0))]
    RestrictedTo(Vec<String>),
    /// The route is for another kind of caller: `user`, `service` or `none`.
    #[error("This endpoint does not allow '{0}' credentials")]
    PrincipalNotAllowed(&'static str),
    /// Guest sign-in is configured, but not for this environment.
    #[error(
        "Guest sign-in is for development only; set auth.environment to development, or \
         auth.providers.guest.dangerouslyAllowOutsideDevelopment to true if everybody who reaches this portal may use it"
    )]
    GuestNotAllowed,
    /// There is no such way to sign in.
    #[error("Unknown auth provider '{0}'")]
    UnknownProvider(String),
    /// The ownership claims of the user make a token that no server would take as a header.
    #[error(
        "The token of {user} would be {length} characters long, the limit is {limit}; leave the ownership references out of \
         tokens (auth.omitIdentityTokenOwnershipClaim: true) or review the groups of this user"
    )]
    TokenTooLong { user: String, length: usize, limit: usize },
    /// The signing keys could not be read or written.
    #[error("signing keys are not available: {0}")]
    Keys(#[from] StoreError),
}

impl AuthError {
    /// The error name of the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MissingCredentials
            | Self::IllegalToken
            | Self::IllegalUserToken
            | Self::IllegalPluginToken
            | Self::IllegalLimitedToken => "AuthenticationError",
            Self::RestrictedTo(_) | Self::PrincipalNotAllowed(_) | Self::GuestNotAllowed => "NotAllowedError",
            Self::UnknownProvider(_) => "NotFoundError",
            Self::TokenTooLong { .. } => "Error",
            Self::Keys(_) => "ServiceUnavailableError",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self.name() {
            "AuthenticationError" => 401,
            "NotAllowedError" => 403,
            "NotFoundError" => 404,
            "ServiceUnavailableError" => 503,
            _ => 500,
        }
    }
}

fn quoted(plugins: &[String]) -> String {
    plugins.iter().map(|plugin| format!("'{plugin}'")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restricted_plugins_are_quoted_one_by_one() {
        let error = AuthError::RestrictedTo(vec!["catalog".to_owned(), "search".to_owned()]);
        assert_eq!(error.to_string(), "This token's access is restricted to plugin(s) 'catalog', 'search'");
        assert_eq!((error.status(), error.name()), (403, "NotAllowedError"));
    }
}
