//! `integrations`: the git hosts the portal can read, and how it signs in to them. Entries are matched by host; the
//! public hosts are there without being written. Contract: platform-services section 3.1.

mod keys;
mod read;

use url::Url;

pub(crate) use keys::KEYS;

use crate::Secret;

/// Git hosts by family.
#[derive(Clone, Debug)]
pub struct Integrations {
    /// Always has github.com.
    pub github: Vec<GitHub>,
    /// Always has gitlab.com.
    pub gitlab: Vec<GitLab>,
    /// Always has bitbucket.org.
    pub bitbucket_cloud: Vec<BitbucketCloud>,
    pub bitbucket_server: Vec<BitbucketServer>,
    /// Always has dev.azure.com.
    pub azure: Vec<Azure>,
    pub gerrit: Vec<Gerrit>,
    pub gitea: Vec<Gitea>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHub {
    /// Host, with the port if it is not the usual one; lower case, as in every family.
    pub host: String,
    /// `https://api.github.com`, elsewhere `https://<host>/api/v3`.
    pub api_base_url: Url,
    /// Where raw files are read without signing in; known for github.com, elsewhere only if written.
    pub raw_base_url: Option<Url>,
    pub token: Option<Secret>,
    pub apps: Vec<GitHubApp>,
}

/// A GitHub App that reads for the owners that installed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubApp {
    pub app_id: String,
    pub private_key: Secret,
    pub client_id: Option<String>,
    pub client_secret: Option<Secret>,
    pub webhook_secret: Option<Secret>,
    /// Any owner when `None`.
    pub allowed_installation_owners: Option<Vec<String>>,
    pub public_access: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitLab {
    pub host: String,
    /// `<base URL>/api/v4` unless it says otherwise.
    pub api_base_url: Url,
    /// `https://<host>` unless it says otherwise; may have a path.
    pub base_url: Url,
    pub token: Option<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitbucketCloud {
    pub host: String,
    /// `https://api.bitbucket.org/2.0`, elsewhere `https://<host>/2.0`.
    pub api_base_url: Url,
    pub credential: Option<BitbucketCredential>,
}

/// How to sign in to Bitbucket, cloud or server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BitbucketCredential {
    Token(Secret),
    Basic {
        username: String,
        password: Secret,
    },
    /// OAuth client credentials, cloud only.
    Client {
        id: String,
        secret: Secret,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitbucketServer {
    pub host: String,
    /// `https://<host>/rest/api/1.0` unless it says otherwise.
    pub api_base_url: Url,
    pub credential: Option<BitbucketCredential>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Azure {
    pub host: String,
    /// `https://<host>`.
    pub base_url: Url,
    /// Tried in order: first those that name the organization, then those for any.
    pub credentials: Vec<AzureCredential>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureCredential {
    /// Any organization when `None`.
    pub organizations: Option<Vec<String>>,
    pub secret: AzureSecret,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AzureSecret {
    PersonalAccessToken(Secret),
    ClientSecret {
        client_id: String,
        tenant_id: String,
        client_secret: Secret,
    },
    /// The identity of the machine; `system-assigned` or a client id.
    ManagedIdentity {
        client_id: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gerrit {
    pub host: String,
    /// `https://<host>` unless it says otherwise.
    pub base_url: Url,
    /// Where Gitiles is; `https://<host>` unless it says otherwise.
    pub gitiles_base_url: Url,
    /// Whether people are sent to Gerrit's own editor.
    pub edit_urls: bool,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gitea {
    pub host: String,
    /// `https://<host>` unless it says otherwise.
    pub base_url: Url,
    /// Without a username the password is sent as a token.
    pub username: Option<String>,
    pub password: Option<Secret>,
}
