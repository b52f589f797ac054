//! Gerrit, with files addressed as Gitiles shows them: `https://gerrit.corp/gitiles/project/+/refs/heads/main/path`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sdk::{ReadError, Resource};
use serde::Deserialize;
use url::Url;

use super::{Scm, api_request, authority, basic, request};
use crate::fetch::{Fetch, join};
use crate::place::{Misfit, Place, RefKind, at_root, decode, ref_and_path, root_of, safe, segments};

pub(crate) struct Gerrit {
    host: String,
    api: Url,
    base: Url,
    gitiles: Url,
    edits: bool,
    authorization: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct Branch {
    revision: String,
}

#[derive(Deserialize)]
struct Tree {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    r#type: String,
}

impl Gerrit {
    pub(crate) fn new(configured: &config::Gerrit) -> Self {
        let base = configured.base_url.clone();
        let username = configured.username.as_deref().unwrap_or_default();
        let authorization = configured.password.as_ref().and_then(|password| basic(username, password));
        // Gerrit only looks at credentials under /a/.
        let api = if authorization.is_some() { join(&base, ["a"]) } else { base.clone() };
        Self {
            host: configured.host.clone(),
            api,
            base,
            gitiles: configured.gitiles_base_url.clone(),
            edits: configured.edit_urls,
            authorization,
        }
    }

    fn misfit(&self) -> Misfit {
        let base = self.gitiles.as_str().trim_end_matches('/');
        Misfit::NotAFile(format!("{base}/project/+/refs/heads/main/catalog-info.yaml"))
    }

    fn ask(&self, url: Url) -> Request {
        api_request(url, self.authorization.as_ref())
    }
}

#[async_trait]
impl Scm for Gerrit {
    fn host(&self) -> &str {
        &self.host
    }

    fn family(&self) -> &'static str {
        "gerrit"
    }

    fn has_credentials(&self) -> bool {
        self.authorization.is_some()
    }

    fn origins(&self) -> Vec<Url> {
        vec![self.base.clone(), self.gitiles.clone()]
    }

    fn serves(&self, url: &Url) -> bool {
        authority(url) == authority(&self.gitiles) || authority(url) == self.host
    }

    fn locate(&self, url: &Url) -> Result<Place, Misfit> {
        let parts = segments(url);
        let prefix: Vec<&str> = segments(&self.gitiles).into_iter().filter(|part| !part.is_empty()).collect();
        if !parts.starts_with(&prefix) {
            return Err(self.misfit());
        }
        let plus = parts.iter().position(|part| *part == "+").unwrap_or(parts.len());
        let project = parts.get(prefix.len()..plus).unwrap_or_default();
        // Authenticated pages of Gitiles lie under /a/ as well.
        let project = project.strip_prefix(&["a"]).filter(|rest| !rest.is_empty()).unwrap_or(project);
        let repository =
            project.iter().filter(|part| !part.is_empty()).map(|part| decode(part)).collect::<Vec<_>>().join("/");
        if repository.is_empty() {
            return Err(self.misfit());
        }
        safe(&repository)?;
        let rest = (plus + 1).min(parts.len());
        let (at, path, taken) = ref_and_path(&parts[rest..])?;
        Ok(Place { plain_http: url.scheme() == "http", repository, at, path, root: root_of(&parts, rest + taken) })
    }

    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit> {
        let (Some(at), false) = (&place.at, place.path.is_empty()) else { return Err(self.misfit()) };
        let refs = match at.kind {
            RefKind::Branch => "branches",
            RefKind::Tag => "tags",
            RefKind::Commit => "commits",
        };
        let segments =
            ["projects", place.repository.as_str(), refs, at.name.as_str(), "files", place.path.as_str(), "content"];
        // Base64 is a third longer than what it holds.
        let limit = max_bytes.saturating_mul(4) / 3 + 4;
        Ok(request(join(&self.api, segments), limit, self.authorization.as_ref()))
    }

    fn decode(&self, body: Bytes, _: Option<String>) -> Result<Resource, String> {
        let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let body = STANDARD.decode(text).map_err(|_| "the host's answer is not base64, as Gerrit's is".to_owned())?;
        Ok(Resource { body: body.into(), etag: None })
    }

    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError> {
        let (refs, name) = match &place.at {
            Some(at) if at.kind == RefKind::Commit => return Ok(at.name.clone()),
            Some(at) if at.kind == RefKind::Tag => ("tags", at.name.as_str()),
            Some(at) => ("branches", at.name.as_str()),
            None => ("branches", "HEAD"),
        };
        let url = join(&self.api, ["projects", place.repository.as_str(), refs, name]);
        Ok(fetch.json::<Branch>(self.ask(url)).await?.revision)
    }

    async fn default_root(&self, _: Fetch<'_>, url: &Url, place: &Place) -> Result<Url, ReadError> {
        Ok(at_root(url, place, if place.root.ends_with("/+") { &["HEAD"] } else { &["+", "HEAD"] }))
    }

    async fn paths(
        &self,
        fetch: Fetch<'_>,
        place: &Place,
        commit: &str,
        folder: &str,
    ) -> Result<Vec<String>, ReadError> {
        let project = place.repository.split('/');
        let folder_parts = folder.split('/').filter(|part| !part.is_empty());
        let mut url = join(&self.gitiles, project.chain(["+", commit]).chain(folder_parts).chain([""]));
        url.set_query(Some("format=JSON&recursive=1"));
        let tree: Tree = match fetch.json(self.ask(url)).await {
            Err(ReadError::NotFound { .. }) => return Ok(Vec::new()),
            tree => tree?,
        };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let files = tree.entries.into_iter().filter(|entry| entry.r#type == "blob");
        Ok(files.map(|entry| format!("{prefix}{}", entry.name)).collect())
    }

    fn edit_url(&self, url: &Url) -> Option<String> {
        let place = self.locate(url).ok()?;
        let at = place.ref_name()?;
        if !self.edits {
            return Some(url.to_string());
        }
        let head =
            join(&self.base, ["admin", "repos", "edit", "repo", place.repository.as_str(), "branch", "refs", "heads"]);
        Some(join(&head, at.split('/').chain(["file"]).chain(place.path.split('/'))).to_string())
    }
}
