//! `auth` and `backend.auth`: who may come in, and how. Contract: auth sections 2, 3.4 and 5.

mod external;
mod providers;

use std::time::Duration;

pub use external::{AccessRestriction, ExternalAccess, ExternalCredential, Jwks, SharedSecret};
use model::{EntityRef, RefDefaults};
pub use providers::{Misconfigured, ProviderKind, Resolver, SignInProvider};
pub(crate) use providers::{OAUTH_KEYS, PROXY_KEYS};

use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new("auth.environment", "`development`, `production` or a name of your own; guests come in in the first."),
    Key::new("auth.identityTokenAlgorithm", "`ES256`, the one way user tokens are signed."),
    Key::new("auth.backstageTokenExpiration", "How long user tokens last, 10 minutes to 24 hours; default 1 hour."),
    Key::new("auth.omitIdentityTokenOwnershipClaim", "Whether user tokens leave out the claim `ent`; default true."),
    Key::new("auth.providers.guest", "Switches sign-in without a password on, for trials."),
    Key::new("auth.providers.guest.userEntityRef", "Who the guest is; default `user:development/guest`."),
    Key::new("auth.providers.guest.ownershipEntityRefs", "What a guest unknown to the catalog owns things as."),
    Key::new(
        "auth.providers.guest.dangerouslyAllowOutsideDevelopment",
        "Lets guests in whatever `auth.environment` says.",
    ),
    Key::new("auth.experimentalExtraAllowedOrigins", "Origins besides the portal's that may open sign-in windows."),
    Key::new("backend.auth.dangerouslyDisableDefaultAuthPolicy", "Lets requests without credentials pass."),
    Key::new("backend.auth.externalAccess[].type", "`static`, `legacy` or `jwks`."),
    Key::new("backend.auth.externalAccess[].options.url", "Where keys are published, for `jwks`."),
    Key::new("backend.auth.externalAccess[].options.algorithm", "How tokens have to be signed; any way by default."),
    Key::new("backend.auth.externalAccess[].options.issuer", "Who has to have issued them."),
    Key::new("backend.auth.externalAccess[].options.audience", "Whom they have to be for."),
    Key::new("backend.auth.externalAccess[].options.subjectPrefix", "What stands before the subject of a token."),
    Key::secret("backend.auth.externalAccess[].options.token", "The token, of at least 8 characters."),
    Key::secret("backend.auth.externalAccess[].options.secret", "The shared secret in base64, for `legacy`."),
    Key::new("backend.auth.externalAccess[].options.subject", "Who the program is, for policies and logs."),
    Key::new("backend.auth.externalAccess[].accessRestrictions[].plugin", "A plugin it may call; all when none is."),
    Key::new("backend.auth.externalAccess[].accessRestrictions[].permission", "The permissions it has there."),
    Key::new(
        "backend.auth.externalAccess[].accessRestrictions[].permissionAttribute.action",
        "The actions it may take there: `create`, `read`, `update`, `delete`.",
    ),
    Key::secret("backend.auth.keys[].secret", "A shared secret in base64; use `externalAccess` of type `legacy`."),
];

/// The one algorithm that signs user tokens.
const ALGORITHM: &str = "ES256";
/// Lifetime of a user token unless configured, and its bounds; one outside is moved to the nearest.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);
const SHORTEST_LIFETIME: Duration = Duration::from_secs(600);
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How people and programs are let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// `development`, `production` or another name.
    pub environment: Option<String>,
    /// Lifetime of user tokens, between 10 minutes and 24 hours.
    pub token_lifetime: Duration,
    /// Leave the claim `ent` out of user tokens.
    pub omit_ownership_claim: bool,
    /// `None` when guests cannot sign in.
    pub guest: Option<Guest>,
    /// The other ways to sign in.
    pub providers: Vec<SignInProvider>,
    /// Providers that are left out.
    pub misconfigured: Vec<Misconfigured>,
    /// Globs over origins that may open sign-in windows, besides the portal's own.
    pub allowed_origins: Vec<String>,
    /// `backend.auth.externalAccess`, and `backend.auth.keys` behind it.
    pub external_access: Vec<ExternalAccess>,
    /// Let requests without credentials pass.
    pub disable_default_policy: bool,
}

/// Sign-in without a password, for trials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    pub user: EntityRef,
    /// What the guest owns things as when the catalog does not know the user; the user alone when `None`.
    pub ownership: Option<Vec<EntityRef>>,
    pub allow_outside_development: bool,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            environment: None,
            token_lifetime: TOKEN_LIFETIME,
            omit_ownership_claim: true,
            guest: None,
            providers: Vec::new(),
            misconfigured: Vec::new(),
            allowed_origins: Vec::new(),
            external_access: Vec::new(),
            disable_default_policy: false,
        }
    }
}

impl Default for Guest {
    fn default() -> Self {
        let user = EntityRef::new("user", "development", "guest");
        Self { user, ownership: None, allow_outside_development: false }
    }
}

impl Auth {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        problems.kept(check_algorithm(root));
        let lifetime = problems.optional(root.duration("auth.backstageTokenExpiration")).unwrap_or(TOKEN_LIFETIME);
        let guest = problems.optional(root.object("auth.providers.guest"));
        let omit = problems.optional(root.bool("auth.omitIdentityTokenOwnershipClaim"));
        let open = problems.optional(root.bool("backend.auth.dangerouslyDisableDefaultAuthPolicy"));
        let environment = problems.optional(root.string("auth.environment"));
        let lenient = environment.as_deref() == Some("development");
        let (providers, misconfigured) = providers::read(root, lenient, problems);
        Self {
            environment,
            token_lifetime: lifetime.clamp(SHORTEST_LIFETIME, LONGEST_LIFETIME),
            omit_ownership_claim: omit.unwrap_or(true),
            providers,
            misconfigured,
            allowed_origins: problems
                .optional(root.strings("auth.experimentalExtraAllowedOrigins"))
                .unwrap_or_default(),
            guest: guest.map(|guest| Guest::read(&guest, problems)),
            external_access: external::read(root, problems),
            disable_default_policy: open.unwrap_or(false),
        }
    }
}

impl Guest {
    fn read(section: &View<'_>, problems: &mut Problems) -> Self {
        let user = match section.find("userEntityRef") {
            Some(user) => problems.kept(reference(&user)),
            None => None,
        };
        let ownership =
            section.find("ownershipEntityRefs").map(|list| problems.each(list.elements("string-array"), reference));
        let outside = problems.optional(section.bool("dangerouslyAllowOutsideDevelopment"));
        let default = Self::default();
        Self { user: user.unwrap_or(default.user), ownership, allow_outside_development: outside.unwrap_or(false) }
    }
}

/// Another algorithm is refused rather than ignored: somebody may rely on it.
fn check_algorithm(root: &View<'_>) -> Result<(), ConfigError> {
    match root.find("auth.identityTokenAlgorithm") {
        Some(algorithm) if algorithm.as_str()? != ALGORITHM => {
            Err(algorithm.invalid(format!("expected '{ALGORITHM}', got {}", algorithm.shown())))
        }
        _ => Ok(()),
    }
}

fn reference(view: &View<'_>) -> Result<EntityRef, ConfigError> {
    EntityRef::parse(view.as_str()?, RefDefaults { kind: Some("user"), namespace: None })
        .map_err(|error| view.invalid(error.to_string()))
}
