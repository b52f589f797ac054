//! Reads the entries and adds the public hosts.

use url::Url;

use super::super::http_url;
use super::{
    Azure, AzureCredential, AzureSecret, BitbucketCloud, BitbucketCredential, BitbucketServer, Gerrit, GitHub,
    GitHubApp, GitLab, Gitea, Integrations,
};
use crate::{Config, ConfigError, View};

const GITHUB: &str = "github.com";
const GITLAB: &str = "gitlab.com";
const AZURE: &str = "dev.azure.com";

type Read<T> = Result<T, ConfigError>;

impl Integrations {
    /// # Errors
    /// The first value that cannot be used.
    pub fn read(config: &Config) -> Read<Self> {
        let root = config.root();
        let mut this = Self {
            github: all(&root, "integrations.github", github)?,
            gitlab: all(&root, "integrations.gitlab", gitlab)?,
            bitbucket_cloud: all(&root, "integrations.bitbucketCloud", bitbucket_cloud)?,
            bitbucket_server: all(&root, "integrations.bitbucketServer", bitbucket_server)?,
            azure: all(&root, "integrations.azure", azure)?,
            gerrit: all(&root, "integrations.gerrit", gerrit)?,
            gitea: all(&root, "integrations.gitea", gitea)?,
        };
        if !this.github.iter().any(|github| github.host == GITHUB) {
            let (api_base_url, raw_base_url) = (https(&root, "api.github.com", "")?, raw_github(&root)?);
            let raw_base_url = Some(raw_base_url);
            this.github.push(GitHub { host: GITHUB.into(), api_base_url, raw_base_url, token: None, apps: vec![] });
        }
        if !this.gitlab.iter().any(|gitlab| gitlab.host == GITLAB) {
            let (api_base_url, base_url) = (https(&root, GITLAB, "/api/v4")?, https(&root, GITLAB, "")?);
            this.gitlab.push(GitLab { host: GITLAB.into(), api_base_url, base_url, token: None });
        }
        if this.bitbucket_cloud.is_empty() {
            this.bitbucket_cloud.push(BitbucketCloud { credential: None });
        }
        if !this.azure.iter().any(|azure| azure.host == AZURE) {
            this.azure.push(Azure { host: AZURE.into(), credentials: vec![] });
        }
        Ok(this)
    }
}

fn all<T>(root: &View<'_>, key: &str, read: fn(&View<'_>) -> Read<T>) -> Read<Vec<T>> {
    root.objects(key)?.iter().map(read).collect()
}

fn github(view: &View<'_>) -> Read<GitHub> {
    let host = host(view, Some(GITHUB), "GitHub")?;
    let public = host == GITHUB;
    let api_base_url = match http_url(view, "apiBaseUrl")? {
        Some(url) => url,
        None if public => https(view, "api.github.com", "")?,
        None => https(view, &host, "/api/v3")?,
    };
    let raw_base_url = match http_url(view, "rawBaseUrl")? {
        None if public => Some(raw_github(view)?),
        url => url,
    };
    let apps = view.objects("apps")?.iter().map(github_app).collect::<Read<_>>()?;
    Ok(GitHub { host, api_base_url, raw_base_url, token: view.secret("token")?, apps })
}

fn raw_github(view: &View<'_>) -> Read<Url> {
    https(view, "raw.githubusercontent.com", "")
}

fn github_app(view: &View<'_>) -> Read<GitHubApp> {
    let app_id = match view.find("appId").map(|id| id.value()) {
        Some(serde_json::Value::Number(id)) => id.to_string(),
        _ => view.required_string("appId")?,
    };
    Ok(GitHubApp {
        app_id,
        private_key: view.secret("privateKey")?.ok_or_else(|| view.missing("privateKey"))?,
        client_id: view.string("clientId")?,
        client_secret: view.secret("clientSecret")?,
        webhook_secret: view.secret("webhookSecret")?,
        allowed_installation_owners: view.strings("allowedInstallationOwners")?,
        public_access: view.bool("publicAccess")?.unwrap_or(false),
    })
}

fn gitlab(view: &View<'_>) -> Read<GitLab> {
    let host = host(view, Some(GITLAB), "GitLab")?;
    Ok(GitLab {
        api_base_url: url_or(view, "apiBaseUrl", &host, "/api/v4")?,
        base_url: url_or(view, "baseUrl", &host, "")?,
        token: view.secret("token")?,
        host,
    })
}

