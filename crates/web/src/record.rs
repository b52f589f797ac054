//! What people change through the pages is written down, whether it succeeds or not.

use std::net::SocketAddr;

use auth::audit::{Done, Severity, actor};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use serde_json::json;
use store::audit::{Actor, AuditRequest};

use crate::WebState;
use crate::pages::errors::Failure;
use crate::request::Ctx;

/// The event of each page that changes something, by the end of its route.
const EVENTS: &[(&str, &str, &str, Severity)] = &[
    ("/refresh", "catalog", "entity-mutate", Severity::Low),
    ("/catalog-import", "catalog", "location-mutate", Severity::Medium),
    ("/admin/scheduled", "catalog", "provider-trigger", Severity::Medium),
    ("/sign-in", "auth", "sign-in", Severity::Medium),
    ("/sign-out", "auth", "sign-out", Severity::Low),
];

pub async fn record(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let known = EVENTS.iter().find(|(end, ..)| request.method() == Method::POST && route.ends_with(end));
    let Some((_, plugin, event, severity)) = known else { return next.run(request).await };
    let viewer = request.extensions().get::<Ctx>().and_then(|ctx| ctx.viewer.clone());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| *address);
    let actor =
        Actor { actor_id: viewer.map(|viewer| viewer.entity_ref.to_string()), ..actor(request.headers(), peer) };
    let asked = AuditRequest { method: request.method().to_string(), url: request.uri().path().to_owned() };
    let response = next.run(request).await;
    let failure = response.extensions().get::<Failure>().map(ToString::to_string);
    let refused = response.status().is_client_error() || response.status().is_server_error();
    let error = failure.or_else(|| refused.then(|| response.status().to_string()));
    let meta = json!({ "status": response.status().as_u16() });
    state.audit.record(Done { plugin, event, severity: *severity, actor, request: Some(asked), meta, error }).await;
    response
}
