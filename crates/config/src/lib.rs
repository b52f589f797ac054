//! Configuration: Backstage's `app-config.yaml` files, read the way Backstage reads them.
//!
//! Layers are merged ([`Loader`]), variables substituted and files included, environment overrides put on top; the
//! result is one [`Config`] that still knows, for every key, which file and line (or which variable) said so. Typed
//! sections ([`Settings`]) are read from it, and every complaint names key, file and line. This crate alone reads the
//! process environment. Contract: platform-services section 1, catalog section 8.

mod config;
mod duration;
mod environment;
mod error;
mod files;
mod keys;
mod layers;
mod loader;
mod merge;
mod origin;
mod overrides;
mod pointer;
mod problems;
mod secret;
mod section;
mod substitute;
mod transform;
mod unknown;
mod view;

pub use config::{Config, Entry};
pub use duration::{DurationError, parse_duration};
pub use environment::Environment;
pub use error::ConfigError;
pub use keys::{Key, known_keys};
pub use loader::{LoadOptions, Loader, ReadRemote};
pub use origin::Origin;
pub use secret::Secret;
pub use section::Settings;
pub use section::app::App;
pub use section::audit::Audit;
pub use section::auth::{
    AccessRestriction, Auth, ExternalAccess, ExternalCredential, Guest, Jwks, Misconfigured, ProviderKind, Resolver,
    SharedSecret, SignInProvider,
};
pub use section::backend::{AllowedHost, Backend, Certificate, CspDirective, Https, Lifecycle, Listen, Role};
pub use section::branding::{Branding, Picture};
pub use section::catalog::{
    AllowedKind, Catalog, ConflictStrategy, History, LocationMatch, OrphanStrategy, ProcessingInterval, Rule,
    StaticLocation, TargetMatch,
};
pub use section::cors::Cors;
pub use section::database::{ClientCertificate, Database, Postgres, PostgresServer, PostgresTls};
pub use section::integrations::{
    Azure, AzureCredential, AzureSecret, BitbucketCloud, BitbucketCredential, BitbucketServer, Gerrit, GitHub,
    GitHubApp, GitLab, Gitea, Integrations,
};
pub use section::organization::Organization;
pub use section::permission::{DefaultRole, Permission, PolicyFile, Rbac, RbacLimits};
pub use section::proxy::{Proxy, ProxyCredentials, ProxyEndpoint};
pub use section::techdocs::TechDocs;
pub use unknown::{UnknownKey, Warning};
pub use view::View;
