//! Reading targets, with bounded concurrency: at most so many at once in all and from one host, so that a dead host holds
//! up nobody but itself.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::{LocationRef, Problem};
use parking_lot::Mutex;
use sdk::{ReadError, ReadOptions, ReadOutcome, UrlReader};
use tokio::sync::Semaphore;
use url::Url;

use super::emit::{self, Place};
use super::fetch;
use super::file::{self, FileError};
use super::targets::{check_length, root_folder};
use super::{Known, ReadReport, ReadRequest, TargetKind};
use crate::process::placeholder::{Fetched, Reference, ReferenceError, Version};
use crate::process::stable::content_hash;

/// A descriptor file may have so many bytes.
pub const MAX_DESCRIPTOR_BYTES: u64 = 10 << 20;
/// A file that a placeholder names may have so many bytes.
pub const MAX_PLACEHOLDER_BYTES: u64 = 10 << 20;
/// Reads of one host at a time.
pub const PER_HOST: usize = 8;
const IN_ALL: usize = 128;
/// The same for reads that somebody waits for, which have room of their own.
const URGENT_IN_ALL: usize = 32;
/// No read takes longer, whatever the reader below allows.
const READ_TIMEOUT: Duration = Duration::from_secs(120);

/// Reads targets and what placeholders refer to.
pub struct SourceReader {
    urls: Arc<dyn UrlReader>,
    some_time: Lane,
    urgent: Lane,
}

/// Room for reads.
struct Lane {
    all: Semaphore,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Lane {
    fn new(all: usize) -> Self {
        Self { all: Semaphore::new(all), hosts: Mutex::default() }
    }
}

impl SourceReader {
    pub fn new(urls: Arc<dyn UrlReader>) -> Self {
        Self { urls, some_time: Lane::new(IN_ALL), urgent: Lane::new(URGENT_IN_ALL) }
    }

    /// The reader of URLs, for what needs no waiting: resolving and comparing addresses.
    pub fn urls(&self) -> &dyn UrlReader {
        &*self.urls
    }

    /// Reads a target. Parsing happens off the async threads.
    #[tracing::instrument(target = "spans", name = "catalog.read", skip_all, fields(location = %request.target.location))]
    pub async fn read(&self, request: ReadRequest) -> ReadReport {
        match request.target.kind {
            TargetKind::File | TargetKind::FileGlob => {
                let read = tokio::task::spawn_blocking(move || read_file_target(&request)).await;
                read.unwrap_or_else(|e| ReadReport::Failed(Problem::error("Error", format!("reading stopped, {e}"))))
            }
            TargetKind::Url | TargetKind::UrlGlob => {
                let host = host_of(&request.target.location.target);
                self.within(&host, request.urgent, self.read_url(request)).await.unwrap_or_else(|| {
                    let text = format!("Unable to read url, {host} did not answer within {} s", READ_TIMEOUT.as_secs());
                    ReadReport::Failed(Problem::error("Error", text))
                })
            }
        }
    }

    /// Fetches what a placeholder refers to, for an entity with this origin; `urgent` if somebody waits for it.
    pub async fn fetch(
        &self,
        reference: &Reference,
        origin: &LocationRef,
        urgent: bool,
    ) -> Result<Fetched, ReferenceError> {
        let fetching = fetch::fetch(reference, origin, self.urls(), MAX_PLACEHOLDER_BYTES);
        let host = [&reference.value, &reference.base].into_iter().find(|address| address.contains("://"));
        match host.map(|address| host_of(address)) {
            None => fetching.await,
            Some(host) => self.within(&host, urgent, fetching).await.unwrap_or_else(|| {
                Err(ReferenceError::Unreadable {
                    address: reference.value.clone(),
                    refresh_key: format!("url:{}", reference.value),
                    reason: format!("{host} did not answer within {} s", READ_TIMEOUT.as_secs()),
                })
            }),
        }
    }

