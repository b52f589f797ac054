//! Fetching what placeholders refer to. A reference may not widen what its author may read: on git hosts it stays in the
//! repository of the entity, in files it stays below the folder of the location, and other hosts are only those that
//! the configuration allows to read from.

use std::path::Path;

use model::LocationRef;
use sdk::{ReadOptions, ReadOutcome, UrlReader};
use url::Url;

use super::file;
use super::targets::{normalise, root_folder};
use crate::process::placeholder::{Fetched, Reference, ReferenceError, SAME_REPOSITORY, Version};
use crate::process::stable::content_hash;

/// Where a reference leads.
enum Address {
    File(std::path::PathBuf),
    Url(Url),
}

/// Fetches one reference for an entity with this origin.
pub async fn fetch(
    reference: &Reference,
    origin: &LocationRef,
    urls: &dyn UrlReader,
    limit: u64,
) -> Result<Fetched, ReferenceError> {
    match address_of(reference, origin.kind == "file", urls)? {
        Address::File(path) => fetch_file(&path, origin, limit).await,
        Address::Url(url) => fetch_url(&url, urls, limit).await,
    }
}

/// Who writes files on this machine may read whatever the configuration reads; nobody else may beyond their repository.
fn address_of(reference: &Reference, is_local: bool, urls: &dyn UrlReader) -> Result<Address, ReferenceError> {
    let Reference { value, base } = reference;
    let malformed = |reason: String| ReferenceError::Malformed { base: base.clone(), value: value.clone(), reason };
    let base_is_url = base.contains("://");
    let absolute = Url::parse(value).ok();
    if !base_is_url && absolute.is_none() {
        let folder = Path::new(base).parent().unwrap_or(Path::new("/"));
        return Ok(Address::File(normalise(&folder.join(value))));
    }
    let url = match absolute {
        Some(url) => url,
        None => {
            let resolved = urls.resolve(value, base).map_err(|e| malformed(e.to_string()))?;
            Url::parse(&resolved).map_err(|e| malformed(e.to_string()))?
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        let text = format!("{value} cannot be read: only http and https addresses and relative paths can");
        return Err(ReferenceError::Forbidden(text));
    }
    // Hosts with an edit page keep repositories, and are read with credentials the author of this file may not have.
    let keeps_sources = |address: &str| urls.edit_url(address).is_some();
    let is_bound = base_is_url || !is_local;
    if is_bound && (keeps_sources(base) || keeps_sources(url.as_str())) && !urls.same_repository(base, url.as_str()) {
        return Err(ReferenceError::Forbidden(SAME_REPOSITORY.to_owned()));
    }
    Ok(Address::Url(url))
}

async fn fetch_file(path: &Path, origin: &LocationRef, limit: u64) -> Result<Fetched, ReferenceError> {
    let root = root_folder(origin).ok_or_else(|| {
        ReferenceError::Forbidden(format!("{} cannot be read from an entity of {origin}", path.display()))
    })?;
    let owned = path.to_path_buf();
    let read = tokio::task::spawn_blocking(move || read_file(&owned, &root, limit)).await;
    let address = path.to_string_lossy().into_owned();
    let interrupted = |_| ReferenceError::Unreadable {
        refresh_key: format!("file:{address}"),
        address,
        reason: "reading was interrupted".to_owned(),
    };
    read.map_err(interrupted)?
}

/// Reads a file below `root`; blocks.
fn read_file(path: &Path, root: &Path, limit: u64) -> Result<Fetched, ReferenceError> {
    let address = path.to_string_lossy().into_owned();
    let refresh_key = format!("file:{address}");
    let unreadable = |reason: String| ReferenceError::Unreadable {
        address: address.clone(),
        refresh_key: refresh_key.clone(),
        reason,
    };
    let bytes = file::read(path, root, limit).map_err(|error| match error {
        file::FileError::Outside { .. } => ReferenceError::Forbidden(error.to_string()),
        _ => unreadable(error.to_string()),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
    Ok(Fetched { address: address.clone(), refresh_key: refresh_key.clone(), text: text.into(), version: None })
}

/// Fetches a reference that needs no host; `None` for all others. Blocks.
pub fn fetch_locally(
    reference: &Reference,
    root: &Path,
    urls: &dyn UrlReader,
    limit: u64,
) -> Option<Result<Fetched, ReferenceError>> {
    match address_of(reference, true, urls) {
        Ok(Address::File(path)) => Some(read_file(&path, root, limit)),
        Ok(Address::Url(_)) => None,
        Err(error) => Some(Err(error)),
    }
}

async fn fetch_url(url: &Url, urls: &dyn UrlReader, limit: u64) -> Result<Fetched, ReferenceError> {
    let address = url.to_string();
    let refresh_key = format!("url:{address}");
    let unreadable = |reason: String| ReferenceError::Unreadable {
        address: address.clone(),
        refresh_key: refresh_key.clone(),
        reason,
    };
    let options = ReadOptions { etag: None, max_bytes: limit };
    match urls.read(url, &options).await {
        Ok(ReadOutcome::Read(resource)) => {
            let text = String::from_utf8_lossy(&resource.body).into_owned();
            let version = Version { etag: resource.etag, hash: content_hash(&resource.body) };
            Ok(Fetched { address: address.clone(), refresh_key, text: text.into(), version: Some(version) })
        }
        Ok(ReadOutcome::NotModified) => Err(unreadable("the host answered with no content".to_owned())),
        Err(error) => Err(unreadable(error_text(&error))),
    }
}

/// The error with its name, as clients know it.
fn error_text(error: &sdk::ReadError) -> String {
    let name = match error {
        sdk::ReadError::NotFound { .. } => "NotFoundError",
        sdk::ReadError::NotAllowed(_) => "NotAllowedError",
        _ => "Error",
    };
    format!("{name}: {error}")
}
