//! Where the documentation of an entity comes from (contract techdocs.md section 2).

use std::path::{Component, Path, PathBuf};

use model::Entity;
use model::entity::{MANAGED_BY_LOCATION, SOURCE_LOCATION};

/// Names the source.
pub const REF: &str = "backstage.io/techdocs-ref";
/// Names another entity whose documentation is shown.
pub const ENTITY: &str = "backstage.io/techdocs-entity";
/// A path in the documentation of the other entity.
pub const ENTITY_PATH: &str = "backstage.io/techdocs-entity-path";

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Folder(PathBuf),
    Url(String),
}

/// An entity whose source cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error("No backstage.io/techdocs-ref annotation provided in entity: {0}")]
    None(String),
    #[error("Invalid reference annotation {0}")]
    Kind(String),
    #[error("The path of {REF} leads out of the folder of the entity: {0}")]
    Outside(String),
    #[error("{REF}: dir needs a location of the entity, and it has none")]
    NoLocation,
}

/// The source of an entity's documentation.
///
/// # Errors
/// It names none, or one that cannot be used.
pub fn of(entity: &Entity) -> Result<Source, SourceError> {
    let name = || entity.entity_ref().name().to_owned();
    let reference = entity.annotation(REF).ok_or_else(|| SourceError::None(name()))?;
    match reference.split_once(':') {
        Some(("url", url)) => Ok(Source::Url(url.to_owned())),
        Some(("dir", path)) => folder(entity, path),
        Some((kind, _)) => Err(SourceError::Kind(kind.to_owned())),
        None => Err(SourceError::Kind(reference.to_owned())),
    }
}

fn folder(entity: &Entity, path: &str) -> Result<Source, SourceError> {
    let location = entity.annotation(SOURCE_LOCATION).or_else(|| entity.annotation(MANAGED_BY_LOCATION));
    match location.and_then(|location| location.split_once(':')) {
        Some(("file", file)) => {
            let file = Path::new(file);
            let base = if file.is_dir() { file } else { file.parent().unwrap_or(file) };
            inside(path)
                .map(|path| Source::Folder(base.join(path)))
                .ok_or_else(|| SourceError::Outside(path.to_owned()))
        }
        Some(("url", url)) => {
            let base = url.rsplit_once('/').map_or(url, |(base, _)| base);
            Ok(Source::Url(format!("{base}/{}", path.trim_start_matches("./").trim_start_matches('.'))))
        }
        _ => Err(SourceError::NoLocation),
    }
}

/// A relative path that stays below where it starts.
fn inside(path: &str) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn source(annotations: serde_json::Value) -> Result<Source, String> {
        let entity = Entity(json!({ "kind": "Component", "metadata": { "name": "a", "annotations": annotations } }));
        of(&entity).map_err(|error| error.to_string())
    }

    #[test]
    fn a_folder_lies_beside_the_descriptor() {
        let at = |path: &str| source(json!({ REF: path, MANAGED_BY_LOCATION: "file:/repo/svc/catalog-info.yaml" }));
        assert_eq!(at("dir:."), Ok(Source::Folder("/repo/svc".into())));
        assert_eq!(at("dir:./docs/x"), Ok(Source::Folder("/repo/svc/docs/x".into())));
        assert_eq!(at("dir:docs/../x"), Ok(Source::Folder("/repo/svc/x".into())));
        for outside in ["dir:..", "dir:/etc", "dir:a/../../b"] {
            assert!(at(outside).is_err(), "{outside}");
        }
        assert_eq!(at("url:https://h/x"), Ok(Source::Url("https://h/x".to_owned())));
        assert_eq!(at("ftp:x"), Err("Invalid reference annotation ftp".to_owned()));
        assert_eq!(source(json!({})), Err("No backstage.io/techdocs-ref annotation provided in entity: a".to_owned()));
    }
}
