//! The entity envelope: a JSON object with `apiVersion`, `kind`, `metadata` and `spec` (contract catalog.md section 1).

use serde_json::{Map, Value};

use crate::reference::{DEFAULT_NAMESPACE, EntityRef};

pub const MANAGED_BY_LOCATION: &str = "backstage.io/managed-by-location";
pub const MANAGED_BY_ORIGIN_LOCATION: &str = "backstage.io/managed-by-origin-location";
pub const VIEW_URL: &str = "backstage.io/view-url";
pub const EDIT_URL: &str = "backstage.io/edit-url";
pub const SOURCE_LOCATION: &str = "backstage.io/source-location";
pub const ORPHAN: &str = "backstage.io/orphan";

/// An entity as JSON, with the accessors everybody needs. It promises nothing about validity:
/// accessors answer `None` or an empty text where the body does not have what they look for.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Entity(pub Value);

impl Entity {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer).and_then(Value::as_str)
    }

    pub fn api_version(&self) -> &str {
        self.text("/apiVersion").unwrap_or_default()
    }

    pub fn kind(&self) -> &str {
        self.text("/kind").unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.text("/metadata/name").unwrap_or_default()
    }

    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace").unwrap_or(DEFAULT_NAMESPACE)
    }

    pub fn uid(&self) -> Option<&str> {
        self.text("/metadata/uid")
    }

    pub fn etag(&self) -> Option<&str> {
        self.text("/metadata/etag")
    }

    pub fn title(&self) -> Option<&str> {
        self.text("/metadata/title")
    }

    /// The title if there is one, else the name.
    pub fn display_name(&self) -> &str {
        self.title().unwrap_or_else(|| self.name())
    }

    pub fn description(&self) -> Option<&str> {
        self.text("/metadata/description")
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.0.get("metadata")?.get("annotations")?.get(key)?.as_str()
    }

    pub fn spec(&self) -> Option<&Map<String, Value>> {
        self.0.get("spec")?.as_object()
    }

    /// `spec.<key>` when it is a string.
    pub fn spec_text(&self, key: &str) -> Option<&str> {
        self.spec()?.get(key)?.as_str()
    }

    /// The canonical reference; parts the body lacks are empty, so check the envelope first.
    pub fn entity_ref(&self) -> EntityRef {
        EntityRef::new(self.kind(), self.namespace(), self.name())
    }

    /// Sets an annotation, making `metadata.annotations` where it is missing. Does nothing if `metadata` is no object.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        let Some(metadata) = self.0.get_mut("metadata").and_then(Value::as_object_mut) else { return };
        let annotations = metadata.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(key.to_owned(), Value::String(value.to_owned()));
        }
    }
}
