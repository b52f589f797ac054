//! The layer that writes down every change that is asked for through the API, whether it succeeds or not. A route that changes
//! something is in [`EVENTS`]; a test finds those that are not.

use std::net::SocketAddr;

use auth::Principal;
use auth::audit::{Done, Severity, actor, actor_id};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use serde_json::json;
use store::audit::{Actor, AuditRequest};

use crate::error::ApiError;
use crate::extract::Plugin;
use crate::state::ApiState;

/// The event of each route that changes something, by method and the end of its path.
const EVENTS: &[(&str, &str, &str, Severity)] = &[
    ("POST", "/catalog/refresh", "entity-mutate", Severity::Low),
    ("DELETE", "/catalog/entities/by-uid/{uid}", "entity-mutate", Severity::Medium),
    (
        "POST",
        "/catalog/entities/by-name/{kind}/{namespace}/{name}/history/{version}/restore",
        "entity-mutate",
        Severity::Medium,
    ),
    ("DELETE", "/catalog/entities/unprocessed/delete/{entity_id}", "entity-mutate", Severity::Medium),
    ("POST", "/catalog/locations", "location-mutate", Severity::Medium),
    ("PUT", "/catalog/locations/{id}", "location-mutate", Severity::Medium),
    ("DELETE", "/catalog/locations/{id}", "location-mutate", Severity::Medium),
    ("PUT", "/catalog/sets/{id}", "set-mutate", Severity::Low),
    ("PATCH", "/catalog/sets/{id}", "set-mutate", Severity::Low),
    ("DELETE", "/catalog/sets/{id}", "set-mutate", Severity::Medium),
    ("POST", "/permission/roles", "role-write", Severity::High),
    ("PUT", "/permission/roles/{kind}/{namespace}/{name}", "role-write", Severity::High),
    ("DELETE", "/permission/roles/{kind}/{namespace}/{name}", "role-write", Severity::High),
    ("POST", "/permission/policies", "policy-write", Severity::High),
    ("PUT", "/permission/policies/{kind}/{namespace}/{name}", "policy-write", Severity::High),
    ("DELETE", "/permission/policies/{kind}/{namespace}/{name}", "policy-write", Severity::High),
    ("POST", "/permission/roles/conditions", "condition-write", Severity::High),
    ("PUT", "/permission/roles/conditions/{id}", "condition-write", Severity::High),
    ("DELETE", "/permission/roles/conditions/{id}", "condition-write", Severity::High),
    ("POST", "/permission/plugins/id", "plugin-write", Severity::Medium),
    ("DELETE", "/permission/plugins/id", "plugin-write", Severity::Medium),
];

/// What is only asked, though by `POST`.
#[cfg(test)]
const QUESTIONS: &[&str] = &[
    "/catalog/entities/by-query",
    "/catalog/entities/by-refs",
    "/catalog/entity-facets",
    "/catalog/validate-entity",
    "/catalog/analyze-location",
    "/catalog/locations/by-query",
    "/catalog/kinds/{kind}/preview",
];

/// Middleware behind the door of a plugin.
pub async fn record(State((state, plugin)): State<(ApiState, Plugin)>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let Some((event, severity)) = route.as_deref().and_then(|route| event(request.method(), route)) else {
        return next.run(request).await;
    };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| *address);
    let actor = Actor {
        actor_id: request.extensions().get::<Principal>().and_then(actor_id),
        ..actor(request.headers(), peer)
    };
    let asked = AuditRequest { method: request.method().to_string(), url: request.uri().to_string() };
    let response = next.run(request).await;
    let error = response.extensions().get::<ApiError>().map(ToString::to_string);
    let failed = error.or_else(|| (!response.status().is_success()).then(|| response.status().to_string()));
    let meta = json!({ "status": response.status().as_u16() });
    let done = Done { plugin: plugin.0, event, severity, actor, request: Some(asked), meta, error: failed };
    state.audit.record(done).await;
    response
}

fn event(method: &Method, route: &str) -> Option<(&'static str, Severity)> {
    let known = EVENTS.iter().find(|(known, end, ..)| *known == method.as_str() && route.ends_with(end));
    known.map(|(_, _, event, severity)| (*event, *severity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Fixture;

    #[tokio::test]
    async fn every_route_that_changes_something_is_written_down() {
        let fixture = Fixture::with_components(0).await;
        let document = fixture.get("/openapi.json").await.json();
        let paths = document["paths"].as_object().cloned().unwrap_or_default();
        assert!(paths.len() > 10);
        for (path, operations) in &paths {
            for method in
                ["post", "put", "patch", "delete"].into_iter().filter(|method| operations.get(method).is_some())
            {
                let route = format!("/catalog{path}");
                let method: Method = method.to_uppercase().parse().unwrap_or_default();
                let known = event(&method, &route).is_some() || QUESTIONS.contains(&route.as_str());
                assert!(known, "{method} {route} changes something and is in no list");
            }
        }
    }

    #[tokio::test]
    async fn what_failed_is_written_down_with_the_reason() {
        let fixture = Fixture::with_components(0).await;
        let body = serde_json::json!({ "entityRef": "component:default/none" });
        assert_eq!(fixture.post("/refresh", &body).await.status, 404);
        let events =
            fixture.root("GET", "/api/audit/events", &[("authorization", &fixture.service())], "").await.json();
        let event = &events["events"][0];
        assert_eq!(
            (&event["plugin"], &event["eventId"], &event["status"]),
            (&json!("catalog"), &json!("entity-mutate"), &json!("failed"))
        );
        assert_eq!(event["actor"]["actorId"], "fixture");
        assert_eq!(event["error"], "Entity component:default/none not found");
        let lines =
            fixture.root("GET", "/api/audit/export?status=failed", &[("authorization", &fixture.service())], "").await;
        assert_eq!(lines.text.lines().count(), 1);
        assert_eq!(
            fixture.root("GET", "/api/audit/events", &[("authorization", &fixture.blind())], "").await.status,
            403
        );
    }
}
