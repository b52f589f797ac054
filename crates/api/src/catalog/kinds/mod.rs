//! `/kinds`: what is defined of each kind of entity, and what another definition would do (an addition to the contract).

pub mod get;
pub mod list;
pub mod preview;

use catalog::kinds::KindStatus;
use model::KindDefinition;
use serde::Serialize;
use utoipa::ToSchema;

use super::schema::JsonObject;

/// A kind of entity.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KindItem {
    /// As written in entities.
    pub kind: String,
    /// For people, one and many.
    pub title: String,
    pub plural: String,
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    pub api_versions: Vec<String>,
    pub origin: Origin,
    /// The entity that defines or extends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defined_by: Option<String>,
    /// How many there are.
    pub entities: u64,
    /// The `spec` of its `KindDefinition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<JsonObject>)]
    pub definition: Option<KindDefinition>,
    /// What an entity adds to a built-in kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<JsonObject>)]
    pub extension: Option<KindDefinition>,
}

/// Where the definition of a kind comes from.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    Builtin,
    /// Built in, and extended by an entity.
    Extended,
    Own,
    /// There are entities of it, but nothing defines it.
    Undefined,
}

impl From<KindStatus> for KindItem {
    fn from(status: KindStatus) -> Self {
        let known = status.known.as_ref();
        let (builtin, own) = (known.and_then(|k| k.builtin.as_ref()), known.and_then(|k| k.own.as_ref()));
        let definition = |kind: &std::sync::Arc<model::Kind>| kind.definition.clone();
        let (origin, first, extension) = match (builtin, own) {
            (Some(builtin), None) => (Origin::Builtin, Some(builtin), None),
            (Some(builtin), extension) => (Origin::Extended, Some(builtin), extension),
            (None, Some(own)) => (Origin::Own, Some(own), None),
            (None, None) => (Origin::Undefined, None, None),
        };
        let whole = known.map(|known| &known.definition);
        Self {
            title: whole.map_or(&*status.kind, |kind| kind.title()).to_owned(),
            plural: whole.map_or(&*status.kind, |kind| kind.plural()).to_owned(),
            description: whole.map(|kind| kind.description.clone()).unwrap_or_default(),
            icon: whole.and_then(|kind| kind.icon.clone()),
            api_versions: whole.map(|kind| kind.api_versions.clone()).unwrap_or_default(),
            origin,
            defined_by: status.defined_by.map(|entity_ref| entity_ref.to_string()),
            entities: status.entities,
            definition: first.map(definition),
            extension: extension.map(definition),
            kind: status.kind,
        }
    }
}
