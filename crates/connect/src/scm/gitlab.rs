//! GitLab: `https://gitlab.com/group/subgroup/project/-/blob/main/path`, and the older form without `/-/`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::HeaderValue;
use sdk::ReadError;
use serde::Deserialize;
use url::Url;

use super::{Scm, api_request, bearer, request};
use crate::fetch::{Fetch, join};
use crate::place::{Misfit, Place, at_root, decode, ref_and_path, root_of, safe, segments};
use crate::search::MAX_LISTED;

pub(crate) struct Gitlab {
    host: String,
    api: Url,
    /// Where a relative-URL installation begins, as path segments.
    prefix: Vec<String>,
    authorization: Option<HeaderValue>,
    origin: Url,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
}

#[derive(Deserialize)]
struct Project {
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct TreeItem {
    path: String,
    r#type: String,
}

const VIEWS: [&str; 4] = ["blob", "tree", "raw", "edit"];
const PAGE: usize = 100;

impl Gitlab {
    pub(crate) fn new(configured: &config::GitLab) -> Self {
        let prefix = segments(&configured.base_url).into_iter().filter(|part| !part.is_empty());
        Self {
            host: configured.host.clone(),
            api: configured.api_base_url.clone(),
            prefix: prefix.map(str::to_owned).collect(),
            authorization: configured.token.as_ref().and_then(bearer),
            origin: configured.base_url.clone(),
        }
    }

    fn misfit(&self) -> Misfit {
        Misfit::NotAFile(format!("https://{}/group/project/-/blob/main/catalog-info.yaml", self.host))
    }

    fn project(&self, place: &Place) -> Url {
        join(&self.api, ["projects", place.repository.as_str()])
    }

    fn ask(&self, url: Url) -> Request {
        api_request(url, self.authorization.as_ref())
    }

    /// The project in these segments, which come after the installation's prefix.
    fn repository(&self, parts: &[&str]) -> Result<String, Misfit> {
        let names: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(|part| decode(part)).collect();
        if names.len() < 2 {
            return Err(self.misfit());
        }
        let name = names.join("/");
        safe(&name)?;
        Ok(name.trim_end_matches(".git").to_owned())
    }

    async fn default_branch(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let project: Project = fetch.json(self.ask(self.project(place))).await?;
        project.default_branch.ok_or_else(|| fetch.failed("the project has no default branch"))
    }
}

#[async_trait]
impl Scm for Gitlab {
    fn host(&self) -> &str {
        &self.host
    }

    fn family(&self) -> &'static str {
        "gitlab"
    }

    fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    fn origins(&self) -> Vec<Url> {
        vec![self.origin.clone(), self.api.clone()]
    }

    fn locate(&self, url: &Url) -> Result<Place, Misfit> {
        let parts = segments(url);
        let start = if parts.iter().zip(&self.prefix).filter(|(a, b)| a == b).count() == self.prefix.len() {
            self.prefix.len()
        } else {
            0
        };
        // A group may be called "blob", so the unambiguous form is looked for first, then a view after at least two names.
        let dash = (start..parts.len()).find(|&at| parts[at] == "-");
        let (end, rest) = match dash {
            Some(at) if parts.get(at + 1).is_some_and(|view| VIEWS.contains(view)) => (at, at + 2),
            Some(_) => return Err(self.misfit()),
            None => match (start + 2..parts.len()).find(|&at| VIEWS.contains(&parts[at])) {
                Some(at) => (at, at + 1),
                None => (parts.len(), parts.len()),
            },
        };
        let repository = self.repository(&parts[start..end])?;
        let (at, path, taken) = ref_and_path(&parts[rest..])?;
        let root = root_of(&parts, rest + taken).trim_end_matches('/').to_owned();
        Ok(Place { plain_http: url.scheme() == "http", repository, at, path, root })
    }

    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit> {
        let (Some(at), false) = (place.ref_name(), place.path.is_empty()) else { return Err(self.misfit()) };
        let mut url = join(&self.project(place), ["repository", "files", place.path.as_str(), "raw"]);
        url.query_pairs_mut().append_pair("ref", at);
        Ok(request(url, max_bytes, self.authorization.as_ref()))
    }

    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let at = match place.ref_name() {
            Some(at) => at.to_owned(),
            None => self.default_branch(fetch, place).await?,
        };
        let mut url = join(&self.project(place), ["repository", "commits"]);
        url.query_pairs_mut().append_pair("ref_name", &at).append_pair("per_page", "1");
        let commits: Vec<Commit> = fetch.json(self.ask(url)).await?;
        commits.into_iter().next().map(|commit| commit.id).ok_or_else(|| fetch.not_found())
    }

    async fn default_root(&self, fetch: Fetch<'_>, url: &Url, place: &Place) -> Result<Url, ReadError> {
        let branch = self.default_branch(fetch, place).await?;
        Ok(at_root(url, place, &["-", "blob", &branch]))
    }

    async fn paths(
        &self,
        fetch: Fetch<'_>,
        place: &Place,
        commit: &str,
        folder: &str,
    ) -> Result<Vec<String>, ReadError> {
        let mut paths = Vec::new();
        for page in 1..=MAX_LISTED / PAGE {
            let mut url = join(&self.project(place), ["repository", "tree"]);
            url.query_pairs_mut()
                .append_pair("ref", commit)
                .append_pair("path", folder)
                .append_pair("recursive", "true")
                .append_pair("per_page", &PAGE.to_string())
                .append_pair("page", &page.to_string());
            let items: Vec<TreeItem> = match fetch.json(self.ask(url)).await {
                // A folder that is not there holds no files.
                Err(ReadError::NotFound { .. }) => return Ok(paths),
                items => items?,
            };
            let last = items.len() < PAGE;
            paths.extend(items.into_iter().filter(|item| item.r#type == "blob").map(|item| item.path));
            if last {
                return Ok(paths);
            }
        }
        Err(fetch
            .failed(format!("the project has more than {MAX_LISTED} files; name the files instead of using a glob")))
    }

    fn edit_url(&self, url: &Url) -> Option<String> {
        let path = url.path();
        let found =
            ["/-/blob/", "/-/tree/", "/-/edit/"].iter().filter_map(|view| path.find(view).map(|at| (at, *view))).min();
        let Some((at, view)) = found else { return Some(url.to_string()) };
        let mut edit = url.clone();
        edit.set_path(&format!("{}/-/edit/{}", &path[..at], &path[at + view.len()..]));
        Some(edit.to_string())
    }
}