    /// The addresses of files of this name in a repository, see [`UrlReader::find_files`].
    pub async fn find_files(&self, address: &str, name: &str) -> Result<Option<Vec<String>>, ReadError> {
        let host = host_of(address);
        self.within(&host, true, self.urls.find_files(address, name)).await.unwrap_or_else(|| {
            let reason = format!("{host} did not answer within {} s", READ_TIMEOUT.as_secs());
            Err(ReadError::Failed { url: address.to_owned(), reason })
        })
    }

    /// Whether files that an entity pulled in by URL are what they were.
    pub async fn unchanged(&self, pulled: &[(String, Version)]) -> bool {
        let checks = pulled.iter().map(|(address, version)| async move {
            self.within(&host_of(address), false, self.is_still(address, version)).await.unwrap_or(false)
        });
        futures::future::join_all(checks).await.into_iter().all(|unchanged| unchanged)
    }

    async fn is_still(&self, address: &str, version: &Version) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let options = ReadOptions { etag: version.etag.clone(), max_bytes: MAX_PLACEHOLDER_BYTES };
        match self.urls.read(&url, &options).await {
            Ok(ReadOutcome::NotModified) => true,
            Ok(ReadOutcome::Read(resource)) => content_hash(&resource.body) == version.hash,
            // Processing will find out what is wrong, and tell it.
            Err(_) => false,
        }
    }

    /// Runs a read when its host and the whole have room; `None` when it took too long.
    async fn within<T>(&self, host: &str, urgent: bool, read: impl Future<Output = T>) -> Option<T> {
        let lane = if urgent { &self.urgent } else { &self.some_time };
        let permits =
            lane.hosts.lock().entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(PER_HOST))).clone();
        // The semaphores are never closed, so acquiring only fails if that changes.
        let _of_host = permits.acquire().await.ok()?;
        let _of_all = lane.all.acquire().await.ok()?;
        tokio::time::timeout(READ_TIMEOUT, read).await.ok()
    }

    async fn read_url(&self, request: ReadRequest) -> ReadReport {
        let address = &request.target.location.target;
        let etag = request.known.as_ref().and_then(|known| known.etag.clone());
        let options = ReadOptions { etag, max_bytes: MAX_DESCRIPTOR_BYTES };
        if request.target.kind == TargetKind::UrlGlob {
            return match self.urls.search(address, &options).await {
                Ok(None) => ReadReport::Unchanged { etag: options.etag },
                Ok(Some(found)) if found.files.is_empty() => ReadReport::Missing(no_files(address)),
                Ok(Some(found)) => {
                    let files = found.files.into_iter().map(|file| (file.url, file.body)).collect();
                    self.parse(request, files, Known { etag: found.etag, content_hash: None }).await
                }
                Err(error) => failed(address, error),
            };
        }
        let url = match Url::parse(address) {
            Ok(url) => url,
            Err(error) => return ReadReport::Failed(not_a_url(address, &error)),
        };
        match self.urls.read(&url, &options).await {
            Ok(ReadOutcome::NotModified) => ReadReport::Unchanged { etag: options.etag },
            Ok(ReadOutcome::Read(resource)) => {
                let hash = hex::encode(content_hash(&resource.body));
                if request.known.as_ref().is_some_and(|known| known.content_hash.as_ref() == Some(&hash)) {
                    return ReadReport::Unchanged { etag: resource.etag };
                }
                let known = Known { etag: resource.etag, content_hash: Some(hash) };
                let files = vec![(address.clone(), resource.body)];
                self.parse(request, files, known).await
            }
            Err(error) => failed(address, error),
        }
    }

    async fn parse(&self, request: ReadRequest, files: Vec<(String, bytes::Bytes)>, known: Known) -> ReadReport {
        let parsed = tokio::task::spawn_blocking(move || {
            let mut all = emit::Emission::default();
            for (url, body) in files {
                let location = LocationRef::new("url", url);
                all.append(emit::emit(&body, &place(&request, &location)));
            }
            all
        });
        match parsed.await {
            Ok(all) => ReadReport::Documents { entities: all.entities, problems: all.problems, known },
            Err(e) => ReadReport::Failed(Problem::error("Error", format!("reading stopped, {e}"))),
        }
    }
}

