//! The families of git hosts, a file each. A family says how its addresses are read and what its API is asked; reading,
//! searching and resolving are the same for all and live in `readers`.

use async_trait::async_trait;
use base::http::Request;
use base::http::header::{AUTHORIZATION, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use config::{BitbucketCredential, Secret};
use sdk::{ReadError, Resource};
use url::Url;

use crate::fetch::{API_BYTES, Fetch};
use crate::place::{Misfit, Place};
use crate::resolve;

pub(crate) mod azure;
pub(crate) mod bitbucket_cloud;
pub(crate) mod bitbucket_server;
pub(crate) mod gerrit;
pub(crate) mod gitea;
pub(crate) mod github;
pub(crate) mod gitlab;

/// One configured git host.
#[async_trait]
pub(crate) trait Scm: Send + Sync {
    /// The host (with its port, if it has one) whose addresses this reads, as configured.
    fn host(&self) -> &str;

    /// The family as the configuration names it.
    fn family(&self) -> &'static str;

    /// Whether it has credentials; only used to give the right advice.
    fn has_credentials(&self) -> bool;

    /// Every address the configuration names, which may therefore be internal.
    fn origins(&self) -> Vec<Url>;

    /// Whether an address is this host's.
    fn serves(&self, url: &Url) -> bool {
        authority(url) == self.host()
    }

    /// Reads an address. A repository or folder is a place too; only [`Scm::file`] insists on a file.
    fn locate(&self, url: &Url) -> Result<Place, Misfit>;

    /// The request that reads one file.
    fn file(&self, place: &Place, max_bytes: u64) -> Result<Request, Misfit>;

    /// The file in the answer to [`Scm::file`]; `etag` is the answer's.
    fn decode(&self, body: Bytes, etag: Option<String>) -> Result<Resource, String> {
        Ok(Resource { body, etag })
    }

    /// The commit that the place's ref stands at.
    async fn commit(&self, fetch: Fetch<'_>, place: &Place) -> Result<String, ReadError>;

    /// The address of a repository's root on the branch that it shows when no other is asked for.
    async fn default_root(&self, fetch: Fetch<'_>, url: &Url, place: &Place) -> Result<Url, ReadError>;

    /// The paths of all files in `folder` and below at a commit.
    async fn paths(
        &self,
        fetch: Fetch<'_>,
        place: &Place,
        commit: &str,
        folder: &str,
    ) -> Result<Vec<String>, ReadError>;

    /// The address of another file in the repository and at the ref of `url`.
    fn address(&self, url: &Url, place: &Place, path: &str) -> String {
        resolve::with_path(url, &place.root, path)
    }

    /// Resolves a reference that is not itself an address.
    fn resolve(&self, reference: &str, base: &Url) -> Option<String> {
        resolve::by_path(reference, base, self.locate(base).ok().as_ref())
    }

    /// What the host makes of an address that came out of resolving.
    fn canonical(&self, resolved: String) -> String {
        resolved
    }

    /// Where a person edits the file.
    fn edit_url(&self, url: &Url) -> Option<String>;
}

/// Host and, if the address has one, port.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A request to an API, proving who asks if there is something to prove it with.
pub(crate) fn request(url: Url, max_bytes: u64, authorization: Option<&HeaderValue>) -> Request {
    let request = Request::get(url, max_bytes);
    match authorization {
        Some(value) => request.credential(AUTHORIZATION, value.clone()),
        None => request,
    }
}

/// A request for an API's JSON.
pub(crate) fn api_request(url: Url, authorization: Option<&HeaderValue>) -> Request {
    request(url, API_BYTES, authorization)
}

/// `Authorization: Bearer …`
pub(crate) fn bearer(token: &Secret) -> Option<HeaderValue> {
    header(&format!("Bearer {}", token.expose()))
}

/// `Authorization: Basic …`
pub(crate) fn basic(username: &str, password: &Secret) -> Option<HeaderValue> {
    header(&format!("Basic {}", STANDARD.encode(format!("{username}:{}", password.expose()))))
}

/// What either Bitbucket wants to see. An OAuth consumer cannot sign in yet, which the configuration says.
pub(crate) fn bitbucket(credential: &BitbucketCredential) -> Option<HeaderValue> {
    match credential {
        BitbucketCredential::Token(token) => bearer(token),
        BitbucketCredential::Basic { username, password } => basic(username, password),
        BitbucketCredential::Client { .. } => None,
    }
}

/// An `Authorization` header; `None` if the secret has characters that no header may have.
pub(crate) fn header(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok()
}
