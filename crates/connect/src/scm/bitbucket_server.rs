//! Bitbucket Server and Data Center: `https://bitbucket.corp/projects/KEY/repos/repo/browse/path?at=main`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::HeaderValue;
use sdk::ReadError;
use serde::Deserialize;
use url::Url;

use super::{Scm, api_request, bitbucket, request};
use crate::fetch::{Fetch, join};
use crate::place::{GitRef, Misfit, Place, at_root, decode, path_of, root_of, safe, segments};
use crate::search::MAX_LISTED;

pub(crate) struct BitbucketServer {
    host: String,
    api: Url,
    authorization: Option<HeaderValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    values: Vec<T>,
    #[serde(default)]
    is_last_page: bool,
    next_page_start: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Branch {
    id: String,
    display_id: String,
    latest_commit: Option<String>,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
}

/// Entries of a page of the file list, the most that servers give by default.
const PAGE: usize = 1000;

impl BitbucketServer {
    pub(crate) fn new(configured: &config::BitbucketServer) -> Self {
        Self {
            host: configured.host.clone(),
            api: configured.api_base_url.clone(),
            authorization: configured.credential.as_ref().and_then(bitbucket),
        }
    }

    fn misfit(&self) -> Misfit {
        Misfit::NotAFile(format!("https://{}/projects/KEY/repos/repo/browse/catalog-info.yaml", self.host))
    }

    fn repository(&self, place: &Place) -> Option<Url> {
        let (project, name) = place.repository.split_once('/')?;
        Some(join(&self.api, ["projects", project, "repos", name]))
    }

    fn endpoint<'s>(&self, place: &Place, segments: impl IntoIterator<Item = &'s str>) -> Result<Url, Misfit> {
        self.repository(place).map(|url| join(&url, segments)).ok_or_else(|| self.misfit())
    }

    fn ask(&self, url: Url) -> Request {
        api_request(url, self.authorization.as_ref())
    }
}

#[async_trait]
impl Scm for BitbucketServer {
    fn host(&self) -> &str {
        &self.host
    }

    fn family(&self) -> &'static str {
        "bitbucketServer"
    }

    fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    fn origins(&self) -> Vec<Url> {
        vec![self.api.clone()]
    }

    fn locate(&self, url: &Url) -> Result<Place, Misfit> {
        let parts = segments(url);
        let at = url.query_pairs().find(|(key, _)| key == "at").map(|(_, at)| GitRef::parse(&at));
        // The installation may lie below a path, so the marker is looked for.
        let marked = (0..parts.len())
            .find(|&at| matches!(parts[at], "projects" | "users") && parts.get(at + 2) == Some(&"repos"))
            .and_then(|at| Some((at, *parts.get(at + 1)?, *parts.get(at + 3)?)));
        let (project, name, view, at) = match marked {
            Some((start, owner, name)) => {
                let owner = if parts[start] == "users" { format!("~{}", decode(owner)) } else { decode(owner) };
                (owner, decode(name), start + 4, at)
            }
            // The short form that descriptors use: /project/repo/src/main/path
            None => match parts.as_slice() {
                [owner, name, "src", branch, ..] => {
                    safe(&decode(branch))?;
                    (decode(owner), decode(name), 3, Some(GitRef::parse(&decode(branch))))
                }
                _ => return Err(self.misfit()),
            },
        };
        let repository = format!("{project}/{name}");
        safe(&repository)?;
        if project.contains('/') || name.is_empty() {
            return Err(self.misfit());
        }
        let start = match parts.get(view) {
            None | Some(&"") => view,
            Some(_) if marked.is_none() => view + 1,
            Some(&("browse" | "raw")) => view + 1,
            Some(_) => return Err(self.misfit()),
        };
        let path = path_of(parts.get(start..).unwrap_or_default())?;
        Ok(Place { plain_http: url.scheme() == "http", repository, at, path, root: root_of(&parts, start) })
    }

    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit> {
        if place.path.is_empty() {
            return Err(self.misfit());
        }
        let mut url = self.endpoint(place, ["raw"].into_iter().chain(place.path.split('/')))?;
        if let Some(at) = place.ref_name() {
            url.query_pairs_mut().append_pair("at", at);
        }
        Ok(request(url, max_bytes, self.authorization.as_ref()))
    }

    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let endpoint = |segments: &[&str]| {
            self.endpoint(place, segments.iter().copied()).map_err(|misfit| fetch.failed(misfit.to_string()))
        };
        let latest = match place.ref_name() {
            Some(at) => {
                let mut url = endpoint(&["branches"])?;
                url.query_pairs_mut().append_pair("filterText", at);
                let branches: Page<Branch> = fetch.json(self.ask(url)).await?;
                branches.values.into_iter().find(|branch| branch.display_id == at || branch.id == at)
            }
            None => match fetch.json(self.ask(endpoint(&["default-branch"])?)).await {
                // Before version 7.5 the default branch had another address.
                Err(ReadError::NotFound { .. }) => fetch.json(self.ask(endpoint(&["branches", "default"])?)).await?,
                branch => branch?,
            },
        };
        if let Some(commit) = latest.as_ref().and_then(|branch| branch.latest_commit.clone()) {
            return Ok(commit);
        }
        let until = latest.as_ref().map(|branch| branch.id.as_str()).or(place.ref_name()).unwrap_or_default();
        let mut url = endpoint(&["commits"])?;
        url.query_pairs_mut().append_pair("until", until).append_pair("limit", "1");
        let commits: Page<Commit> = fetch.json(self.ask(url)).await?;
        commits.values.into_iter().next().map(|commit| commit.id).ok_or_else(|| fetch.not_found())
    }

    async fn default_root(&self, _: Fetch<'_>, url: &Url, place: &Place) -> Result<Url, ReadError> {
        // An address of a file without a branch is below the view already.
        let viewed = place.root.ends_with("/browse") || place.root.ends_with("/raw");
        Ok(at_root(url, place, if viewed { &[] } else { &["browse"] }))
    }

    async fn paths(&self, fetch: Fetch<'_>, place: &Place, commit: &str, _: &str) -> Result<Vec<String>, ReadError> {
        let mut paths = Vec::new();
        let mut start = 0_u64;
        for _ in 0..MAX_LISTED / PAGE {
            let mut url = self.endpoint(place, ["files"]).map_err(|misfit| fetch.failed(misfit.to_string()))?;
            url.query_pairs_mut()
                .append_pair("at", commit)
                .append_pair("limit", &PAGE.to_string())
                .append_pair("start", &start.to_string());
            let page: Page<String> = fetch.json(self.ask(url)).await?;
            paths.extend(page.values);
            match page.next_page_start {
                Some(next) if !page.is_last_page && next > start => start = next,
                _ => return Ok(paths),
            }
        }
        Err(fetch.failed("the repository has too many files to search; name the files instead of using a glob"))
    }

    /// There is no address that opens the editor, and the query would confuse what links to the page.
    fn edit_url(&self, url: &Url) -> Option<String> {
        let mut page = url.clone();
        page.set_query(None);
        Some(page.to_string())
    }
}
