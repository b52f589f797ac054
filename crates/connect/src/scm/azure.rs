//! Azure Repos: `https://dev.azure.com/organization/project/_git/repo?path=/path&version=GBmain`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::HeaderValue;
use config::{AzureCredential, AzureSecret};
use sdk::ReadError;
use serde::Deserialize;
use url::Url;

use super::{Scm, api_request, basic, request};
use crate::fetch::{Fetch, join};
use crate::place::{GitRef, Misfit, Place, RefKind, decode, path_of, safe, segments};

pub(crate) struct Azure {
    host: String,
    origin: Url,
    credentials: Vec<Credential>,
}

/// A personal access token, and the organisations it is for (none means all).
struct Credential {
    organizations: Vec<String>,
    authorization: HeaderValue,
}

#[derive(Deserialize)]
struct List<T> {
    value: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    commit_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    path: String,
    #[serde(default)]
    is_folder: bool,
    git_object_type: Option<String>,
}

const API_VERSION: &str = "6.0";

impl Azure {
    /// Service principals and managed identities are left out: they cannot sign in yet, which the configuration says.
    pub(crate) fn new(configured: &config::Azure) -> Self {
        let usable = |credential: &AzureCredential| match &credential.secret {
            AzureSecret::PersonalAccessToken(token) => Some(Credential {
                organizations: credential.organizations.clone().unwrap_or_default(),
                authorization: basic("", token)?,
            }),
            AzureSecret::ClientSecret { .. } | AzureSecret::ManagedIdentity { .. } => None,
        };
        Self {
            host: configured.host.clone(),
            origin: configured.base_url.clone(),
            credentials: configured.credentials.iter().filter_map(usable).collect(),
        }
    }

    fn misfit(&self) -> Misfit {
        Misfit::NotAFile(format!("https://{}/organization/project/_git/repo?path=/catalog-info.yaml", self.host))
    }

    /// The token for the organisation that the place lies in; one without organisations serves the others.
    fn authorization(&self, place: &Place) -> Option<&HeaderValue> {
        let organization = place.repository.split('/').next().unwrap_or_default();
        let named = |credential: &&Credential| {
            credential.organizations.iter().any(|name| name.eq_ignore_ascii_case(organization))
        };
        let general = |credential: &&Credential| credential.organizations.is_empty();
        let credentials = &self.credentials;
        credentials.iter().find(named).or_else(|| credentials.iter().find(general)).map(|found| &found.authorization)
    }

    /// `…/project/_apis/git/repositories/repo/<what>`; a place's repository is `organization/project/repo`.
    fn endpoint(&self, place: &Place, what: &str) -> Url {
        let mut parts: Vec<&str> = place.repository.split('/').collect();
        let repo = parts.pop().unwrap_or_default();
        // The old hosts carry the organisation in their name.
        let skip = usize::from(self.host.ends_with(".visualstudio.com"));
        let parts = parts.into_iter().skip(skip).chain(["_apis", "git", "repositories", repo, what]);
        let mut url = join(&self.origin, parts);
        // A server of one's own says by its port which scheme it speaks; the token must not travel in the clear otherwise.
        if place.plain_http && self.origin.port().is_some() {
            let _ = url.set_scheme("http");
        }
        url.query_pairs_mut().append_pair("api-version", API_VERSION);
        url
    }

    fn version(url: &mut Url, place: &Place, prefix: &str) {
        let Some(at) = &place.at else { return };
        url.query_pairs_mut().append_pair(&format!("{prefix}version"), &at.name);
        let kind = match at.kind {
            RefKind::Branch => return,
            RefKind::Tag => "tag",
            RefKind::Commit => "commit",
        };
        url.query_pairs_mut().append_pair(&format!("{prefix}versionType"), kind);
    }
}

#[async_trait]
impl Scm for Azure {
    fn host(&self) -> &str {
        &self.host
    }

