//! Location references `type:target` and the `Location` entities generated for them (contract catalog.md section 5).

use std::fmt;

use serde_json::json;
use sha1::{Digest, Sha1};

use crate::entity::{Entity, MANAGED_BY_LOCATION, MANAGED_BY_ORIGIN_LOCATION};

/// Where entities are read from: a type (`url`, `file`) and a target of that type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct LocationRef {
    #[serde(rename = "type")]
    pub kind: String,
    pub target: String,
}

/// Why a location reference could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationRefError {
    #[error("Unable to parse location ref '{0}', expected '<type>:<target>', e.g. 'url:https://host/path'")]
    Malformed(String),
    #[error("Invalid location ref '{0}', please prefix it with 'url:', e.g. 'url:{0}'")]
    MissingType(String),
    #[error("Invalid location ref '{0}', target is a javascript: URL")]
    Script(String),
}

impl LocationRef {
    pub fn new(kind: impl Into<String>, target: impl Into<String>) -> Self {
        Self { kind: kind.into(), target: target.into() }
    }

    /// Reads `type:target`, split at the first colon, both sides trimmed.
    pub fn parse(text: &str) -> Result<Self, LocationRefError> {
        let (kind, target) = text.split_once(':').ok_or_else(|| LocationRefError::Malformed(text.to_owned()))?;
        let (kind, target) = (kind.trim(), target.trim());
        if kind.is_empty() || target.is_empty() {
            return Err(LocationRefError::Malformed(text.to_owned()));
        }
        if kind == "http" || kind == "https" {
            return Err(LocationRefError::MissingType(text.to_owned()));
        }
        let script: String = target.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(11).collect();
        if script.eq_ignore_ascii_case("javascript:") {
            return Err(LocationRefError::Script(text.to_owned()));
        }
        Ok(Self::new(kind, target))
    }

    /// The name of the generated `Location` entity: `generated-` and the SHA-1 of `type:target` in hex.
    pub fn generated_name(&self) -> String {
        format!("generated-{}", hex::encode(Sha1::digest(self.to_string().as_bytes())))
    }

    /// The `Location` entity that stands for this location. `origin` is set for nested ones; a root is its own origin.
    pub fn to_entity(&self, origin: Option<&LocationRef>, optional: bool) -> Entity {
        let own = self.to_string();
        let origin = origin.map_or_else(|| own.clone(), ToString::to_string);
        let mut spec = json!({ "type": self.kind, "target": self.target });
        if optional {
            spec["presence"] = json!("optional");
        }
        Entity(json!({
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Location",
            "metadata": {
                "name": self.generated_name(),
                "annotations": { MANAGED_BY_LOCATION: own, MANAGED_BY_ORIGIN_LOCATION: origin },
            },
            "spec": spec,
        }))
    }
}

impl fmt::Display for LocationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_the_first_colon_and_trims() {
        assert_eq!(LocationRef::parse(" url : https://h/p ").unwrap(), LocationRef::new("url", "https://h/p"));
    }

    #[test]
    fn refuses_what_is_no_location() {
        assert!(matches!(LocationRef::parse("https://h/p"), Err(LocationRefError::MissingType(_))));
        assert!(matches!(LocationRef::parse("url:java\nscript:x"), Err(LocationRefError::Script(_))));
        assert!(matches!(LocationRef::parse("url:"), Err(LocationRefError::Malformed(_))));
    }

    #[test]
    fn the_generated_name_is_the_hash_of_the_reference() {
        let location = LocationRef::new("url", "http://127.0.0.1:8901/recent/environments/prod.yaml");
        assert_eq!(location.generated_name(), "generated-9b1a5276ebfde7750f9f08aec88a1ad8ba4a500d");
    }
}
