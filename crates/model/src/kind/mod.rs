//! Kinds are data: what an entity of a kind must look like, which of its fields are relations and how it is listed is
//! said in a declarative definition. The built-in kinds are such definitions too (`kinds/*.yaml`), and nothing else in
//! the product knows a kind by name (contract catalog.md section 3).

mod registry;
mod relations;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use registry::{KindError, KindRegistry};

/// One kind of entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KindDefinition {
    /// As written in entities, such as `Component`.
    pub kind: String,
    /// The `apiVersion` values it may come with.
    pub api_versions: Vec<String>,
    /// For people, one and many.
    pub title: String,
    pub plural: String,
    #[serde(default)]
    pub description: String,
    /// The key of an icon.
    #[serde(default)]
    pub icon: Option<String>,
    /// The processor of Backstage that checks this kind; error texts on the wire name it.
    #[serde(default = "builtin_processor")]
    pub processor: String,
    /// JSON Schema (draft 7) of `spec`, which must be there.
    pub schema: Value,
    #[serde(default)]
    pub relations: Vec<RelationField>,
    /// Dotted paths of lists of text whose order means nothing; they are sorted before storing.
    #[serde(default)]
    pub sorted_arrays: Vec<String>,
    /// What a list of such entities shows.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// What is special about entities with a certain `spec.type`. Other types are allowed.
    #[serde(default)]
    pub types: BTreeMap<String, SpecType>,
}

/// What is special about one `spec.type` of a kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpecType {
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub icon: Option<String>,
    /// Takes the place of the kind's schema.
    #[serde(default)]
    pub schema: Option<Value>,
    /// In addition to the kind's.
    #[serde(default)]
    pub relations: Vec<RelationField>,
}

/// A field that holds references, one or a list, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RelationField {
    /// Dotted path from the root of the entity; lists on the way are looked through.
    pub path: String,
    /// The relation of the entity to the target, and the one the target gets in return.
    pub forward: String,
    pub reverse: String,
    /// The kind of a reference that names none; without it such a reference is an error.
    #[serde(default)]
    pub default_kind: Option<String>,
    #[serde(default)]
    pub default_namespace: DefaultNamespace,
    /// References to other kinds are skipped without a word; empty allows all.
    #[serde(default)]
    pub allowed_kinds: Vec<String>,
}

/// The namespace of a reference that names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DefaultNamespace {
    /// That of the entity that holds the reference.
    #[default]
    Inherit,
    /// `default`.
    Default,
}

/// A column of a list of entities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// Dotted path of the value.
    pub key: String,
    pub label: String,
}

fn builtin_processor() -> String {
    "BuiltinKindsEntityProcessor".to_owned()
}

impl KindDefinition {
    /// The icon of an entity: that of its `spec.type`, else the kind's.
    pub fn icon_for(&self, spec_type: Option<&str>) -> Option<&str> {
        let of_type = spec_type.and_then(|name| self.types.get(name)).and_then(|spec_type| spec_type.icon.as_deref());
        of_type.or(self.icon.as_deref())
    }

    /// The fields that hold references in entities of this `spec.type`.
    pub fn relation_fields(&self, spec_type: Option<&str>) -> impl Iterator<Item = &RelationField> {
        let of_type = spec_type.and_then(|name| self.types.get(name)).map(|spec_type| spec_type.relations.iter());
        self.relations.iter().chain(of_type.into_iter().flatten())
    }
}
