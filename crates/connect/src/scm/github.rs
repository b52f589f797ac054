//! GitHub and GitHub Enterprise: `https://github.com/owner/repo/blob/main/path`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::{ACCEPT, HeaderValue};
use sdk::ReadError;
use serde::Deserialize;
use url::Url;

use super::{Scm, api_request, authority, bearer, request};
use crate::fetch::{Fetch, join};
use crate::place::{Misfit, Place, at_root, decode, ref_and_path, root_of, segments};

pub(crate) struct Github {
    host: String,
    api: Url,
    raw: Option<Url>,
    authorization: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct CommitStatus {
    sha: String,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: String,
}

#[derive(Deserialize)]
struct Tree {
    tree: Vec<TreeItem>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
struct TreeItem {
    path: String,
    r#type: String,
}

impl Github {
    pub(crate) fn new(configured: &config::GitHub) -> Self {
        Self {
            host: configured.host.clone(),
            api: configured.api_base_url.clone(),
            raw: configured.raw_base_url.clone(),
            authorization: configured.token.as_ref().and_then(bearer),
        }
    }

    fn misfit(&self) -> Misfit {
        Misfit::NotAFile(format!("https://{}/owner/repo/blob/main/catalog-info.yaml", self.host))
    }

    fn repos(&self, place: &Place) -> Url {
        join(&self.api, ["repos"].into_iter().chain(place.repository.split('/')))
    }

    /// The same address as another view of it.
    fn view(&self, url: &Url, view: &str) -> Option<String> {
        let mut parts = segments(url);
        if authority(url) != self.host || parts.len() < 4 || !matches!(parts[2], "blob" | "tree" | "edit") {
            return None;
        }
        parts[2] = view;
        let mut other = url.clone();
        other.set_path(&root_of(&parts, parts.len()));
        Some(other.to_string())
    }

    async fn default_branch(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let request = api_request(self.repos(place), self.authorization.as_ref());
        Ok(fetch.json::<Repository>(request).await?.default_branch)
    }
}

#[async_trait]
impl Scm for Github {
    fn host(&self) -> &str {
        &self.host
    }

    fn family(&self) -> &'static str {
        "github"
    }

    fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    fn origins(&self) -> Vec<Url> {
        std::iter::once(self.api.clone()).chain(self.raw.clone()).collect()
    }

    fn locate(&self, url: &Url) -> Result<Place, Misfit> {
        let parts = segments(url);
        let (repository, rest) = match parts.as_slice() {
            [owner, name, rest @ ..] if !owner.is_empty() && !name.is_empty() => {
                (format!("{}/{}", decode(owner), decode(name).trim_end_matches(".git")), rest)
            }
            _ => return Err(self.misfit()),
        };
        crate::place::safe(&repository)?;
        match rest {
            [] | [""] => Ok(Place {
                plain_http: url.scheme() == "http",
                repository,
                at: None,
                path: String::new(),
                root: root_of(&parts, 2),
            }),
            ["blob" | "raw" | "tree" | "edit", rest @ ..] => {
                let (at, path, taken) = ref_and_path(rest)?;
                Ok(Place { plain_http: url.scheme() == "http", repository, at, path, root: root_of(&parts, 3 + taken) })
            }
            _ => Err(self.misfit()),
        }
    }

    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit> {
        let (Some(at), false) = (place.ref_name(), place.path.is_empty()) else { return Err(self.misfit()) };
        let path = place.path.split('/');
        // Without credentials the raw host is asked: the API allows anonymous callers only a few requests an hour.
        if let (Some(raw), None) = (&self.raw, &self.authorization) {
            let place = place.repository.split('/').chain(at.split('/')).chain(path);
            return Ok(request(join(raw, place), max_bytes, None));
        }
        let mut url = join(&self.repos(place), ["contents"].into_iter().chain(path));
        url.query_pairs_mut().append_pair("ref", at);
        let accept = HeaderValue::from_static("application/vnd.github.v3.raw");
        Ok(request(url, max_bytes, self.authorization.as_ref()).header(ACCEPT, accept))
    }

    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let ask = |url| api_request(url, self.authorization.as_ref());
        let at = match place.ref_name() {
            Some(at) => at.to_owned(),
            None => self.default_branch(fetch, place).await?,
        };
        let mut url = join(&self.repos(place), ["commits"].into_iter().chain(at.split('/')).chain(["status"]));
        url.set_query(Some("per_page=0"));
        Ok(fetch.json::<CommitStatus>(ask(url)).await?.sha)
    }

    async fn default_root(&self, fetch: Fetch<'_>, url: &Url, place: &Place) -> Result<Url, ReadError> {
        let branch = self.default_branch(fetch, place).await?;
        Ok(at_root(url, place, &["blob", &branch]))
    }

    async fn paths(&self, fetch: Fetch<'_>, place: &Place, commit: &str, _: &str) -> Result<Vec<String>, ReadError> {
        let mut url = join(&self.repos(place), ["git", "trees", commit]);
        url.set_query(Some("recursive=true"));
        let tree: Tree = fetch.json(api_request(url, self.authorization.as_ref())).await?;
        if tree.truncated {
            return Err(
                fetch.failed("the repository has too many files to search; name the files instead of using a glob")
            );
        }
        Ok(tree.tree.into_iter().filter(|item| item.r#type == "blob").map(|item| item.path).collect())
    }

    /// GitHub redirects `tree` to `blob` for files, so `tree` fits files and folders alike.
    fn canonical(&self, resolved: String) -> String {
        Url::parse(&resolved).ok().and_then(|url| self.view(&url, "tree")).unwrap_or(resolved)
    }

    fn edit_url(&self, url: &Url) -> Option<String> {
        Some(self.view(url, "edit").unwrap_or_else(|| url.to_string()))
    }
}