fn bitbucket_cloud(view: &View<'_>) -> Read<BitbucketCloud> {
    let username = view.string("username")?;
    let password = view.secret("token")?.or(view.secret("appPassword")?);
    let client = (view.string("clientId")?, view.secret("clientSecret")?);
    let credential = match (client, username, password) {
        ((Some(id), Some(secret)), _, _) => Some(BitbucketCredential::Client { id, secret }),
        ((Some(_), None), ..) => return Err(view.missing("clientSecret")),
        ((None, Some(_)), ..) => return Err(view.missing("clientId")),
        (_, Some(username), Some(password)) => Some(BitbucketCredential::Basic { username, password }),
        (_, Some(_), None) => return Err(view.invalid("a username needs a `token` (or an `appPassword`)")),
        (_, None, Some(token)) => Some(BitbucketCredential::Token(token)),
        (_, None, None) => None,
    };
    Ok(BitbucketCloud { credential })
}

fn bitbucket_server(view: &View<'_>) -> Read<BitbucketServer> {
    let host = host(view, None, "Bitbucket Server")?;
    let credential = match (view.secret("token")?, view.string("username")?, view.secret("password")?) {
        (Some(token), ..) => Some(BitbucketCredential::Token(token)),
        (None, Some(username), Some(password)) => Some(BitbucketCredential::Basic { username, password }),
        (None, Some(_), None) => return Err(view.missing("password")),
        (None, None, Some(_)) => return Err(view.missing("username")),
        (None, None, None) => None,
    };
    Ok(BitbucketServer { api_base_url: url_or(view, "apiBaseUrl", &host, "/rest/api/1.0")?, host, credential })
}

fn azure(view: &View<'_>) -> Read<Azure> {
    let host = host(view, Some(AZURE), "Azure")?;
    let mut credentials: Vec<AzureCredential> =
        view.objects("credentials")?.iter().map(azure_credential).collect::<Read<_>>()?;
    if let Some(token) = view.secret("token")? {
        let secret = AzureSecret::PersonalAccessToken(token);
        credentials.push(AzureCredential { organizations: None, secret });
    }
    Ok(Azure { host, credentials })
}

fn azure_credential(view: &View<'_>) -> Read<AzureCredential> {
    let client_id = view.string("clientId")?;
    let managed = view.string("managedIdentityClientId")?;
    let secret = match (view.secret("personalAccessToken")?, client_id, view.secret("clientSecret")?) {
        (Some(token), ..) => AzureSecret::PersonalAccessToken(token),
        (None, Some(client_id), Some(client_secret)) => {
            AzureSecret::ClientSecret { client_id, client_secret, tenant_id: view.required_string("tenantId")? }
        }
        (None, None, Some(_)) => return Err(view.missing("clientId")),
        (None, client_id, None) => {
            let wanted = "expected a `personalAccessToken`, `clientId` with `clientSecret` and `tenantId`, \
                          or a managed identity's `clientId`";
            AzureSecret::ManagedIdentity { client_id: client_id.or(managed).ok_or_else(|| view.invalid(wanted))? }
        }
    };
    Ok(AzureCredential { organizations: view.strings("organizations")?, secret })
}

fn gerrit(view: &View<'_>) -> Read<Gerrit> {
    let host = host(view, None, "Gerrit")?;
    Ok(Gerrit {
        base_url: url_or(view, "baseUrl", &host, "")?,
        gitiles_base_url: url_or(view, "gitilesBaseUrl", &host, "")?,
        username: view.string("username")?,
        password: view.secret("password")?,
        host,
    })
}

fn gitea(view: &View<'_>) -> Read<Gitea> {
    let host = host(view, None, "Gitea")?;
    Ok(Gitea {
        base_url: url_or(view, "baseUrl", &host, "")?,
        username: view.string("username")?,
        password: view.secret("password")?,
        host,
    })
}

/// The entry's host in lower case.
fn host(view: &View<'_>, default: Option<&str>, family: &str) -> Read<String> {
    let host = match (view.string("host")?, default) {
        (Some(host), _) => host.to_lowercase(),
        (None, Some(default)) => return Ok(default.to_owned()),
        (None, None) => return Err(view.missing("host")),
    };
    let valid = Url::parse(&format!("https://{host}")).is_ok_and(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        url.host_str().is_some_and(|name| format!("{name}{port}") == host)
    });
    if !valid {
        let at = view.find("host").unwrap_or_else(|| view.clone());
        return Err(at.invalid(format!("Invalid {family} integration config, '{host}' is not a valid host")));
    }
    Ok(host)
}

fn url_or(view: &View<'_>, key: &str, host: &str, path: &str) -> Read<Url> {
    http_url(view, key)?.map_or_else(|| https(view, host, path), Ok)
}

fn https(view: &View<'_>, host: &str, path: &str) -> Read<Url> {
    Url::parse(&format!("https://{host}{path}")).map_err(|_| view.invalid(format!("'{host}' is not a valid host")))
}
