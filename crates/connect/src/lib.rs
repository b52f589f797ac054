//! Reading files by URL: from git hosts through their APIs with the configured credentials, and from the plain web servers
//! that the configuration allows (contract platform-services.md section 3). This is the one implementation of
//! [`sdk::UrlReader`].

mod fetch;
mod options;
mod place;
mod plain;
mod readers;
mod resolve;
mod scm;
mod search;
mod secret;
#[cfg(test)]
mod tests;

pub use options::{
    AllowedHost, AzureCredential, AzureOptions, BitbucketCloudOptions, BitbucketServerOptions, GerritOptions,
    GiteaOptions, GithubOptions, GitlabOptions, OptionsError, ReaderOptions,
};
pub use readers::{Readers, SetupError};
pub use secret::Secret;
