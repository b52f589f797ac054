//! What each plugin with permissions tells of them, and how others ask it to apply conditions to its resources
//! (contract permissions.md section 3).

use auth::Principal;
use auth::permission;
use auth::policy::criteria::{Criteria, CriteriaLimits};
use auth::policy::rules::{self, Rule, RuleError};
use axum::Router;
use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::resource::{Refs, meets_conditions};
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object};
use crate::respond;
use crate::state::ApiState;

/// The routes of a plugin.
pub fn router(plugin: &'static str) -> Router<ApiState> {
    Router::new().route("/.well-known/backstage/permissions/metadata", get(async move || metadata(plugin))).route(
        "/.well-known/backstage/permissions/apply-conditions",
        post(async move |state, caller, request| apply(plugin, state, caller, request).await),
    )
}

/// The permissions of a plugin, as the wire shows them.
pub fn permissions_of(plugin: &str) -> Vec<Value> {
    permission::of_plugin(plugin)
        .map(|permission| {
            let attributes = permission.action.map_or_else(|| json!({}), |action| json!({ "action": action }));
            let mut shown = json!({ "type": "basic", "name": permission.name, "attributes": attributes });
            if let Some(resource_type) = permission.resource_type {
                shown["type"] = "resource".into();
                shown["resourceType"] = resource_type.into();
            }
            shown
        })
        .collect()
}

/// The rules of a plugin, as the wire shows them.
pub fn rules_of(plugin: &str) -> Vec<Value> {
    let shown = |rule: &Rule| {
        json!({
            "name": rule.name,
            "description": rule.description,
            "resourceType": rule.resource_type,
            "paramsSchema": rule.schema(),
        })
    };
    resource_types(plugin).into_iter().flat_map(rules::rules_for).map(shown).collect()
}

fn resource_types(plugin: &str) -> Vec<&'static str> {
    let mut types: Vec<&str> =
        permission::of_plugin(plugin).filter_map(|permission| permission.resource_type).collect();
    types.dedup();
    types
}

fn metadata(plugin: &str) -> Response {
    respond::json(&json!({ "permissions": permissions_of(plugin), "rules": rules_of(plugin) }))
}

/// One question.
struct Item {
    id: String,
    resources: Refs,
    resource_type: String,
    conditions: Value,
}

/// The questions of a request.
struct Ask(Vec<Item>);

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["items"])?;
        let item = |item: &Object<'_>| {
            item.require(&["id", "resourceRef", "resourceType", "conditions"])?;
            Ok(Item {
                id: item.text("id")?.unwrap_or_default(),
                resources: Refs::read(item)?,
                resource_type: item.text("resourceType")?.unwrap_or_default(),
                conditions: item.value("conditions").cloned().unwrap_or_default(),
            })
        };
        Ok(Self(body.objects("items")?.iter().map(item).collect::<Result<_, ApiError>>()?))
    }
}

async fn apply(
    plugin: &'static str,
    State(state): State<ApiState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    if let Principal::User(_) = &caller.principal {
        caller.principal.require_service()?;
    }
    let JsonBody(Ask(items)) = JsonBody::<Ask>::from_request(request, &()).await?;
    let known = resource_types(plugin);
    let unexpected = items.iter().map(|item| item.resource_type.as_str()).filter(|asked| !known.contains(asked));
    let mut unexpected: Vec<&str> = unexpected.collect();
    unexpected.dedup();
    if !unexpected.is_empty() {
        return Err(ApiError::Input(format!("Unexpected resource types: {}.", unexpected.join(", "))));
    }
    let items = items.iter().map(|item| answer(&state, item)).collect::<Result<Vec<Value>, _>>()?;
    Ok(respond::json(&json!({ "items": items })))
}

fn answer(state: &ApiState, item: &Item) -> Result<Value, ApiError> {
    let input = |text: String| ApiError::Input(text);
    let criteria = Criteria::read(&item.conditions, &item.resource_type, CriteriaLimits::default());
    let criteria = criteria.map_err(|error| input(error.to_string()))?;
    match rules::predicate(&criteria) {
        Err(RuleError::Parameters { rule, reason }) => {
            return Err(input(format!("Parameters to rule are invalid: {rule}: {reason}")));
        }
        Err(unknown @ RuleError::Unknown { .. }) => return Err(input(unknown.to_string())),
        Ok(_) => {}
    }
    let each = item.resources.each(|resource| meets_conditions(state, &item.resource_type, &criteria, resource));
    Ok(json!({ "id": item.id, "result": each.unwrap_or_else(|| "DENY".into()) }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Fixture, error};

    const METADATA: &str = "/api/catalog/.well-known/backstage/permissions/metadata";
    const APPLY: &str = "/.well-known/backstage/permissions/apply-conditions";

    #[tokio::test]
    async fn a_plugin_tells_its_permissions_and_rules() {
        let fixture = Fixture::with_components(0).await;
        let found = fixture.root("GET", METADATA, &[("authorization", &fixture.service())], "").await.json();
        assert_eq!(
            found["permissions"][0],
            json!({"type": "resource", "name": "catalog.entity.read", "attributes": {"action": "read"},
                "resourceType": "catalog-entity"})
        );
        let names: Vec<_> = found["rules"].as_array().into_iter().flatten().map(|rule| &rule["name"]).collect();
        assert_eq!(
            names,
            ["HAS_ANNOTATION", "HAS_LABEL", "HAS_METADATA", "HAS_SPEC", "IS_ENTITY_KIND", "IS_ENTITY_OWNER"]
        );
        assert_eq!(fixture.root("GET", METADATA, &[], "").await.status, 401);
    }

    #[tokio::test]
    async fn conditions_are_applied_for_programs() {
        let fixture = Fixture::with_components(1).await;
        let kind = |kind: &str| json!({"rule": "IS_ENTITY_KIND", "resourceType": "catalog-entity", "params": {"kinds": [kind]}});
        let item = |id: &str, resource: serde_json::Value, conditions: serde_json::Value| json!({"id": id, "resourceRef": resource, "resourceType": "catalog-entity", "conditions": conditions});
        let ask = json!({"items": [
            item("a", json!("component:default/c0"), kind("component")),
            item("b", json!(["component:default/c0", "component:default/none"]), json!({"not": kind("api")})),
        ]});
        let answer = fixture.post(APPLY, &ask).await.json();
        assert_eq!(
            answer,
            json!({"items": [{"id": "a", "result": "ALLOW"}, {"id": "b", "result": ["ALLOW", "DENY"]}]})
        );
        let foreign = json!({"items": [{"id": "a", "resourceRef": "x", "resourceType": "thing", "conditions": {}}]});
        let refused = fixture.post(APPLY, &foreign).await.json();
        assert_eq!(refused, error(400, "InputError", "Unexpected resource types: thing.", "POST", APPLY));
        let user = [
            ("authorization", &*format!("Bearer {}", fixture.user_token().await)),
            ("content-type", "application/json"),
        ];
        assert_eq!(fixture.root("POST", &format!("/api/catalog{APPLY}"), &user, &ask.to_string()).await.status, 403);
    }
}
