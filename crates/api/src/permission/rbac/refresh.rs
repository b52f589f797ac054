//! `POST /refresh/{id}`: ask a source of roles to bring them again. Files are watched; there is nothing to ask.

use auth::permission::POLICY_CREATE;

use crate::error::ApiError;
use crate::extract::{Caller, Segments};

pub async fn handler(caller: Caller, Segments(id): Segments<String>) -> Result<(), ApiError> {
    caller.require(&POLICY_CREATE)?;
    Err(ApiError::NotFound(format!("The RBAC provider {id} was not found")))
}
