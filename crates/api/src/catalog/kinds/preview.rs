//! `POST /kinds/{kind}/preview`: what another definition of a kind would do to the entities there are. Nothing changes by it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use catalog::kinds::{Effect, Effects, Preview, preview};
use catalog::process::serialized;
use http::StatusCode;
use model::{Entity, EntityRef, Problem};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::catalog::schema::{self, JsonObject};
use crate::error::ApiError;
use crate::extract::{FromObject, JsonBody, NoParams, Object, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// A definition to try.
#[derive(Debug)]
pub struct Ask {
    /// `None`: the definition goes.
    definition: Option<Value>,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["definition"])?;
        body.only(&["definition"])?;
        let definition = if body.is_null("definition") { None } else { body.raw_object("definition")?.cloned() };
        Ok(Self { definition })
    }
}

/// The body of the request.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes a body that is read by hand")]
pub struct PreviewKindRequest {
    /// A `KindDefinition` entity; `null` as if the one that is there were removed.
    #[schema(required)]
    definition: Option<JsonObject>,
}

/// What would become of the entities of the kind.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewKindResponse {
    pub kind: String,
    /// Entities of the kind.
    pub total_items: u64,
    /// How many of them were looked at: fewer when it took too long.
    pub checked_items: u64,
    /// Those that are valid now and would no longer be. They would stay as they are, with the problem.
    pub breaks: EffectsItem,
    /// Those that are not valid now and would be.
    pub repairs: EffectsItem,
    /// Relations that would come and go, by type.
    pub relations: Vec<RelationDifference>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectsItem {
    pub total_items: u64,
    /// The first 200.
    pub items: Vec<EffectItem>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectItem {
    pub entity_ref: String,
    pub owners: Vec<String>,
    pub errors: Vec<ErrorItem>,
}

/// What is wrong, and where in the entity.
#[derive(Serialize, ToSchema)]
pub struct ErrorItem {
    pub name: String,
    pub message: String,
    /// A JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct RelationDifference {
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub kind: String,
    pub gained: u64,
    pub lost: u64,
}

/// Tries a definition of a kind.
#[utoipa::path(
    post, path = "/kinds/{kind}/preview", operation_id = "PreviewKind", tag = "Kinds", params(("kind" = String, Path)),
    request_body = PreviewKindRequest,
    responses(
        (status = 200, description = "What it would do", body = PreviewKindResponse),
        (status = 400, description = "What is wrong with the definition itself", body = schema::ValidationErrors),
        schema::Failure
    )
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments(kind): Segments<String>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    let kinds = state.engine.kinds();
    let own = match ask.definition.map(|body| kinds.define_sent(&Entity(body))).transpose() {
        Ok(own) => own,
        Err(problems) => return Ok(refused(&problems)),
    };
    let defined = own.as_ref().map_or(&*kind, |own| &*own.definition.kind);
    if !defined.eq_ignore_ascii_case(&kind) {
        return Err(ApiError::Input(format!("The definition is of the kind {defined}, not {kind}")));
    }
    if own.is_none() && kinds.known(&kind).is_none() {
        return Err(ApiError::NotFound(format!("No kind named '{kind}'")));
    }
    let kind = own.as_ref().map(|own| own.definition.kind.clone()).unwrap_or(kind);
    let found = preview(&state.catalog, &scope, &kinds, &kind, own.map(Arc::new)).await?;
    Ok(respond::json(&answer(kind, found)))
}

fn refused(problems: &[Problem]) -> Response {
    let error = |problem: &Problem| {
        let mut error = serialized(problem);
        error["pointer"] = problem.pointer.clone().unwrap_or_default().into();
        error
    };
    let body = json!({ "errors": problems.iter().map(error).collect::<Vec<Value>>() });
    (StatusCode::BAD_REQUEST, respond::json(&body)).into_response()
}

fn answer(kind: String, found: Preview) -> PreviewKindResponse {
    let effects = |effects: Effects| EffectsItem {
        total_items: effects.total,
        items: effects.named.into_iter().map(effect).collect(),
    };
    let relation = |(kind, difference): (String, catalog::kinds::Difference)| RelationDifference {
        kind,
        gained: difference.gained,
        lost: difference.lost,
    };
    PreviewKindResponse {
        kind,
        total_items: found.total,
        checked_items: found.checked,
        breaks: effects(found.breaks),
        repairs: effects(found.repairs),
        relations: found.relations.into_iter().map(relation).collect(),
    }
}

