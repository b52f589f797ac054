//! The shapes of bodies as `openapi.json` tells them. Entities are sent as they are kept, and bodies are read by hand so that
//! complaints name the place: most of these types exist only to be described.
#![allow(dead_code, reason = "describes JSON that is never held in these types")]

use std::collections::BTreeMap;

use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::locations::Location;

/// Any JSON object.
pub struct JsonObject;

impl PartialSchema for JsonObject {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Object))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .build()
            .into()
    }
}

impl ToSchema for JsonObject {}

/// A relation as seen from the entity that carries it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct EntityRelation {
    /// The full reference of the other entity.
    pub target_ref: String,
    #[schema(rename = "type")]
    pub kind: String,
}

/// An external link of an entity.
#[derive(ToSchema)]
pub struct EntityLink {
    pub url: String,
    pub title: Option<String>,
    pub icon: Option<String>,
    #[schema(rename = "type")]
    pub kind: Option<String>,
}

/// What all kinds have in common.
#[derive(ToSchema)]
pub struct EntityMeta {
    pub uid: Option<String>,
    pub etag: Option<String>,
    pub name: String,
    pub namespace: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub labels: Option<BTreeMap<String, String>>,
    pub annotations: Option<BTreeMap<String, String>>,
    pub tags: Option<Vec<String>>,
    pub links: Option<Vec<EntityLink>>,
}

/// An entity; with `fields`, only the parts asked for.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct Entity {
    pub api_version: String,
    pub kind: String,
    pub metadata: EntityMeta,
    pub spec: Option<JsonObject>,
    pub relations: Option<Vec<EntityRelation>>,
}

/// Where to go on.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct PageInfo {
    pub next_cursor: Option<String>,
    pub prev_cursor: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct EntitiesQueryResponse {
    pub items: Vec<Entity>,
    pub total_items: u64,
    pub page_info: PageInfo,
}

