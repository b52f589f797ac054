//! Gitea and Forgejo: `https://gitea.corp/owner/repo/src/branch/main/path`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sdk::{ReadError, Resource};
use serde::Deserialize;
use url::Url;

use super::{Scm, api_request, basic, header, request};
use crate::fetch::{Fetch, join, parse_json};
use crate::place::{GitRef, Misfit, Place, RefKind, at_root, decode, ref_and_path, root_of, safe, segments};
use crate::search::MAX_LISTED;

pub(crate) struct Gitea {
    host: String,
    base: Url,
    authorization: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct Contents {
    content: Option<String>,
    encoding: Option<String>,
    sha: Option<String>,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: String,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
}

#[derive(Deserialize)]
struct Tree {
    #[serde(default)]
    tree: Vec<TreeItem>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
struct TreeItem {
    path: String,
    r#type: String,
}

impl Gitea {
    pub(crate) fn new(configured: &config::Gitea) -> Self {
        let authorization = configured.password.as_ref().and_then(|password| match &configured.username {
            Some(username) => basic(username, password),
            None => header(&format!("token {}", password.expose())),
        });
        Self { host: configured.host.clone(), base: configured.base_url.clone(), authorization }
    }

    fn misfit(&self) -> Misfit {
        Misfit::NotAFile(format!("https://{}/owner/repo/src/branch/main/catalog-info.yaml", self.host))
    }

    fn repos(&self, place: &Place) -> Url {
        join(&self.base, ["api", "v1", "repos"].into_iter().chain(place.repository.split('/')))
    }

    fn ask(&self, url: Url) -> Request {
        api_request(url, self.authorization.as_ref())
    }

    fn prefix(&self) -> usize {
        segments(&self.base).into_iter().filter(|part| !part.is_empty()).count()
    }

    async fn default_branch(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        Ok(fetch.json::<Repository>(self.ask(self.repos(place))).await?.default_branch)
    }
}

#[async_trait]
impl Scm for Gitea {
    fn host(&self) -> &str {
        &self.host
    }

    fn family(&self) -> &'static str {
        "gitea"
    }

    fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    fn origins(&self) -> Vec<Url> {
        vec![self.base.clone()]
    }

    fn locate(&self, url: &Url) -> Result<Place, Misfit> {
        let parts = segments(url);
        let prefix = self.prefix();
        let (repository, rest) = match parts.get(prefix..).unwrap_or_default() {
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
                root: root_of(&parts, prefix + 2),
            }),
            ["src" | "raw", kind @ ("branch" | "tag" | "commit"), rest @ ..] => {
                let (at, path, taken) = ref_and_path(rest)?;
                let kind = match *kind {
                    "branch" => RefKind::Branch,
                    "tag" => RefKind::Tag,
                    _ => RefKind::Commit,
                };
                let at = at.map(|at| GitRef { kind, ..at });
                Ok(Place {
                    plain_http: url.scheme() == "http",
                    repository,
                    at,
                    path,
                    root: root_of(&parts, prefix + 4 + taken),
                })
            }
            ["_edit", rest @ ..] => {
                let (at, path, taken) = ref_and_path(rest)?;
                Ok(Place {
                    plain_http: url.scheme() == "http",
                    repository,
                    at,
                    path,
                    root: root_of(&parts, prefix + 3 + taken),
                })
            }
            _ => Err(self.misfit()),
        }
    }

    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit> {
        let (Some(at), false) = (place.ref_name(), place.path.is_empty()) else { return Err(self.misfit()) };
        let mut url = join(&self.repos(place), ["contents"].into_iter().chain(place.path.split('/')));
        url.query_pairs_mut().append_pair("ref", at);
        // Base64, with room for what stands around it in the JSON.
        let limit = (max_bytes.saturating_mul(4) / 3).saturating_add(16 * 1024);
        Ok(request(url, limit, self.authorization.as_ref()))
    }

    fn decode(&self, body: Bytes, _: Option<String>) -> Result<Resource, String> {
        let contents: Contents =
            parse_json(&body).map_err(|_| "it is a folder, or the host's answer is not Gitea's".to_owned())?;
        let (Some(content), Some("base64")) = (contents.content, contents.encoding.as_deref()) else {
            return Err("it is not a file that Gitea gives the content of".to_owned());
        };
        let text: Vec<u8> = content.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let body = STANDARD.decode(text).map_err(|_| "the host's answer is not base64, as Gitea's is".to_owned())?;
        Ok(Resource { body: body.into(), etag: contents.sha })
    }

    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let at = match place.ref_name() {
            Some(at) => at.to_owned(),
            None => self.default_branch(fetch, place).await?,
        };
        let url = join(&self.repos(place), ["git", "commits"].into_iter().chain(at.split('/')));
        Ok(fetch.json::<Commit>(self.ask(url)).await?.sha)
    }

    async fn default_root(&self, fetch: Fetch<'_>, url: &Url, place: &Place) -> Result<Url, ReadError> {
        let branch = self.default_branch(fetch, place).await?;
        Ok(at_root(url, place, &["src", "branch", &branch]))
    }

    async fn paths(&self, fetch: Fetch<'_>, place: &Place, commit: &str, _: &str) -> Result<Vec<String>, ReadError> {
        let mut paths = Vec::new();
        for page in 1.. {
            let mut url = join(&self.repos(place), ["git", "trees", commit]);
            url.set_query(Some(&format!("recursive=true&per_page=1000&page={page}")));
            let tree: Tree = fetch.json(self.ask(url)).await?;
            let empty = tree.tree.is_empty();
            paths.extend(tree.tree.into_iter().filter(|item| item.r#type == "blob").map(|item| item.path));
            if !tree.truncated || empty {
                return Ok(paths);
            }
            if paths.len() >= MAX_LISTED {
                break;
            }
        }
        Err(fetch.failed("the repository has too many files to search; name the files instead of using a glob"))
    }

    fn edit_url(&self, url: &Url) -> Option<String> {
        let place = self.locate(url).ok()?;
        let repo = join(&self.base, place.repository.split('/'));
        let segments = ["_edit"].into_iter().chain(place.ref_name()?.split('/')).chain(place.path.split('/'));
        Some(join(&repo, segments).to_string())
    }
}
