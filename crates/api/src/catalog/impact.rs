//! `GET /entities/by-name/{kind}/{namespace}/{name}/impact`: what fails with an entity, and who owns it (an addition to the
//! contract).

use axum::extract::State;
use axum::response::Response;
use catalog::{Affected, ImpactRequest};
use model::EntityRef;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::schema;
use crate::error::ApiError;
use crate::extract::{FromParams, Params, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// Steps that are followed at most, and where the request does not say.
const MAX_DEPTH: usize = 20;
/// Entities that one answer names at most, and where the request does not say.
const MAX_LIMIT: usize = 10_000;
const DEFAULT_LIMIT: usize = 500;
/// Relation types that are followed at most.
const MAX_RELATIONS: usize = 50;

/// What to follow, how far, and which part of it to tell.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// Relation types that lead from an entity to what fails with it, with commas; by default those that kind definitions name.
    #[param(value_type = Option<String>)]
    relations: Option<Vec<String>>,
    /// Steps from the entity, 1 to 20 (default).
    #[param(value_type = Option<usize>)]
    depth: usize,
    /// Entities to tell, 10,000 at most; 500 by default.
    #[param(value_type = Option<usize>)]
    limit: usize,
    #[param(value_type = Option<usize>)]
    offset: usize,
}

impl FromParams for Ask {
    const NAMES: &'static [&'static str] = &["relations", "depth", "limit", "offset"];
    const LISTS: &'static [&'static str] = &["relations"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        let relations = params.comma_separated("relations");
        if relations.len() > MAX_RELATIONS {
            return Err(ApiError::Input(format!(
                "request/query/relations must NOT have more than {MAX_RELATIONS} items"
            )));
        }
        let depth = params.count("depth")?.unwrap_or(MAX_DEPTH);
        if !(1..=MAX_DEPTH).contains(&depth) {
            return Err(ApiError::Input(format!("request/query/depth must be between 1 and {MAX_DEPTH}")));
        }
        Ok(Self {
            relations: (!relations.is_empty()).then_some(relations),
            depth,
            limit: params.count("limit")?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
            offset: params.count("offset")?.unwrap_or(0),
        })
    }
}

/// What fails with an entity, nearest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpactResponse {
    pub root_entity_ref: String,
    /// The relation types that were followed.
    pub relations: Vec<String>,
    pub total_items: u64,
    /// There are more than the 10,000 that are followed.
    pub truncated: bool,
    pub items: Vec<ImpactItem>,
    /// Who owns how many of all items, most first.
    pub owners: Vec<ImpactOwner>,
    /// How many items nobody owns.
    pub unowned: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpactItem {
    pub entity_ref: String,
    /// The title, else the name.
    pub title: String,
    /// `spec.type`
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(rename = "type")]
    pub kind_type: Option<String>,
    /// False for what relations name and no entity defines.
    pub exists: bool,
    /// Steps from the root.
    pub distance: usize,
    pub owners: Vec<String>,
    /// How it is reached from the step before; at most five ways.
    pub via: Vec<ImpactVia>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpactVia {
    pub entity_ref: String,
    pub relation: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpactOwner {
    pub entity_ref: String,
    pub count: u64,
}

/// What depends on an entity, directly and through others, with who owns it.
#[utoipa::path(
    get, path = "/entities/by-name/{kind}/{namespace}/{name}/impact", operation_id = "GetEntityImpactByName",
    tag = "Entity", params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path), Ask),
    responses((status = 200, description = "What fails with it", body = ImpactResponse), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    Query(ask): Query<Ask>,
    Segments((kind, namespace, name)): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    let root = EntityRef::new(&kind, &namespace, &name);
    let request = ImpactRequest {
        root: root.clone(),
        relations: ask.relations.unwrap_or_else(|| state.engine.kinds().impact_relations()),
        depth: ask.depth,
        offset: ask.offset,
        limit: ask.limit,
    };
    let found = state.catalog.impact(&scope, &request);
    let found = found.ok_or_else(|| ApiError::NotFound(format!("No such entity {root}")))?;
    let owner = |(owner, count): (EntityRef, u64)| ImpactOwner { entity_ref: owner.to_string(), count };
    Ok(respond::json(&ImpactResponse {
        root_entity_ref: root.to_string(),
        relations: request.relations,
        total_items: found.total,
        truncated: found.truncated,
        items: found.items.into_iter().map(item).collect(),
        owners: found.owners.into_iter().map(owner).collect(),
        unowned: found.unowned,
    }))
}

fn item(affected: Affected) -> ImpactItem {
    let (exists, name) = (affected.name.is_some(), affected.name);
    let (title, kind_type) = name.map_or((None, None), |name| (Some(name.title), name.kind_type));
    let via = affected.via.into_iter();
    ImpactItem {
        title: title.unwrap_or_else(|| affected.entity_ref.name().to_owned()),
        kind_type,
        exists,
        distance: affected.distance,
        owners: affected.owners.iter().map(EntityRef::to_string).collect(),
        via: via.map(|via| ImpactVia { entity_ref: via.from.to_string(), relation: via.relation }).collect(),
        entity_ref: affected.entity_ref.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn relations_are_those_of_the_definitions_unless_named() {
        let fixture = Fixture::with_components(2).await;
        let found = fixture.get("/entities/by-name/Component/default/C0/impact").await.json();
        let expected = json!({"rootEntityRef": "component:default/c0", "relations": ["hasPart", "providesApi", "apiConsumedBy",
            "dependencyOf"], "totalItems": 0, "truncated": false, "items": [], "owners": [], "unowned": 0});
        assert_eq!(found, expected);
        let named =
            fixture.get("/entities/by-name/component/default/c0/impact?relations=ownedBy,x&limit=1").await.json();
        let item = json!({"entityRef": "group:default/team-a", "title": "team-a", "exists": false, "distance": 1, "owners": [],
            "via": [{"entityRef": "component:default/c0", "relation": "ownedBy"}]});
        assert_eq!((&named["items"], &named["totalItems"], &named["unowned"]), (&json!([item]), &json!(1), &json!(1)));
    }

    #[tokio::test]
    async fn bad_requests_say_what_is_wrong() {
        let fixture = Fixture::with_components(1).await;
        let url = "/entities/by-name/component/default/c0/impact";
        for (query, message) in [
            ("depth=0", "request/query/depth must be between 1 and 20"),
            ("depth=x", "request/query/depth must be integer"),
            ("kind=x", "Unknown query parameter 'kind'"),
        ] {
            let path = format!("{url}?{query}");
            assert_eq!(fixture.get(&path).await.json(), error(400, "InputError", message, "GET", &path), "{query}");
        }
        let missing = "/entities/by-name/component/default/nope/impact";
        let message = "No such entity component:default/nope";
        assert_eq!(fixture.get(missing).await.json(), error(404, "NotFoundError", message, "GET", missing));
        let blind =
            fixture.root("GET", &format!("/api/catalog{url}"), &[("authorization", &fixture.blind())], "").await;
        assert_eq!(blind.status, 404);
    }
}
