//! What somebody who names a repository could register: the descriptors that are in it, or else a first one to write
//! (contract catalog.md section 9.3, `analyze-location`).

use std::sync::Arc;

use model::{Entity, LocationRef};
use serde_json::json;
use url::Url;

use crate::engine::worker::Worker;
use crate::engine::{EngineError, Result};
use crate::preview::{Previewed, preview};

/// What descriptors are called unless somebody says otherwise.
const CATALOG_FILE: &str = "catalog-info.yaml";
/// Descriptors that are looked into.
const MAX_FILES: usize = 30;

/// What is at an address.
#[derive(Debug)]
pub struct Analysis {
    /// Descriptors that are there, each with what registering it would bring.
    pub existing: Vec<(LocationRef, Vec<Previewed>)>,
    /// Where there are none, an entity to begin with.
    pub proposal: Option<Entity>,
}

/// Looks for descriptors called `file_name` in the repository of an address.
pub(crate) async fn analyze(worker: &Arc<Worker>, target: &str, file_name: Option<&str>) -> Result<Analysis> {
    let url = Url::parse(target).ok().filter(Url::has_host);
    let url = url.ok_or_else(|| EngineError::Invalid("The given location.target is not a URL".to_owned()))?;
    let found = worker.reader.find_files(target, file_name.unwrap_or(CATALOG_FILE)).await;
    let found = found.map_err(|error| EngineError::Invalid(format!("Unable to search the repository, {error}")))?;
    let mut existing = Vec::new();
    for address in found.unwrap_or_default().into_iter().take(MAX_FILES) {
        let location = LocationRef::new("url", address);
        let brought = preview(worker, &location).await;
        existing.push((location, brought));
    }
    let proposal = existing.is_empty().then(|| propose(worker, &url));
    Ok(Analysis { existing, proposal })
}

/// A component that is called like the repository.
fn propose(worker: &Worker, url: &Url) -> Entity {
    let repository = worker.reader.urls().repository(url.as_str());
    let name = repository.as_ref().map_or_else(|| name_of(url), |repository| repository.name.clone());
    let mut entity = json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": { "name": name },
        "spec": { "type": "other", "lifecycle": "unknown" },
    });
    let slug = repository.and_then(|repository| {
        let prefix = match repository.family {
            "github" => "github.com",
            "gitlab" => "gitlab.com",
            "azure" => "dev.azure.com",
            "bitbucketCloud" => "bitbucket.org",
            _ => return None,
        };
        // Azure names the organisation before the project.
        let owner = match repository.family {
            "azure" => repository.owner.rsplit('/').next().unwrap_or_default(),
            _ => &repository.owner,
        };
        Some((format!("{prefix}/project-slug"), format!("{owner}/{}", repository.name)))
    });
    if let Some((annotation, slug)) = slug {
        entity["metadata"]["annotations"] = json!({ annotation: slug });
    }
    Entity(entity)
}

/// What a repository is called by an address of a host that nobody configured: what comes before the view of a file, else what
/// comes last.
fn name_of(url: &Url) -> String {
    const VIEWS: [&str; 8] = ["-", "blob", "tree", "commit", "issues", "src", "raw", "edit"];
    let segments: Vec<&str> = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let view = segments.iter().skip(2).position(|part| VIEWS.contains(part));
    let name = match view {
        Some(at) => segments.get(at + 1),
        None => segments.last(),
    };
    name.map_or_else(|| url.host_str().unwrap_or_default(), |name| name.trim_end_matches(".git")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_called_by_its_address() {
        for (address, name) in [
            ("http://127.0.0.1:8901/odd.yaml", "odd.yaml"),
            ("https://h.example/a/b/c.yaml", "c.yaml"),
            ("https://h.example/owner/repo.git", "repo"),
            ("https://h.example/owner/repo/blob/main/x/c.yaml", "repo"),
            ("https://h.example/group/sub/repo/-/tree/main", "repo"),
            ("https://h.example/", "h.example"),
        ] {
            assert_eq!(Url::parse(address).map(|url| name_of(&url)), Ok(name.to_owned()), "{address}");
        }
    }
}
