//! One reader that knows every host the configuration names.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base::http::header::ETAG;
use base::http::{Egress, HostRule, HttpClient, HttpError, HttpOptions, Request, Response, StatusCode, redact};
use config::{AllowedHost, Integrations};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use sdk::{Found, ReadError, ReadOptions, ReadOutcome, Repository, Resource, SearchResult, UrlReader};
use url::Url;

use crate::fetch::{Fetch, if_changed, not_allowed};
use crate::place::{GitRef, Place, names_commit};
use crate::plain::AllowList;
use crate::scm::azure::Azure;
use crate::scm::bitbucket_cloud::BitbucketCloud;
use crate::scm::bitbucket_server::BitbucketServer;
use crate::scm::gerrit::Gerrit;
use crate::scm::gitea::Gitea;
use crate::scm::github::Github;
use crate::scm::gitlab::Gitlab;
use crate::scm::{Scm, authority};
use crate::search::{MAX_FILES, MAX_TOTAL_BYTES, Pattern, is_glob};

/// The limit of one file when the caller names none.
const DEFAULT_MAX_BYTES: u64 = 10 * 1024 * 1024;
/// Files that looking for a name finds at most.
const MAX_FOUND: usize = 100;
/// Files of one search that are read at a time.
const SEARCH_CONCURRENCY: usize = 5;

/// Reads files from every configured host: git hosts through their APIs, other hosts where `backend.reading.allow` admits
/// them. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    http: HttpClient,
    hosts: Arc<[Box<dyn Scm>]>,
    allow: Arc<AllowList>,
}

impl fmt::Debug for Readers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<&str> = self.hosts.iter().map(|host| host.host()).collect();
        out.debug_struct("Readers").field("hosts", &hosts).field("allow", &self.allow).finish_non_exhaustive()
    }
}

/// The hosts of one family.
fn family<'c, C, S: Scm + 'static>(configured: &'c [C], build: fn(&'c C) -> S) -> impl Iterator<Item = Box<dyn Scm>> {
    configured.iter().map(move |host| -> Box<dyn Scm> { Box::new(build(host)) })
}

impl Readers {
    /// Builds the readers. The hosts named here may lie on internal addresses; all others may not.
    ///
    /// # Errors
    /// No HTTP client can be built.
    pub fn new(integrations: &Integrations, allow: &[AllowedHost], http: HttpOptions) -> Result<Self, HttpError> {
        let hosts: Vec<Box<dyn Scm>> = family(&integrations.azure, Azure::new)
            .chain(family(&integrations.bitbucket_cloud, BitbucketCloud::new))
            .chain(family(&integrations.bitbucket_server, BitbucketServer::new))
            .chain(family(&integrations.gerrit, Gerrit::new))
            .chain(family(&integrations.github, Github::new))
            .chain(family(&integrations.gitea, Gitea::new))
            .chain(family(&integrations.gitlab, Gitlab::new))
            .collect();
        let allow = AllowList::new(allow);
        let origins = hosts.iter().flat_map(|host| host.origins()).filter_map(|url| HostRule::of(&url));
        let egress = Egress::trusting(origins.chain(allow.hosts()));
        Ok(Self { http: HttpClient::new(http, egress)?, hosts: hosts.into(), allow: Arc::new(allow) })
    }

    fn host(&self, url: &Url) -> Option<&dyn Scm> {
        self.hosts.iter().find(|host| host.serves(url)).map(AsRef::as_ref)
    }

    fn host_of(&self, url: &str) -> Option<(&dyn Scm, Url)> {
        let url = Url::parse(url).ok()?;
        Some((self.host(&url)?, url))
    }

    async fn read_place(
        &self,
        host: &dyn Scm,
        fetch: Fetch<'_>,
        place: &Place,
        options: &ReadOptions,
    ) -> Result<ReadOutcome, ReadError> {
        let limit = max_bytes(options);
        let request = host.file(place, limit).map_err(|misfit| fetch.failed(misfit.to_string()))?;
        let response = fetch.send(if_changed(request, options.etag.as_deref())).await?;
        if response.status == StatusCode::NOT_MODIFIED {
            return Ok(ReadOutcome::NotModified);
        }
        fetch.reject_page(&response, &place.path)?;
        let etag = etag(&response);
        let resource = host.decode(response.body, etag).map_err(|reason| fetch.failed(reason))?;
        if u64::try_from(resource.body.len()).unwrap_or(u64::MAX) > limit {
            return Err(ReadError::TooLarge { url: fetch.shown.to_owned(), limit });
        }
        // Hosts that know no conditional requests tell the content's id all the same.
        let unchanged = resource.etag.is_some() && resource.etag == options.etag;
        Ok(if unchanged { ReadOutcome::NotModified } else { ReadOutcome::Read(resource) })
    }

