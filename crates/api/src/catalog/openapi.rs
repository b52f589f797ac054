//! `GET /openapi.json`: what the handlers say of themselves.

use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, SecurityRequirement};
use utoipa::{PartialSchema, ToSchema};

use super::schema::ErrorBody;
use crate::respond;
use crate::state::ApiState;

/// The document before any endpoint is added.
pub fn base() -> OpenApi {
    // What a failed request answers is named by every operation and collected from none.
    let mut failure = vec![(ErrorBody::name().into_owned(), ErrorBody::schema())];
    ErrorBody::schemas(&mut failure);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("catalog")
                .version("1")
                .description(Some("The software catalog. Paths are relative to `/api/catalog`.")),
        )
        .components(Some(
            ComponentsBuilder::new()
                .schemas_from_iter(failure)
                .security_scheme("JWT", SecurityScheme::Http(bearer))
                .build(),
        ))
        .security(Some([SecurityRequirement::default(), SecurityRequirement::new("JWT", Vec::<String>::new())]))
        .build()
}

/// A handler that answers with the document, written out once.
pub fn serve(document: &OpenApi) -> MethodRouter<ApiState> {
    let body = Bytes::from(document.to_json().unwrap_or_default());
    get(move || std::future::ready(respond::json_bytes(body.clone())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::testing::Fixture;

    #[tokio::test]
    async fn every_operation_asks_for_credentials() {
        let fixture = Fixture::with_components(0).await;
        let document = fixture.get("/openapi.json").await.json();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                let path = format!("/api/catalog{}", path.replace(['{', '}'], ""));
                let answer = fixture.root(&method.to_uppercase(), &path, &[], "{}").await;
                assert_eq!(answer.status, 401, "{method} {path}");
            }
        }
    }

    #[tokio::test]
    async fn every_reference_leads_somewhere() {
        let fixture = Fixture::with_components(0).await;
        let text = fixture.get("/openapi.json").await.text;
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
        let missing: std::collections::BTreeSet<&str> =
            references.filter(|reference| document.pointer(reference).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(document["components"]["schemas"]["Error"]["properties"]["response"].is_object());
    }

    #[tokio::test]
    async fn the_document_names_every_operation_once() {
        let fixture = Fixture::with_components(0).await;
        let document = fixture.get("/openapi.json").await.json();
        let mut ids: Vec<&str> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
            .filter_map(|operation| operation["operationId"].as_str())
            .collect();
        ids.sort_unstable();
        assert_eq!(
            ids,
            [
                "AnalyzeLocation",
                "ChangeSet",
                "CreateLocation",
                "DeleteEntityByUid",
                "DeleteLocation",
                "DeleteSet",
                "DeleteUnprocessedEntity",
                "GetChanges",
                "GetEntities",
                "GetEntitiesByQuery",
                "GetEntitiesByRefs",
                "GetEntityAncestryByName",
                "GetEntityBlame",
                "GetEntityByName",
                "GetEntityByUid",
                "GetEntityDiff",
                "GetEntityFacets",
                "GetEntityHistoryByName",
                "GetEntityImpactByName",
                "GetEntityVersion",
                "GetFailedEntities",
                "GetKind",
                "GetKinds",
                "GetLocation",
                "GetLocations",
                "GetLocationsByQuery",
                "GetPendingEntities",
                "GetSet",
                "GetSets",
                "PreviewKind",
                "QueryEntitiesByPredicate",
                "QueryEntityFacetsByPredicate",
                "RefreshEntity",
                "ReplaceSet",
                "RestoreEntityVersion",
                "UpdateLocation",
                "ValidateEntity",
                "getLocationByEntity",
            ]
        );
        let by_query = &document["paths"]["/entities/by-query"]["get"]["parameters"];
        let names: Vec<&str> = by_query.as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
        assert!(names.contains(&"fullTextFilterTerm") && names.contains(&"orderField"), "{names:?}");
    }
}
