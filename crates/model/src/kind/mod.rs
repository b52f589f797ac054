//! Kinds are data: what an entity of a kind must look like, which of its fields are relations and how it is shown is said in
//! a declarative definition, itself an entity of the kind `KindDefinition`. The built-in kinds are such definitions
//! (`kinds/*.yaml`), and nothing else in the product knows a kind by name (contract catalog.md section 3).

mod bounds;
mod compiled;
mod registry;
mod relations;
mod soundness;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::entity::Entity;

pub use compiled::Kind;
pub use registry::{KindError, KindRegistry, Known};

/// The kind of the entities that define kinds.
pub const DEFINITION_KIND: &str = "KindDefinition";

/// One kind of entity: the `spec` of a `KindDefinition`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KindDefinition {
    /// As written in entities, such as `Component`.
    pub kind: String,
    /// For people, one and many; the kind itself where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural: Option<String>,
    /// `metadata.description` of the entity.
    #[serde(skip)]
    pub description: String,
    /// The key of an icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// The `apiVersion` values it may come with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_versions: Vec<String>,
    /// The processor of Backstage that checks this kind; error texts on the wire name it.
    #[serde(default = "model_processor", skip_serializing_if = "is_model_processor")]
    pub processor: String,
    /// JSON Schema (draft 7) of `spec`, which must be there.
    #[serde(default = "any_object")]
    pub schema: Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<RelationField>,
    /// Dotted paths of lists of text whose order means nothing; they are sorted before storing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sorted_arrays: Vec<String>,
    /// What a list of such entities shows; what any list shows where nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// What the page of such an entity shows besides what every entity's does, in order. `None`: its parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Vec<Panel>>,
    /// What is special about entities with a certain `spec.type`. Other types are allowed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, SpecType>,
}

/// What is special about one `spec.type` of a kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpecType {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Takes the place of the kind's schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// In addition to the kind's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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
    /// The two in words, where their names are not clear enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse_title: Option<String>,
    /// The kind of a reference that names none; without it such a reference is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_kind: Option<String>,
    #[serde(default, skip_serializing_if = "DefaultNamespace::is_inherited")]
    pub default_namespace: DefaultNamespace,
    /// References to other kinds are skipped without a word; empty allows all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_kinds: Vec<String>,
    /// Which end needs the other: what fails with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependent: Option<Dependent>,
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

/// The end of a relation that needs the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dependent {
    /// The entity that holds the reference.
    Source,
    /// The entity that is referred to.
    Target,
}

/// A field of an entity as lists and pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    /// Dotted path of the value. The path of a relation field shows the entities it leads to.
    pub key: String,
    pub label: String,
}

/// A panel of an entity's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "panel", rename_all = "kebab-case")]
pub enum Panel {
    /// Fields with their values.
    Fields {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        fields: Vec<Column>,
    },
    /// The entities one relation leads to.
    Related {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        relation: String,
    },
    /// The parts it is made of.
    Parts,
    /// The parts and how they hang together, drawn.
    Diagram,
    /// APIs its parts offer to others and use of others.
    Border,
    /// APIs it provides and consumes.
    Apis,
    /// Who provides and who consumes it.
    ApiUsers,
    Definition,
    Members,
    /// The groups a person is in.
    Groups,
    /// What it owns, by kind and type.
    Ownership,
    /// Where a location points.
    Targets,
}

fn model_processor() -> String {
    "ModelProcessor".to_owned()
}

fn is_model_processor(name: &str) -> bool {
    name == model_processor()
}

fn any_object() -> Value {
    json!({ "type": "object" })
}

impl DefaultNamespace {
    fn is_inherited(&self) -> bool {
        *self == Self::Inherit
    }
}

impl KindDefinition {
    /// Reads the definition that an entity holds; nothing is checked but its shape.
    ///
    /// # Errors
    /// What is wrong with the shape.
    pub fn of(entity: &Entity) -> Result<Self, String> {
        let spec = entity.0.get("spec").cloned().unwrap_or_default();
        let read: Self = serde_json::from_value(spec).map_err(|error| error.to_string())?;
        Ok(Self { description: entity.description().unwrap_or_default().to_owned(), ..read })
    }

    /// For people, one.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.kind)
    }

    /// For people, many.
    pub fn plural(&self) -> &str {
        self.plural.as_deref().unwrap_or_else(|| self.title())
    }

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

    /// The fields that hold references in entities of any type.
    pub fn all_relation_fields(&self) -> impl Iterator<Item = &RelationField> {
        self.relations.iter().chain(self.types.values().flat_map(|spec_type| &spec_type.relations))
    }

    /// The same kind with what an extension adds to it. Both schemas go on being checked, so this is for showing and
    /// relating.
    fn extended_by(&self, extension: &Self) -> Self {
        let mut whole = self.clone();
        let and = |own: &Option<String>, of_base: &mut Option<String>| {
            if own.is_some() {
                of_base.clone_from(own);
            }
        };
        and(&extension.title, &mut whole.title);
        and(&extension.plural, &mut whole.plural);
        and(&extension.icon, &mut whole.icon);
        if !extension.description.is_empty() {
            whole.description.clone_from(&extension.description);
        }
        whole.relations.extend(extension.relations.iter().cloned());
        whole.sorted_arrays.extend(extension.sorted_arrays.iter().cloned());
        if !extension.columns.is_empty() {
            whole.columns.clone_from(&extension.columns);
        }
        if extension.layout.is_some() {
            whole.layout.clone_from(&extension.layout);
        }
        for (name, added) in &extension.types {
            let known = whole.types.entry(name.clone()).or_default();
            and(&added.title, &mut known.title);
            and(&added.icon, &mut known.icon);
            known.relations.extend(added.relations.iter().cloned());
        }
        whole
    }
}