    async fn read_plain(&self, fetch: Fetch<'_>, url: &Url, options: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        let allow = Arc::clone(&self.allow);
        let mut url = url.clone();
        url.set_fragment(None);
        let request = Request::get(url.clone(), max_bytes(options)).allow(move |url| allow.admits(url));
        let response = fetch.send(if_changed(request, options.etag.as_deref())).await?;
        if response.status == StatusCode::NOT_MODIFIED {
            return Ok(ReadOutcome::NotModified);
        }
        fetch.reject_page(&response, url.path())?;
        Ok(ReadOutcome::Read(Resource { etag: etag(&response), body: response.body }))
    }

    async fn glob(
        &self,
        host: &dyn Scm,
        fetch: Fetch<'_>,
        url: &Url,
        place: &Place,
        options: &ReadOptions,
    ) -> Result<Option<SearchResult>, ReadError> {
        let pattern = Pattern::parse(&place.path)
            .map_err(|reason| fetch.failed(format!("'{}' is not a valid glob: {reason}", place.path)))?;
        let commit = host.commit(fetch, place).await?;
        if options.etag.as_ref() == Some(&commit) {
            return Ok(None);
        }
        let mut paths = host.paths(fetch, place, &commit, pattern.folder()).await?;
        paths.retain(|path| pattern.matches(path));
        if paths.len() > MAX_FILES {
            return Err(fetch.failed(format!("it matches {} files; at most {MAX_FILES} are read", paths.len())));
        }
        let whole = ReadOptions { etag: None, ..options.clone() };
        let read = |path: String| {
            let (commit, whole) = (&commit, &whole);
            async move {
                let address = host.address(url, place, &path);
                let fetch = Fetch { shown: &address, ..fetch };
                match self.read_place(host, fetch, &place.sibling(&path, GitRef::commit(commit)), whole).await? {
                    ReadOutcome::Read(resource) => Ok(Found { body: resource.body, url: address }),
                    ReadOutcome::NotModified => Err(fetch.failed("the host answered 304 to an unconditional request")),
                }
            }
        };
        let found = stream::iter(paths).map(read).buffered(SEARCH_CONCURRENCY);
        let files = found
            .try_fold((Vec::new(), 0), |(mut files, total), file: Found| async move {
                let total = total + file.body.len();
                if total > MAX_TOTAL_BYTES {
                    return Err(fetch.failed(format!("its matches have more than {MAX_TOTAL_BYTES} bytes together")));
                }
                files.push(file);
                Ok((files, total))
            })
            .await?
            .0;
        Ok(Some(SearchResult { files, etag: Some(commit) }))
    }

    async fn read_as(&self, url: &Url, shown: &str, options: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        let host = self.host(url);
        let advice = advice(host);
        let fetch = Fetch { http: &self.http, shown, advice: &advice };
        match host {
            Some(host) => {
                let place = host.locate(url).map_err(|misfit| fetch.failed(misfit.to_string()))?;
                self.read_place(host, fetch, &place, options).await
            }
            None if self.allow.admits(url) => self.read_plain(fetch, url, options).await,
            None => Err(not_allowed(shown)),
        }
    }
}

/// What to do when a host refuses; follows the reason in the text.
fn advice(host: Option<&dyn Scm>) -> String {
    match host {
        None => String::new(),
        Some(host) if host.has_credentials() => format!("; check the credentials configured for {}", host.host()),
        Some(host) => format!("; no credentials are configured for {} under 'integrations'", host.host()),
    }
}

fn max_bytes(options: &ReadOptions) -> u64 {
    if options.max_bytes == 0 { DEFAULT_MAX_BYTES } else { options.max_bytes }
}

fn etag(response: &Response) -> Option<String> {
    response.header(ETAG).map(str::to_owned)
}