fn effect(effect: Effect) -> EffectItem {
    let error = |problem: Problem| ErrorItem { name: problem.name, message: problem.message, pointer: problem.pointer };
    EffectItem {
        entity_ref: effect.entity_ref.to_string(),
        owners: effect.owners.iter().map(EntityRef::to_string).collect(),
        errors: effect.problems.into_iter().map(error).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Fixture, error};

    const URL: &str = "/kinds/component/preview";

    fn definition(spec: Value) -> Value {
        json!({"definition": {"apiVersion": "callboard.io/v1alpha1", "kind": "KindDefinition",
            "metadata": {"name": "component"}, "spec": spec}})
    }

    #[tokio::test]
    async fn what_would_break_is_told_and_nothing_changes() {
        let fixture = Fixture::with_components(3).await;
        let strict = definition(json!({"kind": "Component", "schema": {"required": ["costCentre"]}}));
        let found = fixture.post(URL, &strict).await.json();
        assert_eq!((&found["totalItems"], &found["checkedItems"]), (&json!(3), &json!(3)));
        assert_eq!(found["breaks"]["totalItems"], 3);
        let first = json!({"entityRef": "component:default/c0", "owners": ["group:default/team-a"], "errors": [{"name": "TypeError",
            "message": "/spec must have required property 'costCentre' - missingProperty: costCentre", "pointer": "/spec/costCentre"}]});
        assert_eq!(found["breaks"]["items"][0], first);
        assert_eq!(fixture.get("/kinds/component").await.json()["origin"], "builtin");
        let field = json!({"path": "spec.type", "forward": "isA", "reverse": "has", "defaultKind": "Resource"});
        let related = definition(json!({"kind": "Component", "relations": [field]}));
        let found = fixture.post(URL, &related).await.json();
        let expected = json!([{"type": "has", "gained": 3, "lost": 0}, {"type": "isA", "gained": 3, "lost": 0}]);
        assert_eq!((&found["relations"], &found["breaks"]["totalItems"]), (&expected, &json!(0)));
        let gone = fixture.post(URL, &json!({"definition": null})).await.json();
        assert_eq!(gone["breaks"]["totalItems"], 0, "what is built in stays");
    }

    #[tokio::test]
    async fn every_entity_is_counted_and_the_first_are_named() {
        let fixture = Fixture::with_components(701).await;
        let strict = definition(json!({"kind": "Component", "schema": {"required": ["costCentre"]}}));
        let found = fixture.post(URL, &strict).await.json();
        assert_eq!((&found["totalItems"], &found["checkedItems"]), (&json!(701), &json!(701)));
        assert_eq!(found["breaks"]["totalItems"], 701);
        assert_eq!(found["breaks"]["items"].as_array().unwrap().len(), 200);
    }

    #[tokio::test]
    async fn only_what_the_caller_may_see_is_looked_at() {
        let fixture = Fixture::with_components(3).await;
        let blind = fixture.blind();
        let headers = [("authorization", blind.as_str()), ("content-type", "application/json")];
        let strict = definition(json!({"kind": "Component", "schema": {"required": ["costCentre"]}})).to_string();
        let found = fixture.root("POST", &format!("/api/catalog{URL}"), &headers, &strict).await.json();
        assert_eq!((&found["totalItems"], &found["breaks"]["totalItems"]), (&json!(0), &json!(0)));
    }

    #[tokio::test]
    async fn what_is_wrong_with_the_definition_is_told() {
        let fixture = Fixture::with_components(1).await;
        let bad = fixture.post(URL, &definition(json!({"kind": "Component", "schema": {"type": "nope"}}))).await;
        assert_eq!(bad.status, 400);
        let told = &bad.json()["errors"][0];
        assert_eq!((&told["name"], &told["pointer"]), (&json!("InputError"), &json!("/spec/schema/type")));
        assert!(told["message"].as_str().unwrap().starts_with("The schema cannot be used: "), "{told}");
        let other = fixture.post(URL, &json!({"definition": {"kind": "Component"}})).await.json();
        assert_eq!(other["errors"][0]["message"], "A KindDefinition is expected, not \"Component\"");
        let input = |message: &str| error(400, "InputError", message, "POST", URL);
        let mut api = definition(json!({"kind": "API"}));
        api["definition"]["metadata"]["name"] = "api".into();
        assert_eq!(fixture.post(URL, &api).await.json(), input("The definition is of the kind API, not component"));
        let message = "request/body must have required property 'definition'";
        assert_eq!(fixture.post(URL, &json!({})).await.json(), input(message));
        let nope = fixture.post("/kinds/nope/preview", &json!({"definition": null})).await;
        assert_eq!(nope.status, 404);
    }
}
