//! Reading files by URL from git hosts and plain web servers (contract platform-services.md section 3).

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The etag of an earlier read; if nothing changed the answer is [`ReadOutcome::NotModified`].
    pub etag: Option<String>,
    /// Read no more than this many bytes; more is [`ReadError::TooLarge`].
    pub max_bytes: u64,
}

/// One file as it is now.
#[derive(Clone, Debug)]
pub struct Resource {
    pub body: Bytes,
    /// Whatever the host gives to recognise this content again: an HTTP etag, a commit or blob id.
    pub etag: Option<String>,
}

#[derive(Clone, Debug)]
pub enum ReadOutcome {
    Read(Resource),
    NotModified,
}

/// A file that a glob matched.
#[derive(Clone, Debug)]
pub struct Found {
    /// The address a person would open, which is also what relative references resolve against.
    pub url: String,
    pub body: Bytes,
}

/// Why a read failed. The texts are shown to people and to clients of the wire.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("could not read {url}, {reason}")]
    NotFound { url: String, reason: String },
    /// No integration and no `backend.reading.allow` entry covers the host, or the egress rules refuse the address.
    #[error("{0}")]
    NotAllowed(String),
    #[error("{url} answered with more than {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("{url} is rate limited; it may be tried again in {retry_after_seconds} s")]
    RateLimited { url: String, retry_after_seconds: u64 },
    #[error("{0}")]
    NotSupported(String),
    #[error("could not read {url}, {reason}")]
    Failed { url: String, reason: String },
}

/// Reads by URL; one implementation knows every host the configuration names.
#[async_trait]
pub trait UrlReader: Send + Sync {
    /// Reads one file.
    async fn read(&self, url: &Url, options: &ReadOptions) -> Result<ReadOutcome, ReadError>;

    /// Reads every file that a URL with `*` or `**` in its path matches. `None` means nothing changed since `etag`.
    async fn search(&self, url: &str, options: &ReadOptions) -> Result<Option<SearchResult>, ReadError>;

    /// Resolves a reference found in the file at `base`, the way the host does it (`/blob/main/…` and the like).
    fn resolve(&self, reference: &str, base: &str) -> Result<String, ReadError>;

    /// Where a person edits the file, if the host has such a page.
    fn edit_url(&self, url: &str) -> Option<String>;

    /// Whether two addresses lie in the same repository; plain web servers compare by host.
    fn same_repository(&self, a: &str, b: &str) -> bool;

    /// The repository that an address lies in; `None` on hosts that keep none.
    fn repository(&self, _url: &str) -> Option<Repository> {
        None
    }

    /// The addresses of all files of this name in the repository of an address, those nearest to its root first: at the ref
    /// of the address or else on the default branch. `None` on hosts that keep no repositories.
    async fn find_files(&self, _url: &str, _name: &str) -> Result<Option<Vec<String>>, ReadError> {
        Ok(None)
    }
}

/// A repository on a git host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The family of its host, as the configuration names it: `github`, `gitlab`, `bitbucketCloud`, …
    pub family: &'static str,
    /// Who it belongs to: an owner, a group with its subgroups, a project.
    pub owner: String,
    pub name: String,
}

/// What a glob found.
#[derive(Clone, Debug)]
pub struct SearchResult {
    pub files: Vec<Found>,
    pub etag: Option<String>,
}
