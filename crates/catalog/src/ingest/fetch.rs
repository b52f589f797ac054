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
    match address_of(reference, urls)? {
        Address::File(path) => fetch_file(&path, origin, limit).await,
        Address::Url(url) => fetch_url(&url, urls, limit).await,
    }
}

fn address_of(reference: &Reference, urls: &dyn UrlReader) -> Result<Address, ReferenceError> {
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
    if base_is_url && (keeps_sources(base) || keeps_sources(url.as_str())) && !urls.same_repository(base, url.as_str())
    {
        return Err(ReferenceError::Forbidden(SAME_REPOSITORY.to_owned()));
    }
    Ok(Address::Url(url))
}

async fn fetch_file(path: &Path, origin: &LocationRef, limit: u64) -> Result<Fetched, ReferenceError> {
    let address = path.to_string_lossy().into_owned();
    let refresh_key = format!("file:{address}");
    let root = root_folder(origin)
        .ok_or_else(|| ReferenceError::Forbidden(format!("{address} cannot be read from an entity of {origin}")))?;
    let unreadable = {
        let (address, refresh_key) = (address.clone(), refresh_key.clone());
        move |reason: String| ReferenceError::Unreadable { address, refresh_key, reason }
    };
    let owned = path.to_path_buf();
    let read = tokio::task::spawn_blocking(move || file::read(&owned, &root, limit)).await;
    match read {
        Ok(Ok(bytes)) => {
            let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
            Ok(Fetched { address, refresh_key, text: text.into(), version: None })
        }
        Ok(Err(error @ file::FileError::Outside { .. })) => Err(ReferenceError::Forbidden(error.to_string())),
        Ok(Err(error)) => Err(unreadable(error.to_string())),
        Err(_) => Err(unreadable("reading was interrupted".to_owned())),
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
