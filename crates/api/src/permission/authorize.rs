//! `POST /authorize`: decisions for a person, one per item (contract permissions.md section 2).

use auth::policy::decide::Decision;
use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::resource::{Asked, Refs, meets_conditions};
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object};
use crate::respond;
use crate::state::ApiState;

/// One question.
#[derive(Debug)]
struct Item {
    id: String,
    permission: Asked,
    resources: Refs,
}

/// The questions of a request.
#[derive(Debug)]
struct Ask {
    items: Vec<Item>,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["items"])?;
        let items = body.objects("items")?.iter().map(item).collect::<Result<_, _>>()?;
        Ok(Self { items })
    }
}

fn item(item: &Object<'_>) -> Result<Item, ApiError> {
    item.require(&["id", "permission"])?;
    let id = item.text("id")?.unwrap_or_default();
    let permission = item.object("permission")?.map(|permission| Asked::read(&permission)).transpose()?;
    let Some(permission) = permission else {
        return Err(ApiError::Input("request/body/items/permission must be object".to_owned()));
    };
    let resources = Refs::read(item)?;
    if permission.resource_type.is_some() && matches!(resources, Refs::None) {
        let message = "Resource permissions require a resourceRef to be set. Direct user requests without a \
                       resourceRef are not allowed.";
        return Err(ApiError::Input(message.to_owned()));
    }
    Ok(Item { id, permission, resources })
}

/// Decides. People ask here; programs are told apart before their question is read.
pub async fn handler(State(state): State<ApiState>, caller: Caller, request: Request) -> Result<Response, ApiError> {
    if let auth::Principal::Service(_) = &caller.principal {
        caller.principal.require_user()?;
    }
    let JsonBody(ask) = JsonBody::<Ask>::from_request(request, &()).await?;
    let items: Vec<Value> = ask.items.iter().map(|item| answer(&state, &caller, item)).collect();
    Ok(respond::json(&json!({ "items": items })))
}

fn answer(state: &ApiState, caller: &Caller, item: &Item) -> Value {
    let permission = item.permission.permission();
    let decision = state.permissions.verdict(&caller.principal, &permission).decision;
    let resource_type = permission.resource_type.unwrap_or_default();
    let each = item.resources.each(|resource| match &decision {
        Decision::Allow => true,
        Decision::Deny => false,
        Decision::Conditional(criteria) => meets_conditions(state, resource_type, criteria, resource),
    });
    json!({ "id": item.id, "result": each.unwrap_or_else(|| decision.word().into()) })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Fixture, error};

    async fn ask(fixture: &Fixture, bearer: &str, body: &Value) -> Value {
        let headers = [("authorization", bearer), ("content-type", "application/json")];
        fixture.root("POST", "/api/permission/authorize", &headers, &body.to_string()).await.json()
    }

    fn read(resource: Value) -> Value {
        json!({"items": [{"id": "1", "resourceRef": resource, "permission": {"type": "resource",
            "name": "catalog.entity.read", "attributes": {"action": "read"}, "resourceType": "catalog-entity"}}]})
    }

    #[tokio::test]
    async fn a_person_may_and_a_program_does_not_ask() {
        let fixture = Fixture::with_components(0).await;
        let user = format!("Bearer {}", fixture.user_token().await);
        let create = json!({"items": [{"id": "1", "permission": {"type": "basic", "name": "catalog.entity.create",
            "attributes": {"action": "create"}}}]});
        assert_eq!(ask(&fixture, &user, &create).await, json!({"items": [{"id": "1", "result": "ALLOW"}]}));
        let message = "This endpoint does not allow 'service' credentials";
        assert_eq!(
            ask(&fixture, &fixture.service(), &create).await,
            error(403, "NotAllowedError", message, "POST", "/authorize")
        );
        let mut without = read(json!(null));
        without["items"][0].as_object_mut().map(|item| item.remove("resourceRef"));
        let message = "Resource permissions require a resourceRef to be set. Direct user requests without a resourceRef \
                       are not allowed.";
        assert_eq!(ask(&fixture, &user, &without).await, error(400, "InputError", message, "POST", "/authorize"));
    }

    #[tokio::test]
    async fn conditions_are_applied_to_each_resource() {
        let roles = "roles:\n  - name: role:default/r\n    members: [user:development/guest]\n    allow:\n      - permission: \
                     catalog.entity.read\n        when: { rule: IS_ENTITY_OWNER, params: { claims: [group:default/team-a] } }\n";
        let fixture = Fixture::with_roles(1, roles).await;
        let user = format!("Bearer {}", fixture.user_token().await);
        let result = |resource: Value| {
            let (fixture, user) = (&fixture, &user);
            async move { ask(fixture, user, &read(resource)).await["items"][0]["result"].clone() }
        };
        assert_eq!(result(json!("component:default/c0")).await, "ALLOW");
        assert_eq!(
            result(json!(["component:default/c0", "component:default/none", "x"])).await,
            json!(["ALLOW", "DENY", "DENY"])
        );
    }
}
