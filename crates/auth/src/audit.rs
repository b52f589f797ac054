//! The record of what was done: kept in the store, and written to the log in the shape that collectors of it know
//! (contract platform-services.md, audit log).

use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderMap, header};
use serde_json::Value;
use store::audit::{Actor, AuditEvent, AuditRequest, AuditStore};

use crate::Principal;

/// Writes down what was done.
#[derive(Clone)]
pub struct Auditor(Arc<dyn AuditStore>);

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Low,
    Medium,
    High,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Something that was done.
#[derive(Debug)]
pub struct Done<'a> {
    pub plugin: &'a str,
    pub event: &'a str,
    pub severity: Severity,
    pub actor: Actor,
    pub request: Option<AuditRequest>,
    pub meta: Value,
    /// Why it failed; `None` when it did not.
    pub error: Option<String>,
}

impl Auditor {
    pub fn new(store: Arc<dyn AuditStore>) -> Self {
        Self(store)
    }

    /// The store, for reading.
    pub fn store(&self) -> &dyn AuditStore {
        &*self.0
    }

    /// Writes it down. It is in the log in any case; that it could not be kept is told there too.
    pub async fn record(&self, done: Done<'_>) {
        let status = if done.error.is_none() { "succeeded" } else { "failed" };
        let event = AuditEvent {
            id: base::ids::new_id(),
            at: base::clock::now_millis(),
            plugin: done.plugin.to_owned(),
            event_id: done.event.to_owned(),
            severity_level: done.severity.word().to_owned(),
            status: status.to_owned(),
            actor: done.actor,
            request: done.request,
            meta: done.meta,
            error: done.error,
        };
        tracing::info!(
            isAuditEvent = true,
            plugin = event.plugin,
            eventId = event.event_id,
            severityLevel = event.severity_level,
            status,
            actorId = event.actor.actor_id,
            ip = event.actor.ip,
            userAgent = event.actor.user_agent,
            method = event.request.as_ref().map(|request| request.method.as_str()),
            url = event.request.as_ref().map(|request| request.url.as_str()),
            meta = %event.meta,
            error = event.error,
            "{}.{}",
            event.plugin,
            event.event_id
        );
        if let Err(error) = self.0.record(&event).await {
            tracing::error!(%error, eventId = event.event_id, "what was done could not be kept");
        }
    }
}

/// The most that is kept of what a client calls itself, in characters.
const MAX_AGENT: usize = 300;

/// From where a request comes; who it is from is for the caller to say.
pub fn actor(headers: &HeaderMap, peer: Option<SocketAddr>) -> Actor {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Actor {
        actor_id: None,
        ip: peer.map(|address| address.ip().to_canonical().to_string()),
        user_agent: agent.map(|agent| agent.chars().take(MAX_AGENT).collect()),
    }
}

/// The name of a caller in the record.
pub fn actor_id(principal: &Principal) -> Option<String> {
    match principal {
        Principal::User(user) => Some(user.entity_ref.to_string()),
        Principal::Service(service) => Some(service.subject.clone()),
        Principal::None => None,
    }
}