#[derive(ToSchema)]
pub struct EntitiesBatchResponse {
    /// In the order asked; `null` for each that is missing.
    pub items: Vec<Option<Entity>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct EntityAncestor {
    pub entity: Entity,
    pub parent_entity_refs: Vec<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct EntityAncestryResponse {
    pub root_entity_ref: String,
    pub items: Vec<EntityAncestor>,
}

#[derive(ToSchema)]
pub struct EntityFacet {
    pub value: String,
    pub count: u64,
}

#[derive(ToSchema)]
pub struct EntityFacetsResponse {
    pub facets: BTreeMap<String, Vec<EntityFacet>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct LocationsQueryResponse {
    pub items: Vec<Location>,
    pub total_items: u64,
    pub page_info: PageInfo,
}

/// A path to order by.
#[derive(ToSchema)]
pub struct OrderBy {
    pub field: String,
    /// `asc` or `desc`.
    pub order: String,
}

/// A text that one of the fields has to contain.
#[derive(ToSchema)]
pub struct FullTextFilter {
    pub term: Option<String>,
    pub fields: Option<Vec<String>>,
}

#[derive(ToSchema)]
pub struct ValidationErrors {
    pub errors: Vec<JsonObject>,
}

#[derive(ToSchema)]
pub struct ErrorDetail {
    pub name: String,
    pub message: String,
}

#[derive(ToSchema)]
pub struct ErrorRequest {
    pub method: String,
    pub url: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct ErrorStatus {
    pub status_code: u16,
}

/// What every failed request answers.
#[derive(ToSchema)]
#[schema(as = Error, example = json!({
    "error": { "name": "NotFoundError", "message": "No entity with uid 1" },
    "request": { "method": "GET", "url": "/entities/by-uid/1" },
    "response": { "statusCode": 404 },
}))]
pub struct ErrorBody {
    pub error: ErrorDetail,
    pub request: Option<ErrorRequest>,
    pub response: ErrorStatus,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct QueryEntitiesByPredicateRequest {
    pub cursor: Option<String>,
    pub limit: Option<f64>,
    pub offset: Option<f64>,
    pub order_by: Option<Vec<OrderBy>>,
    pub full_text_filter: Option<FullTextFilter>,
    pub fields: Option<Vec<String>>,
    /// `include` (default) or `exclude`: whether to count all matches.
    pub total_items: Option<String>,
    pub query: Option<JsonObject>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct GetEntitiesByRefsRequest {
    pub entity_refs: Vec<String>,
    pub fields: Option<Vec<String>>,
    pub query: Option<JsonObject>,
}

#[derive(ToSchema)]
pub struct QueryEntityFacetsByPredicateRequest {
    pub facets: Vec<String>,
    pub query: Option<JsonObject>,
}

#[derive(ToSchema)]
pub struct GetLocationsByQueryRequest {
    pub cursor: Option<String>,
    pub limit: Option<f64>,
    pub query: Option<JsonObject>,
}

/// A location to register.
#[derive(ToSchema)]
pub struct LocationInput {
    #[schema(rename = "type")]
    pub kind: String,
    pub target: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct AnalyzeLocationRequest {
    pub location: LocationInput,
    /// What descriptors are called there; `catalog-info.yaml` unless given. `catalogFilename` is read too.
    pub catalog_file_name: Option<String>,
}

/// An entity that is in a repository already.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct AnalyzeLocationExistingEntity {
    pub location: LocationInput,
    pub is_registered: bool,
    pub entity: Entity,
}

/// An entity to begin with.
#[derive(ToSchema)]
pub struct AnalyzeLocationGenerateEntity {
    pub entity: JsonObject,
    pub fields: Vec<JsonObject>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct AnalyzeLocationResponse {
    pub existing_entity_files: Vec<AnalyzeLocationExistingEntity>,
    pub generate_entities: Vec<AnalyzeLocationGenerateEntity>,
}

/// Entities that no reader sees.
#[derive(ToSchema)]
pub struct UnprocessedEntities {
    /// `failed` or `pending`.
    #[schema(rename = "type")]
    pub kind: String,
    pub entities: Vec<UnprocessedEntity>,
}

/// An entity that no reader sees.
#[derive(ToSchema)]
pub struct UnprocessedEntity {
    pub entity_id: String,
    pub entity_ref: String,
    /// As its source wrote it.
    pub unprocessed_entity: JsonObject,
    pub unprocessed_hash: String,
    pub processed_entity: Option<JsonObject>,
    pub result_hash: Option<String>,
    /// Times as in `2026-11-23T06:52:24Z`.
    pub next_update_at: String,
    pub last_discovery_at: String,
    pub location_key: Option<String>,
    /// What is wrong with it.
    pub errors: Vec<JsonObject>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct RefreshEntityRequest {
    /// The entity to read again.
    pub entity_ref: String,
    /// Accepted for older clients.
    pub authorization_token: Option<String>,
}

#[derive(ToSchema)]
pub struct ValidateEntityRequest {
    pub entity: JsonObject,
    /// The location the entity would come from, such as `url:https://host/catalog-info.yaml`.
    pub location: String,
}

/// Everything that stands in a set from now on.
#[derive(ToSchema)]
pub struct ReplaceSetRequest {
    /// Entities as they would stand in a file.
    pub entities: Vec<JsonObject>,
}

/// What changes in a set.
#[derive(ToSchema)]
pub struct ChangeSetRequest {
    /// Entities that come into the set or change there.
    pub added: Option<Vec<JsonObject>>,
    /// Full references of those that go.
    pub removed: Option<Vec<String>>,
}

/// How a push is meant.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PushParams {
    /// `true`: do it however much of the set it removes.
    pub force: Option<bool>,
}

/// A request about the past.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct AsOfParams {
    /// A time, a day or a position of the change feed: the catalog as it was then.
    pub as_of: Option<String>,
}

/// What was registered, or would be.
#[derive(ToSchema)]
pub struct CreateLocationResponse {
    pub location: Location,
    /// With `dryRun`: what it would bring, as far as it can be told without the rest of the catalog.
    pub entities: Vec<Entity>,
    /// With `dryRun`: whether it is registered already.
    pub exists: Option<bool>,
}

/// How to register.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct CreateLocationParams {
    /// `true`: only show what would be registered.
    pub dry_run: Option<String>,
    /// `refresh` or `reject` (default): what to do with a location that is registered already.
    pub on_conflict: Option<String>,
}

/// The answer of a request that failed.
#[derive(utoipa::IntoResponses)]
#[response(status = "default", description = "An error")]
pub struct Failure(pub ErrorBody);
