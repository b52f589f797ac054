//! `POST /explain`: why somebody may or may not do something, and what would change it. One's own decisions are told to
//! everybody; those of others to who may read policies.

use auth::permission::POLICY_READ;
use auth::policy::decide::Decision;
use auth::{Principal, User};
use axum::extract::State;
use axum::response::Response;
use model::{EntityRef, RefDefaults};
use serde_json::{Value, json};

use super::resource::{Asked, meets_conditions};
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object};
use crate::respond;
use crate::state::ApiState;

/// Who may what.
#[derive(Debug)]
pub struct Ask {
    user: Option<EntityRef>,
    permission: Asked,
    resource: Option<String>,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        body.require(&["permission"])?;
        body.only(&["userEntityRef", "permission", "resourceRef"])?;
        let user = body.text("userEntityRef")?;
        let defaults = RefDefaults { kind: Some("user"), namespace: None };
        let user = user.map(|user| EntityRef::parse(&user, defaults)).transpose()?;
        let permission = match body.value("permission") {
            Some(Value::String(name)) => named(name)?,
            _ => match body.object("permission")? {
                Some(permission) => Asked::read(&permission)?,
                None => return Err(ApiError::Input("request/body/permission must be object".to_owned())),
            },
        };
        Ok(Self { user, permission, resource: body.text("resourceRef")? })
    }
}

/// A permission by its name alone.
fn named(name: &str) -> Result<Asked, ApiError> {
    let known = auth::permission::named(name).ok_or_else(|| {
        ApiError::Input(format!("'{name}' is no permission known here; say its type, attributes and resourceType too"))
    })?;
    Ok(Asked {
        name: known.name.to_owned(),
        action: known.action.map(str::to_owned),
        resource_type: known.resource_type.map(str::to_owned),
    })
}

/// Explains.
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<Response, ApiError> {
    let principal = match ask.user {
        None => caller.principal.clone(),
        Some(user) => {
            let own = matches!(&caller.principal, Principal::User(known) if known.entity_ref == user);
            if !own {
                caller.require(&POLICY_READ)?;
            }
            let ownership = state.auth.ownership(&user).await;
            Principal::User(User { entity_ref: user, ownership, expires_at: 0 })
        }
    };
    let permission = ask.permission.permission();
    let verdict = state.permissions.verdict(&principal, &permission);
    let mut told = verdict.explained(&permission);
    if let Principal::User(user) = &principal {
        told["userEntityRef"] = user.entity_ref.as_str().into();
        told["ownershipEntityRefs"] = json!(user.ownership);
    }
    if let (Some(resource), Decision::Conditional(criteria)) = (&ask.resource, &verdict.decision) {
        let met = meets_conditions(&state, permission.resource_type.unwrap_or_default(), criteria, resource);
        told["resourceRef"] = resource.as_str().into();
        told["result"] = if met { "ALLOW" } else { "DENY" }.into();
    }
    Ok(respond::json(&told))
}