#[async_trait]
impl UrlReader for Readers {
    async fn read(&self, url: &Url, options: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        self.read_as(url, &redact(url), options).await
    }

    async fn search(&self, url: &str, options: &ReadOptions) -> Result<Option<SearchResult>, ReadError> {
        let parsed = Url::parse(url).map_err(|_| ReadError::NotSupported(format!("'{url}' is not a URL")))?;
        let redacted = redact(&parsed);
        // Errors speak of the address as it was written, unless it holds a secret.
        let shown = if redacted == parsed.as_str() { url } else { &redacted };
        if let Some(host) = self.host(&parsed) {
            let advice = advice(Some(host));
            let fetch = Fetch { http: &self.http, shown, advice: &advice };
            let place = host.locate(&parsed).map_err(|misfit| fetch.failed(misfit.to_string()))?;
            if is_glob(&place.path) {
                return self.glob(host, fetch, &parsed, &place, options).await;
            }
        }
        match self.read_as(&parsed, shown, options).await {
            Ok(ReadOutcome::NotModified) => Ok(None),
            Ok(ReadOutcome::Read(Resource { body, etag })) => {
                Ok(Some(SearchResult { files: vec![Found { url: url.to_owned(), body }], etag }))
            }
            Err(ReadError::NotFound { .. }) => Ok(Some(SearchResult { files: Vec::new(), etag: None })),
            Err(error) => Err(error),
        }
    }

    fn resolve(&self, reference: &str, base: &str) -> Result<String, ReadError> {
        let host = self.host_of(base);
        let resolved = if Url::parse(reference).is_ok() {
            Some(reference.to_owned())
        } else {
            match &host {
                Some((host, base)) => host.resolve(reference, base),
                None => Url::parse(base).and_then(|base| base.join(reference)).ok().map(String::from),
            }
        };
        let resolved = resolved.ok_or_else(|| {
            ReadError::NotSupported(format!("'{reference}' cannot be resolved against '{base}', which is not a URL"))
        })?;
        Ok(match host {
            Some((host, _)) => host.canonical(resolved),
            None => resolved,
        })
    }

    fn edit_url(&self, url: &str) -> Option<String> {
        if names_commit(url) {
            return None;
        }
        let (host, url) = self.host_of(url)?;
        host.edit_url(&url)
    }

    fn same_repository(&self, a: &str, b: &str) -> bool {
        let (Ok(a), Ok(b)) = (Url::parse(a), Url::parse(b)) else { return false };
        match (self.host(&a), self.host(&b)) {
            (None, None) => a.has_host() && authority(&a) == authority(&b),
            (Some(host), Some(other)) if host.host() == other.host() => match (host.locate(&a), host.locate(&b)) {
                (Ok(a), Ok(b)) => a.repository.eq_ignore_ascii_case(&b.repository),
                _ => false,
            },
            _ => false,
        }
    }

    fn repository(&self, url: &str) -> Option<Repository> {
        let (host, url) = self.host_of(url)?;
        let place = host.locate(&url).ok()?;
        let (owner, name) = place.repository.rsplit_once('/').unwrap_or(("", &place.repository));
        Some(Repository { family: host.family(), owner: owner.to_owned(), name: name.to_owned() })
    }

    async fn find_files(&self, url: &str, name: &str) -> Result<Option<Vec<String>>, ReadError> {
        let Some((host, mut url)) = self.host_of(url) else { return Ok(None) };
        let (shown, advice) = (redact(&url), advice(Some(host)));
        let fetch = Fetch { http: &self.http, shown: &shown, advice: &advice };
        let located = |url: &Url| host.locate(url).map_err(|misfit| fetch.failed(misfit.to_string()));
        let mut place = located(&url)?;
        if place.at.is_none() {
            url = host.default_root(fetch, &url, &place).await?;
            place = located(&url)?;
        }
        let commit = host.commit(fetch, &place).await?;
        let mut paths = host.paths(fetch, &place, &commit, "").await?;
        paths.retain(|path| path.rsplit('/').next() == Some(name));
        paths.sort_by(|a, b| (a.matches('/').count(), a).cmp(&(b.matches('/').count(), b)));
        paths.truncate(MAX_FOUND);
        Ok(Some(paths.iter().map(|path| host.address(&url, &place, path)).collect()))
    }
}