    fn family(&self) -> &'static str {
        "azure"
    }

    fn has_credentials(&self) -> bool {
        !self.credentials.is_empty()
    }

    fn origins(&self) -> Vec<Url> {
        vec![self.origin.clone()]
    }

    fn locate(&self, url: &Url) -> Result<Place, Misfit> {
        let parts: Vec<String> = segments(url).into_iter().map(decode).collect();
        let git = parts.iter().position(|part| part == "_git").ok_or_else(|| self.misfit())?;
        let repo = parts.get(git + 1).filter(|repo| !repo.is_empty()).ok_or_else(|| self.misfit())?;
        let mut owner: Vec<&str> = parts[..git].iter().map(String::as_str).collect();
        if self.host.ends_with(".visualstudio.com") {
            owner.insert(0, self.host.split('.').next().unwrap_or_default());
        }
        if owner.is_empty() || owner.len() > 3 || owner.iter().any(|part| part.is_empty()) {
            return Err(self.misfit());
        }
        if owner.len() == 1 {
            // The short form for the repository that is called like its project.
            owner.push(repo);
        }
        let repository = owner.into_iter().chain([repo.as_str()]).collect::<Vec<_>>().join("/");
        safe(&repository)?;
        let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let path = query("path").unwrap_or_default();
        safe(&path)?;
        let at = match query("version") {
            None => None,
            Some(version) => {
                let name = version.get(2..).unwrap_or_default().to_owned();
                safe(&name)?;
                let kind = match version.get(..2) {
                    Some("GB") => RefKind::Branch,
                    Some("GT") => RefKind::Tag,
                    Some("GC") => RefKind::Commit,
                    _ => return Err(self.misfit()),
                };
                Some(GitRef { name, kind })
            }
        };
        let path = path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        Ok(Place { plain_http: url.scheme() == "http", repository, at, path, root: url.path().to_owned() })
    }

    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit> {
        if place.path.is_empty() {
            return Err(self.misfit());
        }
        let mut url = self.endpoint(place, "items");
        url.query_pairs_mut().append_pair("path", &format!("/{}", place.path));
        Self::version(&mut url, place, "");
        Ok(request(url, max_bytes, self.authorization(place)))
    }

    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let mut url = self.endpoint(place, "commits");
        url.query_pairs_mut().append_pair("searchCriteria.$top", "1");
        Self::version(&mut url, place, "searchCriteria.itemVersion.");
        let commits: List<Commit> = fetch.json(api_request(url, self.authorization(place))).await?;
        commits.value.into_iter().next().map(|commit| commit.commit_id).ok_or_else(|| fetch.not_found())
    }

    async fn default_root(&self, _: Fetch<'_>, url: &Url, _: &Place) -> Result<Url, ReadError> {
        Ok(url.clone())
    }

    async fn paths(
        &self,
        fetch: Fetch<'_>,
        place: &Place,
        commit: &str,
        folder: &str,
    ) -> Result<Vec<String>, ReadError> {
        let mut url = self.endpoint(place, "items");
        url.query_pairs_mut().append_pair("recursionLevel", "full").append_pair("scopePath", &format!("/{folder}"));
        Self::version(&mut url, &place.sibling("", GitRef::commit(commit)), "");
        let items: List<Item> = match fetch.json(api_request(url, self.authorization(place))).await {
            Err(ReadError::NotFound { .. }) => return Ok(Vec::new()),
            items => items?,
        };
        let file = |item: &Item| !item.is_folder && item.git_object_type.as_deref().is_none_or(|kind| kind == "blob");
        Ok(items.value.into_iter().filter(file).map(|item| item.path.trim_start_matches('/').to_owned()).collect())
    }

    fn address(&self, url: &Url, _: &Place, path: &str) -> String {
        with_path_parameter(url, &format!("/{path}"))
    }

    fn resolve(&self, reference: &str, base: &Url) -> Option<String> {
        let Ok(place) = self.locate(base) else { return base.join(reference).ok().map(String::from) };
        // The path in the query is resolved as if it were an address's own.
        let mut mock = Url::parse("https://path.invalid/").ok()?;
        if let Ok(mut path) = mock.path_segments_mut() {
            path.pop_if_empty().extend(place.path.split('/'));
        }
        let resolved = mock.join(reference).ok()?;
        let trailing = if resolved.path().ends_with('/') { "/" } else { "" };
        let path = path_of(&segments(&resolved)).ok()?;
        Some(with_path_parameter(base, &format!("/{path}{}", if path.is_empty() { "" } else { trailing })))
    }

    fn edit_url(&self, url: &Url) -> Option<String> {
        Some(url.to_string())
    }
}

/// The address with its `path` parameter set, where it stands or else at the end.
fn with_path_parameter(url: &Url, path: &str) -> String {
    let mut pairs: Vec<(String, String)> = url.query_pairs().map(|(key, value)| (key.into(), value.into())).collect();
    match pairs.iter_mut().find(|(key, _)| key == "path") {
        Some((_, value)) => path.clone_into(value),
        None => pairs.push(("path".to_owned(), path.to_owned())),
    }
    let mut other = url.clone();
    other.query_pairs_mut().clear().extend_pairs(pairs);
    other.to_string()
}
