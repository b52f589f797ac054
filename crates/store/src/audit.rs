//! What was done, by whom, from where, and what came of it. Only ever added to, and forgotten when it is old.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Result;

/// Something that was done (contract platform-services.md, audit log).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// In the order in which events were recorded.
    pub id: Uuid,
    /// Unix time in milliseconds.
    pub at: i64,
    pub plugin: String,
    pub event_id: String,
    /// `low`, `medium`, `high` or `critical`.
    pub severity_level: String,
    /// `succeeded` or `failed`.
    pub status: String,
    pub actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<AuditRequest>,
    /// What it was about.
    pub meta: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Who did it, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// A user's reference or a program's subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// The request that did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRequest {
    pub method: String,
    pub url: String,
}

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Older than this event.
    pub before: Option<Uuid>,
    pub actor: Option<String>,
    pub plugin: Option<String>,
    pub event_id: Option<String>,
    pub status: Option<String>,
}

#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds an event.
    async fn record(&self, event: &AuditEvent) -> Result<()>;

    /// Events, newest first.
    async fn events(&self, query: &AuditQuery, limit: u32) -> Result<Vec<AuditEvent>>;

    /// Drops events from before this time; answers how many.
    async fn forget_events(&self, before: i64) -> Result<u64>;
}
