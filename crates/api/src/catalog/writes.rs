//! Changes of the catalog that this release does not make yet. Each says so, and what does the same today.

use super::schema;
use crate::error::ApiError;
use crate::extract::Scope;

/// The answer of a change that is not possible yet.
pub fn not_yet(what: &str) -> ApiError {
    ApiError::NotImplemented(format!(
        "{what} through the API is not part of this release; name the location under catalog.locations in the \
         configuration instead"
    ))
}

/// Removes an entity.
#[utoipa::path(
    delete, path = "/entities/by-uid/{uid}", operation_id = "DeleteEntityByUid", tag = "Entity",
    params(("uid" = String, Path)), responses(schema::Failure)
)]
pub async fn delete_entity(_: Scope) -> ApiError {
    not_yet("Removing an entity")
}

/// Changes a registered location.
#[utoipa::path(
    put, path = "/locations/{id}", operation_id = "UpdateLocation", tag = "Locations",
    params(("id" = String, Path)), responses(schema::Failure)
)]
pub async fn update_location(_: Scope) -> ApiError {
    not_yet("Changing a location")
}

/// Removes a registered location with all it brought.
#[utoipa::path(
    delete, path = "/locations/{id}", operation_id = "DeleteLocation", tag = "Locations",
    params(("id" = String, Path)), responses(schema::Failure)
)]
pub async fn delete_location(_: Scope) -> ApiError {
    not_yet("Removing a location")
}

/// Says what registering a location would find or propose.
#[utoipa::path(
    post,
    path = "/analyze-location",
    operation_id = "AnalyzeLocation",
    tag = "Locations",
    responses(schema::Failure)
)]
pub async fn analyze_location(_: Scope) -> ApiError {
    not_yet("Analyzing a location")
}
