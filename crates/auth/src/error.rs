//! Why somebody was not let in, in the words and with the status that clients of the wire know.

use store::StoreError;

use crate::sign_in::ExchangeError;

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
    /// A provider is configured in a way that cannot work; in development the portal started without it.
    #[error("Auth provider registered for '{id}' is misconfigured: {reason}")]
    Misconfigured { id: &'static str, reason: String },
    /// A provider is configured, but not for this environment.
    #[error("No configuration available for the '{0}' environment of this provider.")]
    UnknownEnvironment(String),
    #[error("Must specify 'env' query to select environment")]
    NoEnvironment,
    #[error("No env provided in request query parameters")]
    NoEnvironmentInQuery,
    #[error("No redirectUrl provided in request query parameters")]
    NoRedirectUrl,
    /// A browser is not sent to other sites.
    #[error("The redirectUrl is not on an allowed origin")]
    RedirectNotAllowed,
    #[error("Invalid or missing origin in request")]
    InvalidOrigin,
    #[error("Origin '{0}' is not allowed")]
    OriginNotAllowed(String),
    /// What came back from a provider was not sent off from here, or not by this browser.
    #[error("{0}")]
    InvalidState(&'static str),
    /// The provider did not do its part.
    #[error("{0}")]
    Exchange(#[from] ExchangeError),
    #[error("Sign-in user email is not from an allowed domain")]
    DomainNotAllowed,
    #[error("User lookup resulted in multiple matches")]
    SeveralUsers,
    /// No resolver found a user. Each says what it looked for; `person` is what the provider told.
    #[error(
        "Failed to sign-in, unable to resolve user identity. Please verify that your catalog contains the expected User entities \
         that would match your configured sign-in resolver. The provider told {person}. Tried: {}", .tried.join("; ")
    )]
    NobodyFound { tried: Vec<String>, person: String },
    #[error("auth.providers.{0} has no signIn.resolvers, so nobody can sign in with it")]
    NoResolvers(String),
    #[error("Missing session cookie")]
    NoSessionCookie,
    #[error("Invalid X-Requested-With header")]
    NotFromScript,
    #[error("Refresh failed; caused by {name}: {0}", name = .0.name())]
    Refresh(Box<AuthError>),
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
            | Self::IllegalLimitedToken
            | Self::NotFromScript
            | Self::Refresh(_) => "AuthenticationError",
            Self::RestrictedTo(_)
            | Self::PrincipalNotAllowed(_)
            | Self::GuestNotAllowed
            | Self::OriginNotAllowed(_)
            | Self::RedirectNotAllowed
            | Self::InvalidState(_)
            | Self::DomainNotAllowed => "NotAllowedError",
            Self::UnknownProvider(_) | Self::UnknownEnvironment(_) | Self::Misconfigured { .. } => "NotFoundError",
            Self::NoEnvironment
            | Self::NoEnvironmentInQuery
            | Self::NoRedirectUrl
            | Self::NoSessionCookie
            | Self::InvalidOrigin => "InputError",
            Self::SeveralUsers => "ConflictError",
            Self::Exchange(_) | Self::NobodyFound { .. } | Self::NoResolvers(_) => "AuthenticationError",
            Self::TokenTooLong { .. } => "Error",
            Self::Keys(_) => "ServiceUnavailableError",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self.name() {
            "AuthenticationError" => 401,
            "NotAllowedError" => 403,
            "InputError" => 400,
            "NotFoundError" => 404,
            "ConflictError" => 409,
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
