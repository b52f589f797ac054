//! Bitbucket Cloud: `https://bitbucket.org/workspace/repo/src/main/path`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::HeaderValue;
use sdk::ReadError;
use serde::Deserialize;
use url::Url;

use super::{Scm, api_request, bitbucket, request};
use crate::fetch::{Fetch, join};
use crate::place::{Misfit, Place, at_root, decode, ref_and_path, root_of, safe, segments};
use crate::search::MAX_LISTED;

pub(crate) struct BitbucketCloud {
    host: String,
    api: Url,
    authorization: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct Page<T> {
    values: Vec<T>,
    next: Option<Url>,
}

#[derive(Deserialize)]
struct Commit {
    hash: String,
}

#[derive(Deserialize)]
struct Item {
    path: String,
    r#type: String,
}

#[derive(Deserialize)]
struct Repository {
    mainbranch: Option<Branch>,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

/// Entries of a page of the file list, the most that the API gives.
const PAGE: usize = 100;

impl BitbucketCloud {
    pub(crate) fn new(configured: &config::BitbucketCloud) -> Self {
        Self {
            host: configured.host.clone(),
            api: configured.api_base_url.clone(),
            authorization: configured.credential.as_ref().and_then(bitbucket),
        }
    }

    fn misfit(&self) -> Misfit {
        Misfit::NotAFile(format!("https://{}/workspace/repo/src/main/catalog-info.yaml", self.host))
    }

    fn repository(&self, place: &Place) -> Url {
        join(&self.api, ["repositories"].into_iter().chain(place.repository.split('/')))
    }

    fn ask(&self, url: Url) -> Request {
        api_request(url, self.authorization.as_ref())
    }

    async fn main_branch(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let repository: Repository = fetch.json(self.ask(self.repository(place))).await?;
        let branch = repository.mainbranch.ok_or_else(|| fetch.failed("the repository has no main branch"))?;
        Ok(branch.name)
    }
}

#[async_trait]
impl Scm for BitbucketCloud {
    fn host(&self) -> &str {
        &self.host
    }

    fn family(&self) -> &'static str {
        "bitbucketCloud"
    }

    fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    fn origins(&self) -> Vec<Url> {
        vec![self.api.clone()]
    }

    fn locate(&self, url: &Url) -> Result<Place, Misfit> {
        let parts = segments(url);
        let (repository, rest) = match parts.as_slice() {
            [owner, name, rest @ ..] if !owner.is_empty() && !name.is_empty() => {
                (format!("{}/{}", decode(owner), decode(name).trim_end_matches(".git")), rest)
            }
            _ => return Err(self.misfit()),
        };
        safe(&repository)?;
        match rest {
            [] | [""] => Ok(Place {
                plain_http: url.scheme() == "http",
                repository,
                at: None,
                path: String::new(),
                root: root_of(&parts, 2),
            }),
            ["src" | "raw", rest @ ..] => {
                let (at, path, taken) = ref_and_path(rest)?;
                Ok(Place { plain_http: url.scheme() == "http", repository, at, path, root: root_of(&parts, 3 + taken) })
            }
            _ => Err(self.misfit()),
        }
    }

    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit> {
        let (Some(at), false) = (place.ref_name(), place.path.is_empty()) else { return Err(self.misfit()) };
        let url = join(&self.repository(place), ["src", at].into_iter().chain(place.path.split('/')));
        Ok(request(url, max_bytes, self.authorization.as_ref()))
    }

    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let at = match place.ref_name() {
            Some(at) => at.to_owned(),
            None => self.main_branch(fetch, place).await?,
        };
        let mut url = join(&self.repository(place), ["commits", at.as_str()]);
        url.set_query(Some("pagelen=1"));
        let commits: Page<Commit> = fetch.json(self.ask(url)).await?;
        commits.values.into_iter().next().map(|commit| commit.hash).ok_or_else(|| fetch.not_found())
    }

    async fn default_root(&self, fetch: Fetch<'_>, url: &Url, place: &Place) -> Result<Url, ReadError> {
        let branch = self.main_branch(fetch, place).await?;
        Ok(at_root(url, place, &["src", &branch]))
    }

    async fn paths(
        &self,
        fetch: Fetch<'_>,
        place: &Place,
        commit: &str,
        folder: &str,
    ) -> Result<Vec<String>, ReadError> {
        let folder = folder.split('/').filter(|segment| !segment.is_empty());
        let mut url = join(&self.repository(place), ["src", commit].into_iter().chain(folder).chain([""]));
        url.set_query(Some(&format!("max_depth=20&pagelen={PAGE}")));
        let mut paths = Vec::new();
        for _ in 0..MAX_LISTED / PAGE {
            let page: Page<Item> = match fetch.json(self.ask(url)).await {
                Err(ReadError::NotFound { .. }) => return Ok(paths),
                page => page?,
            };
            paths.extend(page.values.into_iter().filter(|item| item.r#type == "commit_file").map(|item| item.path));
            match page.next {
                None => return Ok(paths),
                // Credentials go where the configuration says, not where an answer says.
                Some(next) if next.origin() == self.api.origin() => url = next,
                Some(_) => {
                    return Err(fetch.failed("the host's list of files goes on at another host, which is not followed"));
                }
            }
        }
        Err(fetch.failed("the repository has too many files to search; name the files instead of using a glob"))
    }

    fn edit_url(&self, url: &Url) -> Option<String> {
        let mut edit = url.clone();
        let place = self.locate(url).ok()?;
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(key, _)| key != "mode" && key != "at")
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        let at = place.ref_name().unwrap_or_default();
        edit.query_pairs_mut().clear().extend_pairs(kept).append_pair("mode", "edit").append_pair("at", at);
        Some(edit.to_string())
    }
}
