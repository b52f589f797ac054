//! The contract of [`AuditStore`].

use std::sync::Arc;

use serde_json::json;

use crate::audit::{Actor, AuditEvent, AuditQuery, AuditRequest, AuditStore};
use crate::suite::id;

type Store = Arc<dyn AuditStore>;

fn event(name: &str, at: i64, actor: Option<&str>) -> AuditEvent {
    AuditEvent {
        id: id(name),
        at,
        plugin: "catalog".to_owned(),
        event_id: format!("{name}-mutate"),
        severity_level: "medium".to_owned(),
        status: if at % 2 == 0 { "succeeded" } else { "failed" }.to_owned(),
        actor: Actor { actor_id: actor.map(str::to_owned), ip: Some("::1".to_owned()), user_agent: None },
        request: Some(AuditRequest { method: "POST".to_owned(), url: "/x".to_owned() }),
        meta: json!({ "☃": [1] }),
        error: Some("why".to_owned()),
    }
}

async fn names(store: &Store, query: AuditQuery) -> Vec<String> {
    store.events(&query, 10).await.unwrap().into_iter().map(|event| event.event_id).collect()
}

pub async fn events_come_back_newest_first(store: Store) {
    let all = [event("a", 1, Some("user:default/ann")), event("b", 2, None), event("c", 3, Some("ci"))];
    for event in &all {
        store.record(event).await.unwrap();
    }
    assert_eq!(store.events(&AuditQuery::default(), 1).await.unwrap(), all[2..]);
    assert_eq!(names(&store, AuditQuery::default()).await, ["c-mutate", "b-mutate", "a-mutate"]);
    let before = AuditQuery { before: Some(all[2].id), ..AuditQuery::default() };
    assert_eq!(names(&store, before).await, ["b-mutate", "a-mutate"]);
}

pub async fn events_are_found_by_what_they_say(store: Store) {
    for event in [event("a", 1, Some("user:default/ann")), event("b", 2, None), event("c", 3, Some("ci"))] {
        store.record(&event).await.unwrap();
    }
    let text = |text: &str| Some(text.to_owned());
    for (query, expected) in [
        (AuditQuery { actor: text("ci"), ..AuditQuery::default() }, &["c-mutate"][..]),
        (AuditQuery { event_id: text("b-mutate"), ..AuditQuery::default() }, &["b-mutate"]),
        (AuditQuery { status: text("failed"), ..AuditQuery::default() }, &["c-mutate", "a-mutate"]),
        (AuditQuery { plugin: text("auth"), ..AuditQuery::default() }, &[]),
    ] {
        assert_eq!(names(&store, query).await, expected);
    }
}

pub async fn old_events_are_forgotten(store: Store) {
    for event in [event("a", 1, None), event("b", 2, None)] {
        store.record(&event).await.unwrap();
    }
    assert_eq!(store.forget_events(2).await.unwrap(), 1);
    assert_eq!(names(&store, AuditQuery::default()).await, ["b-mutate"]);
}
