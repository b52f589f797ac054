//! `POST /authorize`: decisions for a person, one per item.

use axum::extract::{FromRequest, Request};
use axum::response::Response;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object};
use crate::respond;

/// One question.
#[derive(Debug)]
struct Item {
    id: String,
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
    if let Some(permission) = item.object("permission")? {
        permission.require(&["name", "type"])?;
        permission.text("name")?;
        let kind = permission.one_of("type", &["basic", "resource"])?;
        if kind.as_deref() == Some("resource") && item.text("resourceRef")?.is_none() {
            let message = "Resource permissions require a resourceRef to be set. Direct user requests without a \
                           resourceRef are not allowed.";
            return Err(ApiError::Input(message.to_owned()));
        }
    }
    Ok(Item { id })
}

/// Decides. Only people ask here; programs are told apart before their question is read.
pub async fn handler(Caller(principal): Caller, request: Request) -> Result<Response, ApiError> {
    principal.require_user()?;
    let JsonBody(ask) = JsonBody::<Ask>::from_request(request, &()).await?;
    let items: Vec<Value> = ask.items.iter().map(|item| json!({ "id": item.id, "result": "ALLOW" })).collect();
    Ok(respond::json(&json!({ "items": items })))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{Fixture, error};

    async fn ask(fixture: &Fixture, bearer: &str, body: &Value) -> Value {
        let headers = [("authorization", bearer), ("content-type", "application/json")];
        fixture.root("POST", "/api/permission/authorize", &headers, &body.to_string()).await.json()
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
        let read = json!({"items": [{"id": "1", "permission": {"type": "resource", "name": "catalog.entity.read",
            "attributes": {"action": "read"}, "resourceType": "catalog-entity"}}]});
        let message = "Resource permissions require a resourceRef to be set. Direct user requests without a resourceRef \
                       are not allowed.";
        assert_eq!(ask(&fixture, &user, &read).await, error(400, "InputError", message, "POST", "/authorize"));
    }
}