fn place<'a>(request: &'a ReadRequest, location: &'a LocationRef) -> Place<'a> {
    Place { location, origin: &request.origin, parent: &request.parent, rules: &request.rules }
}

/// Reads a file or expands a glob of files; blocks.
pub fn read_file_target(request: &ReadRequest) -> ReadReport {
    let location = &request.target.location;
    let path = Path::new(&location.target);
    let Some(root) = root_folder(&request.origin) else {
        let text = format!("{location} cannot be read for {}: files are only read for file locations", request.origin);
        return ReadReport::Failed(Problem::error("NotAllowedError", text));
    };
    if request.target.kind == TargetKind::FileGlob {
        return match file::expand(&location.target, &root) {
            Ok(mut found) => {
                let nothing = || {
                    let text = format!("{} {} matches no file", location.kind, location.target);
                    Problem::warning("NotFoundError", text)
                };
                // A folder that is not there may be a disk that is not mounted; nothing is concluded from that.
                if found.files.is_empty() && !super::targets::glob_base(&location.target).is_dir() {
                    return ReadReport::Missing(nothing());
                }
                if found.files.is_empty() && found.unread.is_empty() {
                    found.problems.push(nothing());
                }
                found.files.retain(|file| match check_length(file) {
                    Ok(()) => true,
                    Err(problem) => {
                        found.problems.push(problem);
                        false
                    }
                });
                ReadReport::Listing { files: found.files, unread: found.unread, problems: found.problems }
            }
            Err(problem) => ReadReport::Failed(problem),
        };
    }
    match file::read(path, &root, MAX_DESCRIPTOR_BYTES) {
        Ok(bytes) => {
            let hash = Some(hex::encode(content_hash(&bytes)));
            if request.known.as_ref().is_some_and(|known| known.content_hash == hash) {
                return ReadReport::Unchanged { etag: None };
            }
            let all = emit::emit(&bytes, &place(request, location));
            let known = Known { etag: None, content_hash: hash };
            ReadReport::Documents { entities: all.entities, problems: all.problems, known }
        }
        Err(FileError::Missing { .. }) => ReadReport::Missing(missing(location)),
        Err(error @ FileError::Outside { .. }) => {
            ReadReport::Failed(Problem::error("NotAllowedError", format!("file {error}")))
        }
        Err(error @ FileError::TooLarge { .. }) => {
            ReadReport::Failed(Problem::error("InputError", format!("file {error}")))
        }
        Err(error @ FileError::Unreadable { .. }) => {
            ReadReport::Failed(Problem::error("Error", format!("file {error}")))
        }
    }
}

fn missing(location: &LocationRef) -> Problem {
    Problem::error("NotFoundError", format!("{} {} does not exist", location.kind, location.target))
}

/// The problem of a target that names no host.
pub fn not_a_url(address: &str, error: &url::ParseError) -> Problem {
    Problem::error("InputError", format!("{address} is not a URL, {error}"))
}

fn no_files(address: &str) -> Problem {
    Problem::error("NotFoundError", format!("Unable to read url, no matching files found for {address}"))
}

fn failed(address: &str, error: ReadError) -> ReadReport {
    let problem = Problem::error("Error", format!("Unable to read url, {error}"));
    match error {
        ReadError::NotFound { .. } => ReadReport::Missing(no_files(address)),
        ReadError::RateLimited { retry_after_seconds, .. } => {
            ReadReport::RateLimited { problem, wait: Duration::from_secs(retry_after_seconds) }
        }
        _ => ReadReport::Failed(problem),
    }
}

/// Host and port of an address; empty if it has none.
pub fn host_of(address: &str) -> String {
    let Some(url) = Url::parse(address).ok() else { return String::new() };
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The annotations that a place adds to what is read from it.
pub fn annotations_of(location: &LocationRef, urls: &dyn UrlReader) -> Vec<(&'static str, String)> {
    let edit = urls.edit_url(&location.target);
    let folder = edit.as_ref().and_then(|_| urls.resolve("./", &location.target).ok());
    crate::process::place_annotations(location, edit, folder)
}
