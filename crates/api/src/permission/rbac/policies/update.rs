//! `PUT /policies/{kind}/{namespace}/{name}`: `oldPolicy` becomes `newPolicy`.

use auth::permission::POLICY_UPDATE;
use auth::policy::role::Grant;
use axum::extract::State;
use http::StatusCode;

use super::super::{change, reference, require_for, roles_of};
use super::{distinct, grant};
use crate::error::ApiError;
use crate::extract::{Caller, FromObject, JsonBody, Object, Segments};
use crate::state::ApiState;

#[derive(Debug)]
pub struct Ask {
    old: Vec<Grant>,
    new: Vec<Grant>,
}

impl FromObject for Ask {
    fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
        let part = |name: &str| {
            if body.value(name).is_none() {
                return Err(ApiError::Input(format!("'{name}' object must be present")));
            }
            body.objects(name)?.iter().map(grant).collect::<Result<Vec<_>, ApiError>>()
        };
        let (old, new) = (part("oldPolicy")?, part("newPolicy")?);
        distinct(&old)?;
        distinct(&new)?;
        if old.len() > new.len() {
            return Err(ApiError::Input(
                "'oldPolicy' object has more permission policies compared to 'newPolicy' object".to_owned(),
            ));
        }
        Ok(Self { old, new })
    }
}

pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    Segments(path): Segments<(String, String, String)>,
    JsonBody(ask): JsonBody<Ask>,
) -> Result<StatusCode, ApiError> {
    let (roles, name) = (roles_of(&state)?, reference(&path)?);
    require_for(&state, &caller, &POLICY_UPDATE, &name)?;
    let changed = change!(caller, |edit| roles.update_grants(edit, &name, &ask.old, &ask.new))?;
    Ok(if changed { StatusCode::OK } else { StatusCode::NO_CONTENT })
}
