//! Reads the entries and adds the public hosts.

use url::Url;

use super::super::http_url;
use super::{
    Azure, AzureCredential, AzureSecret, BitbucketCloud, BitbucketCredential, BitbucketServer, Gerrit, GitHub,
    GitHubApp, GitLab, Gitea, Integrations,
};
use crate::problems::Problems;
use crate::{ConfigError, View};

const GITHUB: &str = "github.com";
const GITLAB: &str = "gitlab.com";
const AZURE: &str = "dev.azure.com";
const BITBUCKET: &str = "bitbucket.org";

type Read<T> = Result<T, ConfigError>;

impl Integrations {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Option<Self> {
        let mut this = Self {
            github: problems.each(root.objects("integrations.github"), github),
            gitlab: problems.each(root.objects("integrations.gitlab"), gitlab),
            bitbucket_cloud: problems.each(root.objects("integrations.bitbucketCloud"), bitbucket_cloud),
            bitbucket_server: problems.each(root.objects("integrations.bitbucketServer"), bitbucket_server),
            azure: problems.each(root.objects("integrations.azure"), azure),
            gerrit: problems.each(root.objects("integrations.gerrit"), gerrit),
            gitea: problems.each(root.objects("integrations.gitea"), gitea),
        };
        problems.kept(this.add_public_hosts(root))?;
        Some(this)
    }

    fn add_public_hosts(&mut self, root: &View<'_>) -> Read<()> {
        if !self.github.iter().any(|github| github.host == GITHUB) {
            let (api_base_url, raw_base_url) = (https(root, "api.github.com", "")?, Some(raw_github(root)?));
            self.github.push(GitHub { host: GITHUB.into(), api_base_url, raw_base_url, token: None, apps: vec![] });
        }
        if !self.gitlab.iter().any(|gitlab| gitlab.host == GITLAB) {
            let (api_base_url, base_url) = (https(root, GITLAB, "/api/v4")?, https(root, GITLAB, "")?);
            self.gitlab.push(GitLab { host: GITLAB.into(), api_base_url, base_url, token: None });
        }
        if !self.bitbucket_cloud.iter().any(|cloud| cloud.host == BITBUCKET) {
            let api_base_url = https(root, "api.bitbucket.org", "/2.0")?;
            self.bitbucket_cloud.push(BitbucketCloud { host: BITBUCKET.into(), api_base_url, credential: None });
        }
        if !self.azure.iter().any(|azure| azure.host == AZURE) {
            self.azure.push(Azure { host: AZURE.into(), base_url: https(root, AZURE, "")?, credentials: vec![] });
        }
        Ok(())
    }
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
    let base_url = url_or(view, "baseUrl", &host, "")?;
    let api_base_url = match http_url(view, "apiBaseUrl")? {
        Some(url) => url,
        None => below(&base_url, "/api/v4"),
    };
    Ok(GitLab { api_base_url, base_url, token: view.secret("token")?, host })
}

fn bitbucket_cloud(view: &View<'_>) -> Read<BitbucketCloud> {
    let host = host(view, Some(BITBUCKET), "Bitbucket Cloud")?;
    let api_base_url = match http_url(view, "apiBaseUrl")? {
        Some(url) => url,
        None if host == BITBUCKET => https(view, "api.bitbucket.org", "/2.0")?,
        None => https(view, &host, "/2.0")?,
    };
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
    Ok(BitbucketCloud { host, api_base_url, credential })
}

fn bitbucket_server(view: &View<'_>) -> Read<BitbucketServer> {
    let host = host(view, None, "Bitbucket Server")?;
    let credential = match (view.secret("token")?, view.string("username")?, view.secret("password")?) {
        (_, Some(username), Some(password)) => Some(BitbucketCredential::Basic { username, password }),
        // Half a credential is none, as in Backstage: the other half is often a variable that is not set.
        (token, ..) => token.map(BitbucketCredential::Token),
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
    Ok(Azure { base_url: https(view, &host, "")?, host, credentials })
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
    let base_url = url_or(view, "baseUrl", &host, "")?;
    Ok(Gerrit {
        gitiles_base_url: url_or(view, "gitilesBaseUrl", &host, "")?,
        base_url,
        edit_urls: !view.bool("disableEditUrl")?.unwrap_or(false),
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

/// The entry's host, as addresses carry it: in lower case, without the port that https has anyway.
fn host(view: &View<'_>, default: Option<&str>, family: &str) -> Read<String> {
    let written = match (view.string("host")?, default) {
        (Some(host), _) => host,
        (None, Some(default)) => return Ok(default.to_owned()),
        (None, None) => return Err(view.missing("host")),
    };
    let url = Url::parse(&format!("https://{written}")).ok().filter(|url| {
        // Whatever else an address may have was taken for a part of the host.
        url.path() == "/" && !written.ends_with('/') && !written.contains(['?', '#', '@'])
    });
    let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port())));
    match host {
        Some((name, None)) => Ok(name.to_owned()),
        Some((name, Some(port))) => Ok(format!("{name}:{port}")),
        None => {
            let at = view.find("host").unwrap_or_else(|| view.clone());
            Err(at.invalid(format!("Invalid {family} integration config, '{written}' is not a valid host")))
        }
    }
}

/// The address `path` below `base`.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

fn url_or(view: &View<'_>, key: &str, host: &str, path: &str) -> Read<Url> {
    http_url(view, key)?.map_or_else(|| https(view, host, path), Ok)
}

fn https(view: &View<'_>, host: &str, path: &str) -> Read<Url> {
    Url::parse(&format!("https://{host}{path}")).map_err(|_| view.invalid(format!("'{host}' is not a valid host")))
}
